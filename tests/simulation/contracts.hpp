#pragma once

#include <memory>

#include "adapters/sqlite/statement_probe.hpp"
#include "messenger/messenger.hpp"
#include "tests/simulation/world.hpp"

namespace messenger::simulation {

// The contracts as one process sees them: each operation is a point of the simulation before it and after it.

[[nodiscard]] std::shared_ptr<Storage> simulatedStorage(World& world, World::Process process,
                                                        std::shared_ptr<Storage> inner);
/// Of the process's own SQLite storage: a change may wait there for those of others.
[[nodiscard]] std::unique_ptr<sqlite::StatementProbe> simulatedWaiting(World& world, World::Process process);
[[nodiscard]] std::shared_ptr<ThreadDirectory> simulatedDirectory(World& world, World::Process process,
                                                                  std::shared_ptr<Storage> inner);
[[nodiscard]] std::shared_ptr<Presence> simulatedPresence(World& world, World::Process process);
[[nodiscard]] std::shared_ptr<Broadcaster> simulatedBroadcaster(World& world, World::Process process);
[[nodiscard]] std::shared_ptr<Clock> simulatedClock(World& world, std::size_t host);
[[nodiscard]] VideoDriverFactory simulatedDrivers(World& world, World::Process process);

}  // namespace messenger::simulation
