#pragma once

#include "support/sql_text.hpp"

namespace messenger::inline v0::sqlite {

using support::FixedText;
using support::Sql;

}  // namespace messenger::sqlite
