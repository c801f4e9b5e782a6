#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "tests/simulation/random.hpp"
#include "tests/simulation/world.hpp"

namespace messenger::simulation {

/// Chooses what happens next: mostly what is due (heartbeats of clients, the loops of hosts), often something
/// a user or an operator does, and now and then something bad. A tenth of it stops in the middle.
///
/// Half of the worlds have a temper of their own: what is rare in the others is common there, and other
/// things never happen (swarm testing). A third have a focus: one place at which steps of one kind stop.
class Generator {
 public:
  Generator(Choices& choices, const World& world);

  [[nodiscard]] Step next();
  /// To be called when a step was carried out.
  void performed(std::size_t number, const Step& step);

 private:
  /// A client of a user who believes to be in a call.
  struct Client {
    std::size_t thread = 0;
    std::size_t user = 0;
    std::size_t device = 0;
    std::size_t host = 0;
    Duration next{};
  };
  static constexpr int mostClients = 3;  ///< of a user in a call, each with heartbeats of its own

  struct Loop {
    Duration tasks{};
    Duration jobs{};
  };

  /// Chances are percents.
  struct Temper {
    std::uint64_t goesOn = 12;      ///< a step that is stopped, in each step
    std::size_t mostStopped = 3;    ///< with more of them it is 40
    std::uint64_t stops = 12;       ///< a step
    std::uint64_t stopsBeside = 0;  ///< a step, before or after writing
    std::uint64_t fails = 8;        ///< a step
    std::uint64_t jobFails = 8;     ///< one that runs a job
    std::uint64_t trouble = 3;
    std::uint64_t near = 40;            ///< what comes while a step is stopped is about the same
    std::uint64_t counter = 0;          ///< that undoes what the stopped step does, or depends on it
    std::uint64_t fallsSilent = 4;      ///< a client, with each heartbeat
    std::uint64_t enters = 0;           ///< a client enters the room instead of a heartbeat,
    std::uint64_t asks = 30;            ///< or rather asks for credentials
    std::uint64_t isIn = 30;            ///< who acts: in a call, as far as they know
    std::uint64_t rings = 10;           ///< of what a user does, where calls ring
    std::size_t threads = threadCount;  ///< how many are used,
    std::size_t firstThread = 0;        ///< beginning with this one
    std::size_t users = 0;              ///< 0: all
    std::vector<Fault> faults{Fault::busy, Fault::unavailable, Fault::lostAnswer, Fault::returnsFalse,
                              Fault::throws};
    std::vector<Action> never{};     ///< does a user do
    std::uint64_t troubles = 6;      ///< how many kinds of trouble there are,
    std::uint64_t firstTrouble = 0;  ///< beginning with this one
  };
  [[nodiscard]] static Temper temperOf(Choices& choices, const WorldOptions& world);

  /// Most steps of one kind stop at the same place and for about as long, and what depends on them comes
  /// meanwhile. It finds what needs a certain length of time in the middle of a certain step.
  struct Focus {
    Action action{};
    std::size_t stopAt = 0;
    Beside beside = Beside::none;
    std::int64_t shortest = 0;  ///< in seconds
    std::int64_t longest = 0;
    std::uint64_t interferes = 0;  ///< percent of what happens meanwhile
  };
  static constexpr std::size_t mostHeld = 2;
  [[nodiscard]] static std::optional<Focus> focusOf(Choices& choices, const WorldOptions& world);
  [[nodiscard]] bool isFocused(const Step& step) const;
  [[nodiscard]] std::optional<Step> released();
  [[nodiscard]] Step meanwhile();

  void answered(const Step& step);
  [[nodiscard]] Action counterOf(const Step& step);
  [[nodiscard]] Step due();
  [[nodiscard]] Step byUser();
  void chooseRing(Step& step);
  [[nodiscard]] Step byHost();
  [[nodiscard]] Step trouble();
  [[nodiscard]] std::optional<Step> recovery();
  [[nodiscard]] Step disturbed(Step step);
  /// While a step is stopped, often one on the same thread, for the same user.
  [[nodiscard]] Step near(Step step);
  [[nodiscard]] Step about(std::int64_t number, Step step);
  [[nodiscard]] std::vector<std::int64_t> stoppedAtRandom() const;
  [[nodiscard]] Step at(Action action, std::size_t host) const;
  [[nodiscard]] std::size_t anyHost() { return choices_.below(world_.options().hosts); }
  [[nodiscard]] std::size_t anyThread() {
    return (temper_.firstThread + choices_.below(temper_.threads)) % threadCount;
  }
  [[nodiscard]] std::size_t anyUser() {
    return choices_.below(temper_.users == 0 ? world_.options().users : temper_.users);
  }
  /// One that is stopped, or else any.
  [[nodiscard]] std::size_t hostAtWork();
  [[nodiscard]] std::size_t anyDevice() {
    return world_.options().devices == Devices::none ? 0 : choices_.below(3);
  }
  [[nodiscard]] Duration milliseconds(std::int64_t low, std::int64_t high) {
    return std::chrono::milliseconds{choices_.between(low, high)};
  }

  Choices& choices_;
  const World& world_;
  Temper temper_;
  std::optional<Focus> focus_;
  bool quiet_;  ///< calls go on for long, so that what depends on heartbeats has time to go wrong
  std::vector<Client> clients_;
  std::map<std::size_t, Step> underWay_;   ///< starts and joins that are not answered
  std::map<std::int64_t, Duration> held_;  ///< steps that the focus has stopped, and when they go on
  std::vector<Loop> loops_;
};

}  // namespace messenger::simulation
