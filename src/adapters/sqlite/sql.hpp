#pragma once

#include "support/sql_text.hpp"

namespace messenger::sqlite {

using support::FixedText;
using support::Sql;

}  // namespace messenger::sqlite
