#include <cstdio>
#include <string>

#include "messenger/adapters/defaults.hpp"
#include "support/text.hpp"

namespace messenger {
namespace {

class StderrLogger final : public Logger {
 public:
  explicit StderrLogger(LogLevel level) : level_(level) {}

  void log(LogLevel level, std::string_view message) override {
    if (level < level_) return;
    std::string line{"messenger: "};
    // The message stays one line that cannot steer a terminal, whatever a foreign error text contains.
    line.append(toString(level)).append(": ").append(support::withoutControls(message, ' ')).append("\n");
    // Written at once, so that lines of several OS threads do not mix. A failure cannot be reported anywhere.
    static_cast<void>(std::fwrite(line.data(), 1, line.size(), stderr));
  }

 private:
  const LogLevel level_;
};

}  // namespace

std::shared_ptr<Logger> stderrLogger(LogLevel level) {
  return std::make_shared<StderrLogger>(level);
}

}  // namespace messenger
