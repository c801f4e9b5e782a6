// What clients get when storage or directory fail, and what a heartbeat costs.

#include <atomic>

#include "http/replies.hpp"
#include "messenger/errors.hpp"
#include "messenger/testing/recording_logger.hpp"
#include "tests/http/http_world.hpp"
#include "tests/support/strange_exceptions.hpp"

namespace messenger::inline v0::http {
namespace {

/// A directory that fails on demand, and counts questions.
class HostDirectory final : public ThreadDirectory {
 public:
  std::optional<Thread> findThread(const ThreadId& thread) const override {
    count();
    if (thread != made.id) return std::nullopt;
    return made;
  }
  std::optional<ThreadMember> findMember(const ThreadId& thread, const UserId& user) const override {
    count();
    if (thread == made.id && user.id.starts_with("m"))
      return ThreadMember{.user = user, .name = "M", .admin = true};
    return std::nullopt;
  }
  std::vector<ThreadMember> members(const ThreadId&) const override {
    count();
    return {};
  }
  std::vector<ThreadId> threadsOf(const UserId&) const override {
    count();
    return {made.id};
  }
  std::optional<std::string> findUserName(const UserId&) const override {
    count();
    return "M";
  }

  const Thread made{.id = ThreadId{"t"}, .type = ThreadType::group, .subject = "T", .members = 2};
  mutable std::atomic<std::size_t> asked{0};
  bool wordless = false;
  std::atomic<std::size_t> failFrom{SIZE_MAX};  ///< fails once it was asked this often

 private:
  void count() const {
    if (++asked > failFrom) {
      if (wordless) throw tests::Wordless<Error>();
      throw Error{"directory of 10.0.0.7 does not answer"};
    }
  }
};

struct FailingWorld {
  explicit FailingWorld(const Config& config = HttpWorld::defaults())
      : http(config, withLogger(logger), directory) {}

  static RouterOptions withLogger(std::shared_ptr<Logger> logger) {
    RouterOptions options;
    options.retryAfter = std::chrono::seconds{7};
    options.logger = std::move(logger);
    return options;
  }

