#pragma once

#include <SQLiteCpp/Exception.h>

#include <string_view>
#include <utility>

#include "messenger/errors.hpp"

namespace messenger::inline v0::sqlite {

/// No space is left for a change. A checkpoint may make some.
class DiskFull : public StorageUnavailable {
 public:
  using StorageUnavailable::StorageUnavailable;
};

/// Throws the messenger::StorageError for a SQLite::Exception, with the exception being handled nested in it.
/// REQUIRES: called while handling `error`.
[[noreturn]] void throwTranslated(const SQLite::Exception& error, std::string_view file);

/// Throws StorageBusy: `what` took longer than an operation may wait.
[[noreturn]] void throwBusy(std::string_view file, std::string_view what);

/// Runs `body`, and translates each SQLite::Exception.
template <class Body>
decltype(auto) translating(std::string_view file, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const SQLite::Exception& error) {
    throwTranslated(error, file);
  }
}

}  // namespace messenger::sqlite
