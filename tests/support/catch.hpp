#pragma once

// The one place that names Catch, so that v3 is one edit.
#include <catch2/catch.hpp>

#include "messenger/result.hpp"

/// Requires that a Result is the refusal with this reason; prints what it is otherwise.
#define REQUIRE_REFUSED(result, expected)                                                            \
  do {                                                                                               \
    const auto& refusedResult = (result);                                                            \
    REQUIRE_FALSE(refusedResult.has_value());                                                        \
    REQUIRE(::messenger::toString(refusedResult.error().reason) == ::messenger::toString(expected)); \
  } while (false)

/// Requires that a Result is a value; prints the refusal otherwise.
#define REQUIRE_OK(result)                                                  \
  do {                                                                      \
    const auto& okResult = (result);                                        \
    INFO((okResult.has_value() ? std::string{} : okResult.error().text())); \
    REQUIRE(okResult.has_value());                                          \
  } while (false)
