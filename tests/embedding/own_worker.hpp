#pragma once

#include <chrono>

// A host's own classes, in a namespace that is called like the library's, with the library's names.

namespace messenger {

class Worker {
 public:
  Worker();
  ~Worker();
  void stop() noexcept;
  void requestStop() noexcept;
  bool drain(std::chrono::milliseconds atMost);
};

namespace support {

class HomeProcess {
 public:
  HomeProcess() noexcept;
  ~HomeProcess();
};

}  // namespace support

}  // namespace messenger
