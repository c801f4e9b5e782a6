#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "messenger/messenger.hpp"

namespace messenger::crashes {

/// Compares what was acknowledged with what is stored, after everything was drained.
struct Findings {
  std::size_t calls = 0;
  std::size_t acknowledgements = 0;
  std::vector<std::string> problems;
};

[[nodiscard]] Findings check(Messenger& messenger, const std::filesystem::path& journal);

}  // namespace messenger::crashes
