// What a host adds to the bodies of the router.
#include "messenger/contracts/presenter.hpp"

#include <functional>

#include "messenger/testing/recording_logger.hpp"
#include "tests/http/http_world.hpp"
#include "tests/support/strange_exceptions.hpp"

namespace messenger::inline v0::http {
namespace {

/// Returns what a test sets.
struct ScriptedPresenter final : Presenter {
  ExtraFields userFields(const UserId& user) const override {
    ++users;
    return onUser ? onUser(user) : ExtraFields{};
  }
  ExtraFields threadFields(const Thread& thread, const std::optional<UserId>& viewer) const override {
    return onThread ? onThread(thread, viewer) : ExtraFields{};
  }
  ExtraFields payloadFields(const std::string& event, const Call& call) const override {
    return onPayload ? onPayload(event, call) : ExtraFields{};
  }

  std::function<ExtraFields(const UserId&)> onUser;
  std::function<ExtraFields(const Thread&, const std::optional<UserId>&)> onThread;
  std::function<ExtraFields(const std::string&, const Call&)> onPayload;
  mutable int users = 0;
};

struct PresenterWorld {
  PresenterWorld()
      : messenger(HttpWorld::defaults(), Dependencies{.storage = memoryStorage(),
                                                      .threads = nullptr,
                                                      .presence = nullptr,
                                                      .broadcaster = nullptr,
                                                      .clock = clock,
                                                      .logger = nullLogger(),
                                                      .presenter = presenter}),
        router(messenger, RouterOptions{.logger = logger}) {
    REQUIRE_OK(messenger.threads().createGroup(
        "The team", {HttpWorld::member("ann"), HttpWorld::member("bob")}, ThreadId{"team"}));
    REQUIRE_OK(messenger.threads().putMember(ThreadId{"team"}, {{"user", "ann"}, "Ann", /*admin=*/true}));
  }

  Json get(const std::string& path, const std::string& method = "GET") const {
    const std::string whole = "/api/messenger/" + path;
    const Response response =
        router.handle({.method = method, .path = whole, .user = UserId{"user", "ann"}, .body = {}});
    INFO(response.body);
    REQUIRE(response.status < 300);
    return Json::parse(response.body);
  }

