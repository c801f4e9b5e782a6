// Types of users: a channel `messenger.{type}.{id}` belongs to one user.
#include <set>

#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

/// Types with which two users would share a channel, or that are no names at all.
std::vector<std::string> badTypes() {
  return {"",
          "user.a",
          "thread",
          "call",
          "user:a",
          "us er",
          "user\n",
          std::string("user\0", 5),
          "App\\Models\\User",
          "\xc3\xbcser",
          "user\xe2\x80\x8b",
          "user/a",
          std::string(256, 'x')};
}

/// Threads of a host whose tables hold whatever they hold: everyone listed is a member of every thread.
class TheirTables final : public ThreadDirectory {
 public:
  explicit TheirTables(std::vector<UserId> users) : users_(std::move(users)) {}

  std::optional<Thread> findThread(const ThreadId& thread) const override {
    Thread found;
    found.id = thread;
    return found;
  }
  std::optional<ThreadMember> findMember(const ThreadId&, const UserId& user) const override {
    for (const UserId& each : users_) {
      if (each == user) return memberWith(user);
    }
    return std::nullopt;
  }
  std::vector<ThreadMember> members(const ThreadId&) const override {
    std::vector<ThreadMember> all;
    for (const UserId& each : users_) all.push_back(memberWith(each));
    return all;
  }
  std::vector<ThreadId> threadsOf(const UserId&) const override { return {}; }
  std::optional<std::string> findUserName(const UserId&) const override { return std::nullopt; }

 private:
  static ThreadMember memberWith(const UserId& user) {
    ThreadMember made;
    made.user = user;
    made.admin = true;
    return made;
  }

  const std::vector<UserId> users_;
};

std::unique_ptr<Messenger> hostWith(const Fixture& world, std::vector<UserId> users) {
  return std::make_unique<Messenger>(Fixture::configured(),
                                     Dependencies{.storage = world.storage,
                                                  .threads = std::make_shared<TheirTables>(std::move(users)),
                                                  .presence = nullptr,
                                                  .broadcaster = world.broadcaster,
                                                  .clock = world.clock,
                                                  .logger = world.logger});
}

ThreadMember memberWith(const UserId& user) {
  ThreadMember made;
  made.user = user;
  return made;
}

}  // namespace

TEST_CASE("user types: letters and digits and _ and - -> valid and anything else is not",
          "[facade][user_types]") {
  for (const char* type : {"user", "User", "company", "bot-2", "a_b", "7", "threads", "Thread", "caller"}) {
    CAPTURE(type);
    CHECK(UserId::isType(type));
    CHECK(Broadcast::channelOf({type, "7"}) == "messenger." + std::string{type} + ".7");
    CHECK(UserId::parse(std::string{type} + ":7") == UserId{type, "7"});
  }
  for (const std::string& type : badTypes()) {
    CAPTURE(type);
    CHECK_FALSE(UserId::isType(type));
    CHECK_FALSE(Broadcast::channelOf({type, "7"}));
    if (type != "user:a") CHECK_FALSE(UserId::parse(type + ":7"));
  }
  CHECK(UserId::isType(std::string(UserId::maxType, 'x')));
}

TEST_CASE("user types: two different users -> two different channels", "[facade][user_types]") {
  const std::vector<std::string> parts{"user", "user.a", "thread", "a",          "a.b",
                                       "b",    "",       "call",   "call.thread"};
  std::set<std::string> channels{"messenger.thread.a", "messenger.call.a.thread.b"};
  std::size_t users = channels.size();
  for (const std::string& type : parts) {
    for (const std::string& id : parts) {
      CAPTURE(type, id);
      const auto channel = Broadcast::channelOf({type, id});
      if (!channel) continue;
      ++users;
      channels.insert(*channel);
      REQUIRE(channels.size() == users);
    }
  }
  CHECK(users > 20);
}

TEST_CASE("user types: not valid -> the default directory refuses it by name", "[facade][user_types]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  Threads& threads = world.messenger->threads();
  for (const std::string& type : badTypes()) {
    CAPTURE(type);
    const UserId bad{type, "b"};
    const auto refusedByName = [](const auto& result) {
      REQUIRE_REFUSED(result, Reason::invalidInput);
      CHECK(result.error().detail.find("user.type") == 0);
    };
    refusedByName(threads.createGroup("S", {memberWith(bad)}));
    refusedByName(threads.createPrivate(memberWith(named("alice")), memberWith(bad)));
    refusedByName(threads.createPrivate(memberWith(bad), memberWith(named("alice"))));
    refusedByName(threads.putMember(world.team, memberWith(bad)));
    refusedByName(threads.setUserName(bad, "N"));
  }
}

