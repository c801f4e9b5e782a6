#include "adapters/sqlite/file_clock.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>
#include <string>

#include "adapters/sqlite/query.hpp"
#include "support/boot_id.hpp"

namespace messenger::inline v0::sqlite {
namespace {

constexpr FixedText anchorText =
    "SELECT (SELECT value FROM settings WHERE key = 'clock_anchor'), "
    "(SELECT value FROM settings WHERE key = 'boot_id_high'), "
    "(SELECT value FROM settings WHERE key = 'boot_id_low')";

// The latest past time in the file. Deadlines, which are in the future, do not count.
constexpr FixedText latestText =
    "SELECT max(coalesce((SELECT value FROM settings WHERE key = 'clock_reached'), 0), "
    "coalesce((SELECT max(last_seen_at) FROM call_sessions WHERE closed_at IS NULL), 0), "
    "coalesce((SELECT max(departed_at) FROM call_sessions WHERE departed_at IS NOT NULL), 0), "
    "coalesce((SELECT started_at FROM calls ORDER BY sequence DESC LIMIT 1), 0))";

constexpr FixedText storeText =
    "INSERT INTO settings (key, value) VALUES ('clock_anchor', ?1), ('boot_id_high', ?2), "
    "('boot_id_low', ?3) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

constexpr FixedText rememberText =
    "INSERT INTO settings (key, value) VALUES ('clock_reached', ?1) "
    "ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)";

struct StoredAnchor {
  Duration anchor;
  BootId boot;
};

std::optional<StoredAnchor> readAnchor(Connection& connection) {
  Query row(connection, anchorText);
  row.next();
  if (row.isNull(0)) return std::nullopt;
  return StoredAnchor{Duration{row.integer(0)}, BootId{row.integer(1), row.integer(2)}};
}

Duration sinceBoot() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::floor<Duration>(std::chrono::seconds{now.tv_sec} +
                                      std::chrono::nanoseconds{now.tv_nsec});
}

Duration wallClock() {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now().time_since_epoch());
}

Duration latestInFile(Connection& connection) {
  Query row(connection, latestText);
  row.next();
  return Duration{row.integer(0)};
}

bool isOfBoot(Connection& connection, const StoredAnchor& stored, const BootId& boot) {
  if (stored.boot != boot) return false;
  return boot != BootId{} || saturatingAdd(StorageTime{stored.anchor}, sinceBoot()).time_since_epoch() >=
                                 latestInFile(connection);
}

/// At a reboot the clock may have been ahead of the stored time, by at most the interval of storing it.
Duration newAnchor(Connection& connection, bool isNew) {
  const Duration latest = latestInFile(connection);
  const StorageTime begin = isNew ? StorageTime{std::max(latest, wallClock())}
                                  : saturatingAdd(StorageTime{latest}, FileClock::remembering);
  return saturatingSubtract(begin, sinceBoot()).time_since_epoch();
}

}  // namespace

BootId currentBoot() {
  std::string text = support::bootId();
  std::erase(text, '-');
  constexpr std::size_t digits = 32;
  if (text.size() != digits) return {};
  const auto half = [&](std::size_t from) {
    std::uint64_t number = 0;
    std::from_chars(text.data() + from, text.data() + from + digits / 2, number, 16);
    return static_cast<std::int64_t>(number);
  };
  return {half(0), half(digits / 2)};
}

FileClock::FileClock(Connection& connection, const BootId& boot) {
  auto stored = readAnchor(connection);
  if (stored && isOfBoot(connection, *stored, boot)) {
    anchor_ = stored->anchor;
    return;
  }
  // Another process may have been faster, so the value under the write lock counts.
  connection.rollback();
  connection.begin(Begin::immediate);
  stored = readAnchor(connection);
  if (stored && isOfBoot(connection, *stored, boot)) {
    connection.rollback();
    anchor_ = stored->anchor;
    return;
  }
  anchor_ = newAnchor(connection, /*isNew=*/!stored);
  const std::int64_t anchor = anchor_.count();
  Query(connection, storeText, anchor, boot.high, boot.low).run();
  connection.commit();
  connection.announceCommit();
}

StorageTime FileClock::now() const noexcept {
  return saturatingAdd(StorageTime{sinceBoot()}, anchor_);
}

void setClock(Connection& connection, StorageTime now) {
  const std::int64_t anchor = saturatingSubtract(now, sinceBoot()).time_since_epoch().count();
  const BootId boot = currentBoot();
  Query(connection, storeText, anchor, boot.high, boot.low).run();
  rememberTime(connection, now);
}

void rememberTime(Connection& connection, StorageTime now) {
  Query(connection, rememberText, now).run();
}

}  // namespace messenger::sqlite
