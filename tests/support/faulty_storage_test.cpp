#include "messenger/testing/faulty_storage.hpp"

#include "messenger/adapters/memory.hpp"
#include "messenger/errors.hpp"
#include "messenger/testing/forwarding_presence.hpp"
#include "messenger/testing/forwarding_thread_directory.hpp"
#include "tests/support/catch.hpp"

namespace messenger::inline v0::testing {
namespace {

NewJob job(const std::string& id) {
  NewJob job;
  job.id = JobId{id};
  job.type = JobType::endCalls;
  job.queue = "calls";
  return job;
}

TEST_CASE("faulty storage: failNth -> the nth operation fails once", "[testing][unit]") {
  FaultyStorage storage(memoryStorage());
  storage.jobs().add(job("1"));

  SECTION("when it fails before, nothing has happened") {
    storage.failNth(2, Fault::before);
    storage.jobs().add(job("2"));
    REQUIRE_FALSE(storage.struck());
    REQUIRE_THROWS_AS(storage.jobs().add(job("3")), StorageUnavailable);
    REQUIRE(storage.struck());
    REQUIRE(storage.jobs().list({}).size() == 2);
    REQUIRE(storage.operations() == 3);
    storage.jobs().add(job("3"));
  }
  SECTION("when it fails after, everything has happened and only the answer is lost") {
    storage.failNth(1, Fault::after);
    REQUIRE_THROWS_AS(storage.jobs().add(job("2")), StorageUnavailable);
    REQUIRE(storage.jobs().list({}).size() == 2);
    storage.failNth(1, Fault::after);
    REQUIRE_THROWS_AS(storage.jobs().list({}), StorageUnavailable);
  }
  SECTION("when it is healed, it fails no more") {
    storage.failNth(1, Fault::before);
    storage.heal();
    storage.jobs().add(job("2"));
    REQUIRE_FALSE(storage.struck());
  }
}

TEST_CASE("faulty storage: failIf -> the matching operations fail", "[testing][unit]") {
  FaultyStorage storage(memoryStorage());
  std::vector<std::string> seen;
  storage.failIf(
      [&](const StorageOperation& operation) {
        seen.emplace_back(operation.name);
        return operation.writes;
      },
      Fault::before);
  REQUIRE(storage.jobs().list({}).empty());
  REQUIRE_THROWS_AS(storage.jobs().add(job("1")), StorageUnavailable);
  REQUIRE_THROWS_AS(storage.switches().bringCallsUp(StorageTime{}), StorageUnavailable);
  REQUIRE(storage.operationsByName() ==
          std::map<std::string, std::size_t>{{"list", 1}, {"add", 1}, {"bringCallsUp", 1}});
  REQUIRE(seen == std::vector<std::string>{"list", "add", "bringCallsUp"});
}

TEST_CASE("faulty storage: failIf with a change -> picks a commit by its change", "[testing][unit]") {
  FaultyStorage storage(memoryStorage());
  CallChange start;
  start.call = CallId{"call"};
  start.row.emplace();
  start.row->id = start.call;
  CallChange end = start;
  end.expectedRevision = 1;
  end.row->endedAt = TimePoint{};
  end.row->endReason = EndReason::host;
  storage.failIf(
      [](const StorageOperation& operation) {
        return operation.change != nullptr && operation.change->row && !operation.change->row->active();
      },
      Fault::after);
  storage.calls().commit(start);
  REQUIRE_FALSE(storage.struck());
  REQUIRE_THROWS_AS(storage.calls().commit(end), StorageUnavailable);
  storage.heal();
  CallStore::LoadRequest request;
  request.call = start.call;
  REQUIRE_FALSE(storage.calls().load(request).call.value().call.active());
}

TEST_CASE("faulty storage: countFromHere -> operations are counted by name from there", "[testing][unit]") {
  using Counts = std::map<std::string, std::size_t>;
  FaultyStorage storage(memoryStorage());
  storage.jobs().add(job("1"));
  storage.countFromHere();
  REQUIRE(storage.operationsByName() == Counts{});
  REQUIRE_FALSE(storage.calls().load({}).call.has_value());
  storage.calls().raiseThreadRevision(ThreadId{"thread"});
  REQUIRE(storage.jobs().list({}).size() == 1);
  REQUIRE(storage.jobs().list({}).size() == 1);
  REQUIRE(storage.operationsByName() == Counts{{"load", 1}, {"raiseThreadRevision", 1}, {"list", 2}});
  REQUIRE(storage.operations() == 4);
}

TEST_CASE("forwarding thread directory: any question -> forwarded after onQuestion", "[testing][unit]") {
  struct Counting final : ForwardingThreadDirectory {
    using ForwardingThreadDirectory::ForwardingThreadDirectory;
    void onQuestion(std::string_view name) const override {
      if (name == failing) throw StorageUnavailable("no directory");
      asked.emplace_back(name);
    }
    std::string failing;
    mutable std::vector<std::string> asked;
  };
  const auto storage = memoryStorage();
  const ThreadId thread{"thread"};
  const UserId alice{"user", "alice"};
  NewThread made;
  made.thread.id = thread;
  made.members = {{.user = alice, .name = "Alice"}};
  storage->threads()->createThread(made);
  Counting directory(std::shared_ptr<const ThreadDirectory>(storage, storage->threads()));

  REQUIRE(directory.findThread(thread).value().members == 1);
  REQUIRE(directory.findMember(thread, alice) == made.members[0]);
  REQUIRE(directory.members(thread) == made.members);
  REQUIRE(directory.threadsOf(alice) == std::vector<ThreadId>{thread});
  REQUIRE(directory.findUserName(alice) == "Alice");
  REQUIRE(directory.findMembership(thread, alice).value().member == made.members[0]);
  REQUIRE(directory.findMemberships({thread}, alice).size() == 1);
  REQUIRE(directory.findUserNames({alice}).at(0) == "Alice");
  REQUIRE(directory.asked == std::vector<std::string>{"findThread", "findMember", "members", "threadsOf",
                                                      "findUserName", "findMembership", "findMemberships",
                                                      "findUserNames"});
  directory.failing = "members";
  REQUIRE_THROWS_AS(directory.members(thread), StorageUnavailable);
  REQUIRE_THROWS_AS(ForwardingThreadDirectory(nullptr), std::invalid_argument);
}

TEST_CASE("forwarding storage: the thread store -> forwarded and a storage is required", "[testing][unit]") {
  const auto inner = memoryStorage();
  ForwardingStorage storage(inner);
  REQUIRE(storage.threads() == inner->threads());
  REQUIRE_THROWS_AS(ForwardingStorage(nullptr), std::invalid_argument);
  REQUIRE_THROWS_AS(ForwardingPresence(nullptr), std::invalid_argument);
}

TEST_CASE("faulty presence: failing is set -> throws", "[testing][unit]") {
  FaultyPresence presence(memoryPresence());
  const SessionKey who{CallId{"call"}, UserId{"user", "alice"}};
  const SteadyPoint now;
  presence.track(who, 1, now);
  presence.setFailing(true);
  REQUIRE_THROWS_AS(presence.touch(who.call, who.user, who.device, now), PresenceError);
  REQUIRE_THROWS_AS(presence.track(who, 1, now), PresenceError);
  REQUIRE_THROWS_AS(presence.untrack(who, 1), PresenceError);
  REQUIRE_THROWS_AS(presence.sinceLastSeen(who, now), PresenceError);
  REQUIRE_THROWS_AS(presence.seenWithin(Duration::zero(), now), PresenceError);
  presence.setFailing(false);
  REQUIRE(presence.touch(who.call, who.user, who.device, now));
}

}  // namespace
}  // namespace messenger::testing
