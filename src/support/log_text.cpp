#include "support/log_text.hpp"

#include <algorithm>

#include "support/json_writer.hpp"
#include "support/text.hpp"

namespace messenger::inline v0::support {
namespace {

bool isBare(char letter) noexcept {
  return letter > ' ' && letter <= '~' && letter != '"' && letter != '=' && letter != '\\';
}

}  // namespace

void appendField(std::string& line, std::string_view name, std::string_view value) {
  line.append(" ").append(name).append("=");
  if (!value.empty() && std::all_of(value.begin(), value.end(), isBare)) {
    line.append(value);
    return;
  }
  JsonWriter json;
  json.value(value);  // its quotation marks and escapes; what a terminal could take for a command is left
  line.append(printableJson(json.text()));
}

}  // namespace messenger::support
