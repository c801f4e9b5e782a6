#include <cstdio>
#include <string>

#include "messenger/adapters/defaults.hpp"

namespace messenger {
namespace {

class StderrLogger final : public Logger {
 public:
  explicit StderrLogger(LogLevel level) : level_(level) {}

  void log(LogLevel level, std::string_view message) override {
    if (level < level_) return;
    std::string line{"messenger: "};
    line.append(toString(level)).append(": ").append(message);
    // The message stays one line, whatever a foreign error text contains.
    for (char& c : line) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
    }
    line += '\n';
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
