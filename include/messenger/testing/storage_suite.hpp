#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "messenger/contracts/storage.hpp"
#include "messenger/export.hpp"
#include "messenger/testing/report.hpp"

namespace messenger::inline v0::testing {

/// Makes a storage for a check: empty, or as the suite asks.
using StorageFactory = std::function<std::shared_ptr<Storage>()>;

/// Checks a Storage against every sentence of its contract. Needs no test framework.
///
///     const auto failures = messenger::testing::storageSuite(
///         [] { return std::make_shared<MyStorage>(emptyDatabase()); },
///         [](const auto& report) { if (!report.passed) std::cerr << report.check << ": " << report.detail;
///         });
///
/// `make` returns a new, empty storage; it is called once for each check, about eighty times. `reopen` opens
/// the data of the latest storage from `make` a second time: while that one is in use, as another process
/// would, and after it was destroyed, as a restart does. Leave it out when the data lives only as long as the
/// object; then these checks are skipped.
///
/// Some checks use eight OS threads at once. Most ids, names and queues are short ASCII; the machine's clock
/// is not read. `only` runs just the checks whose sentence contains it. Returns how many checks failed.
MESSENGER_EXPORT std::size_t storageSuite(const StorageFactory& make, const ReportSink& report,
                                          const StorageFactory& reopen = nullptr,
                                          const std::string& only = {});

}  // namespace messenger::testing
