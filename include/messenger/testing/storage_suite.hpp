#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "messenger/contracts/storage.hpp"
#include "messenger/testing/report.hpp"

namespace messenger::testing {

using StorageFactory = std::function<std::shared_ptr<Storage>()>;

/// Holds a Storage to every sentence of its contract. Needs no test framework.
///
///     const auto failures = messenger::testing::storageSuite(
///         [] { return std::make_shared<MyStorage>(emptyDatabase()); },
///         [](const auto& report) { if (!report.passed) std::cerr << report.check << ": " << report.detail;
///         });
///
/// `make` gives a fresh and empty storage; it is called once for each check, about eighty times.
/// `reopen` opens the data of the one that `make` gave last once more: as another process would while that
/// one is in use, and as a restart does after it was destroyed. Leave it out when the data dies with the
/// object: then these checks are not made.
///
/// Some checks let eight threads work at once. Ids, names and queues in use are short ASCII; nothing is read
/// from the machine's clock. `only` runs the checks whose sentence contains it.
/// Returns how many checks failed.
std::size_t storageSuite(const StorageFactory& make, const ReportSink& report,
                         const StorageFactory& reopen = nullptr, const std::string& only = {});

}  // namespace messenger::testing
