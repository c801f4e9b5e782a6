#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>

namespace messenger::bench {

/// Another process, this program again, that takes the write lock of a SQLite file and keeps it.
class LockHolder {
 public:
  /// Returns when it was begun, not when it has the lock.
  LockHolder(const std::filesystem::path& file, std::chrono::milliseconds time);
  /// Waits for its end. Throws std::runtime_error when it had no lock.
  void wait();

  /// What that process does, from `main`: nothing but this when the arguments say so. Returns whether they
  /// did.
  static bool isOne(int argc, char** argv);

 private:
  pid_t process_ = -1;
};

}  // namespace messenger::bench
