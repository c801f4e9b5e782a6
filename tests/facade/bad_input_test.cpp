// Invalid ids and texts: each is refused, and nothing has changed.
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

/// Unknown, empty, huge, with a NUL, ill-formed UTF-8, and SQL syntax.
std::vector<std::string> oddTexts() {
  return {"unknown",
          "",
          std::string(1 << 20, 'x'),
          std::string("a\0b", 3),
          std::string("\0", 1),
          "\xff\xfe\x80",
          "\xc0\xaf",
          "'; DROP TABLE calls; --",
          "team\n",
          "%",
          "\xf0\x9f\x92\xa9"};
}

std::string shown(const std::string& text) {
  return std::to_string(text.size()) + " bytes";
}

}  // namespace

TEST_CASE("bad input: odd ids of calls and threads -> not found", "[facade][bad_input]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  const UserId user = member(0);
  Messenger& m = *world.messenger;
  world.events.clear();
  for (const std::string& text : oddTexts()) {
    CAPTURE(shown(text));
    const CallId odd{text};
    REQUIRE_REFUSED(m.joinCall(odd, user), Reason::callNotFound);
    REQUIRE_REFUSED(m.leaveCall(odd, user), Reason::callNotFound);
    REQUIRE_REFUSED(m.endCall(odd, user), Reason::callNotFound);
    REQUIRE_REFUSED(m.ignoreCall(odd, user), Reason::callNotFound);
    REQUIRE_REFUSED(m.heartbeat(odd, user), Reason::callNotFound);
    REQUIRE_REFUSED(m.kickParticipant(odd, user, ParticipantId{text}), Reason::callNotFound);
    REQUIRE_REFUSED(m.unkickParticipant(odd, user, ParticipantId{text}), Reason::callNotFound);
    REQUIRE_REFUSED(m.host().endCall(odd), Reason::callNotFound);
    REQUIRE_REFUSED(m.showCall(odd, user), Reason::callNotFound);
    REQUIRE_REFUSED(m.participants(odd, user), Reason::callNotFound);
    REQUIRE_REFUSED(m.participant(odd, user, ParticipantId{text}), Reason::callNotFound);
    REQUIRE_REFUSED(m.jobs().dispatch(JobType::setupCall, odd), Reason::callNotFound);
    REQUIRE_REFUSED(m.callHistory(world.team, user, odd), Reason::callNotFound);
    REQUIRE_REFUSED(m.startCall(ThreadId{text}, user), Reason::threadNotFound);
    REQUIRE_REFUSED(m.callHistory(ThreadId{text}, user), Reason::threadNotFound);
    REQUIRE_REFUSED(m.kickParticipant(call.id, user, ParticipantId{text}), Reason::participantNotFound);
    REQUIRE_REFUSED(m.participant(call.id, user, ParticipantId{text}), Reason::participantNotFound);
    REQUIRE_FALSE(m.host().findCall(odd));
    REQUIRE_FALSE(m.host().findParticipant(ParticipantId{text}));
    REQUIRE(m.host().participants(odd).empty());
    REQUIRE(m.jobs().retry(JobId{text}) == 0);
    REQUIRE_NOTHROW(m.host().memberRemoved(ThreadId{text}, user));
  }
  REQUIRE(world.now(call).revision == call.revision);
  REQUIRE(world.events.all().size() == world.events.count<MemberRemoved>());
  REQUIRE(m.jobs().pending().empty());
}

