#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace messenger::bench {

/// What a benchmark was asked for.
struct Options {
  std::size_t runs = 0;
  std::size_t size = 0;  ///< how much one run does, in the program's own unit
  bool json = false;
  std::string only;              ///< parts whose name contains this; all when empty
  std::filesystem::path folder;  ///< for database files; its disk is what `full` durability waits for
};

/// What a benchmark is, for `--help` and for its result.
struct Program {
  std::string name;
  std::string about;
  std::string sizeIs;  ///< what `--size` counts
  std::string parts;   ///< what `--only` may name
  std::size_t runs = 0;
  std::size_t size = 0;
};

/// What one repetition took.
struct Sample {
  double wall = 0;  ///< nanoseconds
  double cpu = 0;   ///< nanoseconds of this process, all threads
};

/// One that takes part in a race: does the same work each time. What `before` does is not timed.
struct Contender {
  std::function<void()> once;
  std::function<void()> before = [] {};
};

/// A line of the closing table. Times are medians, for one operation.
struct Row {
  std::string name;
  Sample ours;
  std::optional<Sample> floor;
};

/// Runs contenders in turns and collects what is shown at the end. Confined to one thread.
class Report {
 public:
  explicit Report(Options options) : options_(std::move(options)) {}

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  /// Whether a part of the program is to run.
  [[nodiscard]] bool wants(const std::string& part) const {
    return part.find(options_.only) != std::string::npos;
  }

  /// One line on standard error.
  static void progress(const std::string& text);

  /// Lets each contender run once to warm up, then `runs` times in turns, the first one changing, so that
  /// whatever else the machine does falls on all alike. Returns each one's median for one of the `operations`
  /// of a run.
  [[nodiscard]] std::vector<Sample> race(const std::string& title, double operations,
                                         const std::vector<Contender>& contenders) const;

  void row(Row row) { rows_.push_back(std::move(row)); }

  /// A race of two, and its row.
  void compare(const std::string& name, double operations, const Contender& ours, const Contender& floor);

  /// A figure that is no time: shown below the table.
  void fact(const std::string& name, double value);

  void print(const Program& program) const;

 private:
  struct Fact {
    std::string name;
    double value;
  };

  void printTable() const;
  void printJson(const Program& program) const;

  Options options_;
  std::vector<Row> rows_;
  std::vector<Fact> facts_;
};

/// A `main`: reads the options, runs the body, prints. Returns what `main` returns.
int runProgram(int argc, char** argv, const Program& program, const std::function<void(Report&)>& body);

}  // namespace messenger::bench
