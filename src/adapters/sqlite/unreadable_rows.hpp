#pragma once

#include "adapters/sqlite/query.hpp"
#include "support/unreadable_rows.hpp"

namespace messenger::inline v0::sqlite {

using support::readOrNote;
using support::readPage;
using support::RowKind;
using support::UnreadableRows;

}  // namespace messenger::sqlite
