#include <algorithm>

#include "testing/conformance/storage_case.hpp"

namespace messenger::inline v0::testing {
namespace {

CallStore::LoadRequest ofCall(const CallId& call) {
  CallStore::LoadRequest request;
  request.call = call;
  return request;
}

CallStore::LoadRequest ofThread(const std::string& thread) {
  CallStore::LoadRequest request;
  request.thread = ThreadId{thread};
  return request;
}

void byId(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  c.join(call, c.bob, 1);
  const auto loaded = c.calls().load(ofCall(call));
  require(loaded.call.has_value(), "the call is found");
  requireEqual("the call", loaded.call->call.id, call);
  requireEqual("rows that nobody asked for", loaded.call->participants.size(), std::size_t{0});
  requireEqual("how many are in it", loaded.call->inCall, std::size_t{2});
  requireEqual("the revision", loaded.call->call.revision, std::int64_t{2});
}

void unknown(StorageCase& c) {
  c.start("thread", c.alice, 0);
  require(!c.calls().load(ofCall(CallId{"nowhere"})).call, "an unknown call is not found");
  require(!c.calls().load(ofThread("nowhere")).call, "nor one of an unknown thread");
}

void byThread(StorageCase& c) {
  const CallId first = c.start("thread", c.alice, 0);
  c.end(first, 1);
  require(!c.calls().load(ofThread("thread")).call, "an ended call is not the active one");
  require(!c.state(first).call.active(), "but found by its id");
  const CallId second = c.start("thread", c.bob, 2);
  const auto loaded = c.calls().load(ofThread("thread"));
  require(loaded.call.has_value(), "the active call is found");
  requireEqual("the call", loaded.call->call.id, second);
}

void askedFor(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  c.join(call, c.bob, 1);
  c.join(call, c.carol, 2);
  c.leave(call, c.carol, 3);
  auto request = ofCall(call);
  request.user = c.bob;
  requireEqual("rows", c.calls().load(request).call.value().participants.size(), std::size_t{1});
  request.participant = c.row(call, c.bob).id;
  requireEqual("the same row, asked for twice", c.calls().load(request).call.value().participants.size(),
               std::size_t{1});
  request.participant = c.row(call, c.carol).id;
  const CallState both = c.calls().load(request).call.value();
  require(both.find(c.bob) != nullptr && both.find(c.carol) != nullptr, "the user and the participant");
  request.everyoneInCall = true;
  const CallState all = c.calls().load(request).call.value();
  requireEqual("rows with all who are in it", all.participants.size(), std::size_t{3});
  requireEqual("how many are in it", all.inCall, std::size_t{2});
  request.countUpTo = 1;
  const std::size_t atLeast = c.calls().load(request).call.value().inCall;
  require(atLeast == 1 || atLeast == 2, "counted as far as asked for, or to the end");
}

void foreignParticipant(StorageCase& c) {
  const CallId one = c.start("one", c.alice, 0);
  const CallId other = c.start("other", c.bob, 0);
  auto request = ofCall(one);
  request.participant = c.row(other, c.bob).id;
  require(c.calls().load(request).call.value().participants.empty(),
          "a participant of another call is not given");
}

void lastSeen(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 5);
  requireEqual("last seen", c.lastSeen(call, c.alice), t(5));
  requireEqual("of one without a row", c.lastSeen(call, c.bob), std::nullopt);
  c.join(call, c.bob, 6);
  c.leave(call, c.bob, 7);
  requireEqual("of one who left", c.lastSeen(call, c.bob), std::nullopt);
}

void sessionsOfUser(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 5);
  c.join(call, c.bob, 6);
  CallChange change = c.changing(call, 7);
  change.participants = {c.row(call, c.alice)};
  change.sessions = {StorageCase::sessionOf(change.participants[0], 7, "phone")};
  c.commit(change);
  change = c.changing(call, 8);
  change.sessions = {c.state(call, c.alice).sessions.at(0)};
  change.sessions[0].closedAt = at(8);
  c.commit(change);
  const CallState found = c.state(call, c.alice);
  requireEqual("how many", found.sessions.size(), std::size_t{2});
  const auto count = [&](bool open) {
    return std::count_if(found.sessions.begin(), found.sessions.end(), [&](const CallSession& each) {
      return each.open() == open && each.user == c.alice;
    });
  };
  require(count(true) == 1 && count(false) == 1, "those of the user, open and closed");
  require(c.state(call).sessions.empty(), "none where no user is asked for");
  const CallParticipant alice = c.row(call, c.alice);
  require(found.find(c.alice, DeviceId{"phone"})->mediaId == Secret{"media of " + alice.id.value() + "phone"},
          "with the media id");
  CallStore::LoadRequest byParticipant;
  byParticipant.call = call;
  byParticipant.user = c.bob;
  byParticipant.participant = alice.id;
  requireEqual("of user and participant", c.calls().load(byParticipant).call.value().sessions.size(),
               std::size_t{3});
  byParticipant.user = c.alice;
  requireEqual("each once", c.calls().load(byParticipant).call.value().sessions.size(), std::size_t{2});
  CallStore::LoadRequest request = ofThread("thread");
  request.user = c.alice;
  requireEqual("by the thread", c.calls().load(request).call.value().sessions.size(), std::size_t{2});
  require(c.state(call, c.carol).sessions.empty(), "none of a user who never joined");
}

