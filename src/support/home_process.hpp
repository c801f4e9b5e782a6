#pragma once

#include <sys/types.h>
#include <unistd.h>

namespace messenger::inline v0::support {

/// The process that made an object. A child that it makes by fork() has a copy of the object, but none of the
/// other OS threads, nor the locks that these had: whatever waits for them would wait for ever, and SQLite
/// would believe that it has locks on its file. So an object that would be harmed asks where it is. That
/// costs as much as reading a variable.
class HomeProcess {
 public:
  HomeProcess() noexcept;
  ~HomeProcess();
  HomeProcess(const HomeProcess&) = delete;
  HomeProcess& operator=(const HomeProcess&) = delete;

  /// Whether this is that process; false in its children.
  [[nodiscard]] bool isHere() const noexcept {
    return mark_ != nullptr ? *mark_ != 0 : ::getpid() == process_;
  }

  /// Throws std::logic_error in a child.
  void require() const {
    if (!isHere()) throwInChild();
  }

 private:
  [[noreturn]] static void throwInChild();

  const volatile int* mark_ = nullptr;  ///< a page of its own, which fork() wipes; null where it does not
  pid_t process_;
};

}  // namespace messenger::support
