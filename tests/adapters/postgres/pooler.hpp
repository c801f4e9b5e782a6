#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "tests/support/temp_dir.hpp"

namespace messenger::tests {

/// A PgBouncer in transaction mode in front of the shared server, with so many sessions of the server to
/// lend.
class Pooler {
 public:
  explicit Pooler(int sessions);
  ~Pooler();
  Pooler(const Pooler&) = delete;
  Pooler& operator=(const Pooler&) = delete;

  [[nodiscard]] std::string url() const;

 private:
  void writeConfig(int sessions);
  bool launch();
  void stop();

  testing::TempDir folder_;
  std::uint16_t port_ = 0;
  pid_t process_ = -1;
};

}  // namespace messenger::tests
