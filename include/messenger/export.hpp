#pragma once

// What every header of the library needs of the compiler, and what a shared library shows.

#if __cplusplus < 202002L
#error "messenger needs C++20: compile the sources that include its headers with -std=c++20 or later"
#endif
#if !defined(__cpp_exceptions)
#error \
    "messenger reports failures as exceptions: compile the sources that include its headers without -fno-exceptions"
#endif

// MESSENGER_STATIC is defined by the CMake target and the pkg-config file of the static library: a plug-in
// that contains it shows nothing of it.
#if defined(MESSENGER_STATIC)
#define MESSENGER_EXPORT
#define MESSENGER_NO_EXPORT
#else
/// Marks what a shared library shows.
#define MESSENGER_EXPORT [[gnu::visibility("default")]]
/// Marks what a shared library hides inside a class that it shows.
#define MESSENGER_NO_EXPORT [[gnu::visibility("hidden")]]
#endif
