#pragma once

#include <string>
#include <string_view>

namespace messenger::inline v0::support {

/// Appends ` name=value` to a line of a log: in quotation marks, unless the value is made of visible ASCII
/// without those, `=` and `\`. In them `"` and `\` stand behind a `\`, and control characters and ill-formed
/// bytes are escaped (\n, \u001b): no value looks like another field, or ends the line.
void appendField(std::string& line, std::string_view name, std::string_view value);

}  // namespace messenger::support
