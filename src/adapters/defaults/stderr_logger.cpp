#include <cstdio>
#include <string>

#include "messenger/adapters/defaults.hpp"
#include "support/log_text.hpp"
#include "support/text.hpp"

namespace messenger::inline v0 {
namespace {

class StderrLogger final : public Logger {
 public:
  explicit StderrLogger(LogLevel level) : level_(level) {}

  void log(LogLevel level, std::string_view message, std::span<const LogField> fields) override {
    if (level < level_) return;
    std::string line{"messenger: "};
    // It stays one line that cannot steer a terminal, whatever a host or a provider says in it.
    line.append(toString(level)).append(": ").append(support::withoutControls(message, ' '));
    for (const LogField& each : fields) support::appendField(line, each.name, each.value);
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
