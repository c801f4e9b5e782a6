#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "messenger/export.hpp"
#include "messenger/testing/forwarding_storage.hpp"

namespace messenger::inline v0::testing {

/// When an injected fault happens: before the operation has done anything, or after it has done everything,
/// so that only the answer is lost.
enum class Fault : std::uint8_t { before, after };

/// One operation of a storage.
struct StorageOperation {
  std::string_view name;               ///< `load`, `commit`, `claim`, …
  std::size_t number = 0;              ///< 1 for the first since the storage was made, or since `failNth`
  bool writes = false;                 ///< may change something
  const CallChange* change = nullptr;  ///< of a commit
};

/// A storage that fails on demand with StorageUnavailable, so that a test can go through every point at which
/// something may fail. It also counts operations.
///
///     for (std::size_t n = 1;; ++n) {
///       faulty->failNth(n, testing::Fault::before);
///       …the verb under test; afterwards: is all as promised?
///       if (!faulty->struck()) break;
///     }
///
/// The thread store does not fail. Thread-safe.
class MESSENGER_EXPORT FaultyStorage final : public ForwardingStorage {
 public:
  /// Says of an operation whether it is to fail.
  using Predicate = std::function<bool(const StorageOperation&)>;

  /// Passes on to this storage what does not fail. Throws std::invalid_argument without one.
  explicit FaultyStorage(std::shared_ptr<Storage> inner);
  FaultyStorage(const FaultyStorage&) = delete;
  FaultyStorage& operator=(const FaultyStorage&) = delete;
  ~FaultyStorage() override;

  /// The nth operation from now on fails, once. Counting restarts.
  void failNth(std::size_t n, Fault fault);

  /// Every operation fails for which this returns true. It is called before the operation, with no lock held,
  /// so a test can also use it to do something at that moment. It is not called for operations from inside
  /// itself.
  void failIf(Predicate predicate, Fault fault);

  /// No more faults.
  void heal();

  /// Whether a fault has happened since the last `failNth`, `failIf` or `heal`.
  [[nodiscard]] bool struck() const;

  /// How many operations there were since it was made, or since the last `failNth` or `countFromHere`.
  [[nodiscard]] std::size_t operations() const;
  /// The same by name.
  [[nodiscard]] std::map<std::string, std::size_t> operationsByName() const;
  /// Sets both counts to zero.
  void countFromHere();

  /// The same contracts with faults in them.
  /// @{
  [[nodiscard]] CallStore& calls() noexcept override;
  [[nodiscard]] JobQueue& jobs() noexcept override;
  [[nodiscard]] HeartbeatStore& heartbeats() noexcept override;
  [[nodiscard]] Switches& switches() noexcept override;
  /// @}

 private:
  class MESSENGER_NO_EXPORT Calls;
  class MESSENGER_NO_EXPORT Queue;
  class MESSENGER_NO_EXPORT Heartbeats;
  class MESSENGER_NO_EXPORT Down;

  struct Plan {
    std::size_t nth = 0;
    Predicate predicate;
    Fault fault = Fault::before;
  };

  /// Counts the operation; returns whether, and when, it should fail.
  std::optional<Fault> begin(StorageOperation operation);
  template <class Operation>
  auto run(const StorageOperation& operation, Operation body);

  mutable std::mutex mutex_;
  std::size_t operations_ = 0;
  std::map<std::string, std::size_t> byName_;
  bool struck_ = false;
  Plan plan_;
  std::unique_ptr<Calls> calls_;
  std::unique_ptr<Queue> jobs_;
  std::unique_ptr<Heartbeats> heartbeats_;
  std::unique_ptr<Down> switches_;
};

}  // namespace messenger::testing
