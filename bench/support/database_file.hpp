#pragma once

#include <filesystem>
#include <string>
#include <system_error>

namespace messenger::bench {

/// A database file of a benchmark's own, removed with it, and before it when an earlier one left it.
class DatabaseFile {
 public:
  DatabaseFile(const std::filesystem::path& folder, const std::string& name) : path_(folder / name) {
    remove();
  }
  ~DatabaseFile() { remove(); }
  DatabaseFile(const DatabaseFile&) = delete;
  DatabaseFile& operator=(const DatabaseFile&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  void remove() noexcept {
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::error_code ignored;
      std::filesystem::remove(path_.string() + suffix, ignored);
    }
  }

  std::filesystem::path path_;
};

}  // namespace messenger::bench