  std::shared_ptr<testing::ManualClock> clock = std::make_shared<testing::ManualClock>();
  std::shared_ptr<ScriptedPresenter> presenter = std::make_shared<ScriptedPresenter>();
  std::shared_ptr<testing::RecordingLogger> logger = std::make_shared<testing::RecordingLogger>();
  Messenger messenger;
  Router router;
};

}  // namespace

TEST_CASE("presenter: fields for users and threads and calls -> in every body of the router",
          "[http][presenter]") {
  PresenterWorld world;
  world.presenter->onUser = [](const UserId& user) {
    return ExtraFields{ExtraField::text("route", "/profile/\"" + user.id),
                       {"avatar", R"({"sm": "/s.png", "lg": null})"}};
  };
  world.presenter->onThread = [](const Thread& thread, const std::optional<UserId>& viewer) {
    return ExtraFields{
        ExtraField::text("seen_by", viewer.value_or(UserId{}).id + " in " + thread.id.value())};
  };
  world.presenter->onPayload = [](const std::string& event, const Call& call) {
    return ExtraFields{ExtraField::text("link", "/call/" + call.threadId.value() + event)};
  };
  const auto requireComplete = [](const Json& call) {
    CHECK(call.at("owner").at("route") == "/profile/\"ann");
    CHECK(call.at("owner").at("avatar") == Json{{"sm", "/s.png"}, {"lg", nullptr}});
    CHECK(call.at("owner").at("name") == "Ann");
    CHECK(call.at("meta").at("seen_by") == "ann in team");
    CHECK(call.at("link") == "/call/team");
  };
  const Json started = world.get("threads/team/calls", "POST");
  requireComplete(started);
  const std::string call = "threads/team/calls/" + started.at("id").get<std::string>();
  requireComplete(world.get(call));
  requireComplete(world.get("active-calls").at(0));
  requireComplete(world.get("threads/team/calls").at("data").at(0));
  CHECK(world.get(call + "/participants").at(0).at("owner").at("route") == "/profile/\"ann");
  CHECK(world.get(call + "/join", "POST").at("owner").at("route") == "/profile/\"ann");
  world.get(call + "/end", "POST");
  const Json ended = world.get(call);
  requireComplete(ended);
  CHECK(ended.at("participants").at(0).at("owner").at("avatar").at("sm") == "/s.png");
  CHECK(world.logger->lines().empty());
}

TEST_CASE("presenter: several rows of one user -> asked once for each response", "[http][presenter]") {
  PresenterWorld world;
  for (int i = 0; i < 5; ++i) {
    const auto call = world.messenger.startCall(ThreadId{"team"}, {"user", "ann"});
    REQUIRE_OK(call);
    REQUIRE_OK(world.messenger.endCall(call->id, {"user", "ann"}));
  }
  world.presenter->users = 0;
  CHECK(world.get("threads/team/calls").at("data").size() == 5);
  CHECK(world.presenter->users == 1);
}

TEST_CASE("presenter: throws whatever it likes -> the body without its fields and a line in the log",
          "[http][presenter]") {
  PresenterWorld world;
  const Json before = world.get("threads/team/calls", "POST");
  SECTION("a wild text") {
    world.presenter->onUser = [](const UserId&) -> ExtraFields {
      throw std::runtime_error(tests::wildText());
    };
  }
  SECTION("a null what") {
    world.presenter->onThread = [](const Thread&, const auto&) -> ExtraFields { throw tests::Wordless<>(); };
  }
  SECTION("an error of the library's own kind") {
    world.presenter->onPayload = [](const std::string&, const Call&) -> ExtraFields {
      throw StorageUnavailable("down");
    };
  }
  SECTION("a number") {
    world.presenter->onPayload = [](const std::string&, const Call&) -> ExtraFields { throw 7; };
  }
  CHECK(world.get("threads/team/calls/" + before.at("id").get<std::string>()) == before);
  CHECK(world.logger->lines().size() == 1);
}

TEST_CASE("presenter: fields that would break the body -> left out and named in the log",
          "[http][presenter]") {
  PresenterWorld world;
  const Json before = world.get("threads/team/calls", "POST");
  const std::string huge = '"' + std::string(ExtraField::maxJson, 'x') + '"';
  const ExtraFields bad{{"a", ""},
                        {"b", "{"},
                        {"c", "1, \"admin\": true"},
                        {"d", "\"\xff\""},
                        {"", "1"},
                        {"e\n", "1"},
                        {"e\u202e", "1"},
                        {"f", huge},
                        {"g", "\"\\ud800\""},
                        {std::string(256, 'h'), "1"},
                        {"i", "undefined"}};
  world.presenter->onUser = [&](const UserId&) { return bad; };
  CHECK(world.get("threads/team/calls/" + before.at("id").get<std::string>()) == before);
  CHECK(world.logger->lines().size() == bad.size());
  world.presenter->onUser = [&](const UserId&) {
    ExtraFields mixed = bad;
    mixed.push_back({"good", "1"});
    mixed.push_back({"good", "2"});
    return mixed;
  };
  Json expected = before;
  expected["owner"]["good"] = 1;
  CHECK(world.get("threads/team/calls/" + before.at("id").get<std::string>()) == expected);
}

TEST_CASE("presenter: names of the library's own fields -> cannot be replaced", "[http][presenter]") {
  PresenterWorld world;
  const auto everyNameOf = [](const Json& object) {
    ExtraFields all;
    for (const auto& [name, value] : object.items()) all.push_back({name, "\"mine\""});
    return all;
  };
  const Json active = world.get("threads/team/calls", "POST");
  const std::string path = "threads/team/calls/" + active.at("id").get<std::string>();
  const bool ends = GENERATE(false, true);
  if (ends) world.get(path + "/end", "POST");
  const Json before = world.get(path);
  world.presenter->onUser = [&](const UserId&) { return everyNameOf(before.at("owner")); };
  world.presenter->onThread = [&](const Thread&, const auto&) { return everyNameOf(before.at("meta")); };
  world.presenter->onPayload = [&](const std::string&, const Call&) { return everyNameOf(before); };
  CHECK(world.get(path) == before);
}

}  // namespace messenger::http
