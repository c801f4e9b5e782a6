#pragma once

#include <string_view>

#include "messenger/export.hpp"

/// One of the three numbers of the version of these headers. They are in this file alone: CMake, the packages
/// and scripts/release read them here.
/// @{
#define MESSENGER_VERSION_MAJOR 0
#define MESSENGER_VERSION_MINOR 2
#define MESSENGER_VERSION_PATCH 0
/// @}

/// The binary interface: the number in the soname and in the inline namespace `v0`. Programs that were built
/// with other headers of the same number run with this library (docs/versioning.md).
#define MESSENGER_ABI_VERSION 0

/// For the preprocessor: MESSENGER_VERSION >= MESSENGER_VERSION_NUMBER(0, 2, 0).
#define MESSENGER_VERSION_NUMBER(major, minor, patch) ((major)*1000000 + (minor)*1000 + (patch))
/// The version of these headers as one number.
#define MESSENGER_VERSION \
  MESSENGER_VERSION_NUMBER(MESSENGER_VERSION_MAJOR, MESSENGER_VERSION_MINOR, MESSENGER_VERSION_PATCH)

/// For MESSENGER_VERSION_TEXT.
/// @{
#define MESSENGER_QUOTED(x) #x
#define MESSENGER_JOINED(major, minor, patch) \
  MESSENGER_QUOTED(major) "." MESSENGER_QUOTED(minor) "." MESSENGER_QUOTED(patch)
/// @}
/// "0.2.0"
#define MESSENGER_VERSION_TEXT \
  MESSENGER_JOINED(MESSENGER_VERSION_MAJOR, MESSENGER_VERSION_MINOR, MESSENGER_VERSION_PATCH)

namespace messenger::inline v0 {

/// The version of the headers that this source was compiled with, as MESSENGER_VERSION_NUMBER counts.
inline constexpr int headerVersion = MESSENGER_VERSION;
/// The same as text.
inline constexpr std::string_view headerVersionText = MESSENGER_VERSION_TEXT;

/// The version of the library that the program runs with: where it is shared, it may be a newer one.
MESSENGER_EXPORT [[nodiscard]] int libraryVersion() noexcept;
/// The same as text.
MESSENGER_EXPORT [[nodiscard]] std::string_view libraryVersionText() noexcept;

/// Whether the library has all that these headers promise: false when an older one was found at run time.
[[nodiscard]] inline bool libraryIsCompatible() noexcept {
  return libraryVersion() >= headerVersion;
}

}  // namespace messenger
