#include "support/unreadable_rows.hpp"

#include <fmt/format.h>

#include <utility>

namespace messenger::inline v0::support {

void UnreadableRows::note(std::string_view kind, std::string_view id, std::string_view why) {
  std::string text = fmt::format("{} {}: {}", kind, id, why);
  const Lock lock(mutex_);
  if (known_.size() == most || !known_.insert(text).second) return;
  fresh_.push_back(std::move(text));
}

std::vector<std::string> UnreadableRows::take() {
  const Lock lock(mutex_);
  return std::exchange(fresh_, {});
}

}  // namespace messenger::support
