#pragma once

#include <optional>
#include <string>
#include <utility>

#include "actions/context.hpp"
#include "actions/log.hpp"
#include "support/thrown.hpp"

namespace messenger::inline v0::actions {

/// Logs the rows that the storage passed over since the last time. Never throws: whoever asked for others has
/// them.
inline void reportUnreadable(Context& context) noexcept {
  try {
    for (const std::string& row : context.storage.takeUnreadable()) {
      logSafely(context.logger, LogLevel::error, "a row is left alone, as this version cannot read it",
                {{"row", support::presentable(row, std::nullopt)}});
    }
  } catch (...) {
    logSafely(context.logger, LogLevel::error, "which rows cannot be read is not known",
              {{"error", support::whatWasThrown()}});
  }
}

/// What was listed, after the rows that are not in it were reported.
template <class Rows>
[[nodiscard]] Rows reported(Context& context, Rows&& rows) {
  reportUnreadable(context);
  return std::forward<Rows>(rows);
}

}  // namespace messenger::actions
