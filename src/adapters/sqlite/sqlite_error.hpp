#pragma once

#include <SQLiteCpp/Exception.h>

#include <string_view>
#include <utility>

#include "messenger/errors.hpp"

namespace messenger::sqlite {

/// Throws what a SQLite::Exception means in messenger::StorageError, with the exception being handled nested.
/// REQUIRES: called while handling `error`.
[[noreturn]] void throwTranslated(const SQLite::Exception& error, std::string_view file);

/// Throws StorageBusy: `what` took longer than an operation may wait.
[[noreturn]] void throwBusy(std::string_view file, std::string_view what);

/// Runs `body`; no SQLite::Exception leaves it.
template <class Body>
decltype(auto) translating(std::string_view file, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const SQLite::Exception& error) {
    throwTranslated(error, file);
  }
}

}  // namespace messenger::sqlite
