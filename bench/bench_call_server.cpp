// The example host examples/call_server beside the router that it serves, and beside a server that only reads
// and answers: what HTTP, sessions, limits and metrics cost, and what the system takes anyway.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "bench/call_server/bare_server.hpp"
#include "bench/call_server/client.hpp"
#include "bench/support/database_file.hpp"
#include "bench/support/report.hpp"
#include "call_server.hpp"
#include "demo_users.hpp"
#include "messenger/adapters/defaults.hpp"
#include "messenger/http/router.hpp"
#include "session_token.hpp"

namespace messenger::bench {
namespace {

constexpr const char* key = "bench-secret-0123456789";
constexpr std::size_t heldSockets = 2000;

/// A server without limits that would get in the way, and a call in it.
class Stage {
 public:
  explicit Stage(const Options& options) : file_(options.folder, "bench_call_server.db") {
    ::call_server::CallServer::Parts parts;
    parts.settings.port = 0;
    parts.settings.adminPort = 0;
    parts.settings.database = file_.path();
    parts.settings.secret = Secret{key};
    parts.settings.limits.heartbeats = {1e9, 1e9};
    parts.settings.limits.connections = 2 * heldSockets;
    parts.config.calling.enabled = true;
    parts.logger = nullLogger();
    server = std::make_unique<::call_server::CallServer>(parts);
    port = server->start().everyone;
    call = server->messenger().startCall(ThreadId{"team"}, alice).value().id;
  }

  [[nodiscard]] std::string path() const {
    return "/api/messenger/threads/team/calls/" + call.value() + "/heartbeat";
  }
  [[nodiscard]] static std::string cookieOf(const std::string& user) {
    const ::call_server::SessionTokens tokens{Secret{key}};
    return "messenger_session=" +
           tokens.issue(user, std::chrono::system_clock::now() + std::chrono::hours{1});
  }

  const UserId alice{"user", "alice"};
  std::unique_ptr<::call_server::CallServer> server;
  std::uint16_t port = 0;
  CallId call;

 private:
  DatabaseFile file_;
};

/// Clients with a connection each, as each client has a machine: one request under way on each.
class Crowd {
 public:
  Crowd(std::uint16_t port, std::size_t connections) {
    for (std::size_t i = 0; i < connections; ++i) clients_.push_back(std::make_unique<Client>(port));
  }

  void exchange(const std::string& request, std::size_t timesEach) {
    std::vector<std::thread> threads;
    for (auto& client : clients_) {
      threads.emplace_back([&request, &client, timesEach] {
        for (std::size_t i = 0; i < timesEach; ++i) client->exchange(request);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

 private:
  std::vector<std::unique_ptr<Client>> clients_;
};

void heartbeats(Report& report, Stage& stage, std::size_t connections) {
  const std::size_t each = std::max<std::size_t>(1, report.options().size / connections);
  const auto all = static_cast<double>(each * connections);
  const std::string request =
      "POST " + stage.path() +
      " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nCookie: " + Stage::cookieOf("alice") + "\r\n\r\n";
  BareServer bareServer;
  Crowd crowd{stage.port, connections};
  Crowd bareCrowd{bareServer.port(), connections};
  const http::Router router(stage.server->messenger(), {.logger = nullLogger()});
  const std::string path = stage.path();

  const Contender served{[&] { crowd.exchange(request, each); }};
  const Contender bare{[&] { bareCrowd.exchange(request, each); }};
  const Contender routed{[&] {
    for (std::size_t i = 0; i < each * connections; ++i) {
      const auto response = router.handle({.method = "POST", .path = path, .user = stage.alice, .body = ""});
      if (response.status != 200) throw std::logic_error("a heartbeat was refused");
    }
  }};
  const std::string title =
      fmt::format("heartbeat, {} connection{}", connections, connections == 1 ? "" : "s");
  const auto times = report.race(title, all, {served, bare, routed});
  report.row({title + " / router without a server", times[0], times[2]});
  report.row({title + " / bare sockets", times[0], times[1]});
}

void sockets(Report& report, Stage& stage) {
  Report::progress(fmt::format("{} WebSocket clients", heldSockets));
  const std::size_t before = residentBytes();
  std::vector<std::unique_ptr<Client>> clients;
  const auto begun = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < heldSockets; ++i) {
    clients.push_back(std::make_unique<Client>(stage.port));
    clients.back()->openSocket(Stage::cookieOf("u" + std::to_string(i)));
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  if (stage.server->hub().clients() != heldSockets) throw std::logic_error("not all are held");
  const std::size_t after = residentBytes();
  report.fact("WebSocket clients held", static_cast<double>(heldSockets));
  report.fact("connected and welcomed, a second", static_cast<double>(heldSockets) / took.count());
  report.fact("bytes of memory for each",
              static_cast<double>(after - before) / static_cast<double>(heldSockets));

  const auto told = std::chrono::steady_clock::now();
  stage.server->hub().publishToAll(
      std::make_shared<const std::string>(R"({"event":"calls.down","data":{"down":true}})"));
  for (const auto& client : clients) client->frame();
  const std::chrono::duration<double, std::milli> reached = std::chrono::steady_clock::now() - told;
  report.fact("milliseconds until a push had reached all", reached.count());
}

void run(Report& report) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  Stage stage(report.options());
  if (report.wants("sockets")) sockets(report, stage);
  for (const std::size_t connections : {std::size_t{1}, std::size_t{16}}) {
    if (report.wants("heartbeats")) heartbeats(report, stage, connections);
  }
}

}  // namespace
}  // namespace messenger::bench

int main(int argc, char** argv) {
  const messenger::bench::Program program{
      .name = "bench_call_server",
      .about =
          "heartbeats through the real server beside the router alone and bare sockets, and WebSockets held",
      .sizeIs = "heartbeats in a run",
      .parts = "heartbeats, sockets",
      .runs = 5,
      .size = 20'000};
  return messenger::bench::runProgram(argc, argv, program, messenger::bench::run);
}
