#pragma once

#include <sys/types.h>

#include <cstdio>
#include <string>
#include <vector>

namespace messenger::inline v0::testing {

/// The test's other process (sqlite_peer.cpp), ended with this object.
class Peer {
 public:
  /// Starts it and waits until it is ready.
  Peer(const std::string& file, const std::string& what, const std::string& name);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// Lets it go on.
  void go();
  /// Its next line; empty when it has ended.
  [[nodiscard]] std::string line();
  /// Waits for its end. Returns its exit status, or minus the signal that killed it.
  [[nodiscard]] int wait();

 private:
  pid_t process_ = -1;
  std::FILE* toIt_ = nullptr;
  std::FILE* fromIt_ = nullptr;
};

}  // namespace messenger::testing
