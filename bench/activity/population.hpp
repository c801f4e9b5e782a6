#pragma once

#include <cstddef>
#include <filesystem>

#include "bench/support/raw_sqlite.hpp"
#include "messenger/model/call_session.hpp"
#include "messenger/model/time.hpp"

namespace messenger::bench {

/// A million people in calls, four to a call, each call in a group of its own: written by SQL, as the verbs
/// would take minutes. Numbers begin at 1: call `n` has the participants `4n - 3` to `4n`, of users of the
/// same numbers, and lies in thread `n`.
struct Population {
  std::size_t participants = 0;

  [[nodiscard]] std::size_t calls() const noexcept { return participants / 4; }
  [[nodiscard]] static SessionKey key(std::size_t participant);
};

/// Fills a file that the adapter has made. Everybody was heard at `heardAt`.
void populate(const std::filesystem::path& file, const Population& population, TimePoint createdAt,
              StorageTime seenAt);

/// The one whose calls fall silent, and are put back afterwards.
class Silence {
 public:
  /// `silent` participants, all those of some calls, spread over the file. REQUIRES: a multiple of four.
  Silence(const std::filesystem::path& file, const Population& population, std::size_t silent);

  /// All calls are as at the beginning, and those silent ones were last heard at `heardAt`.
  void prepare(StorageTime seenAt);

  /// Throws std::runtime_error unless just those are out of their calls, the calls ended, and a job is stored
  /// for each.
  void check();

 private:
  std::size_t silent_;
  RawDatabase database_;
};

}  // namespace messenger::bench
