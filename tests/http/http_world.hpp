#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "messenger/adapters/defaults.hpp"
#include "messenger/adapters/memory.hpp"
#include "messenger/http/router.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/fake_video_driver.hpp"
#include "messenger/testing/faulty_storage.hpp"
#include "messenger/testing/manual_clock.hpp"
#include "tests/support/catch.hpp"

namespace messenger::inline v0::http {

using Json = nlohmann::json;

/// The user of a test, by id; `nobody` is not logged in.
inline const std::string nobody;

struct Reply {
  int status = 0;
  std::vector<Header> headers;
  std::string text;
  Json json;

  [[nodiscard]] std::string reason() const {
    return json.is_object() ? json.value("reason", std::string{}) : std::string{};
  }
  [[nodiscard]] std::string header(std::string_view name) const {
    for (const Header& each : headers) {
      if (each.name == name) return each.value;
    }
    return {};
  }
};

/// A Messenger on memory storage with a router in front of it.
struct HttpWorld {
  static Config defaults(bool queued = true) {
    Config config;
    config.calling.enabled = true;
    config.calling.subscriber.queued = queued;
    return config;
  }

  explicit HttpWorld(const Config& config = defaults(), RouterOptions options = {},
                     std::shared_ptr<ThreadDirectory> directory = nullptr)
      : messenger(config, Dependencies{.storage = storage,
                                       .threads = std::move(directory),
                                       .presence = nullptr,
                                       .broadcaster = nullptr,
                                       .clock = clock,
                                       .logger = nullLogger()}),
        router(messenger, quiet(std::move(options))) {
    messenger.setVideoDriver<testing::FakeVideoDriver>(provider);
  }

  /// Sends a request for a path below the prefix. Whatever comes back, it is JSON and holds no secret.
  Reply send(std::string_view method, const std::string& path, const std::string& user,
             std::string_view body = {}) {
    const std::string whole = "/api/messenger/" + path;
    Request request{.method = method, .path = whole, .user = std::nullopt, .body = body};
    if (user != nobody) request.user = UserId{"user", user};
    Response response = router.handle(request);
    INFO(method << ' ' << path.substr(0, 200) << " by '" << user << "': " << response.status << ' '
                << response.body);
    REQUIRE(response.body.find("swordfish") == std::string::npos);
    Reply reply{response.status, std::move(response.headers), std::move(response.body), Json()};
    if (method != "HEAD") reply.json = Json::parse(reply.text);
    if (method != "HEAD" && reply.status >= 400) {
      REQUIRE(reply.json.at("message").is_string());
      REQUIRE_FALSE(reply.json.at("message").get<std::string>().empty());
      REQUIRE_FALSE(reply.json.at("reason").get<std::string>().empty());
    }
    return reply;
  }

  static UserId user(const std::string& id) { return {"user", id}; }

  static ThreadMember member(const std::string& id) {
    ThreadMember made;
    made.user = user(id);
    made.name = "Name of " + id;
    return made;
  }

  void makeGroup(const std::string& id, const std::vector<ThreadMember>& members) {
    REQUIRE_OK(messenger.threads().createGroup("The " + id, members, ThreadId{id}));
  }

  void makePrivate(const std::string& id, const ThreadMember& one, const ThreadMember& other) {
    REQUIRE_OK(messenger.threads().createPrivate(one, other, ThreadId{id}));
  }

  Call start(const std::string& thread, const std::string& by) {
    const auto call = messenger.startCall(ThreadId{thread}, user(by));
    REQUIRE_OK(call);
    return *call;
  }

  ParticipantId join(const CallId& call, const std::string& by) {
    const auto joined = messenger.joinCall(call, user(by));
    REQUIRE_OK(joined);
    return joined->participant.id;
  }

  std::shared_ptr<testing::ManualClock> clock = std::make_shared<testing::ManualClock>();
  std::shared_ptr<testing::FaultyStorage> storage = std::make_shared<testing::FaultyStorage>(memoryStorage());
  std::shared_ptr<testing::FakeVideoProvider> provider = std::make_shared<testing::FakeVideoProvider>();
  Messenger messenger;
  Router router;

 private:
  static RouterOptions quiet(RouterOptions options) {
    if (!options.logger) options.logger = nullLogger();
    return options;
  }
};

}  // namespace messenger::http