TEST_CASE("bad input: odd users -> not members", "[facade][bad_input]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  const ParticipantId row = world.messenger->host().participants(call.id).at(0).id;
  Messenger& m = *world.messenger;
  std::vector<UserId> users{{"user", "u0:"}, {"", "u0"}, {"User", "u0"}, {"user:u0", ""}, {"use", "ru0"}};
  for (const std::string& text : oddTexts()) {
    users.push_back({"user", text});
    users.push_back({text, "u0"});
    users.push_back({text, text});
  }
  for (const UserId& user : users) {
    CAPTURE(shown(user.type), shown(user.id));
    REQUIRE_REFUSED(m.startCall(world.team, user), Reason::notMember);
    REQUIRE_REFUSED(m.joinCall(call.id, user), Reason::notMember);
    REQUIRE_REFUSED(m.leaveCall(call.id, user), Reason::notMember);
    REQUIRE_REFUSED(m.endCall(call.id, user), Reason::notMember);
    REQUIRE_REFUSED(m.ignoreCall(call.id, user), Reason::notMember);
    REQUIRE_REFUSED(m.heartbeat(call.id, user), Reason::notMember);
    REQUIRE_REFUSED(m.kickParticipant(call.id, user, row), Reason::notMember);
    REQUIRE_REFUSED(m.unkickParticipant(call.id, user, row), Reason::notMember);
    REQUIRE_REFUSED(m.showCall(call.id, user), Reason::notMember);
    REQUIRE_REFUSED(m.participants(call.id, user), Reason::notMember);
    REQUIRE_REFUSED(m.participant(call.id, user, row), Reason::notMember);
    REQUIRE_REFUSED(m.callHistory(world.team, user), Reason::notMember);
    REQUIRE(m.activeCalls(user).empty());
    REQUIRE_NOTHROW(m.host().memberRemoved(world.team, user));
  }
  REQUIRE(world.now(call).revision == call.revision);
  REQUIRE(world.presence->seenWithin(hours{1}, world.clock->now().steady).size() == 1);
}

TEST_CASE("bad input: odd text for the directory -> refused", "[facade][bad_input]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  Threads& threads = world.messenger->threads();
  const auto alice = Fixture::memberOf(named("alice"));
  const auto with = [](UserId user, std::string name = "N") {
    ThreadMember made;
    made.user = std::move(user);
    made.name = std::move(name);
    return made;
  };
  std::vector<std::string> bad{
      std::string(256, 'x'),
      std::string(1 << 20, 'x'),
      std::string("a\0b", 3),
      "\xff",
      "a\nb",
      "\x7f",
      "\xed\xa0\x80",
      "a\xc2\x9b"
      "31m",               // U+009B
      "a\xe2\x80\xae",     // U+202E
      "a\xe2\x80\x8b",     // U+200B
      "\xef\xbb\xbfName",  // U+FEFF
  };
  for (const std::string& text : bad) {
    CAPTURE(shown(text));
    REQUIRE_REFUSED(threads.createGroup(text, {alice}), Reason::invalidInput);
    REQUIRE_REFUSED(threads.createGroup("S", {with({"user", text})}), Reason::invalidInput);
    REQUIRE_REFUSED(threads.createGroup("S", {with({text, "x"})}), Reason::invalidInput);
    REQUIRE_REFUSED(threads.createGroup("S", {with({"user", "x"}, text)}), Reason::invalidInput);
    REQUIRE_REFUSED(threads.createGroup("S", {alice}, ThreadId{text}), Reason::invalidInput);
    REQUIRE_REFUSED(threads.setSubject(world.team, text), Reason::invalidInput);
    REQUIRE_REFUSED(threads.putMember(world.team, with({"user", text})), Reason::invalidInput);
    REQUIRE_REFUSED(threads.setUserName({"user", text}, "N"), Reason::invalidInput);
    REQUIRE_REFUSED(threads.setUserName({"user", "x"}, text), Reason::invalidInput);
    REQUIRE_REFUSED(threads.setLocked(ThreadId{text}, true), Reason::threadNotFound);
    REQUIRE_REFUSED(threads.removeMember(world.team, {"user", text}), Reason::userNotFound);
    REQUIRE_FALSE(threads.find(ThreadId{text}));
    REQUIRE_FALSE(threads.findMember(world.team, {"user", text}));
    REQUIRE(threads.members(ThreadId{text}).empty());
  }
  REQUIRE_REFUSED(threads.createGroup("S", {with({"user", ""})}), Reason::invalidInput);
  REQUIRE_REFUSED(threads.createGroup("S", {with({"", "x"})}), Reason::invalidInput);
  REQUIRE_REFUSED(threads.createGroup("S", {alice}, ThreadId{""}), Reason::invalidInput);
  REQUIRE_REFUSED(threads.createGroup("S", {alice, alice}), Reason::invalidInput);
  REQUIRE_REFUSED(threads.createPrivate(alice, alice), Reason::invalidInput);
  REQUIRE_REFUSED(threads.createGroup("S", {alice}, world.team), Reason::threadExists);
  REQUIRE_REFUSED(threads.putMember(world.pair, with({"user", "carol"})), Reason::invalidInput);
  REQUIRE(threads.createGroup("S", {with({"user", ""})}).error().detail.find("user.id") != std::string::npos);
  REQUIRE_OK(threads.createGroup(std::string(255, 'x'), {}, ThreadId{std::string(255, 'y')}));
  REQUIRE(threads.members(world.team).size() == Fixture::groupSize);
}

