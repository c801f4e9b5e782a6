#pragma once

#include <stdexcept>
#include <string>

#include "messenger/export.hpp"

namespace messenger::inline v0 {

// clang-format off
/// Something outside the rules failed: a disk, a network, a corrupt row. What helps is to start over, try
/// again later, try another way, or report it. Refusals are never thrown (see result.hpp); misuse throws from
/// std::logic_error.
///
///     Error
///     ├── StorageError
///     │   ├── StorageUnavailable    the storage does not answer: disk full, file unreachable or replaced
///     │   │   └── StorageBusy       others kept it busy for too long: the same call may succeed later
///     │   ├── StorageIncompatible   not our file, or from a newer version: left untouched
///     │   └── StorageCorrupt        damaged: not what the library wrote
///     │       └── StorageUnreadable one row of a kind that this version does not know; all others are sound
///     ├── PresenceError             the presence store did not answer
///     └── DriverError               for drivers to report why they failed: `what` is kept with the job
///
/// No error text contains a secret that the library knows.
// clang-format on
class MESSENGER_EXPORT Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class MESSENGER_EXPORT StorageError : public Error {
 public:
  using Error::Error;
};

class MESSENGER_EXPORT StorageUnavailable : public StorageError {
 public:
  using StorageError::StorageError;
};

class MESSENGER_EXPORT StorageBusy : public StorageUnavailable {
 public:
  using StorageUnavailable::StorageUnavailable;
};

class MESSENGER_EXPORT StorageIncompatible : public StorageError {
 public:
  using StorageError::StorageError;
};

class MESSENGER_EXPORT StorageCorrupt : public StorageError {
 public:
  using StorageError::StorageError;
};

class MESSENGER_EXPORT StorageUnreadable : public StorageCorrupt {
 public:
  using StorageCorrupt::StorageCorrupt;
};

class MESSENGER_EXPORT PresenceError : public Error {
 public:
  using Error::Error;
};

class MESSENGER_EXPORT DriverError : public Error {
 public:
  using Error::Error;
};

}  // namespace messenger
