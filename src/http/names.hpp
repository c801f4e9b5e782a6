#pragma once

#include <string>
#include <unordered_map>

#include "messenger/contracts/thread_directory.hpp"
#include "messenger/model/thread.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger::http {

/// The names of users and threads, read from the directory once for each response. The name of an unknown one
/// is empty. Confined to one OS thread; the directory must outlive it.
class Names {
 public:
  explicit Names(const ThreadDirectory& directory) noexcept : directory_(directory) {}

  /// Throws messenger::Error, unless this user was looked up before.
  const std::string& of(const UserId& user);

  /// A group's subject; in a private thread the name of the other member. Throws as above.
  const std::string& of(const Thread& thread, const UserId& viewer);

 private:
  const ThreadDirectory& directory_;
  std::unordered_map<UserId, std::string> users_;
  std::unordered_map<ThreadId, UserId> others_;  ///< of private threads: the user whose name is shown
};

}  // namespace messenger::http
