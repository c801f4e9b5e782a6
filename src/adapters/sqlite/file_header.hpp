#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace messenger::inline v0::sqlite {

/// The first bytes of a file, read without a lock and without another file beside it.
/// https://www.sqlite.org/fileformat.html, section 1.3. A write-ahead log may contain newer data.
///
/// SQLite's own file layer reads them: when a process closes any descriptor of a file, POSIX drops all of its
/// locks on that file, and only SQLite knows which descriptors must stay open for that.
class FileHeader {
 public:
  /// Throws StorageUnavailable when the file cannot be read.
  explicit FileHeader(const std::filesystem::path& path);

  [[nodiscard]] bool empty() const noexcept { return read_ == 0; }
  [[nodiscard]] bool isSqlite() const noexcept;
  [[nodiscard]] bool usesWal() const noexcept { return bytes_[18] == 2; }
  [[nodiscard]] std::int64_t version() const noexcept { return number(60); }
  [[nodiscard]] std::int64_t application() const noexcept { return number(68); }

 private:
  static constexpr std::size_t size = 100;

  [[nodiscard]] std::int64_t number(std::size_t at) const noexcept;

  std::array<char, size> bytes_{};
  std::size_t read_ = 0;
};

}  // namespace messenger::sqlite