void threadRevision(StorageCase& c) {
  requireEqual("at first", c.calls().load(ofThread("thread")).threadRevision, std::int64_t{0});
  c.calls().raiseThreadRevision(ThreadId{"thread"});
  c.calls().raiseThreadRevision(ThreadId{"thread"});
  const std::int64_t raised = c.calls().load(ofThread("thread")).threadRevision;
  require(raised >= 2, "raised by each");
  requireEqual("of another thread", c.calls().load(ofThread("other")).threadRevision, std::int64_t{0});
  c.calls().raiseThreadRevision(ThreadId{"other"});
  requireEqual("when another is raised", c.calls().load(ofThread("thread")).threadRevision, raised);
  const CallId call = c.start("thread", c.alice, 0);
  requireEqual("of the call's thread", c.calls().load(ofCall(call)).threadRevision, raised);
}

void switchIsSeen(StorageCase& c) {
  requireEqual("without the switch", c.calls().load(ofThread("thread")).callsDownUntil, std::nullopt);
  c.switches().takeCallsDown({t(100), std::nullopt});
  requireEqual("with it", c.calls().load(ofThread("thread")).callsDownUntil, t(100));
}

void membership(StorageCase& c) {
  ThreadStore* threads = c.storage().threads();
  if (threads == nullptr) return;
  NewThread thread;
  thread.thread.id = ThreadId{"thread"};
  thread.thread.type = ThreadType::privateThread;
  thread.members = {{.user = c.alice, .name = "Alice"}, {.user = c.bob, .name = "Bob", .pending = true}};
  threads->createThread(thread);
  auto request = ofThread("thread");
  request.user = c.alice;
  request.membership = true;
  const auto found = c.calls().load(request).membership;
  require(found && found->member, "the membership is read");
  requireEqual("the member", *found->member, thread.members[0]);
  requireEqual("how many members", found->thread.members, std::size_t{2});
  requireEqual("the other member", found->other.value(), thread.members[1]);
  const CallId call = c.start("thread", c.alice, 0);
  request = ofCall(call);
  request.user = c.carol;
  request.membership = true;
  const auto none = c.calls().load(request).membership;
  require(none && !none->member, "an outsider is not a member of the call's thread");
  require(!none->other, "and learns of no other");
  request = ofThread("nowhere");
  request.membership = true;
  require(!c.calls().load(request).membership, "an unknown thread has no membership");
}

}  // namespace

void checkLoading(StorageChecks& checks) {
  checks.run("load: by id -> the call, its revision, how many are in it", byId);
  checks.run("load: unknown call or thread -> no call", unknown);
  checks.run("load: by thread -> the active call alone", byThread);
  checks.run("load: requested rows -> these, each once", askedFor);
  checks.run("load: participant of another call -> not returned", foreignParticipant);
  checks.run("load: user in the call -> when last seen", lastSeen);
  checks.run("load: user asked for -> all their sessions", sessionsOfUser);
  checks.run("load: the thread's revision -> rises with each raise, for this thread alone", threadRevision);
  checks.run("load: calls are down -> until when", switchIsSeen);
  checks.run("load: membership asked for -> thread, member, the other member", membership);
}

}  // namespace messenger::testing
