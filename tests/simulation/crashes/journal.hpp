#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "messenger/model/ids.hpp"

namespace messenger::crashes {

/// What all processes of a kit saw and were told: lines that survive the process, as each is one write. The
/// fields are the time (`now`); the life of a process; a word; a call, a user and a detail, or `-`.
/// Thread-safe.
class Journal {
 public:
  Journal(const std::filesystem::path& file, std::string life)
      : handle_(::open(file.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600)),
        life_(std::move(life)) {}
  ~Journal() { ::close(handle_); }
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Microseconds on the wall clock, which all processes and servers of a kit share, and nobody sets.
  [[nodiscard]] static std::int64_t now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(since).count();
  }

  void add(std::string_view word, const CallId& call, std::string_view user = "-",
           std::string_view detail = "-") const {
    const std::string line =
        fmt::format("{} {} {} {} {} {}\n", now(), life_, word, call.value(), user, detail);
    if (::write(handle_, line.data(), line.size()) < 0) std::perror("crash_worker");
  }

 private:
  int handle_;
  std::string life_;
};

}  // namespace messenger::crashes
