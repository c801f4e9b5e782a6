// The operations that play the host application: its start, its users and conversations.

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "support/text.hpp"
#include "support/time_text.hpp"
#include "tests/replay/host.hpp"

namespace messenger::replay {
namespace {

/// An id that the library takes as well.
std::string plainId(std::string id) {
  constexpr std::size_t maxId = 255;
  if (id.empty() || !support::isPlainText(id, maxId)) throw OpError{"bad id"};
  return id;
}

void applyFlags(ThreadMember& member, const Json& op) {
  member.admin = givenFlag(op, "admin").value_or(member.admin);
  member.startCalls = givenFlag(op, "startCalls").value_or(member.startCalls);
  member.pending = givenFlag(op, "pending").value_or(member.pending);
  member.notificationsMuted = givenFlag(op, "muted").value_or(member.notificationsMuted);
}

}  // namespace

/// Where a server is: as the command line says, or a variable of the tests' environment.
std::string Host::urlOf(const std::string& given, const char* variable) {
  if (!given.empty()) return given;
  const char* ofTests = std::getenv(variable);
  if (ofTests == nullptr) throw OpError{"nothing says where the server is: set " + std::string{variable}};
  return ofTests;
}

Json Host::reset(const Json& op) {
  const std::string storage = textOr(op, "storage", database_.empty() ? "sqlite" : "postgres");
  const std::string driver = textOr(op, "driver", "fake");
  const std::map<std::string, StorageKind> kinds = {
      {"sqlite", StorageKind::sqlite},
      {"memory", StorageKind::memory},
      {"postgres", StorageKind::postgres},
#ifdef REPLAY_WITH_REDIS
      {"postgres+redis", StorageKind::postgres},
#endif
  };
  if (!kinds.contains(storage)) throw OpError{"bad storage"};
  if (driver != "fake" && driver != "none") throw OpError{"bad driver"};
  WorldSettings settings{.config = merged(defaultConfig(), objectOr(op, "config")),
                         .storage = kinds.at(storage),
                         .server = {},
                         .redis = {},
                         .now = parseTime(textOr(op, "now", "2026-01-01T00:00:00Z")),
                         .hasDriver = driver == "fake"};
  if (settings.storage == StorageKind::postgres)
    settings.server = urlOf(database_, "MESSENGER_TEST_POSTGRES");
  if (storage == "postgres+redis") settings.redis = urlOf(presence_, "MESSENGER_TEST_REDIS");
  world_ = std::make_unique<World>(std::move(settings), [this](const Json& nested) { runNested(nested); });
  return {{"protocol", 1}, {"now", support::toText(world_->clock().now().wall)}};
}

Json Host::restart(const Json& op) {
  world_->restart(objectOr(op, "config"), flagOr(op, "losePresence", false));
  return Json::object();
}

Json Host::user(const Json& op) {
  const std::string id = plainId(text(op, "id"));
  const std::string name = text(op, "name");
  world_->threads().putUser({"user", id}, name);
  world_->users()[id] = name;
  return Json::object();
}

Json Host::thread(const Json& op) {
  const auto givenId = optionalText(op, "id");
  const std::string type = text(op, "type");
  if (type != "private" && type != "group") throw OpError{"bad type of thread"};
  NewThread made;
  made.thread.id = givenId ? ThreadId{plainId(*givenId)} : freshThreadId();
  made.thread.type = type == "private" ? ThreadType::privateThread : ThreadType::group;
  made.thread.subject = textOr(op, "subject", "");
  made.thread.calling = flagOr(op, "calling", true);
  made.thread.locked = flagOr(op, "locked", false);

  const auto members = op.find("members");
  if (members == op.end() || !members->is_array()) throw OpError{"bad members"};
  std::set<UserId> seen;
  for (const Json& each : *members) {
    if (!each.is_object()) throw OpError{"bad member"};
    ThreadMember member;
    member.user = knownUser(text(each, "user"));
    member.name = world_->users().at(member.user.id);
    member.admin = flagOr(each, "admin", false);
    member.startCalls = flagOr(each, "startCalls", false);
    member.pending = flagOr(each, "pending", false);
    member.notificationsMuted = flagOr(each, "muted", false);
    if (!seen.insert(member.user).second) throw OpError{"the same member twice"};
    made.members.push_back(std::move(member));
  }
  if (made.thread.isPrivate() && made.members.size() != 2) throw OpError{"a private thread has two members"};
  if (!world_->threads().createThread(made)) throw OpError{"the thread exists"};
  world_->threadIds().push_back(made.thread.id);
  return {{"id", made.thread.id.value()}};
}

Json Host::updateThread(const Json& op) {
  const Thread thread = knownThread(text(op, "id"));
  ThreadStore::ThreadUpdate update{.calling = givenFlag(op, "calling"), .locked = givenFlag(op, "locked")};
  if (op.contains("subject")) update.subject = text(op, "subject");
  world_->threads().updateThread(thread.id, update);
  return Json::object();
}

Json Host::updateMember(const Json& op) {
  const Thread thread = knownThread(text(op, "thread"));
  const UserId user = knownUser(text(op, "user"));
  const auto current = world_->threads().findMember(thread.id, user);
  ThreadMember member = current.value_or(ThreadMember{.user = user, .name = {}});
  applyFlags(member, op);
  member.name = world_->users().at(user.id);
  if (world_->threads().putMember(thread.id, member) == ThreadStore::PutMember::full) {
    throw OpError{"a private thread has two members"};
  }
  return Json::object();
}

Json Host::removeMember(const Json& op) {
  const Thread thread = knownThread(text(op, "thread"));
  const UserId user = knownUser(text(op, "user"));
  if (!world_->threads().findMember(thread.id, user)) throw OpError{"not a member"};
  const auto removed = world_->messenger().threads().removeMember(thread.id, user);
  if (!removed) throw OpError{removed.error().text()};
  return Json::object();
}

UserId Host::knownUser(const std::string& id) {
  if (!world_->users().contains(id)) throw OpError{"unknown user"};
  return {"user", id};
}

Thread Host::knownThread(const std::string& id) {
  auto thread = world_->threads().findThread(ThreadId{id});
  if (!thread) throw OpError{"unknown thread"};
  return *std::move(thread);
}

ThreadId Host::freshThreadId() {
  const auto& taken = world_->threadIds();
  for (std::size_t number = taken.size() + 1;; ++number) {
    ThreadId id{"thread-" + std::to_string(number)};
    if (std::find(taken.begin(), taken.end(), id) == taken.end()) return id;
  }
}

}  // namespace messenger::replay
