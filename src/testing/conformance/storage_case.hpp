#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "messenger/testing/storage_suite.hpp"
#include "testing/conformance/checks.hpp"

namespace messenger::inline v0::testing {

/// A wall-clock time: this many seconds after the suite's start.
[[nodiscard]] constexpr TimePoint at(std::int64_t seconds) {
  return TimePoint{std::chrono::sys_days{std::chrono::year{2026} / std::chrono::January / 1}} +
         std::chrono::seconds{seconds};
}

/// The same on the storage's clock, which starts at another value.
[[nodiscard]] constexpr StorageTime t(std::int64_t seconds) {
  return StorageTime{std::chrono::hours{1000}} + std::chrono::seconds{seconds};
}

[[nodiscard]] inline UserId user(std::string name) {
  return {"user", std::move(name)};
}

/// The users of the suite, by name.
struct People {
  UserId alice = user("alice");
  UserId bob = user("bob");
  UserId carol = user("carol");
};

inline constexpr InstanceId here{7};   ///< the presence peer, unless stated
inline constexpr InstanceId there{8};  ///< another one
inline const std::string queue = "calls";

/// One check: a new storage, with short ways to change and inspect it.
class StorageCase : public People {
 public:
  StorageCase(const StorageFactory& make, const StorageFactory& reopen);

  [[nodiscard]] CallStore& calls() const noexcept { return storage_->calls(); }
  [[nodiscard]] JobQueue& jobs() const noexcept { return storage_->jobs(); }
  [[nodiscard]] HeartbeatStore& heartbeats() const noexcept { return storage_->heartbeats(); }
  [[nodiscard]] Switches& switches() const noexcept { return storage_->switches(); }
  [[nodiscard]] Storage& storage() const noexcept { return *storage_; }

  /// The same data, as another process sees it.
  [[nodiscard]] std::shared_ptr<Storage> openAgain() const;
  /// The same data, as after a restart.
  void restart();
  [[nodiscard]] bool canReopen() const noexcept { return reopen_ != nullptr; }

  [[nodiscard]] std::string newId(const std::string& kind);
  [[nodiscard]] CallParticipant newRow(const CallId& call, const UserId& who, std::int64_t seconds);
  /// An open session of the row's user.
  [[nodiscard]] static CallSession sessionOf(const CallParticipant& row, std::int64_t seconds,
                                             std::string device = {});
  [[nodiscard]] NewJob newJob(JobType type, std::optional<CallId> call, std::int64_t availableAt);

  /// A change that makes a call with its owner in it.
  [[nodiscard]] CallChange starting(const std::string& thread, const UserId& owner, std::int64_t seconds);
  /// An empty change of the call as it is stored now: it only raises the revision.
  [[nodiscard]] CallChange changing(const CallId& call, std::int64_t seconds);
  /// The same, with new rows of users who join.
  [[nodiscard]] CallChange joining(const CallId& call, const std::vector<UserId>& who, std::int64_t seconds);
  /// The same, ending the call.
  [[nodiscard]] CallChange ending(const CallId& call, std::int64_t seconds);

  // These require that the change commits.

  CommitResult commit(const CallChange& change);
  CallId start(const std::string& thread, const UserId& owner, std::int64_t seconds);
  void join(const CallId& call, const UserId& who, std::int64_t seconds);
  void leave(const CallId& call, const UserId& who, std::int64_t seconds);
  void end(const CallId& call, std::int64_t seconds);

  [[nodiscard]] std::optional<JobQueue::ClaimedJob> claim(std::int64_t seconds, std::int64_t lease = 10);
  [[nodiscard]] static Settlement settlement(const JobQueue::ClaimedJob& claimed, Settlement::Kind kind,
                                             std::int64_t availableAt = 0);

  [[nodiscard]] CallState state(const CallId& call, const std::optional<UserId>& who = std::nullopt) const;
  [[nodiscard]] CallParticipant row(const CallId& call, const UserId& who) const;
  [[nodiscard]] std::vector<CallParticipant> rows(const CallId& call) const;
  [[nodiscard]] std::vector<Job> waiting() const { return jobs().list({false, 0, 1000}); }
  [[nodiscard]] std::vector<Job> failed() const { return jobs().list({true, 0, 1000}); }
  [[nodiscard]] std::vector<HeartbeatStore::SilentSession> silent() const;
  /// Of an open session; empty when there is none.
  [[nodiscard]] std::optional<StorageTime> lastSeen(const CallId& call, const UserId& who,
                                                    const std::string& device = {}) const;

  /// The whole visible content of the storage.
  [[nodiscard]] std::string picture() const;

  /// Runs `body` and requires that nothing changed.
  template <class Operation>
  auto unchangedBy(Operation operation) {
    const std::string before = picture();
    auto outcome = operation();
    const std::string after = picture();
    if (after != before) throw CheckFailed("something changed, from " + before + " to " + after);
    return outcome;
  }

  /// Requires that `body` throws StorageError and changes nothing.
  void requireRefused(std::string_view what, const std::function<void()>& operation);

 private:
  const StorageFactory& reopen_;
  std::shared_ptr<Storage> storage_;
  std::set<std::string> threads_;
  std::set<CallId> calls_;
  int ids_ = 0;
};

/// The checks of one file: a sentence and a function each.
struct StorageChecks {
  Checks& checks;
  const StorageFactory& make;
  const StorageFactory& reopen;
  const std::string& only;

  void run(const std::string& sentence, const std::function<void(StorageCase&)>& body) {
    if (sentence.find(only) == std::string::npos) return;
    checks.run(sentence, [&] {
      StorageCase testCase(make, reopen);
      body(testCase);
    });
  }
};

void checkLoading(StorageChecks& checks);
void checkCommitting(StorageChecks& checks);
void checkReading(StorageChecks& checks);
void checkRings(StorageChecks& checks);
void checkJobs(StorageChecks& checks);
void checkHeartbeats(StorageChecks& checks);
void checkSwitches(StorageChecks& checks);
void checkThreads(StorageChecks& checks);
void checkOddTexts(StorageChecks& checks);
void checkConcurrency(StorageChecks& checks);
void checkReopening(StorageChecks& checks);

}  // namespace messenger::testing