TEST_CASE("user types: stored by an older version -> read and left and removed and put into no call",
          "[facade][user_types]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  Messenger& m = *world.messenger;
  const UserId old{"user.a", "b"};
  ThreadMember row = memberWith(old);
  row.admin = true;
  REQUIRE(world.storage->threads()->putMember(world.team, row) == ThreadStore::PutMember::stored);

  CHECK(m.threads().findMember(world.team, old)->user == old);
  const auto started = m.startCall(world.team, old);
  REQUIRE_REFUSED(started, Reason::invalidInput);
  CHECK(started.error().detail.find("user.type") == 0);
  const Call call = world.startTeam();
  REQUIRE_REFUSED(m.joinCall(call.id, old), Reason::invalidInput);
  REQUIRE_OK(m.showCall(call.id, old));
  REQUIRE_REFUSED(m.leaveCall(call.id, old), Reason::notInCall);
  REQUIRE_OK(m.threads().removeMember(world.team, old));
  CHECK_FALSE(m.threads().findMember(world.team, old));
}

TEST_CASE("user types: in a call since an older version -> stays and leaves", "[facade][user_types]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  Messenger& m = *world.messenger;
  const UserId old{"user.a", "b"};
  REQUIRE(world.storage->threads()->putMember(world.team, memberWith(old)) == ThreadStore::PutMember::stored);
  const Call call = world.startTeam();
  CallChange change;
  change.call = call.id;
  change.expectedRevision = world.now(call).revision;
  change.now = world.storageNow();
  CallParticipant row;
  row.id = ParticipantId{"old"};
  row.callId = call.id;
  row.user = old;
  row.createdAt = world.clock->now().wall;
  row.updatedAt = row.createdAt;
  change.participants = {row};
  CallSession session;
  session.participant = row.id;
  session.user = old;
  session.openedAt = row.createdAt;
  change.sessions = {session};
  REQUIRE(world.storage->calls().commit(change).status == CommitResult::Status::committed);

  REQUIRE_OK(m.heartbeat(call.id, old));
  REQUIRE_OK(m.joinCall(call.id, old));  // already in it
  world.events.clear();
  REQUIRE_OK(m.leaveCall(call.id, old));
  CHECK(world.events.count<CallLeft>() == 1);
  CHECK(world.events.count<BroadcastFailed>() == 1);
  for (const Broadcast& each : world.broadcaster->all()) {
    for (const std::string& channel : each.channels) CHECK(channel != "messenger.user.a.b");
  }
  REQUIRE_REFUSED(m.joinCall(call.id, old), Reason::invalidInput);  // and not in again
}

TEST_CASE("user types: from a host's directory -> in no call and on nobody else's channel",
          "[facade][user_types]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const UserId victim{"user", "a.b"};
  const UserId twin{"user.a", "b"};
  const UserId thread{"thread", "t"};
  const auto host = hostWith(world, {named("alice"), victim, twin, thread});
  EventLog events;
  events.listenTo(*host);
  REQUIRE_REFUSED(host->startCall(ThreadId{"t"}, twin), Reason::invalidInput);
  REQUIRE_REFUSED(host->startCall(ThreadId{"t"}, thread), Reason::invalidInput);
  const auto call = host->startCall(ThreadId{"t"}, named("alice"));
  REQUIRE_OK(call);
  REQUIRE_REFUSED(host->joinCall(call->id, twin), Reason::invalidInput);
  REQUIRE_OK(host->endCall(call->id, named("alice")));

  const auto sent = world.broadcaster->all();
  REQUIRE(sent.size() == 2);
  CHECK(sent[0].channels == std::vector<std::string>{"messenger.user.a.b"});
  CHECK(sent[1].channels == std::vector<std::string>{"messenger.user.alice", "messenger.user.a.b"});
  CHECK(events.count<BroadcastFailed>() == 2);
}

}  // namespace messenger::tests