  std::shared_ptr<HostDirectory> directory = std::make_shared<HostDirectory>();
  std::shared_ptr<testing::RecordingLogger> logger = std::make_shared<testing::RecordingLogger>();
  HttpWorld http;
};

bool everything(const testing::StorageOperation&) {
  return true;
}

}  // namespace

TEST_CASE("router: the storage fails -> 503 with Retry-After and no details on every route", "[http][unit]") {
  FailingWorld world;
  const Call call = world.http.start("t", "m1");
  const ParticipantId other = world.http.join(call.id, "m2");
  const std::string path = "threads/t/calls/" + call.id.value();
  struct Case {
    std::string method;
    std::string path;
    std::string body;
  };
  const std::vector<Case> cases{
      {"POST", "threads/t/calls", ""},
      {"GET", "threads/t/calls", ""},
      {"GET", "threads/t/calls/page/" + call.id.value(), ""},
      {"GET", path, ""},
      {"POST", path + "/join", ""},
      {"POST", path + "/leave", ""},
      {"POST", path + "/end", ""},
      {"POST", path + "/ignore", ""},
      {"POST", path + "/heartbeat", ""},
      {"GET", path + "/participants", ""},
      {"GET", path + "/participants/" + other.value(), ""},
      {"PUT", path + "/participants/" + other.value(), R"({"kicked":true})"},
      {"GET", "active-calls", ""},
  };
  world.http.storage->failIf(everything, testing::Fault::before);
  for (const Case& each : cases) {
    INFO(each.method << ' ' << each.path);
    world.logger->clear();
    const Reply reply = world.http.send(each.method, each.path, "m3", each.body);
    REQUIRE(reply.status == 503);
    REQUIRE(reply.reason() == "storageUnavailable");
    REQUIRE(reply.header("Retry-After") == "7");
    REQUIRE(world.logger->lines().size() == 1);
    REQUIRE(world.logger->has(LogLevel::warning, "http: "));
    REQUIRE_FALSE(world.logger->has(LogLevel::warning, call.id.value()));
  }
  world.http.storage->heal();
  REQUIRE(world.http.send("GET", path, "m3").status == 200);
}

TEST_CASE("router: a directory that throws an exception without a text → 503, and a line in the log",
          "[http][unit]") {
  FailingWorld world;
  world.directory->wordless = true;
  world.directory->failFrom = 0;
  REQUIRE(world.http.send("GET", "threads/t/calls", "m1").status == 503);
  REQUIRE(world.logger->has(LogLevel::warning, "an exception without a text"));
}

TEST_CASE("router: the directory fails -> 503 without its text", "[http][unit]") {
  FailingWorld world;
  world.directory->failFrom = 0;
  const Reply reply = world.http.send("GET", "threads/t/calls", "m1");
  REQUIRE(reply.status == 503);
  REQUIRE(reply.reason() == "unavailable");
  REQUIRE(reply.header("Retry-After") == "7");
  REQUIRE(reply.text.find("10.0.0.7") == std::string::npos);
  REQUIRE(world.logger->has(LogLevel::warning, "10.0.0.7"));
}

TEST_CASE("router: each refusal -> its status", "[http][unit]") {
  const auto statusOf = [](Reason reason) {
    switch (reason) {
      case Reason::threadNotFound:
      case Reason::callNotFound:
      case Reason::participantNotFound:
        return 404;
      case Reason::invalidInput:
        return 422;
      case Reason::setupFailed:
      case Reason::roomNotReady:
      case Reason::providerFailed:
        return 503;
      default:
        return 403;
    }
  };
  std::size_t known = 0;
  for (int number = 0; number < 256; ++number) {
    const auto reason = static_cast<Reason>(number);
    if (toString(reason) == "unknown") continue;
    ++known;
    CAPTURE(toString(reason));
    const Response response = refused({reason, ""}, std::chrono::seconds{3});
    REQUIRE(response.status == statusOf(reason));
    REQUIRE(response.headers.size() == (response.status == 503 ? 1 : 0));
  }
  REQUIRE(known == 30);
}

TEST_CASE("router: the detail of a refusal -> not in the response", "[http][unit]") {
  for (const Reason reason : {Reason::setupFailed, Reason::callEnded, Reason::invalidInput}) {
    const Response response = refused({reason, "a provider's words"}, std::chrono::seconds{3});
    CAPTURE(response.body);
    REQUIRE(response.body.find("words") == std::string::npos);
    REQUIRE(response.body.find(toString(reason)) != std::string::npos);
  }
}

TEST_CASE("router: 503 to a start or a join -> nothing changed wherever the failure was", "[http][unit]") {
  // Asks again with the failure one step later, until nothing fails any more.
  for (const bool join : {false, true}) {
    for (std::size_t n = 0;; ++n) {
      FailingWorld world;
      std::string path = "threads/t/calls";
      if (join) path += "/" + world.http.start("t", "m1").id.value() + "/join";
      const std::size_t active = world.http.messenger.host().activeCalls(0, 10).size();
      world.directory->failFrom = world.directory->asked + n;
      const Reply reply = world.http.send("POST", path, "m2");
      const bool struck = world.directory->asked > world.directory->failFrom;
      world.directory->failFrom = SIZE_MAX;
      INFO("join " << join << ", failure " << n << ", " << reply.status);
      const auto calls = world.http.messenger.host().activeCalls(0, 10);
      const std::size_t inCall =
          calls.empty() ? 0 : world.http.messenger.host().participants(calls[0].id).size();
      if (reply.status == 503) {
        REQUIRE(calls.size() == active);
        REQUIRE(inCall == active);
      } else {
        REQUIRE(reply.status == 201);
        REQUIRE(calls.size() == 1);
        REQUIRE(inCall == active + 1);
      }
      if (!struck) break;
      REQUIRE(n < 50);
    }
  }
}

TEST_CASE("router: the storage fails right after a start is stored -> 201", "[http][unit]") {
  FailingWorld world;
  bool stored = false;
  world.http.storage->failIf(
      [&stored](const testing::StorageOperation& operation) {
        const bool fails = stored;
        if (operation.name == "commit") stored = true;
        return fails;
      },
      testing::Fault::before);
  const Reply reply = world.http.send("POST", "threads/t/calls", "m1");
  REQUIRE(reply.status == 201);
  REQUIRE(reply.json.at("options").at("in_call") == true);
  REQUIRE(reply.json.at("options").at("admin") == true);
  REQUIRE(reply.json.at("meta").at("thread_name") == "T");
  world.http.storage->heal();
  REQUIRE(world.http.messenger.host().findCall(CallId{reply.json.at("id").get<std::string>()})->active());
}

TEST_CASE("router: a heartbeat of a tracked participant -> no storage and no directory", "[http][unit]") {
  FailingWorld world;
  const std::string call = world.http.send("POST", "threads/t/calls", "m1").json.at("id").get<std::string>();
  const std::string heartbeat = "threads/t/calls/" + call + "/heartbeat";
  REQUIRE(world.http.send("POST", "threads/t/calls/" + call + "/join", "m2").status == 201);

  // The first one also takes this process's lease as a presence peer.
  REQUIRE(world.http.send("POST", heartbeat, "m1").status == 200);
  const std::size_t operations = world.http.storage->operations();
  const std::size_t asked = world.directory->asked;
  for (int i = 0; i < 10; ++i) {
    for (const char* method : {"GET", "POST"}) {
      REQUIRE(world.http.send(method, heartbeat, "m1").text == R"({"message":"success"})");
      REQUIRE(world.http.send(method, heartbeat, "m2").text == R"({"message":"success"})");
    }
  }
  REQUIRE(world.http.storage->operations() == operations);
  REQUIRE(world.directory->asked == asked);
}

TEST_CASE("router: the first heartbeat after a restart -> asks the storage once", "[http][unit]") {
  FailingWorld world;
  const Call call = world.http.start("t", "m1");
  const std::string heartbeat = "threads/t/calls/" + call.id.value() + "/heartbeat";
  RouterOptions options;
  options.logger = nullLogger();
  const Router fresh{world.http.messenger, options};
  const auto beat = [&] {
    const std::string path = "/api/messenger/" + heartbeat;
    return fresh.handle({.method = "GET", .path = path, .user = HttpWorld::user("m1"), .body = {}}).status;
  };
  const std::size_t before = world.http.storage->operations();
  REQUIRE(beat() == 200);
  const std::size_t known = world.http.storage->operations();
  REQUIRE(known > before);
  REQUIRE(beat() == 200);
  REQUIRE(world.http.storage->operations() == known);
}

TEST_CASE("router: a heartbeat that memory can answer -> answered at once and no other request",
          "[http][unit]") {
  FailingWorld world;
  const std::string call = world.http.send("POST", "threads/t/calls", "m1").json.at("id").get<std::string>();
  const auto tried = [&](const Router& router, const std::string& method, const std::string& path,
                         const std::optional<UserId>& user, const std::string& body = {}) {
    const std::string whole = "/api/messenger/" + path;
    return router.tryHeartbeat({.method = method, .path = whole, .user = user, .body = body});
  };
  const std::string path = "threads/t/calls/" + call + "/heartbeat";
  const UserId ann = HttpWorld::user("m1");
  const std::size_t before = world.http.storage->operations();
  const std::size_t asked = world.directory->asked;
  // Without the lease, which the first report takes, nothing is acknowledged from memory.
  REQUIRE_FALSE(tried(world.http.router, "POST", path, ann));
  REQUIRE(world.http.storage->operations() == before);
  REQUIRE(world.http.send("POST", path, "m1").status == 200);

  world.http.storage->failIf(everything, testing::Fault::before);
  for (const char* method : {"GET", "POST"}) {
    for (const char* query : {"", "?x=1&x=2"}) {
      const auto response = tried(world.http.router, method, path + query, ann);
      REQUIRE(response);
      REQUIRE(response->status == 200);
      REQUIRE(response->body == R"({"message":"success"})");
    }
  }
  const std::string large(65 * 1024, ' ');
  REQUIRE_FALSE(tried(world.http.router, "HEAD", path, ann));  // has no effect
  REQUIRE_FALSE(tried(world.http.router, "PUT", path, ann));
  REQUIRE_FALSE(tried(world.http.router, "POST", path, std::nullopt));
  REQUIRE_FALSE(tried(world.http.router, "POST", path, HttpWorld::user("m2")));
  REQUIRE_FALSE(tried(world.http.router, "POST", path, ann, large));
  REQUIRE_FALSE(tried(world.http.router, "POST", path + '?' + large, ann));
  REQUIRE_FALSE(tried(world.http.router, "POST", "threads/u/calls/" + call + "/heartbeat", ann));
  REQUIRE_FALSE(tried(world.http.router, "POST", "threads/t/calls/%zz/heartbeat", ann));
  REQUIRE_FALSE(tried(world.http.router, "POST", "threads/t/calls/" + call + "/leave", ann));
  REQUIRE_FALSE(tried(world.http.router, "GET", "active-calls", ann));
  RouterOptions options;
  options.logger = nullLogger();
  const Router fresh{world.http.messenger, options};
  REQUIRE_FALSE(tried(fresh, "POST", path, ann));
  REQUIRE_FALSE(world.http.storage->struck());
  REQUIRE(world.directory->asked == asked);
}

}  // namespace messenger::http
