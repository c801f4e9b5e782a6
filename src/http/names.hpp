#pragma once

#include <string>
#include <unordered_map>

#include "messenger/contracts/thread_directory.hpp"
#include "messenger/model/thread.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger::http {

/// What users and threads are called, asked of the directory once for each response. Unknown ones have no
/// name: "". Confined to one thread; the directory must outlive it.
class Names {
 public:
  explicit Names(const ThreadDirectory& directory) noexcept : directory_(directory) {}

  /// Throws messenger::Error, unless this user was asked for before.
  const std::string& of(const UserId& user);

  /// A group's subject; in a private thread the name of the one who is not the viewer. Throws as above.
  const std::string& of(const Thread& thread, const UserId& viewer);

 private:
  const ThreadDirectory& directory_;
  std::unordered_map<UserId, std::string> users_;
  std::unordered_map<ThreadId, UserId> others_;  ///< of private threads: whose name they go by
};

}  // namespace messenger::http
