#pragma once

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "messenger/errors.hpp"
#include "messenger/testing/forwarding_storage.hpp"
#include "tests/simulation/crashes/journal.hpp"

namespace messenger::crashes {

/// Writes down which claims settled a job, and which changes got no answer.
class JournalledStorage final : public testing::ForwardingStorage {
 public:
  JournalledStorage(std::shared_ptr<Storage> inner, const Journal& journal)
      : ForwardingStorage(inner), calls_(inner->calls(), journal), jobs_(inner->jobs(), journal) {}

  [[nodiscard]] CallStore& calls() noexcept override { return calls_; }
  [[nodiscard]] JobQueue& jobs() noexcept override { return jobs_; }

 private:
  static void settled(const Journal& journal, const Settlement& settlement) {
    journal.add("settled", CallId{settlement.job.value()}, "-", std::to_string(settlement.token));
  }

  class Calls final : public testing::ForwardingCallStore {
   public:
    Calls(CallStore& inner, const Journal& journal) : ForwardingCallStore(inner), journal_(journal) {}

    CommitResult commit(const CallChange& change) override {
      try {
        CommitResult result = inner().commit(change);
        if (change.settles && result.status == CommitResult::Status::committed)
          settled(journal_, *change.settles);
        return result;
      } catch (const StorageError&) {
        journal_.add("lost", change.call);
        throw;
      }
    }

   private:
    const Journal& journal_;
  };

  class Queue final : public testing::ForwardingJobQueue {
   public:
    Queue(JobQueue& inner, const Journal& journal) : ForwardingJobQueue(inner), journal_(journal) {}

    bool settle(const Settlement& settlement) override {
      const bool holds = inner().settle(settlement);
      if (holds) settled(journal_, settlement);
      return holds;
    }

   private:
    const Journal& journal_;
  };

  Calls calls_;
  Queue jobs_;
};

}  // namespace messenger::crashes
