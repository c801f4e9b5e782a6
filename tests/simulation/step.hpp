#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messenger/model/time.hpp"

namespace messenger::simulation {

/// What happens in a step. Each has a sentence in a replay file: see `sentences` in step.cpp.
enum class Action : std::uint8_t {
  // a user through a host
  start,
  join,
  leave,
  end,
  ignore,
  heartbeat,
  kick,
  unkick,
  ring,        ///< the other user, for the first time or again
  enterRoom,   ///< with what they are shown of it, for as long as nobody takes them out
  askToEnter,  ///< for credentials, which they keep
  show,
  // the host itself
  removeMember,
  addMember,
  lock,
  unlock,
  callsDown,
  callsUp,
  endAsHost,
  renewRoom,
  runJob,
  runDueTasks,
  checkActivity,
  queueCheck,
  flushPresence,
  retryFailed,
  removeMemberEarly,  ///< the host's directory shows it only later
  catchUp,            ///< now it does, and the host says so again
  command,            ///< an operator at the console
  renewLeases,        ///< of the jobs that its worker runs
  // the world
  goOn,
  timePasses,
  wallJumps,
  allWallsJump,
  hostDies,
  hostStarts,
  hostFreezes,
  hostThaws,
  storageAway,  ///< for a while this host does not reach it
  machineCrashes,
};

/// What goes wrong at one point of a step.
enum class Fault : std::uint8_t {
  none,
  busy,          ///< storage: busy, nothing done
  unavailable,   ///< storage, directory: does not answer, nothing done
  lostAnswer,    ///< storage: done, and the answer is lost
  returnsFalse,  ///< driver: before or after it did its work
  throws,        ///< driver, broadcaster, listener: before or after
  constraint,    ///< storage: the database refuses the next change, however often it is tried
  // These strike at a write or a sync of the disk, not at a point.
  diskError,
  diskFull,
  powerFails,  ///< the machine crashes
  // These at an exchange with the server.
  requestLost,   ///< the connection, and the server does not hear of it
  responseLost,  ///< the connection, and the server has done it
};

/// Where a step stops beside its points that are counted: where most that can go wrong does.
enum class Beside : std::uint8_t {
  none,
  beforeWriting,  ///< a change of a call; in a world with groups, where it is to write for all who wait
  afterWriting,   ///< a change of a call
};

/// One decision of the simulation. With all of them, a history can be repeated.
struct Step {
  Action action = Action::timePasses;
  std::size_t host = 0;
  std::size_t user = 0;
  std::size_t target = 0;  ///< the other user
  std::size_t device = 0;  ///< of the user; 0: none is named
  std::size_t thread = 0;
  std::int64_t number = 0;  ///< goOn: the number of the step that was stopped
  std::size_t command = 0;  ///< command: which
  Duration time{};          ///< timePasses, wallJumps, allWallsJump, callsDown, storageAway

  // While it runs. Points count from 1; 0 is never.
  std::size_t stopAt = 0;   ///< here it stops, until a `goOn`
  std::size_t faultAt = 0;  ///< here `fault` strikes
  Fault fault = Fault::none;
  bool dies = false;             ///< instead of going on after `stopAt`, its host dies there
  Beside beside = Beside::none;  ///< stops here too, once

  friend bool operator==(const Step&, const Step&) = default;
};

/// `17. host-2: u1 starts a call in team | stops at 3`
[[nodiscard]] std::string describe(std::size_t number, const Step& step);

/// Reads such a line. Nothing when it is not one.
struct NumberedStep {
  std::size_t number = 0;
  Step step;
};
[[nodiscard]] std::optional<NumberedStep> parseStep(std::string_view line);

/// What operators type.
struct ConsoleCommand {
  std::string_view name;  ///< in a replay file
  std::array<std::string_view, 3> arguments;
};
inline constexpr std::array consoleCommands{
    ConsoleCommand{"calls:down", {"calls:down", "--duration=1"}},
    ConsoleCommand{"calls:down-now", {"calls:down", "--duration=1", "--now"}},
    ConsoleCommand{"calls:up", {"calls:up"}},
    ConsoleCommand{"calls:check-activity", {"calls:check-activity"}},
    ConsoleCommand{"calls:check-activity-now", {"calls:check-activity", "--now"}},
    ConsoleCommand{"calls:list", {"calls:list"}},
    ConsoleCommand{"queue:work-once", {"queue:work", "--once"}},
    ConsoleCommand{"queue:retry-all", {"queue:retry", "--all"}},
    ConsoleCommand{"queue:status", {"queue:status"}},
    ConsoleCommand{"schedule:run", {"schedule:run"}},
};

inline constexpr std::size_t threadCount = 3;
/// `pair`, `team`, `club`. The first is private.
[[nodiscard]] std::string_view threadName(std::size_t thread);

}  // namespace messenger::simulation
