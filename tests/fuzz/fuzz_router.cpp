// Requests made of whatever comes, one after another, to a router before a Messenger with a few threads and
// calls in several states. None may throw, answer with an unknown status, be refused without a reason, or
// show the room's secret.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "messenger/adapters/defaults.hpp"
#include "messenger/adapters/memory.hpp"
#include "messenger/http/router.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/fake_video_driver.hpp"
#include "messenger/testing/manual_clock.hpp"

namespace messenger {
namespace {

using Json = nlohmann::json;

void require(bool holds, const char* what, std::string_view more = {}) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s: %.*s\n", what, static_cast<int>(more.size()), more.data());
  std::abort();
}

Config config() {
  Config made;
  made.calling.enabled = true;
  made.calling.subscriber.queued = false;
  return made;
}

http::RouterOptions options() {
  http::RouterOptions made;
  made.prefix = "";
  made.maxPath = 512;
  made.maxBody = 1024;
  made.callThreadCache = 64;
  made.logger = nullLogger();
  return made;
}

UserId user(const char* id) {
  return {"user", id};
}

ThreadMember member(const char* id, bool admin) {
  ThreadMember made;
  made.user = user(id);
  made.name = std::string{"\xC3\x9C \""} + id;
  made.admin = admin;
  return made;
}

template <class T>
T must(Result<T> result) {
  require(result.has_value(), "the world is made");
  return *std::move(result);
}

/// `ann` owns the calls and is an admin, `bob` is in them, `cid` has left, `dan` was kicked, `eve` never
/// came; `zoe` is a stranger.
class World {
 public:
  World() : messenger_(config(), dependencies()), router_(messenger_, options()) {
    messenger_.setVideoDriver<testing::FakeVideoDriver>(provider_);
    std::vector<ThreadMember> members{member("ann", true)};
    for (const char* id : {"bob", "cid", "dan", "eve"}) members.push_back(member(id, false));
    for (const char* thread : {"g", "e", "s"}) {
      must(messenger_.threads().createGroup("Group \"\\", members, ThreadId{thread}));
    }
    must(messenger_.threads().createPrivate(member("ann", false), member("bob", false), ThreadId{"p"}));

    fill(startIn("g"), 'G');
    const Call ended = startIn("e");
    fill(ended, 'E');
    must(messenger_.host().endCall(ended.id));
    fill(startIn("p"), 'P');
    provider_->answerCreate(testing::ProviderAnswer::no);
    require(!messenger_.startCall(ThreadId{"s"}, user("ann")), "a setup fails");
    provider_->answerCreate(testing::ProviderAnswer::yes);
  }

  http::Response handle(const http::Request& request) { return router_.handle(request); }

  /// The ids of this world for their short names in an input: `$G` a call, `$g` a participant of it.
  [[nodiscard]] std::string expand(std::string_view path) const {
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
      const std::string* id = path[i] == '$' && i + 1 < path.size() ? find(path[i + 1]) : nullptr;
      if (id == nullptr) {
        out += path[i];
      } else {
        out += *id;
        ++i;
      }
    }
    return out;
  }

  void pass(std::chrono::seconds time) { clock_->advance(time); }
  void sweep() { messenger_.host().checkActivity(); }
  void failCreates(bool fail) {
    provider_->answerCreate(fail ? testing::ProviderAnswer::throwing : testing::ProviderAnswer::yes);
  }

 private:
  Dependencies dependencies() {
    return {.storage = memoryStorage(),
            .threads = nullptr,
            .presence = nullptr,
            .broadcaster = nullptr,
            .clock = clock_,
            .logger = nullLogger()};
  }

  Call startIn(const char* thread) { return must(messenger_.startCall(ThreadId{thread}, user("ann"))); }

  void fill(const Call& call, char name) {
    ids_.emplace_back(name, call.id.value());
    if (name == 'P') {
      must(messenger_.joinCall(call.id, user("bob")));
    } else {
      for (const char* id : {"bob", "cid", "dan"}) must(messenger_.joinCall(call.id, user(id)));
      must(messenger_.leaveCall(call.id, user("cid")));
      must(
          messenger_.kickParticipant(call.id, user("ann"), messenger_.host().participants(call.id).at(3).id));
    }
    ids_.emplace_back(static_cast<char>(name - 'A' + 'a'),
                      messenger_.host().participants(call.id).at(1).id.value());
  }

  [[nodiscard]] const std::string* find(char name) const {
    for (const auto& [known, id] : ids_) {
      if (known == name) return &id;
    }
    return nullptr;
  }

  std::shared_ptr<testing::ManualClock> clock_ = std::make_shared<testing::ManualClock>();
  std::shared_ptr<testing::FakeVideoProvider> provider_ = std::make_shared<testing::FakeVideoProvider>();
  std::vector<std::pair<char, std::string>> ids_;
  Messenger messenger_;
  http::Router router_;
};

/// An input is made of requests, divided by a zero byte: a letter for who asks (capital: the provider fails),
/// the method up to a blank, the path up to a line break, the body. A digit instead lets time pass.
struct Input {
  char caller = ' ';
  std::string_view method;
  std::string_view path;
  std::string_view body;
};

std::string_view cut(std::string_view& text, char divider) {
  const std::size_t at = text.find(divider);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

Input parse(std::string_view text) {
  Input input;
  if (!text.empty()) {
    input.caller = text.front();
    text.remove_prefix(1);
  }
  input.method = cut(text, ' ');
  input.path = cut(text, '\n');
  input.body = text;
  return input;
}

std::optional<UserId> callerOf(char letter) {
  switch (letter | 0x20) {
    case 'a':
      return user("ann");
    case 'b':
      return user("bob");
    case 'c':
      return user("cid");
    case 'd':
      return user("dan");
    case 'e':
      return user("eve");
    case 'z':
      return user("zoe");
    default:
      return std::nullopt;
  }
}

void check(const http::Request& request, const http::Response& response) {
  static const std::set<int> statuses{200, 201, 400, 401, 403, 404, 405, 413, 414, 422, 503};
  require(statuses.contains(response.status), "the status is known", std::to_string(response.status));
  require(response.body.find("swordfish") == std::string::npos, "the secret stays inside", response.body);
  require(response.status != 405 || response.headers.size() == 1, "405 says what is allowed");
  require(response.status != 503 || response.headers.size() == 1, "503 says when to come again");
  if (request.method == "HEAD") {
    require(response.body.empty(), "HEAD has no body", response.body);
    return;
  }
  const Json body = Json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  require(!body.is_discarded(), "a body is JSON", response.body);
  if (response.status < 400) return;
  require(body.is_object() && body.contains("message") && body["message"].is_string(),
          "an error has a message", response.body);
  require(body.contains("reason") && body["reason"].is_string(), "an error has a reason", response.body);
}

void play(World& world, std::string_view text) {
  const Input input = parse(text);
  if (input.caller >= '0' && input.caller <= '9') {
    world.pass(std::chrono::seconds{20 * (input.caller - '0')});
    world.sweep();
    return;
  }
  world.failCreates(input.caller >= 'A' && input.caller <= 'Z');
  const std::string path = world.expand(input.path);
  const http::Request request{
      .method = input.method, .path = path, .user = callerOf(input.caller), .body = input.body};
  check(request, world.handle(request));
}

}  // namespace
}  // namespace messenger

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text{reinterpret_cast<const char*>(data), size};
  messenger::World world;
  for (int requests = 0; !text.empty() && requests < 16; ++requests) {
    messenger::play(world, messenger::cut(text, '\0'));
  }
  return 0;
}
