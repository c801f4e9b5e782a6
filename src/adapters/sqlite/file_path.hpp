#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <utility>

namespace messenger::inline v0::sqlite {

/// Throws StorageUnavailable when the path, or the name of a file that SQLite makes beside it, is too long.
void requireShortEnough(const std::filesystem::path& path);

/// Throws StorageUnavailable unless a database may lie there: the folder exists, and whatever has that name
/// is an ordinary file.
void requirePlace(const std::filesystem::path& path);

/// Which file a path leads to at a moment; later it may lead to another one, or to none.
class FileIdentity {
 public:
  /// Throws StorageUnavailable when there is no file.
  explicit FileIdentity(std::filesystem::path path);

  /// Throws StorageUnavailable when the file was deleted, moved or replaced since. Asks the file system by
  /// name, and opens nothing.
  void requireUnchanged() const;

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;

 private:
  std::filesystem::path path_;
  ::dev_t device_{};
  ::ino_t inode_{};
};

/// The same question for those who ask often. Thread-safe.
class RecentFileCheck {
 public:
  /// What reads may cost: they may see a file for so long after it was taken away. Changes ask each time.
  static constexpr std::chrono::milliseconds validFor{10};

  explicit RecentFileCheck(FileIdentity file) : file_(std::move(file)) {}

  [[nodiscard]] const FileIdentity& file() const noexcept { return file_; }

  /// As FileIdentity::requireUnchanged, unless it was the right file less than `validFor` ago.
  void requireUnchanged();

 private:
  using Time = std::chrono::steady_clock::time_point;

  const FileIdentity file_;
  std::atomic<Time> looked_{Time::min()};
};

}  // namespace messenger::sqlite
