#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace messenger::inline v0::console::testing {

/// A program that runs beside the test, with pipes (or a terminal) for its streams. Whatever is waited for
/// must come within half a minute; then the test fails and the program is killed.
class Process {
 public:
  struct Options {
    std::map<std::string, std::string> environment;  ///< nothing is inherited but PATH
    unsigned short terminalColumns = 0;  ///< more than zero: stdout and stderr are one terminal of this width
  };

  Process(const std::string& program, const std::vector<std::string>& arguments, const Options& options);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  void waitForOut(const std::string& text);
  void waitForErr(const std::string& text);
  void writeLine(const std::string& text);
  /// Built with the thread sanitizer it first waits until the program sleeps: the sanitizer loses a signal
  /// that comes just before a poll (also in a program of ten lines, with g++ 12 and clang 14).
  void signal(int number) const;

  /// Waits for its end. Returns its exit code, or minus the signal that ended it.
  int wait();

  [[nodiscard]] const std::string& out() const noexcept { return out_; }
  [[nodiscard]] const std::string& err() const noexcept { return err_; }

 private:
  bool readSome(int milliseconds);
  void waitFor(const std::string& text, const std::string& in);

  pid_t pid_ = -1;
  int in_ = -1;
  int outFd_ = -1;
  int errFd_ = -1;
  std::string out_;
  std::string err_;
};

}  // namespace messenger::console::testing
