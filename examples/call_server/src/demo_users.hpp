#pragma once

#include <messenger/messenger.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace call_server {

/// Takes the place of a host's own table of users. They sign in without a password: a real host checks one
/// here.
struct DemoUser {
  std::string id;
  std::string name;
};

[[nodiscard]] const std::vector<DemoUser>& demoUsers();

/// Empty when there is no such user.
[[nodiscard]] const DemoUser* findDemoUser(std::string_view id);

/// The user's id in the messenger.
[[nodiscard]] messenger::UserId userId(const std::string& id);

/// Makes their conversations, unless they exist.
void makeDemoThreads(messenger::Messenger& messenger);

}  // namespace call_server
