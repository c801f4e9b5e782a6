#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/decision.hpp"

namespace messenger::inline v0::rules::exploration {

constexpr std::size_t users = 3;
constexpr std::size_t devices = 2;  ///< of each user; the first one has no name

/// Who keeps the members of the one thread, and what kind of thread it is.
enum class Setting : std::uint8_t {
  group,           ///< the directory of the storage: a removal and its change of the call are one step
  groupOfHost,     ///< a directory of the host's: it removes, and says so later
  privateThread,   ///< users 0 and 1, the directory of the storage
  aloneWithJobs,   ///< user 0 alone, who is removed by nobody: goes deeper into the jobs
  twoDevices,      ///< a group in which everybody has two devices, the directory of the storage
  rings,           ///< a group whose members are rung, the directory of the storage
  ringsInPrivate,  ///< the same in a private thread
  timers,  ///< a group whose calls may last for some time, be empty for some, and nobody alone for long
};

/// A job in the store.
struct StoredJob {
  JobId id;
  JobType type{};
  int attempts = 0;
  int token = 0;
  bool leased = false;
  bool expired = false;  ///< leased once, and nobody has claimed it since: the claim holds all the same
  bool failed = false;
};

/// Who has claimed a job, perhaps one whose claim was lost meanwhile.
struct Worker {
  StoredJob job;                          ///< as claimed
  std::shared_ptr<const CallState> seen;  ///< the call as it was then
  bool beginsCreate = false;
  bool driverRan = false;
  bool driverSucceeded = false;
};

/// A start or a join that has loaded, and not committed yet.
struct InFlight {
  std::size_t user = 0;
  std::shared_ptr<const CallStore::Loaded> loaded;
  bool membershipRead = false;  ///< they were a member then
};

enum class Membership : std::uint8_t {
  none,  ///< and whoever had to know, knows
  member,
  removed,  ///< from the host's directory; the library does not know
  raised,   ///< the library has raised the thread's revision, and has not looked into the call
};

/// Everything there is: a value, so that each step makes a new one.
struct World {
  Setting setting = Setting::group;
  std::optional<CallState> call{};  ///< with all rows; the sessions and rings of everybody
  std::int64_t threadRevision = 0;
  std::array<Membership, users> membership{};
  std::vector<StoredJob> jobs{};
  std::vector<Worker> workers{};
  std::optional<InFlight> inFlight{};
  bool room = false;  ///< at the provider
  int started = 0;    ///< how often each was announced
  int ended = 0;
  int tornDown = 0;
  int nextJob = 0;

  [[nodiscard]] bool isMember(std::size_t i) const { return membership.at(i) == Membership::member; }
};

[[nodiscard]] World worldOf(Setting setting);

/// Two worlds of the same key have the same future: jobs and workers count by what they are, not by their
/// numbers, revisions by whether they still are the latest.
[[nodiscard]] std::string keyOf(const World& world);

[[nodiscard]] const UserId& userOf(std::size_t i);
[[nodiscard]] const ParticipantId& rowOf(std::size_t i);
[[nodiscard]] const DeviceId& deviceOf(std::size_t d);
[[nodiscard]] bool ringsIn(const World& world);
/// The call as it is loaded for this user: with their sessions alone, and what rings. REQUIRES: there is a
/// call.
[[nodiscard]] CallState stateFor(const World& world, std::size_t i);
[[nodiscard]] bool isOpen(const World& world, std::size_t i, std::size_t d);
[[nodiscard]] Now now();

/// The job that the settlement is about, if its claim holds.
[[nodiscard]] StoredJob* holding(World& world, const Settlement& settlement);
/// REQUIRES: the claim holds.
void settle(World& world, const Settlement& settlement);

enum class Committed : std::uint8_t { yes, conflict, claimLost };

/// What a storage does with a change.
Committed commit(World& world, const CallChange& change);

}  // namespace messenger::rules::exploration
