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

namespace messenger::testing {

/// So many seconds after the suite's beginning of time.
[[nodiscard]] constexpr TimePoint at(std::int64_t seconds) {
  return TimePoint{std::chrono::sys_days{std::chrono::year{2026} / std::chrono::January / 1}} +
         std::chrono::seconds{seconds};
}

/// Late enough for everything.
[[nodiscard]] constexpr TimePoint never() {
  return at(std::int64_t{1'000'000'000});
}

[[nodiscard]] inline UserId user(std::string name) {
  return {"user", std::move(name)};
}

/// Those of the suite, by name.
struct People {
  UserId alice = user("alice");
  UserId bob = user("bob");
  UserId carol = user("carol");
  UserId dave = user("dave");
};

inline constexpr InstanceId here{7};   ///< who hears, unless said
inline constexpr InstanceId there{8};  ///< another one

/// One check at work: a fresh storage, short ways to do things with it, and to look at it. Ids and moments
/// are chosen so that a mix-up shows.
class StorageCase : public People {
 public:
  StorageCase(const StorageFactory& make, const StorageFactory& reopen);

  Storage* operator->() const noexcept { return storage_.get(); }
  [[nodiscard]] Storage& storage() const noexcept { return *storage_; }

  /// The same data as another process sees it.
  [[nodiscard]] std::shared_ptr<Storage> openAgain() const;
  /// As after a restart.
  void restart();
  [[nodiscard]] bool canReopen() const noexcept { return reopen_ != nullptr; }

  [[nodiscard]] ParticipantId newParticipant();
  [[nodiscard]] NewJob newJob(JobType type, std::optional<CallId> call, TimePoint availableAt);

  [[nodiscard]] StartChange starting(const std::string& thread, const UserId& owner, TimePoint now);
  StartOutcome tryStart(const std::string& thread, const UserId& owner, TimePoint now);
  /// REQUIRES: the thread has no active call.
  Call start(const std::string& thread, const UserId& owner, TimePoint now);
  JoinOutcome join(const Call& call, const UserId& who, TimePoint now, InstanceId heardBy = here);
  LeaveOutcome leave(const Call& call, const UserId& who, TimePoint now, std::vector<NewJob> onEnd = {});
  KickOutcome kick(const Call& call, const UserId& actor, const UserId& whom, TimePoint now,
                   bool kicked = true);
  EndOutcome end(const Call& call, TimePoint now);

  /// Stores a job of the queue "calls" and claims it, for ten seconds.
  ClaimedJob claimNew(JobType type, const std::optional<CallId>& call, TimePoint now);
  [[nodiscard]] std::optional<ClaimedJob> claim(TimePoint now, TimePoint leaseUntil);
  [[nodiscard]] std::optional<ClaimedJob> claim(TimePoint now) { return claim(now, now + lease); }
  [[nodiscard]] std::optional<ClaimedJob> claimJob(const JobId& job, TimePoint now);
  bool settle(const ClaimedJob& claimed, Settlement::Kind kind, TimePoint availableAt);

  [[nodiscard]] Call call(const CallId& id) const;
  [[nodiscard]] Call call(const Call& known) const { return call(known.id); }
  [[nodiscard]] CallParticipant participant(const Call& call, const UserId& who) const;
  [[nodiscard]] std::vector<Job> jobs() const;
  [[nodiscard]] std::vector<Job> parked() const;
  [[nodiscard]] std::optional<Job> findJob(const JobId& id) const;
  [[nodiscard]] std::vector<StoredPresence> silent() const;
  /// When somebody was last heard, as far as the storage knows; nothing when not in a call.
  [[nodiscard]] std::optional<StoredPresence> heard(const Call& call, const UserId& who) const;

  /// Everything that can be seen of the storage.
  [[nodiscard]] std::string picture() const;

  /// Does it and requires that nothing has changed.
  template <class Operation>
  auto unchangedBy(Operation operation) {
    const std::string before = picture();
    auto outcome = operation();
    const std::string after = picture();
    if (after != before) throw CheckFailed("something changed, from " + before + " to " + after);
    return outcome;
  }

  static constexpr std::chrono::seconds lease{10};

 private:
  const StorageFactory& reopen_;
  std::shared_ptr<Storage> storage_;
  std::set<std::string> threads_;
  int ids_ = 0;
};

/// The checks of one file: a sentence, and what it takes.
struct StorageChecks {
  Checks& checks;
  const StorageFactory& make;
  const StorageFactory& reopen;

  void run(const std::string& sentence, const std::function<void(StorageCase&)>& body) {
    checks.run(sentence, [&] {
      StorageCase testCase(make, reopen);
      body(testCase);
    });
  }
};

void checkStarting(StorageChecks& checks);
void checkJoining(StorageChecks& checks);
void checkLeaving(StorageChecks& checks);
void checkKicking(StorageChecks& checks);
void checkEnding(StorageChecks& checks);
void checkSetup(StorageChecks& checks);
void checkTeardown(StorageChecks& checks);
void checkRenewal(StorageChecks& checks);
void checkClaiming(StorageChecks& checks);
void checkSettling(StorageChecks& checks);
void checkListingJobs(StorageChecks& checks);
void checkSwitch(StorageChecks& checks);
void checkPresence(StorageChecks& checks);
void checkReading(StorageChecks& checks);
void checkSweeps(StorageChecks& checks);
void checkThreads(StorageChecks& checks);
void checkOddTexts(StorageChecks& checks);
void checkConcurrency(StorageChecks& checks);
void checkReopening(StorageChecks& checks);

}  // namespace messenger::testing
