#pragma once

#include <cstddef>
#include <vector>

#include "tests/simulation/random.hpp"
#include "tests/simulation/world.hpp"

namespace messenger::simulation {

/// Chooses what happens next: mostly what is due (heartbeats of clients, the loops of hosts), often something
/// a user or an operator does, and now and then something bad. A tenth of it stops in the middle.
class Generator {
 public:
  Generator(Choices& choices, const World& world);

  [[nodiscard]] Step next();
  /// To be called when a step was carried out.
  void performed(const Step& step);

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

  [[nodiscard]] Step due();
  [[nodiscard]] Step byUser();
  [[nodiscard]] Step byHost();
  [[nodiscard]] Step trouble();
  [[nodiscard]] std::optional<Step> recovery();
  [[nodiscard]] Step disturbed(Step step);
  /// While a step is stopped, often one on the same thread, for the same user.
  [[nodiscard]] Step near(Step step);
  [[nodiscard]] Step at(Action action, std::size_t host) const;
  [[nodiscard]] std::size_t anyHost() { return choices_.below(world_.options().hosts); }
  [[nodiscard]] std::size_t anyUser() { return choices_.below(world_.options().users); }
  [[nodiscard]] std::size_t anyDevice() {
    return world_.options().devices == Devices::none ? 0 : choices_.below(3);
  }
  [[nodiscard]] Duration milliseconds(std::int64_t low, std::int64_t high) {
    return std::chrono::milliseconds{choices_.between(low, high)};
  }

  Choices& choices_;
  const World& world_;
  bool quiet_;  ///< calls go on for long, so that what depends on heartbeats has time to go wrong
  std::vector<Client> clients_;
  std::vector<Loop> loops_;
};

}  // namespace messenger::simulation
