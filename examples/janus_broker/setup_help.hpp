#pragma once

#include <string>

/// Help for when there is no Janus: why it did not work, and the shortest way to one that works.
[[nodiscard]] std::string setupHelp(const std::string& why);
