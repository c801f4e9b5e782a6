#pragma once

#include <string>

/// What to do when there is no Janus: why it did not work, and the shortest way to one that does.
[[nodiscard]] std::string setupHelp(const std::string& why);
