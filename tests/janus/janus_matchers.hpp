#pragma once

#include "messenger/adapters/janus/janus_error.hpp"
#include "tests/support/catch.hpp"

/// Requires that a JanusResult is a value; prints the error otherwise.
#define REQUIRE_DONE(result)                                                        \
  do {                                                                              \
    const auto& doneResult = (result);                                              \
    INFO((doneResult.has_value() ? std::string{} : doneResult.error().describe())); \
    REQUIRE(doneResult.has_value());                                                \
  } while (false)

/// Requires that a JanusResult is the error of this kind and code.
#define REQUIRE_FAILED(result, expectedKind, expectedCode)             \
  do {                                                                 \
    const auto& failedResult = (result);                               \
    REQUIRE_FALSE(failedResult.has_value());                           \
    INFO(failedResult.error().describe());                             \
    REQUIRE(::messenger::janus::toString(failedResult.error().kind) == \
            ::messenger::janus::toString(expectedKind));               \
    REQUIRE(failedResult.error().code == (expectedCode));              \
    REQUIRE_FALSE(failedResult.error().text.empty());                  \
  } while (false)

#define REQUIRE_PLUGIN_ERROR(result, code) REQUIRE_FAILED(result, ::messenger::janus::ErrorKind::plugin, code)
