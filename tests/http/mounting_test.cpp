// A host's own server, as far as it takes to show how the router is mounted: docs/http.md quotes it.

#include <map>
#include <string>

#include "messenger/http/router.hpp"
#include "tests/http/http_world.hpp"

namespace messenger::inline v0::http {
namespace {

/// What the request and the reply of some server library are like.
struct ServerRequest {
  std::string method;
  std::string target;
  std::map<std::string, std::string> cookies;
  std::string body;
};

struct ServerReply {
  int status = 0;
  std::multimap<std::string, std::string> headers;
  std::string body;
};

/// The host's own login.
std::optional<UserId> authenticated(const ServerRequest& request) {
  const auto session = request.cookies.find("session");
  if (session == request.cookies.end()) return std::nullopt;
  return UserId{"user", session->second};
}

// [mount]
/// The server calls this for every path below /api/messenger, from any of its threads.
ServerReply answer(const messenger::http::Router& router, const ServerRequest& request) {
  const messenger::http::Response response = router.handle({.method = request.method,
                                                            .path = request.target,
                                                            .user = authenticated(request),
                                                            .body = request.body});
  ServerReply reply;
  reply.status = response.status;
  reply.headers.emplace("Content-Type", messenger::http::Response::contentType);
  for (const auto& [name, value] : response.headers) reply.headers.emplace(name, value);
  reply.body = response.body;
  return reply;
}
// [/mount]

}  // namespace

TEST_CASE("router: mounted by a host -> ten lines", "[http][unit]") {
  HttpWorld world;
  world.makePrivate("7", HttpWorld::member("ann"), HttpWorld::member("bob"));
  const ServerRequest start{"POST", "/api/messenger/threads/7/calls", {{"session", "ann"}}, ""};
  const ServerReply started = answer(world.router, start);
  REQUIRE(started.status == 201);
  REQUIRE(started.headers.find("Content-Type")->second == "application/json");
  REQUIRE(Json::parse(started.body).at("owner_id") == "ann");

  const ServerReply wrong = answer(world.router, {"DELETE", start.target, {}, ""});
  REQUIRE(wrong.status == 405);
  REQUIRE(wrong.headers.find("Allow")->second == "GET, HEAD, POST");
  REQUIRE(answer(world.router, {"GET", start.target, {}, ""}).status == 401);
}

}  // namespace messenger::http
