#include "demo_users.hpp"

#include <algorithm>
#include <stdexcept>

namespace call_server {
namespace {

using messenger::Reason;
using messenger::ThreadId;

messenger::ThreadMember member(const char* id, bool admin = false) {
  return {.user = userId(id), .name = findDemoUser(id)->name, .admin = admin};
}

template <class T>
void requireThere(const messenger::Result<T>& made) {
  if (!made && made.error().reason != Reason::threadExists) throw std::runtime_error(made.error().text());
}

}  // namespace

const std::vector<DemoUser>& demoUsers() {
  static const std::vector<DemoUser> users{
      {"alice", "Alice"}, {"bob", "Bob"}, {"carol", "Carol"}, {"dave", "Dave"}};
  return users;
}

const DemoUser* findDemoUser(std::string_view id) {
  const auto& users = demoUsers();
  const auto found =
      std::find_if(users.begin(), users.end(), [&](const DemoUser& each) { return each.id == id; });
  return found == users.end() ? nullptr : &*found;
}

messenger::UserId userId(const std::string& id) {
  return {"user", id};
}

void makeDemoThreads(messenger::Messenger& messenger) {
  messenger::Threads& threads = messenger.threads();
  requireThere(threads.createPrivate(member("alice"), member("bob"), ThreadId{"alice-bob"}));
  requireThere(threads.createGroup(
      "The team", {member("alice", /*admin=*/true), member("bob"), member("carol"), member("dave")},
      ThreadId{"team"}));
}

}  // namespace call_server
