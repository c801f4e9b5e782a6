#pragma once

#include <messenger/messenger.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace call_server {

/// Stands for a host's own table of users. They sign in by saying who they are: a host checks a password
/// here.
struct DemoUser {
  std::string id;
  std::string name;
};

[[nodiscard]] const std::vector<DemoUser>& demoUsers();

/// Nothing when there is no such user.
[[nodiscard]] const DemoUser* findDemoUser(std::string_view id);

/// The user as the messenger knows them.
[[nodiscard]] messenger::UserId userId(const std::string& id);

/// Makes their conversations, unless they are there.
void makeDemoThreads(messenger::Messenger& messenger);

}  // namespace call_server
