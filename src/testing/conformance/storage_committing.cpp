#include "testing/conformance/storage_case.hpp"

namespace messenger::inline v0::testing {
namespace {

using Status = CommitResult::Status;

void newCall(StorageCase& c) {
  CallChange change = c.starting("thread", c.alice, 3);
  change.jobs = {c.newJob(JobType::setupCall, change.call, 3)};
  const CommitResult result = c.commit(change);
  require(result.call.sequence > 0, "the call has a sequence");
  requireEqual("the revision", result.call.revision, std::int64_t{1});
  requireEqual("how many rows", result.participants.size(), std::size_t{1});
  require(result.participants[0].sequence > 0, "the row has a sequence");
  requireEqual("the call when read again", c.state(change.call).call, result.call);
  requireEqual("the row when read again", c.row(change.call, c.alice), result.participants[0]);
  requireEqual("last seen", c.lastSeen(change.call, c.alice), t(3));
  requireEqual("seen by", c.silent().at(0).seenBy, here);
  const Job job = c.waiting().at(0);
  requireEqual("the job", job.id, change.jobs[0].id);
  requireEqual("the job is available", job.availableAt, t(3));
  requireEqual("the job was made", job.createdAt, at(3));
}

void sequencesGrow(StorageCase& c) {
  const CallId one = c.start("one", c.alice, 0);
  const CallId other = c.start("other", c.bob, 0);
  require(c.state(other).call.sequence > c.state(one).call.sequence, "the later call has the higher one");
  require(c.row(other, c.bob).sequence > c.row(one, c.alice).sequence, "so has the later row");
}

void oneActive(StorageCase& c) {
  const CallId first = c.start("thread", c.alice, 0);
  CallChange second = c.starting("thread", c.bob, 1);
  second.jobs = {c.newJob(JobType::setupCall, second.call, 1)};
  const auto result = c.unchangedBy([&] { return c.calls().commit(second); });
  requireEqual("status", result.status, Status::activeCallExists);
  require(!c.calls().findParticipant(second.participants[0].id), "its row is not stored");
  c.end(first, 2);
  c.start("thread", c.bob, 3);
}

void revisions(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  const CallChange stale = c.joining(call, {c.bob}, 1);
  const CommitResult raised = c.commit(c.changing(call, 1));
  requireEqual("the revision", raised.call.revision, std::int64_t{2});
  requireEqual("updatedAt without a row", raised.call.updatedAt, at(0));
  const auto result = c.unchangedBy([&] { return c.calls().commit(stale); });
  requireEqual("status of a stale change", result.status, Status::conflict);
  CallChange nowhere = stale;
  nowhere.call = CallId{"nowhere"};
  requireEqual("status of an unknown call", c.calls().commit(nowhere).status, Status::conflict);
}

void rowAndRoom(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  CallChange change = c.changing(call, 5);
  change.row = c.state(call).call;
  change.row->setupComplete = true;
  change.row->roomMayExist = true;
  change.row->room = Room{"R", "P", "X", Secret{"S"}};
  change.row->updatedAt = at(5);
  const CommitResult result = c.commit(change);
  requireEqual("the room", c.state(call).call.room, change.row->room);
  require(c.state(call).call.room == change.row->room, "the room with its secret");
  requireEqual("the call when read again", c.state(call).call, result.call);
  change = c.changing(call, 6);
  change.row = c.state(call).call;
  change.row->setupComplete = false;
  change.row->room.reset();
  c.commit(change);
  require(!c.state(call).call.room, "the room is cleared");
}

void givenAtTheStart(StorageCase& c) {
  using std::chrono::seconds;
  CallChange change = c.starting("thread", c.alice, 0);
  change.row->type = CallType::audio;
  change.row->limits = {.participants = 3,
                        .duration = seconds{60},
                        .warning = seconds{5},
                        .alone = seconds{7},
                        .emptyGrace = seconds{9}};
  change.row->data = "the host's \xE2\x82\xAC own\n";
  const CallId call = c.commit(change).call.id;
  const auto same = [&](std::string_view when) {
    const CallWithRoom found = c.state(call).call;
    requireEqual("the type " + std::string{when}, static_cast<int>(found.type), 2);
    requireEqual("the limits " + std::string{when}, describe(found.limits), describe(change.row->limits));
    requireEqual("the data " + std::string{when}, found.data, change.row->data);
  };
  same("at first");
  c.end(call, 1);
  same("after the end");
  const auto history = c.calls().history({ThreadId{"thread"}, std::nullopt, 9, c.alice});
  requireEqual("the data in a history", history.calls.at(0).call.data, change.row->data);
}

void countsToTheLimit(StorageCase& c) {
  CallChange change = c.starting("thread", c.alice, 0);
  change.row->limits.participants = 4;
  const CallId call = c.commit(change).call.id;
  c.commit(c.joining(call, {c.bob, c.carol, user("dave")}, 1));
  CallStore::LoadRequest request;
  request.call = call;
  request.countUpTo = 2;
  requireEqual("how many are in", c.calls().load(request).call.value().inCall, std::size_t{4});
}

void emptyRoom(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  CallChange change = c.changing(call, 5);
  change.row = c.state(call).call;
  change.row->setupComplete = true;
  change.row->room = Room{};
  c.commit(change);
  require(c.state(call).call.room == Room{}, "a room of which nothing is known");
}

void participants(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  CallChange change = c.joining(call, {c.bob, c.carol}, 2);
  change.seenBy = there;
  const CommitResult result = c.commit(change);
  requireEqual("the rows written", result.participants.size(), std::size_t{2});
  require(result.participants[0].sequence < result.participants[1].sequence, "in the order given");
  CallParticipant out = c.row(call, c.bob);
  out.kicked = true;
  out.leftAt = at(3);
  out.updatedAt = at(3);
  change = c.changing(call, 3);
  change.participants = {out};
  c.commit(change);
  requireEqual("the row as it was to be", c.row(call, c.bob), out);
  requireEqual("how many are in", c.state(call).inCall, std::size_t{2});
  requireEqual("departures", c.heartbeats().departures({t(3), 10}).size(), std::size_t{1});
  requireEqual("departures later", c.heartbeats().departures({t(4), 10}).size(), std::size_t{0});
  out.kicked = false;
  out.leftAt.reset();
  change = c.changing(call, 9);
  change.participants = {out};
  change.sessions = {StorageCase::sessionOf(out, 9)};
  c.commit(change);
  requireEqual("last seen on coming back", c.lastSeen(call, c.bob), t(9));
  requireEqual("departures once back", c.heartbeats().departures({t(0), 10}).size(), std::size_t{0});
}

void oneRowAUser(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  CallChange twice = c.joining(call, {c.bob, c.bob}, 1);
  c.requireRefused("a second row of a user", [&] { c.calls().commit(twice); });
  CallChange again = c.joining(call, {c.alice}, 1);
  c.requireRefused("a second row of the starter", [&] { c.calls().commit(again); });
}

void sessions(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  const CallParticipant alice = c.row(call, c.alice);
  CallChange change = c.changing(call, 2);
  change.sessions = {StorageCase::sessionOf(alice, 2, "phone"), StorageCase::sessionOf(alice, 2, "tablet")};
  change.seenBy = there;
  require(c.commit(change).closed.empty(), "nothing is closed");
  requireEqual("a new one was seen", c.lastSeen(call, c.alice, "phone"), t(2));
  requireEqual("in the call", c.state(call).inCall, std::size_t{1});

  change = c.changing(call, 3);
  change.sessions = {*c.state(call, c.alice).find(c.alice, DeviceId{"phone"})};
  change.sessions[0].closedAt = at(3);
  const auto closed = c.commit(change).closed;
  requireEqual("how many are closed", closed.size(), std::size_t{1});
  requireEqual("which", closed[0], SessionKey{call, c.alice, DeviceId{"phone"}});
  requireEqual("closed at", c.state(call, c.alice).find(c.alice, DeviceId{"phone"})->closedAt, at(3));
  change.expectedRevision += 1;
  require(c.commit(change).closed.empty(), "one that is closed is not closed again");
  change.expectedRevision += 1;
  change.sessions[0].device = DeviceId{"watch"};
  c.commit(change);
  require(c.state(call, c.alice).find(c.alice, DeviceId{"watch"}) == nullptr, "there is none to close");

  change = c.changing(call, 5);
  change.sessions = {StorageCase::sessionOf(alice, 5, "phone")};
  c.commit(change);
  requireEqual("one that comes back was seen", c.lastSeen(call, c.alice, "phone"), t(5));
  require(c.state(call, c.alice).find(c.alice, DeviceId{"phone"})->open(), "and is open");
  require(c.heartbeats().departures({t(0), 9}).empty(), "nothing has departed");
}

void sessionsOfWhoLeaves(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  c.join(call, c.bob, 1);
  CallChange change = c.changing(call, 2);
  for (const UserId& who : {c.alice, c.bob}) {
    change.sessions.push_back(StorageCase::sessionOf(c.row(call, who), 2, "phone"));
  }
  c.commit(change);
  change = c.changing(call, 3);
  change.participants = {c.row(call, c.bob)};
  change.participants[0].leftAt = at(3);
  requireEqual("of one who leaves", c.commit(change).closed.size(), std::size_t{2});
  for (const CallSession& each : c.state(call, c.bob).sessions)
    requireEqual("closed at", each.closedAt, at(3));
  requireEqual("those of the other", c.silent().size(), std::size_t{2});
  requireEqual("when everyone leaves", c.commit(c.ending(call, 4)).closed.size(), std::size_t{2});
  for (const CallSession& each : c.state(call, c.alice).sessions)
    requireEqual("closed at", each.closedAt, at(4));
  requireEqual("departures", c.heartbeats().departures({t(3), 9}).size(), std::size_t{4});
}

void forgetsSessions(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  const CallParticipant alice = c.row(call, c.alice);
  CallChange change = c.changing(call, 1);
  change.sessions = {StorageCase::sessionOf(alice, 1, "old")};
  c.commit(change);
  change = c.changing(call, 2);
  change.forgets = {alice.id, DeviceId{"old"}};
  c.commit(change);
  require(c.state(call, c.alice).find(c.alice, DeviceId{"old"}) != nullptr, "an open one stays");
  change = c.changing(call, 3);
  change.sessions = {StorageCase::sessionOf(alice, 1, "old")};
  change.sessions[0].closedAt = at(3);
  c.commit(change);
  change = c.changing(call, 4);
  change.forgets = {alice.id, DeviceId{"old"}};
  change.sessions = {StorageCase::sessionOf(alice, 4, "new")};
  c.commit(change);
  require(c.state(call, c.alice).find(c.alice, DeviceId{"old"}) == nullptr, "a closed one goes");
  require(c.state(call, c.alice).find(c.alice, DeviceId{"new"}) != nullptr, "the other comes");
  require(c.heartbeats().departures({t(0), 9}).empty(), "and has not departed");
}

void sessionOfNobody(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  CallChange change = c.changing(call, 1);
  change.sessions = {StorageCase::sessionOf(c.newRow(call, c.bob, 1), 1)};
  c.requireRefused("a session of no participant", [&] { c.calls().commit(change); });
}

void everyoneLeaves(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  c.join(call, c.bob, 1);
  c.join(call, c.carol, 2);
  c.leave(call, c.bob, 3);
  const CommitResult result = c.commit(c.ending(call, 4));
  requireEqual("how many left", result.left.size(), std::size_t{2});
  requireEqual("the first", result.left[0].user, c.alice);
  requireEqual("the second", result.left[1].user, c.carol);
  requireEqual("the row when read again", c.row(call, c.carol), result.left[1]);
  requireEqual("left at", result.left[0].leftAt, at(4));
  requireEqual("who left before", c.row(call, c.bob).leftAt, at(3));
  requireEqual("how many are in", c.state(call).inCall, std::size_t{0});
  require(c.silent().empty(), "nobody is in a call");
  requireEqual("departures", c.heartbeats().departures({t(4), 10}).size(), std::size_t{2});
}

void lastOneOut(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  CallChange change = c.ending(call, 1);
  CallParticipant out = c.row(call, c.alice);
  out.leftAt = at(1);
  change.participants = {out};
  require(c.commit(change).left.empty(),
          "who is taken out by a row is not among those who left with everyone");
}

void takenIds(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  CallChange sameCall = c.starting("other", c.bob, 1);
  sameCall.call = call;
  sameCall.row->id = call;
  c.requireRefused("a taken call id", [&] { c.calls().commit(sameCall); });
  CallChange sameRow = c.starting("other", c.bob, 1);
  sameRow.participants[0].id = c.row(call, c.alice).id;
  sameRow.sessions[0].participant = sameRow.participants[0].id;
  c.requireRefused("a taken participant id", [&] { c.calls().commit(sameRow); });
  const NewJob job = c.newJob(JobType::setupCall, call, 0);
  c.jobs().add(job);
  CallChange sameJob = c.joining(call, {c.bob}, 1);
  sameJob.jobs = {job};
  c.requireRefused("a taken job id", [&] { c.calls().commit(sameJob); });
  const NewJob twice = c.newJob(JobType::setupCall, call, 0);
  sameJob.jobs = {twice, twice};
  c.requireRefused("a job id given twice", [&] { c.calls().commit(sameJob); });
}

void guardsInOrder(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  c.jobs().add(c.newJob(JobType::setupCall, call, 0));
  const auto claimed = c.claim(0);
  require(claimed.has_value(), "a claim");
  CallChange change = c.joining(call, {c.bob}, 1);
  change.settles = c.settlement(*claimed, Settlement::Kind::done);
  change.settles->token += 1;
  const CallChange lost = change;
  requireEqual("a lost claim", c.unchangedBy([&] { return c.calls().commit(lost); }).status,
               Status::claimLost);
  change.expectedRevision -= 1;
  requireEqual("stale and lost", c.unchangedBy([&] { return c.calls().commit(change); }).status,
               Status::conflict);
  c.switches().takeCallsDown({t(100), std::nullopt});
  CallChange start = c.starting("thread", c.bob, 1);
  start.unlessCallsDown = true;
  requireEqual("down and active", c.unchangedBy([&] { return c.calls().commit(start); }).status,
               Status::callsDown);
  start.threadRevision = 5;
  requireEqual("all of it", c.unchangedBy([&] { return c.calls().commit(start); }).status, Status::conflict);
}

void threadRevisionGuard(StorageCase& c) {
  c.calls().raiseThreadRevision(ThreadId{"thread"});
  CallStore::LoadRequest request;
  request.thread = ThreadId{"thread"};
  const std::int64_t revision = c.calls().load(request).threadRevision;
  CallChange start = c.starting("thread", c.alice, 0);
  start.threadRevision = revision - 1;
  requireEqual("a start", c.unchangedBy([&] { return c.calls().commit(start); }).status, Status::conflict);
  start.threadRevision = revision;
  c.commit(start);
  CallChange join = c.joining(start.call, {c.bob}, 1);
  join.threadRevision = revision;
  c.calls().raiseThreadRevision(ThreadId{"thread"});
  requireEqual("a join", c.unchangedBy([&] { return c.calls().commit(join); }).status, Status::conflict);
  join.threadRevision.reset();
  c.commit(join);
}

void downGuard(StorageCase& c) {
  c.switches().takeCallsDown({t(10), std::nullopt});
  CallChange start = c.starting("thread", c.alice, 9);
  start.unlessCallsDown = true;
  requireEqual("while down", c.unchangedBy([&] { return c.calls().commit(start); }).status,
               Status::callsDown);
  start.now = t(10);
  c.commit(start);
  c.commit(c.starting("another", c.bob, 9));
}

void settlesWithTheChange(StorageCase& c) {
  const auto kind = [&](Settlement::Kind which, std::int64_t at) {
    const CallId call = c.start("thread" + std::to_string(at), c.alice, at);
    c.jobs().add(c.newJob(JobType::setupCall, call, at));
    const auto claimed = c.claim(at);
    CallChange change = c.changing(call, at);
    change.settles = c.settlement(claimed.value(), which, at + 50);
    c.commit(change);
    requireEqual("a second time",
                 c.calls()
                     .commit([&] {
                       CallChange again = c.changing(call, at);
                       again.settles = change.settles;
                       return again;
                     }())
                     .status,
                 Status::claimLost);
  };
  kind(Settlement::Kind::done, 100);
  require(c.waiting().empty() && c.failed().empty(), "a done job is gone");
  kind(Settlement::Kind::retry, 200);
  requireEqual("a retried job is available", c.waiting().at(0).availableAt, t(250));
  require(!c.waiting().at(0).leasedUntil, "and not leased");
  requireEqual("with its error", c.waiting().at(0).lastError, "an error");
  kind(Settlement::Kind::fail, 300);
  require(c.failed().at(0).failed, "a failed job is kept");
}

void cancelsJobs(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  const CallId other = c.start("another", c.alice, 0);
  for (const CallId& each : {call, other}) {
    c.jobs().add(c.newJob(JobType::endLoneCall, each, 10));
    c.jobs().add(c.newJob(JobType::endOverdueCall, each, 20));
  }
  c.jobs().add(c.newJob(JobType::endLoneCall, call, 30));
  const auto running = c.claim(10);
  requireEqual("the first", running.value().job.call, call);
  CallChange change = c.changing(call, 11);
  change.cancels = {JobType::endLoneCall, JobType::warnOfEnd};
  change.jobs = {c.newJob(JobType::endLoneCall, call, 40)};
  c.commit(change);
  std::vector<std::int64_t> left;
  for (const Job& each : c.waiting()) left.push_back((each.availableAt - t(0)) / std::chrono::seconds{1});
  require(left == std::vector<std::int64_t>{20, 10, 20, 40}, "the others, and the new one");
  require(!c.jobs().settle(c.settlement(*running, Settlement::Kind::done)),
          "the claim of one that ran is lost");
  CallChange stale = c.changing(call, 12);
  stale.cancels = {JobType::endOverdueCall};
  stale.expectedRevision -= 1;
  requireEqual("status", c.unchangedBy([&] { return c.calls().commit(stale); }).status, Status::conflict);
}

void cancelsFailedJobs(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  c.jobs().add(c.newJob(JobType::endLoneCall, call, 10));
  c.jobs().settle(c.settlement(c.claim(10).value(), Settlement::Kind::fail));
  requireEqual("failed", c.failed().size(), std::size_t{1});
  CallChange change = c.changing(call, 11);
  change.cancels = {JobType::endLoneCall};
  c.commit(change);
  require(c.failed().empty() && c.waiting().empty(), "it is gone");
  requireEqual("revived", c.jobs().retryFailed(std::nullopt, t(20)), std::size_t{0});
}

void conflictsStoreNoJob(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  CallChange change = c.ending(call, 1);
  change.jobs = {c.newJob(JobType::teardownCall, call, 1)};
  c.commit(c.changing(call, 1));
  requireEqual("status", c.unchangedBy([&] { return c.calls().commit(change); }).status, Status::conflict);
}

void claimOutlivesRefusal(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  c.jobs().add(c.newJob(JobType::setupCall, call, 0));
  const NewJob other = c.newJob(JobType::endCalls, std::nullopt, 50);
  c.jobs().add(other);
  const Settlement done = c.settlement(c.claim(0).value(), Settlement::Kind::done);
  CallChange stale = c.joining(call, {c.bob}, 1);
  stale.settles = done;
  c.commit(c.changing(call, 1));
  requireEqual("status", c.unchangedBy([&] { return c.calls().commit(stale); }).status, Status::conflict);
  CallChange taken = c.joining(call, {c.bob}, 2);
  taken.settles = done;
  taken.jobs = {other};
  c.requireRefused("a taken job id", [&] { c.calls().commit(taken); });
  require(c.jobs().settle(done), "the claim holds still");
}

void oddTexts(StorageCase& c) {
  for (const std::string& odd : {std::string{"'; DROP TABLE calls; --"}, std::string{"%_\\\"'"},
                                 std::string(300, 'x'), std::string{"h\xC3\xA4h\xE2\x82\xAC\xF0\x9F\x98\x80"},
                                 std::string{" a "}, std::string{"A"}, std::string{"a"}}) {
    CallChange change = c.starting("thread " + odd, {odd, odd}, 0);
    change.call = CallId{odd};
    change.row->id = CallId{odd};
    change.participants[0].id = ParticipantId{odd};
    change.participants[0].callId = CallId{odd};
    change.sessions[0].participant = ParticipantId{odd};
    change.sessions[0].device = DeviceId{odd};
    c.commit(change);
    requireEqual("the owner", c.state(CallId{odd}).call.owner, UserId{odd, odd});
    requireEqual("the row", c.row(CallId{odd}, {odd, odd}).id, ParticipantId{odd});
    require(c.state(CallId{odd}, UserId{odd, odd}).find(UserId{odd, odd}, DeviceId{odd}) != nullptr,
            "the session");
    requireEqual("the thread", c.state(CallId{odd}).call.threadId, ThreadId{"thread " + odd});
  }
}

void answersThread(StorageCase& c) {
  ThreadStore* threads = c.storage().threads();
  if (threads == nullptr) return;
  using Answer = CallChange::ThreadAnswer;
  NewThread thread;
  thread.thread.id = ThreadId{"thread"};
  thread.thread.type = ThreadType::group;
  thread.members = {{.user = c.alice, .name = "Alice"}, {.user = c.bob, .name = "Bob"}};
  threads->createThread(thread);
  CallChange change = c.starting("thread", c.alice, 0);
  change.answersThread = Answer::roster;
  const auto roster = c.commit(change).roster;
  require(roster && roster->thread.id == ThreadId{"thread"}, "the thread");
  requireEqual("its members", roster->members.size(), std::size_t{2});
  CallChange raise = c.changing(change.call, 1);
  require(!c.commit(raise).roster, "without asking there is no answer");
  raise = c.changing(change.call, 2);
  raise.answersThread = Answer::thread;
  const auto alone = c.commit(raise).roster;
  require(alone && alone->thread.members == 2 && alone->members.empty(), "the thread alone");
  CallChange nowhere = c.starting("nowhere", c.alice, 0);
  nowhere.answersThread = Answer::roster;
  require(!c.commit(nowhere).roster, "an unknown thread has no roster");
}

void usersAreTypeAndId(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  c.commit(c.joining(call, {{"company", "alice"}, {"a", "b:c"}, {"a:b", "c"}}, 1));
  requireEqual("how many are in", c.state(call).inCall, std::size_t{4});
}

}  // namespace

void checkCommitting(StorageChecks& checks) {
  checks.run("commit: new call -> call, row, job stored, sequences and revision given", newCall);
  checks.run("commit: later calls and rows -> higher sequences", sequencesGrow);
  checks.run("commit: new call in a thread with an active one -> activeCallExists", oneActive);
  checks.run("commit: other revision -> conflict, nothing written", revisions);
  checks.run("commit: row given -> the call and its room as given", rowAndRoom);
  checks.run("commit: room without details -> still a room", emptyRoom);
  checks.run("commit: type, limits and data of a call -> as given at its start", givenAtTheStart);
  checks.run("load: call with a limit of participants -> counted at least so far", countsToTheLimit);
  checks.run("commit: participants -> rows as given", participants);
  checks.run("commit: second row of a user -> StorageError", oneRowAUser);
  checks.run("commit: sessions -> open ones seen now, closed ones departed now", sessions);
  checks.run("commit: participant or everyone leaves -> their sessions are closed", sessionsOfWhoLeaves);
  checks.run("commit: forgets -> the row of a closed session goes", forgetsSessions);
  checks.run("commit: session of no participant of the call -> StorageError", sessionOfNobody);
  checks.run("commit: everyoneLeaves -> everyone who was in, in the order of joining", everyoneLeaves);
  checks.run("commit: taken out by a row and everyoneLeaves -> counted once", lastOneOut);
  checks.run("commit: id that is taken -> StorageError, nothing written", takenIds);
  checks.run("commit: several guards fail -> conflict, claimLost, callsDown, activeCallExists",
             guardsInOrder);
  checks.run("commit: thread's revision raised -> conflict", threadRevisionGuard);
  checks.run("commit: unlessCallsDown -> refused before that time, not at it", downGuard);
  checks.run("commit: settles -> the job ends with the change, once", settlesWithTheChange);
  checks.run("commit: cancels -> the call's jobs of these types go, also one that runs", cancelsJobs);
  checks.run("commit: cancels -> one that has failed goes, too", cancelsFailedJobs);
  checks.run("commit: conflict -> its jobs are not stored", conflictsStoreNoJob);
  checks.run("commit: conflict or StorageError -> the claim that it settles is still valid",
             claimOutlivesRefusal);
  checks.run("commit: answersThread -> the call's thread, with its members or without", answersThread);
  checks.run("commit: odd texts -> unchanged when read", oddTexts);
  checks.run("commit: users -> differ by type and by id", usersAreTypeAndId);
}

}  // namespace messenger::testing
