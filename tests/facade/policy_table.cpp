// The table "who may do what" of the design, cell by cell: every verb by every kind of user.
#include <map>

#include "messenger/testing/faulty_storage.hpp"
#include "tests/facade/verbs_world.hpp"

namespace messenger::tests {
namespace {

using Answer = std::optional<Reason>;  // nothing: allowed
using Verb = std::function<Answer(World&, const Call&, const UserId&)>;

template <class T>
Answer answerOf(const Result<T>& result) {
  return result ? std::nullopt : Answer{result.error().reason};
}

std::string shown(const Answer& answer) {
  return std::string{answer ? toString(*answer) : "allowed"};
}

ParticipantId rowOf(World& world, const Call& call, const UserId& user) {
  for (const CallParticipant& row : world.messenger.host().participants(call.id)) {
    if (row.user == user) return row.id;
  }
  return ParticipantId{"nobody"};
}

const std::map<std::string, Verb>& verbs() {
  static const std::map<std::string, Verb> all{
      {"join",
       [](World& w, const Call& c, const UserId& u) { return answerOf(w.messenger.joinCall(c.id, u)); }},
      {"leave",
       [](World& w, const Call& c, const UserId& u) { return answerOf(w.messenger.leaveCall(c.id, u)); }},
      {"heartbeat",
       [](World& w, const Call& c, const UserId& u) { return answerOf(w.messenger.heartbeat(c.id, u)); }},
      {"end",
       [](World& w, const Call& c, const UserId& u) { return answerOf(w.messenger.endCall(c.id, u)); }},
      {"ignore",
       [](World& w, const Call& c, const UserId& u) { return answerOf(w.messenger.ignoreCall(c.id, u)); }},
      {"kick",
       [](World& w, const Call& c, const UserId& u) {
         return answerOf(w.messenger.kickParticipant(c.id, u, rowOf(w, c, c.owner)));
       }},
      {"unkick",
       [](World& w, const Call& c, const UserId& u) {
         return answerOf(w.messenger.unkickParticipant(c.id, u, rowOf(w, c, c.owner)));
       }},
      {"show",
       [](World& w, const Call& c, const UserId& u) { return answerOf(w.messenger.showCall(c.id, u)); }},
      {"list", [](World& w, const Call& c,
                  const UserId& u) { return answerOf(w.messenger.callHistory(c.threadId, u)); }},
      {"participants",
       [](World& w, const Call& c, const UserId& u) { return answerOf(w.messenger.participants(c.id, u)); }},
      {"participant",
       [](World& w, const Call& c, const UserId& u) {
         return answerOf(w.messenger.participant(c.id, u, rowOf(w, c, c.owner)));
       }},
  };
  return all;
}

/// One row of the table: a user in a state, and the answer of each verb.
struct Row {
  std::string caller;
  std::map<std::string, Answer> answers;
};

constexpr Answer allowed = std::nullopt;

void check(const std::string& thread, const std::string& owner,
           const std::function<UserId(World&, const Call&)>& arrange, const Row& row) {
  REQUIRE(row.answers.size() == verbs().size());
  for (const auto& [name, expected] : row.answers) {
    World world;
    const Call call = world.start(thread, owner);
    const UserId caller = arrange(world, call);
    const Call before = world.now(call);
    INFO(thread << ": " << row.caller << " / " << name);
    const Answer answer = verbs().at(name)(world, call, caller);
    REQUIRE(shown(answer) == shown(expected));
    if (answer) {
      REQUIRE(world.now(call).revision == before.revision);  // a refusal changes nothing
    }
  }
}

Row everything(const std::string& caller, Reason reason) {
  Row row{caller, {}};
  for (const auto& [name, verb] : verbs()) row.answers[name] = reason;
  return row;
}

Row changed(Row row, const std::map<std::string, Answer>& answers) {
  for (const auto& [name, answer] : answers) row.answers[name] = answer;
  return row;
}

Row reading(const std::string& caller) {
  return changed(everything(caller, Reason::callEnded),
                 {{"show", allowed}, {"list", allowed}, {"participants", allowed}, {"participant", allowed}});
}

}  // namespace

TEST_CASE("policy: an outsider -> may do nothing", "[facade][policy]") {
  const auto outsider = [](World&, const Call&) { return person("outsider"); };
  check("group", "ann", outsider, everything("outsider", Reason::notMember));
  check("private", "alice", outsider, everything("outsider", Reason::notMember));
}

TEST_CASE("policy: a member who never joined -> may view and join and ignore", "[facade][policy]") {
  const std::map<std::string, Answer> outside{{"join", allowed},
                                              {"ignore", allowed},
                                              {"leave", Reason::notInCall},
                                              {"heartbeat", Reason::notInCall},
                                              {"end", Reason::notInCall},
                                              {"kick", Reason::notInCall},
                                              {"unkick", Reason::notInCall}};
  check(
      "group", "ann", [](World&, const Call&) { return person("mia"); }, changed(reading("member"), outside));
  check(
      "private", "alice", [](World&, const Call&) { return person("bob"); },
      changed(changed(reading("member"), outside),
              {{"kick", Reason::notGroup}, {"unkick", Reason::notGroup}}));
}

TEST_CASE("policy: a participant in the call -> may leave and send heartbeats", "[facade][policy]") {
  const std::map<std::string, Answer> inside{
      {"join", allowed}, {"leave", allowed}, {"heartbeat", allowed}, {"ignore", Reason::alreadyJoined}};
  const auto joins = [](const std::string& who) {
    return [who](World& world, const Call& call) {
      world.join(call, who);
      return person(who);
    };
  };
  SECTION("a plain member of a group may not end or kick") {
    check("group", "ann", joins("mia"),
          changed(changed(reading("in call"), inside), {{"end", Reason::notOwnerOrAdmin},
                                                        {"kick", Reason::notOwnerOrAdmin},
                                                        {"unkick", Reason::notOwnerOrAdmin}}));
  }
  SECTION("an admin of the thread may end and kick") {
    check("group", "sam", joins("ann"),
          changed(changed(reading("admin"), inside),
                  {{"end", allowed}, {"kick", allowed}, {"unkick", allowed}}));
  }
  SECTION("the owner of the call may end and kick") {
    check(
        "group", "sam", [](World&, const Call&) { return person("sam"); },
        changed(changed(reading("owner"), inside),
                {{"end", allowed}, {"kick", allowed}, {"unkick", allowed}}));
  }
  SECTION("either side of a private thread may end; nobody is kicked there") {
    check("private", "alice", joins("bob"),
          changed(changed(reading("in call"), inside),
                  {{"end", allowed}, {"kick", Reason::notGroup}, {"unkick", Reason::notGroup}}));
  }
}

TEST_CASE("policy: a participant who left -> may join again and nothing else", "[facade][policy]") {
  const std::map<std::string, Answer> left{{"join", allowed},
                                           {"ignore", Reason::alreadyJoined},
                                           {"leave", Reason::notInCall},
                                           {"heartbeat", Reason::notInCall},
                                           {"end", Reason::notInCall},
                                           {"kick", Reason::notInCall},
                                           {"unkick", Reason::notInCall}};
  const auto leaves = [](const std::string& who) {
    return [who](World& world, const Call& call) {
      world.join(call, who);
      REQUIRE_OK(world.messenger.leaveCall(call.id, person(who)));
      return person(who);
    };
  };
  check("group", "sam", leaves("mia"), changed(reading("left"), left));
  check("group", "sam", leaves("ann"), changed(reading("admin who left"), left));
}

TEST_CASE("policy: a kicked participant -> may only view", "[facade][policy]") {
  const std::map<std::string, Answer> out{{"join", Reason::kicked},  {"ignore", Reason::alreadyJoined},
                                          {"leave", Reason::kicked}, {"heartbeat", Reason::kicked},
                                          {"end", Reason::kicked},   {"kick", Reason::kicked},
                                          {"unkick", Reason::kicked}};
  const auto kicked = [](const std::string& who, const std::string& by) {
    return [who, by](World& world, const Call& call) {
      const CallParticipant row = world.join(call, who);
      REQUIRE_OK(world.messenger.kickParticipant(call.id, person(by), row.id));
      return person(who);
    };
  };
  check("group", "ann", kicked("mia", "ann"), changed(reading("kicked"), out));
  check("group", "sam", kicked("ann", "sam"), changed(reading("kicked admin"), out));
}

TEST_CASE("policy: an ended call -> everyone may only view", "[facade][policy]") {
  const auto ended = [](const std::string& who) {
    return [who](World& world, const Call& call) {
      REQUIRE_OK(world.messenger.host().endCall(call.id));
      return person(who);
    };
  };
  for (const char* who : {"ann", "mia"}) check("group", "ann", ended(who), reading(who));
  check("private", "alice", ended("bob"),
        changed(reading("bob"), {{"kick", Reason::notGroup}, {"unkick", Reason::notGroup}}));
}

TEST_CASE("policy: each obstacle to a start -> its own reason", "[facade][policy][start_call]") {
  World world;
  const auto start = [&](const std::string& thread, const std::string& user) {
    return world.messenger.startCall(ThreadId{thread}, person(user));
  };
  SECTION("a private thread: either side") {
    REQUIRE_OK(start("private", "bob"));
    REQUIRE_REFUSED(start("private", "alice"), Reason::callAlreadyActive);
  }
  SECTION("a group: an admin, or who has the flag") {
    REQUIRE_REFUSED(start("group", "mia"), Reason::mayNotStart);
    REQUIRE_OK(start("group", "sam"));
  }
  SECTION("an outsider, an unknown thread") {
    REQUIRE_REFUSED(start("group", "outsider"), Reason::notMember);
    REQUIRE_REFUSED(start("nowhere", "ann"), Reason::threadNotFound);
  }
  SECTION("a locked thread, a thread without calling") {
    REQUIRE_OK(world.messenger.threads().setLocked(ThreadId{"group"}, true));
    REQUIRE_REFUSED(start("group", "ann"), Reason::threadLocked);
    REQUIRE_OK(world.messenger.threads().setCalling(ThreadId{"private"}, false));
    REQUIRE_REFUSED(start("private", "alice"), Reason::threadCallingDisabled);
  }
  SECTION("a side that has not accepted yet, whichever") {
    for (const char* pending : {"alice", "bob"}) {
      for (const char* each : {"alice", "bob"}) {
        ThreadMember member = World::member(each);
        member.pending = std::string{each} == pending;
        REQUIRE_OK(world.messenger.threads().putMember(ThreadId{"private"}, member));
      }
      REQUIRE_REFUSED(start("private", "alice"), Reason::threadPending);
    }
  }
  SECTION("calls taken down") {
    REQUIRE_OK(world.messenger.host().callsDown(std::chrono::minutes{1}, When::now));
    REQUIRE_REFUSED(start("group", "ann"), Reason::callsDown);
    world.clock->advance(std::chrono::minutes{1});
    REQUIRE_OK(start("group", "ann"));
  }
}

TEST_CASE("policy: calling -> off unless the host enables it", "[facade][policy][start_call]") {
  REQUIRE_FALSE(Config{}.calling.enabled);
  Config config = World::configured(/*queued=*/true);
  config.calling.enabled = false;
  World world(config);
  REQUIRE_REFUSED(world.messenger.startCall(ThreadId{"group"}, person("ann")), Reason::callingDisabled);
}

TEST_CASE("policy: a refusal -> no change reaches the storage", "[facade][policy]") {
  World world;
  const Call call = world.start("group", "ann");
  const Call pair = world.start("private", "alice");
  world.join(call, "sam");
  const CallParticipant mia = world.join(call, "mia");
  REQUIRE_OK(world.messenger.kickParticipant(call.id, person("ann"), mia.id));
  const auto counting = std::make_shared<testing::FaultyStorage>(world.storage);
  std::size_t changes = 0;
  counting->failIf(
      [&](const testing::StorageOperation& operation) {
        changes += operation.writes ? 1 : 0;
        return false;
      },
      testing::Fault::before);
  Messenger messenger(World::configured(/*queued=*/true),
                      Dependencies{counting, nullptr, nullptr, nullptr, world.clock, nullLogger()});
  const auto refused = [&](const Call& of, const std::string& user, Reason reason) {
    const ParticipantId row = rowOf(world, of, of.owner);
    REQUIRE_REFUSED(messenger.joinCall(of.id, person(user)), reason);
    REQUIRE_REFUSED(messenger.leaveCall(of.id, person(user)), reason);
    REQUIRE_REFUSED(messenger.heartbeat(of.id, person(user)), reason);
    REQUIRE_REFUSED(messenger.endCall(of.id, person(user)), reason);
    REQUIRE_REFUSED(messenger.kickParticipant(of.id, person(user), row), reason);
  };
  refused(call, "mia", Reason::kicked);
  refused(call, "outsider", Reason::notMember);
  REQUIRE_REFUSED(messenger.leaveCall(call.id, person("mute")), Reason::notInCall);
  REQUIRE_REFUSED(messenger.endCall(call.id, person("mute")), Reason::notInCall);
  REQUIRE_REFUSED(messenger.endCall(call.id, person("sam")), Reason::notOwnerOrAdmin);
  REQUIRE_REFUSED(messenger.kickParticipant(call.id, person("mute"), mia.id), Reason::notInCall);
  REQUIRE_REFUSED(messenger.unkickParticipant(call.id, person("sam"), mia.id), Reason::notOwnerOrAdmin);
  REQUIRE_REFUSED(messenger.ignoreCall(pair.id, person("alice")), Reason::alreadyJoined);
  REQUIRE_REFUSED(messenger.kickParticipant(call.id, person("ann"), rowOf(world, pair, pair.owner)),
                  Reason::participantNotFound);
  REQUIRE(changes == 0);

  REQUIRE_OK(world.messenger.host().endCall(call.id));
  refused(call, "ann", Reason::callEnded);
  REQUIRE_REFUSED(messenger.ignoreCall(call.id, person("mute")), Reason::callEnded);
  REQUIRE_REFUSED(messenger.kickParticipant(call.id, person("ann"), mia.id), Reason::callEnded);
  REQUIRE_OK(world.messenger.host().callsDown(std::chrono::minutes{1}));
  REQUIRE_REFUSED(messenger.startCall(ThreadId{"group"}, person("ann")), Reason::callsDown);
  REQUIRE(changes == 0);
}

TEST_CASE("policy: the switches -> only start reads them", "[facade][policy]") {
  World world;
  const Call call = world.start("group", "ann");
  REQUIRE_OK(world.messenger.threads().setLocked(ThreadId{"group"}, true));
  REQUIRE_OK(world.messenger.threads().setCalling(ThreadId{"group"}, false));
  REQUIRE_OK(world.messenger.joinCall(call.id, person("mia")));
  REQUIRE_OK(world.messenger.heartbeat(call.id, person("mia")));
  REQUIRE_OK(world.messenger.endCall(call.id, person("ann")));
}

}  // namespace messenger::tests
