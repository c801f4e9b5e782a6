// Calls with a directory that changes meanwhile, or contradicts itself.
#include <functional>
#include <utility>

#include "messenger/contracts/thread_store.hpp"
#include "messenger/testing/forwarding_storage.hpp"
#include "tests/facade/verbs_world.hpp"

namespace messenger::tests {
namespace {

/// A storage that does something more before it takes a member off a thread, and whose directory remembers
/// the threads of those who were.
class SlowDirectory final : public testing::ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;

  CallStore& calls() noexcept override { return calls_; }
  ThreadStore* threads() noexcept override { return &store_; }

  std::function<void()> beforeRemoval = [] {};

 private:
  void removing(const ThreadId& thread) {
    std::exchange(beforeRemoval, [] {})();
    stale_.emplace_back(thread);
  }

  class Calls final : public testing::ForwardingCallStore {
   public:
    explicit Calls(SlowDirectory& owner) : ForwardingCallStore(owner.inner().calls()), owner_(owner) {}
    CommitResult commit(const CallChange& change) override {
      if (change.removesMember)
        owner_.removing(inner().load({.call = change.call}).call.value().call.threadId);
      return inner().commit(change);
    }

   private:
    SlowDirectory& owner_;
  };

  class Store final : public ThreadStore {
   public:
    explicit Store(SlowDirectory& owner) : owner_(owner) {}

    bool createThread(const NewThread& thread) override { return inner().createThread(thread); }
    std::optional<Thread> updateThread(const ThreadId& thread, const ThreadUpdate& update) override {
      return inner().updateThread(thread, update);
    }
    PutMember putMember(const ThreadId& thread, const ThreadMember& member) override {
      return inner().putMember(thread, member);
    }
    RemoveMember removeMember(const ThreadId& thread, const UserId& user) override {
      owner_.removing(thread);
      return inner().removeMember(thread, user);
    }
    void putUser(const UserId& user, const std::string& name) override { inner().putUser(user, name); }
    void eraseUser(const UserId& user) override { inner().eraseUser(user); }
    std::optional<Thread> findThread(const ThreadId& thread) const override {
      return inner().findThread(thread);
    }
    std::optional<ThreadMember> findMember(const ThreadId& thread, const UserId& user) const override {
      return inner().findMember(thread, user);
    }
    std::vector<ThreadMember> members(const ThreadId& thread) const override {
      return inner().members(thread);
    }
    std::vector<ThreadId> threadsOf(const UserId& user) const override {
      auto threads = inner().threadsOf(user);
      threads.insert(threads.end(), owner_.stale_.begin(), owner_.stale_.end());
      return threads;
    }
    std::optional<std::string> findUserName(const UserId& user) const override {
      return inner().findUserName(user);
    }

   private:
    [[nodiscard]] ThreadStore& inner() const { return *owner_.inner().threads(); }

    SlowDirectory& owner_;
  };

  std::vector<ThreadId> stale_;
  Calls calls_{*this};
  Store store_{*this};
};

}  // namespace

TEST_CASE("threads: a join while being removed -> not in the call", "[facade][threads]") {
  World world;
  const Call call = world.start("group", "ann");
  const auto slow = std::make_shared<SlowDirectory>(world.storage);
  Messenger messenger(World::configured(/*queued=*/true),
                      Dependencies{slow, nullptr, nullptr, nullptr, world.clock, nullLogger()});
  slow->beforeRemoval = [&] { REQUIRE_OK(messenger.joinCall(call.id, person("mia"))); };
  REQUIRE_OK(messenger.threads().removeMember(ThreadId{"group"}, person("mia")));
  const auto rows = messenger.host().participants(call.id);
  REQUIRE(rows.size() == 2);
  REQUIRE(rows[1].user == person("mia"));
  REQUIRE_FALSE(rows[1].inCall());
}

TEST_CASE("threads: a member starts a call while they are being removed -> it ends", "[facade][threads]") {
  World world;
  const auto slow = std::make_shared<SlowDirectory>(world.storage);
  Messenger messenger(World::configured(/*queued=*/true),
                      Dependencies{slow, nullptr, nullptr, nullptr, world.clock, nullLogger()});
  slow->beforeRemoval = [&] { REQUIRE_OK(messenger.startCall(ThreadId{"group"}, person("ann"))); };
  REQUIRE_OK(messenger.threads().removeMember(ThreadId{"group"}, person("ann")));
  REQUIRE(messenger.host().activeCalls(0, 10).empty());
  REQUIRE_FALSE(messenger.threads().findMember(ThreadId{"group"}, person("ann")));
}

TEST_CASE("active_calls: no longer a member of a thread -> its call is left out", "[facade][list_calls]") {
  World world;
  world.start("group", "ann");
  world.start("private", "alice");
  const auto slow = std::make_shared<SlowDirectory>(world.storage);
  Messenger messenger(World::configured(/*queued=*/true),
                      Dependencies{slow, nullptr, nullptr, nullptr, world.clock, nullLogger()});
  REQUIRE(messenger.activeCalls(person("mia")).size() == 1);
  REQUIRE_OK(messenger.threads().removeMember(ThreadId{"group"}, person("mia")));
  REQUIRE(messenger.activeCalls(person("mia")).empty());
  REQUIRE(messenger.activeCalls(person("alice")).size() == 1);
}

TEST_CASE("participant: of another call -> not found", "[facade][list_calls]") {
  World world;
  const Call call = world.start("group", "ann");
  const Call pair = world.start("private", "alice");
  const ParticipantId ann = world.messenger.host().participants(call.id).at(0).id;
  const ParticipantId alice = world.messenger.host().participants(pair.id).at(0).id;
  REQUIRE(world.messenger.participant(call.id, person("mia"), ann)->user == person("ann"));
  REQUIRE_REFUSED(world.messenger.participant(call.id, person("mia"), alice), Reason::participantNotFound);
  REQUIRE_REFUSED(world.messenger.participant(call.id, person("mia"), ParticipantId{"nobody"}),
                  Reason::participantNotFound);
}

}  // namespace messenger::tests
