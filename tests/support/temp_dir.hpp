#pragma once

#include <atomic>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <system_error>

namespace messenger::inline v0::testing {

/// A folder of its own for one test, gone with it.
class TempDir {
 public:
  TempDir() {
    // A number for tests of one process, a random one for processes side by side.
    static std::atomic<unsigned> count{0};
    const std::string name =
        "messenger-test-" + std::to_string(std::random_device{}()) + "-" + std::to_string(++count);
    path_ = std::filesystem::temp_directory_path() / name;
    std::filesystem::create_directory(path_);
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// The path of a file in it, which need not exist.
  [[nodiscard]] std::filesystem::path file(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace messenger::testing
