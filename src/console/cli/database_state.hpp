#pragma once

#include <string>

#include "console/failure.hpp"
#include "messenger/adapters/database/database.hpp"

namespace messenger::inline v0::console {

// What the commands that take a database say of its state.

[[nodiscard]] std::string shownName(const DatabaseOptions& options);

/// An error's text as a message.
[[nodiscard]] std::string sentence(const char* what);

[[nodiscard]] tl::unexpected<Failure> notOurs(const DatabaseOptions& options);
[[nodiscard]] tl::unexpected<Failure> tooNew(const DatabaseOptions& options, const DatabaseState& found);
[[nodiscard]] tl::unexpected<Failure> tooOld(const DatabaseOptions& options, const DatabaseState& found);

/// Whether a database can be made there.
[[nodiscard]] Outcome requireFolder(const DatabaseOptions& options);

/// Empty when the database belongs to the library and has this version.
[[nodiscard]] Outcome requireUsable(const DatabaseOptions& options);

}  // namespace messenger::console
