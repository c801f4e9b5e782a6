#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "messenger/model/ids.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger::inline v0 {

/// Stored and sent: never renumber.
enum class ThreadType : std::uint8_t { privateThread = 1, group = 2 };

/// A conversation: private (two members) or a group.
struct Thread {
  ThreadId id;                          ///< unique among the threads
  ThreadType type = ThreadType::group;  ///< private or group
  std::string subject;                  ///< a group's name; empty in a private thread
  bool calling = true;                  ///< the thread's own switch: off refuses every start
  bool locked = false;                  ///< read-only: refuses every start
  std::size_t members = 0;              ///< how many members it has

  /// Of any number of members.
  [[nodiscard]] bool isGroup() const noexcept { return type == ThreadType::group; }
  /// Of two members.
  [[nodiscard]] bool isPrivate() const noexcept { return type == ThreadType::privateThread; }

  friend bool operator==(const Thread&, const Thread&) = default;
};

/// One user's place in a thread.
struct ThreadMember {
  UserId user;                      ///< who it is
  std::string name;                 ///< what others see
  bool admin = false;               ///< group: may start, end any call, kick
  bool startCalls = false;          ///< group: may start calls without being an admin
  bool pending = false;             ///< private: has not accepted the conversation yet
  bool notificationsMuted = false;  ///< gets no `incoming.call`, and no `call.ended` of calls it is not in

  friend bool operator==(const ThreadMember&, const ThreadMember&) = default;
};

}  // namespace messenger
