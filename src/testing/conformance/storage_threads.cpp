#include <algorithm>

#include "testing/conformance/storage_case.hpp"

namespace messenger::inline v0::testing {
namespace {

using RemoveMember = ThreadStore::RemoveMember;

ThreadMember member(const UserId& who, const std::string& name) {
  ThreadMember result;
  result.user = who;
  result.name = name;
  return result;
}

NewThread group(const std::string& id, std::vector<ThreadMember> members) {
  Thread thread;
  thread.id = ThreadId{id};
  thread.subject = "Subject of " + id;
  return {thread, std::move(members)};
}

ThreadStore& store(StorageCase& c) {
  return *c.storage().threads();
}

std::vector<UserId> usersOf(const std::vector<ThreadMember>& members) {
  std::vector<UserId> users;
  users.reserve(members.size());
  for (const ThreadMember& each : members) users.push_back(each.user);
  std::sort(users.begin(), users.end());
  return users;
}

std::vector<ThreadId> sorted(std::vector<ThreadId> threads) {
  std::sort(threads.begin(), threads.end());
  return threads;
}

void creates(StorageCase& c) {
  NewThread thread = group("t1", {member(c.alice, "Alice"), member(c.bob, "Bob")});
  thread.thread.calling = false;
  thread.thread.locked = true;
  thread.thread.members = 99;
  thread.members[1] = {c.bob, "Bob", true, true, true, true};
  require(store(c).createThread(thread), "the thread is created");
  Thread expected = thread.thread;
  expected.members = 2;
  requireEqual("the thread", store(c).findThread(ThreadId{"t1"}), expected);
  requireEqual("alice", store(c).findMember(ThreadId{"t1"}, c.alice), thread.members[0]);
  requireEqual("bob, with every flag", store(c).findMember(ThreadId{"t1"}, c.bob), thread.members[1]);
  requireEqual("bob's name", store(c).findUserName(c.bob), "Bob");
}

void createsPrivate(StorageCase& c) {
  NewThread thread = group("t1", {member(c.alice, "Alice"), member(c.bob, "Bob")});
  thread.thread.type = ThreadType::privateThread;
  thread.thread.subject.clear();
  store(c).createThread(thread);
  require(store(c).findThread(ThreadId{"t1"}).value().isPrivate(), "the thread is private");
}

void createsOnce(StorageCase& c) {
  store(c).createThread(group("t1", {member(c.alice, "Alice")}));
  NewThread second = group("t1", {member(c.bob, "Bob"), member(c.alice, "Another")});
  second.thread.subject = "Other";
  require(!store(c).createThread(second), "a second thread of that id is not created");
  requireEqual("the subject", store(c).findThread(ThreadId{"t1"}).value().subject, "Subject of t1");
  requireEqual("the members", usersOf(store(c).members(ThreadId{"t1"})), {c.alice});
  requireEqual("alice's name", store(c).findUserName(c.alice), "Alice");
  requireEqual("bob's name", store(c).findUserName(c.bob), std::nullopt);
}

void updates(StorageCase& c) {
  store(c).createThread(group("t1", {member(c.alice, "Alice")}));
  Thread expected = store(c).findThread(ThreadId{"t1"}).value();
  expected.subject = "New";
  expected.locked = true;
  requireEqual("what it returns", store(c).updateThread(ThreadId{"t1"}, {.subject = "New", .locked = true}),
               expected);
  requireEqual("the thread", store(c).findThread(ThreadId{"t1"}), expected);
  expected.calling = false;
  requireEqual("one field alone", store(c).updateThread(ThreadId{"t1"}, {.calling = false}), expected);
  require(!store(c).updateThread(ThreadId{"nowhere"}, {.calling = false}),
          "an unknown thread is not updated");
  require(!store(c).findThread(ThreadId{"nowhere"}), "nor made");
}

void privateHasTwo(StorageCase& c) {
  NewThread thread = group("t1", {member(c.alice, "Alice"), member(c.bob, "Bob")});
  thread.thread.type = ThreadType::privateThread;
  store(c).createThread(thread);
  require(store(c).putMember(ThreadId{"t1"}, member(c.carol, "Carol")) == ThreadStore::PutMember::full,
          "a third member is refused");
  require(!store(c).findMember(ThreadId{"t1"}, c.carol) && !store(c).findUserName(c.carol), "and not stored");
  require(store(c).putMember(ThreadId{"t1"}, member(c.bob, "Robert")) == ThreadStore::PutMember::stored,
          "a member is changed");
}

void memberships(StorageCase& c) {
  NewThread thread = group("t1", {member(c.alice, "Alice"), member(c.bob, "Bob")});
  store(c).createThread(thread);
  thread.thread.id = ThreadId{"t2"};
  thread.thread.type = ThreadType::privateThread;
  thread.members[1].pending = true;
  store(c).createThread(thread);
  const auto found = store(c).findMembership(ThreadId{"t1"}, c.alice);
  require(found && found->member == thread.members[0] && !found->other, "of a group");
  const auto ofPrivate = store(c).findMembership(ThreadId{"t2"}, c.alice);
  require(ofPrivate && ofPrivate->other == thread.members[1], "of a private thread, with the other member");
  require(!store(c).findMembership(ThreadId{"t1"}, c.carol).value().member, "of a stranger");
  require(!store(c).findMembership(ThreadId{"nowhere"}, c.alice), "of an unknown thread");
  const auto several =
      store(c).findMemberships({ThreadId{"t2"}, ThreadId{"nowhere"}, ThreadId{"t1"}}, c.alice);
  requireEqual("several at once", several.size(), std::size_t{2});
  requireEqual("in the order given", several[0].thread.id, ThreadId{"t2"});
  const auto names = store(c).findUserNames({c.bob, c.carol, c.alice});
  const auto roster = store(c).findRoster(ThreadId{"t1"});
  require(roster && roster->thread.id == ThreadId{"t1"} && roster->members.size() == 2, "the roster");
  require(!store(c).findRoster(ThreadId{"nowhere"}), "of an unknown thread there is none");
  requireEqual("names", names, std::vector<std::optional<std::string>>{"Bob", std::nullopt, "Alice"});
}

void raisesRevision(StorageCase& c) {
  store(c).createThread(group("t1", {member(c.alice, "Alice")}));
  CallStore::LoadRequest request;
  request.thread = ThreadId{"t1"};
  const std::int64_t before = c.calls().load(request).threadRevision;
  store(c).removeMember(ThreadId{"t1"}, c.alice);
  require(c.calls().load(request).threadRevision > before, "raised by a removal");
}

void removesOnlyWithTheCall(StorageCase& c) {
  store(c).createThread(group("t1", {member(c.alice, "Alice"), member(c.bob, "Bob")}));
  const CallId call = c.start("t1", c.alice, 0);
  const auto removed = c.unchangedBy([&] { return store(c).removeMember(ThreadId{"t1"}, c.bob); });
  require(removed == RemoveMember::callActive, "a member stays");
  require(store(c).findMember(ThreadId{"t1"}, c.bob).has_value(), "bob is still a member");
  require(store(c).removeMember(ThreadId{"t1"}, c.carol) == RemoveMember::notMember, "a stranger is none");
  c.end(call, 1);
  require(store(c).removeMember(ThreadId{"t1"}, c.bob) == RemoveMember::removed, "removed behind the call");
}

void removesWithAChange(StorageCase& c) {
  store(c).createThread(group("t1", {member(c.alice, "Alice"), member(c.bob, "Bob")}));
  const CallId call = c.start("t1", c.alice, 0);
  CallStore::LoadRequest request;
  request.thread = ThreadId{"t1"};
  const std::int64_t before = c.calls().load(request).threadRevision;
  CallChange stale = c.changing(call, 1);
  stale.removesMember = c.bob;
  c.commit(c.changing(call, 1));
  CallChange change = c.changing(call, 1);
  change.removesMember = c.bob;
  requireEqual("a stale change", c.unchangedBy([&] { return c.calls().commit(stale); }).status,
               CommitResult::Status::conflict);
  require(store(c).findMember(ThreadId{"t1"}, c.bob).has_value(), "it removes nobody");
  c.commit(change);
  require(!store(c).findMember(ThreadId{"t1"}, c.bob), "bob is no member");
  require(store(c).findMember(ThreadId{"t1"}, c.alice).has_value(), "alice is one");
  requireEqual("how many members", store(c).findThread(ThreadId{"t1"}).value().members, std::size_t{1});
  require(c.calls().load(request).threadRevision > before, "the thread's revision is raised");
}

void putsMembers(StorageCase& c) {
  store(c).createThread(group("t1", {member(c.alice, "Alice")}));
  ThreadMember bob{c.bob, "Bob", true, false, true, false};
  require(store(c).putMember(ThreadId{"t1"}, bob) == ThreadStore::PutMember::stored, "a member is added");
  requireEqual("the member", store(c).findMember(ThreadId{"t1"}, c.bob), bob);
  requireEqual("how many members", store(c).findThread(ThreadId{"t1"}).value().members, std::size_t{2});
  bob = {c.bob, "Robert", false, true, false, true};
  require(store(c).putMember(ThreadId{"t1"}, bob) == ThreadStore::PutMember::stored,
          "a member's flags are replaced");
  requireEqual("the member", store(c).findMember(ThreadId{"t1"}, c.bob), bob);
  requireEqual("how many members", store(c).findThread(ThreadId{"t1"}).value().members, std::size_t{2});
  require(store(c).putMember(ThreadId{"nowhere"}, bob) == ThreadStore::PutMember::noThread,
          "an unknown thread gets no member");
}

void keepsNames(StorageCase& c) {
  store(c).createThread(group("t1", {member(c.alice, "Alice")}));
  ThreadMember nameless = member(c.alice, "");
  nameless.admin = true;
  store(c).putMember(ThreadId{"t1"}, nameless);
  const ThreadMember found = store(c).findMember(ThreadId{"t1"}, c.alice).value();
  requireEqual("the name", found.name, "Alice");
  require(found.admin, "the flags are replaced all the same");
}

void namesAreTheUsers(StorageCase& c) {
  store(c).createThread(group("t1", {member(c.alice, "Alice")}));
  store(c).createThread(group("t2", {member(c.alice, "Alicia")}));
  requireEqual("the name in the first thread", store(c).findMember(ThreadId{"t1"}, c.alice).value().name,
               "Alicia");
  store(c).putUser(c.alice, "Al");
  requireEqual("the name once renamed", store(c).members(ThreadId{"t2"}).at(0).name, "Al");
  requireEqual("the user's name", store(c).findUserName(c.alice), "Al");
  store(c).putUser(user("dave"), "Dave");
  requireEqual("the name of a member of nothing", store(c).findUserName(user("dave")), "Dave");
  requireEqual("the name of an unknown user", store(c).findUserName(c.carol), std::nullopt);
}

void erasesUsers(StorageCase& c) {
  store(c).createThread(group("t1", {member(c.alice, "Alice"), member(c.bob, "Bob")}));
  store(c).createThread(group("t2", {member(c.bob, "Bob")}));
  CallStore::LoadRequest request;
  request.thread = ThreadId{"t1"};
  const std::int64_t before = c.calls().load(request).threadRevision;
  store(c).eraseUser(c.bob);
  require(!store(c).findMember(ThreadId{"t1"}, c.bob), "bob is not a member of t1");
  require(store(c).threadsOf(c.bob).empty(), "nor of any other");
  requireEqual("the name", store(c).findUserName(c.bob), std::nullopt);
  requireEqual("how many members", store(c).findThread(ThreadId{"t1"}).value().members, std::size_t{1});
  require(c.calls().load(request).threadRevision > before, "the thread's revision is raised");
  requireEqual("the name of another", store(c).findUserName(c.alice), "Alice");
  store(c).eraseUser(c.carol);
}

void removes(StorageCase& c) {
  store(c).createThread(group("t1", {member(c.alice, "Alice"), member(c.bob, "Bob")}));
  store(c).createThread(group("t2", {member(c.bob, "Bob")}));
  require(store(c).removeMember(ThreadId{"t1"}, c.bob) == RemoveMember::removed, "the member is removed");
  require(!store(c).findMember(ThreadId{"t1"}, c.bob), "bob is not a member of t1");
  require(store(c).findMember(ThreadId{"t2"}, c.bob).has_value(), "bob is a member of t2");
  requireEqual("how many members", store(c).findThread(ThreadId{"t1"}).value().members, std::size_t{1});
  requireEqual("bob's name", store(c).findUserName(c.bob), "Bob");
  require(store(c).removeMember(ThreadId{"t1"}, c.bob) == RemoveMember::notMember,
          "removing a user who is no member does nothing");
  require(store(c).removeMember(ThreadId{"nowhere"}, c.alice) == RemoveMember::notMember,
          "nor in an unknown thread");
}

void lists(StorageCase& c) {
  store(c).createThread(group("t1", {member(c.bob, "Bob"), member(c.alice, "Alice")}));
  store(c).createThread(group("t2", {member(c.alice, "Alice")}));
  store(c).createThread(group("t3", {member(c.bob, "Bob")}));
  requireEqual("the members of t1", usersOf(store(c).members(ThreadId{"t1"})), {c.alice, c.bob});
  require(store(c).members(ThreadId{"nowhere"}).empty(), "an unknown thread has no members");
  requireEqual("alice's threads", sorted(store(c).threadsOf(c.alice)), {ThreadId{"t1"}, ThreadId{"t2"}});
  store(c).removeMember(ThreadId{"t1"}, c.alice);
  requireEqual("alice's threads then", store(c).threadsOf(c.alice), {ThreadId{"t2"}});
  require(store(c).threadsOf(c.carol).empty(), "a stranger has none");
}

void findsNothing(StorageCase& c) {
  store(c).createThread(group("t1", {member(c.alice, "Alice")}));
  require(!store(c).findThread(ThreadId{"nowhere"}), "an unknown thread is not found");
  require(!store(c).findMember(ThreadId{"nowhere"}, c.alice), "nor a member of it");
  require(!store(c).findMember(ThreadId{"t1"}, c.bob), "nor a user who is not a member");
  require(!store(c).findMember(ThreadId{"t1"}, {"company", "alice"}), "nor a namesake of another type");
}

/// Whatever the name filter lets run.
bool hasDirectory(const StorageFactory& make) {
  try {
    const auto storage = make();
    return storage && storage->threads() != nullptr;
  } catch (...) {
    return false;  // each check says so
  }
}

}  // namespace

void checkThreads(StorageChecks& checks) {
  checks.run("threads: the same one each time, or always none", [](StorageCase& c) {
    require(c.storage().threads() == c.storage().threads(), "it is the same");
  });
  if (!hasDirectory(checks.make)) return;
  checks.run("createThread: stores the thread and its members with their flags and names", creates);
  checks.run("createThread: stores private threads", createsPrivate);
  checks.run("createThread: false when a thread of that id exists, and nothing changes", createsOnce);
  checks.run("updateThread: changes what is given, returns the thread", updates);
  checks.run("putMember: a private thread has two members", privateHasTwo);
  checks.run("findMembership, findMemberships, findRoster, findUserNames: several answers at once",
             memberships);
  checks.run("removeMember: raises the thread's revision", raisesRevision);
  checks.run("putMember: adds a member, or replaces their flags", putsMembers);
  checks.run("putMember: an empty name leaves the user's name as it is", keepsNames);
  checks.run("putUser: a name is the user's, in all threads", namesAreTheUsers);
  checks.run("eraseUser: off all threads and without a name", erasesUsers);
  checks.run("removeMember: takes the user off the thread", removes);
  checks.run("removeMember: while a call of the thread is active -> callActive", removesOnlyWithTheCall);
  checks.run("commit: removesMember -> off the thread with the change", removesWithAChange);
  checks.run("members, threadsOf: list all of them", lists);
  checks.run("findThread, findMember: nothing when there is none", findsNothing);
}

}  // namespace messenger::testing
