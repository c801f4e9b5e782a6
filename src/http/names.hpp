#pragma once

#include <string>
#include <unordered_map>

#include "actions/extras.hpp"
#include "messenger/contracts/thread_directory.hpp"
#include "messenger/model/thread.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger::inline v0::http {

/// The names of users and threads, read from the directory once for each response, and what the host adds to
/// them. The name of an unknown one is empty. Confined to one OS thread; directory and extras must outlive
/// it.
class Names {
 public:
  Names(const ThreadDirectory& directory, const actions::Extras& extras) noexcept
      : directory_(directory), extras_(extras) {}

  /// Throws messenger::Error, unless this user was looked up before.
  const std::string& of(const UserId& user);

  /// A group's subject; in a private thread the name of the other member. Throws as above.
  const std::string& of(const Thread& thread, const UserId& viewer);

  /// The host's own fields of a user; asked once.
  const ExtraFields& extrasOf(const UserId& user);

  [[nodiscard]] const actions::Extras& extras() const noexcept { return extras_; }

 private:
  const ThreadDirectory& directory_;
  const actions::Extras& extras_;
  std::unordered_map<UserId, std::string> users_;
  std::unordered_map<UserId, ExtraFields> userExtras_;
  std::unordered_map<ThreadId, UserId> others_;  ///< of private threads: the user whose name is shown
};

}  // namespace messenger::http
