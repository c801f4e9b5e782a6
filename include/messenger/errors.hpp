#pragma once

#include <stdexcept>
#include <string>

namespace messenger {

// clang-format off
/// Something outside the rules failed: a disk, a network, a corrupt row. What helps is to start over, try
/// again later, try another way, or report it. Refusals are never thrown (see result.hpp); misuse throws from
/// std::logic_error.
///
///     Error
///     ├── StorageError
///     │   ├── StorageUnavailable    busy for too long, disk full, file unreachable: may succeed later
///     │   ├── StorageIncompatible   a foreign file, or one from a newer version: left untouched
///     │   └── StorageCorrupt        a row that the library cannot have written
///     ├── PresenceError             the presence store did not answer
///     └── DriverError               for drivers to report why they failed: `what` is kept with the job
///
/// No error text contains a secret that the library knows.
// clang-format on
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class StorageError : public Error {
 public:
  using Error::Error;
};

class StorageUnavailable : public StorageError {
 public:
  using StorageError::StorageError;
};

class StorageIncompatible : public StorageError {
 public:
  using StorageError::StorageError;
};

class StorageCorrupt : public StorageError {
 public:
  using StorageError::StorageError;
};

class PresenceError : public Error {
 public:
  using Error::Error;
};

class DriverError : public Error {
 public:
  using Error::Error;
};

}  // namespace messenger
