#pragma once

#include <sys/types.h>

#include <cstdio>
#include <string>
#include <vector>

namespace messenger::tests {

/// Another process with a Messenger of its own (process_helper.cpp), ended with this object.
class HelperProcess {
 public:
  explicit HelperProcess(const std::vector<std::string>& arguments);
  ~HelperProcess();
  HelperProcess(const HelperProcess&) = delete;
  HelperProcess& operator=(const HelperProcess&) = delete;

  void send(const std::string& line);
  /// Its next line; empty when it has ended.
  [[nodiscard]] std::string line();
  /// All lines that it still writes.
  [[nodiscard]] std::vector<std::string> lines();
  void signal(int number) const;
  /// Waits for its end. Returns its exit status, or minus the signal that killed it.
  [[nodiscard]] int wait();

 private:
  pid_t process_ = -1;
  std::FILE* toIt_ = nullptr;
  std::FILE* fromIt_ = nullptr;
};

}  // namespace messenger::tests
