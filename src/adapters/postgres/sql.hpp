#pragma once

#include "support/sql_text.hpp"
#include "support/unreadable_rows.hpp"

namespace messenger::inline v0::postgres {

// In a statement `@` stands before the name of each table: it becomes the schema, so that nothing depends on
// the search path of a session.
using support::FixedText;
using support::readOrNote;
using support::readPage;
using support::RowKind;
using support::Sql;
using support::UnreadableRows;

}  // namespace messenger::postgres
