#pragma once

#include <map>
#include <set>
#include <string>

#include "messenger/model/ids.hpp"

namespace messenger::simulation {

/// The model of a video provider: which rooms exist. A room is known by the id of its call.
struct Provider {
  std::set<CallId> rooms{};
};

}  // namespace messenger::simulation
