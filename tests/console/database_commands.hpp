#pragma once

#include <string>
#include <vector>

namespace messenger::inline v0::console::testing {

/// Every command that needs a database which is there.
inline const std::vector<std::vector<std::string>> databaseCommands{{"calls:list"},
                                                                    {"calls:show", "x"},
                                                                    {"calls:missed", "user:x"},
                                                                    {"calls:ringing", "user:x"},
                                                                    {"users:erase", "user:x", "--yes"},
                                                                    {"calls:down"},
                                                                    {"calls:up"},
                                                                    {"calls:prune", "--older-than=90d"},
                                                                    {"calls:check-activity"},
                                                                    {"queue:status"},
                                                                    {"queue:failed"},
                                                                    {"queue:retry", "--all"},
                                                                    {"schedule:run"},
                                                                    {"db:check"},
                                                                    {"queue:work"}};

}  // namespace messenger::console::testing