TEST_CASE("bad input: a text that is refused -> the detail says what is wrong with which field",
          "[facade][bad_input]") {
  Fixture world;
  Threads& threads = world.messenger->threads();
  const auto why = [&](const std::string& subject) {
    return threads.setSubject(world.team, subject).error().detail;
  };
  std::string flowers;
  for (int i = 0; i < 100; ++i) flowers += "\xf0\x9f\x8c\xb8";
  CHECK(why(flowers) == "subject has 400 bytes (100 characters), at most 255 bytes are allowed.");
  CHECK(why(std::string(300, 'x')) == "subject has 300 bytes, at most 255 are allowed.");
  CHECK(why("\xff") == "subject is not valid UTF-8.");
  CHECK(why("a\tb") == "subject contains U+0009, a control or format character.");
  CHECK(why("a\xe2\x81\xa6") == "subject contains U+2066, a control or format character.");
  CHECK(threads.createGroup("S", {}, ThreadId{""}).error().detail == "thread.id must not be empty.");
  REQUIRE_OK(threads.setSubject(world.team, flowers.substr(0, 252)));
}

TEST_CASE("bad input: any text in a host's directory -> broadcasts stay valid", "[facade][bad_input]") {
  /// Every user is a member of every thread.
  struct Anything final : ThreadDirectory {
    std::optional<Thread> findThread(const ThreadId& thread) const override {
      Thread found;
      found.id = thread;
      found.subject = "\xff\"\n";
      return found;
    }
    std::optional<ThreadMember> findMember(const ThreadId&, const UserId& user) const override {
      ThreadMember found;
      found.user = user;
      found.name = std::string("\xfe\0'", 3);
      found.admin = true;
      return found;
    }
    std::vector<ThreadMember> members(const ThreadId& thread) const override {
      return {*findMember(thread, {"user", "x"}), *findMember(thread, {"\xff", std::string("\0", 1)})};
    }
    std::vector<ThreadId> threadsOf(const UserId&) const override { return {}; }
    std::optional<std::string> findUserName(const UserId&) const override { return std::nullopt; }
  };
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  Messenger m(Fixture::configured(), Dependencies{.storage = world.storage,
                                                  .threads = std::make_shared<Anything>(),
                                                  .presence = nullptr,
                                                  .broadcaster = world.broadcaster,
                                                  .clock = world.clock,
                                                  .logger = world.logger});
  REQUIRE_THROWS_AS(m.threads(), std::logic_error);
  int number = 0;
  for (const std::string& text : oddTexts()) {
    CAPTURE(shown(text));
    REQUIRE_REFUSED(m.startCall(ThreadId{text}, {text + "!", text}), Reason::invalidInput);
    const UserId user{"user", text};
    const auto call = m.startCall(ThreadId{text + std::to_string(++number)}, user);
    REQUIRE_OK(call);
    REQUIRE(m.host().findCall(call->id)->owner == user);
    REQUIRE(m.joinCall(call->id, user)->participant.user == user);
    REQUIRE_OK(m.heartbeat(call->id, user));
    REQUIRE(m.host().participants(call->id).at(0).user == user);
    REQUIRE_OK(m.endCall(call->id, user));
  }
  for (const Broadcast& each : world.broadcaster->all()) {
    REQUIRE(each.payload.find('\0') == std::string::npos);
    REQUIRE(each.payload.find('\xff') == std::string::npos);
    REQUIRE(each.payload.find('\n') == std::string::npos);
  }
}

TEST_CASE("bad input: a missing dependency -> named", "[facade][bad_input]") {
  REQUIRE_THROWS_WITH(Messenger(Fixture::configured(), std::shared_ptr<Storage>{}),
                      Catch::Contains("storage"));
  struct NoThreads final : testing::ForwardingStorage {
    using ForwardingStorage::ForwardingStorage;
    ThreadStore* threads() noexcept override { return nullptr; }
  };
  const auto storage = std::make_shared<NoThreads>(memoryStorage());
  REQUIRE_THROWS_WITH(Messenger(Fixture::configured(), storage), Catch::Contains("threads"));
  REQUIRE_THROWS_AS(Messenger(Fixture::configured(), storage), std::invalid_argument);
}

}  // namespace messenger::tests
