// Calls with a directory that changes meanwhile, or contradicts itself.
#include <functional>
#include <utility>

#include "messenger/contracts/thread_store.hpp"
#include "messenger/testing/forwarding_storage.hpp"
#include "tests/facade/verbs_world.hpp"

namespace messenger::tests {
namespace {

/// A storage whose directory does something before it removes a member, and still lists the threads of
/// removed members.
class SlowDirectory final : public testing::ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;

  ThreadStore* threads() noexcept override { return &store_; }

  std::function<void()> beforeRemoval = [] {};

 private:
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
    bool removeMember(const ThreadId& thread, const UserId& user) override {
      owner_.beforeRemoval();
      stale_.emplace_back(thread);
      return inner().removeMember(thread, user);
    }
    void putUser(const UserId& user, const std::string& name) override { inner().putUser(user, name); }
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
      threads.insert(threads.end(), stale_.begin(), stale_.end());
      return threads;
    }
    std::optional<std::string> findUserName(const UserId& user) const override {
      return inner().findUserName(user);
    }

   private:
    [[nodiscard]] ThreadStore& inner() const { return *owner_.inner().threads(); }

    SlowDirectory& owner_;
    std::vector<ThreadId> stale_;
  };

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
