#pragma once

#include <messenger/messenger.hpp>

#include <mutex>
#include <set>
#include <string>
#include <vector>

// Quoted by docs/tour.md and README.md: one function for each task. main.cpp runs them in the order of the
// tour.

/// The connected users and how to reach them: the part of a host that a Broadcaster uses.
class Sockets {
 public:
  void send(const std::string& channel, const std::string& text);
  [[nodiscard]] std::vector<std::string> sent() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> sent_;
};

[[nodiscard]] std::shared_ptr<messenger::Broadcaster> socketBroadcaster(Sockets& sockets);
[[nodiscard]] std::shared_ptr<messenger::Presenter> avatars();

[[nodiscard]] messenger::ThreadId makeGroup(messenger::Messenger& messenger);
[[nodiscard]] std::string ring(messenger::Messenger& messenger, const messenger::ThreadId& thread,
                               const messenger::UserId& user);
[[nodiscard]] std::vector<messenger::Subscription> listen(messenger::Messenger& messenger,
                                                          std::vector<std::string>& log);
[[nodiscard]] std::string roomFor(messenger::Messenger& messenger, const messenger::CallId& call,
                                  const messenger::UserId& user);
[[nodiscard]] messenger::Result<messenger::Call> consult(messenger::Messenger& messenger,
                                                         const messenger::ThreadId& thread,
                                                         const messenger::UserId& doctor);
bool moveToLaptop(messenger::Messenger& messenger, const messenger::CallId& call,
                  const messenger::UserId& user);
void keepOrder(messenger::Messenger& messenger, const messenger::CallId& call, const messenger::UserId& admin,
               const messenger::UserId& noisy);
[[nodiscard]] std::size_t countHistory(const messenger::Messenger& messenger,
                                       const messenger::ThreadId& thread, const messenger::UserId& user);
void serve(messenger::Messenger& messenger);
void maintain(messenger::Messenger& messenger);
[[nodiscard]] std::size_t lookAfterJobs(messenger::Messenger& messenger);

// tests_of_a_host.cpp
[[nodiscard]] bool silentOnesAreEvicted();
[[nodiscard]] bool roomsGoAfterTrouble();
[[nodiscard]] bool synchronousHost();
