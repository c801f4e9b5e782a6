#include "messenger/contracts/thread_store.hpp"

#include <algorithm>
#include <array>

#include "tests/adapters/changes_for_tests.hpp"
#include "tests/adapters/sqlite/sqlite_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/together.hpp"

using namespace messenger;
using namespace messenger::testing;

TEST_CASE("thread store: reopened -> threads and members and names are there", "[sqlite][unit]") {
  const SqliteFixture fixture;
  NewThread made;
  made.thread = {ThreadId{"t1"}, ThreadType::privateThread, "", false, true, 77};
  made.members = {{user("alice"), "Alice", true, false, true, false},
                  {user("bob"), "", false, true, false, true}};
  CHECK(fixture.open()->threads()->createThread(made));

  const auto storage = fixture.open();
  const ThreadStore& threads = *storage->threads();
  Thread expected = made.thread;
  expected.members = 2;
  CHECK(threads.findThread(ThreadId{"t1"}) == expected);
  CHECK(threads.members(ThreadId{"t1"}) == made.members);
  CHECK(threads.findMember(ThreadId{"t1"}, user("bob")) == made.members[1]);
  CHECK(threads.findUserName(user("alice")) == "Alice");
  CHECK(threads.threadsOf(user("bob")) == std::vector{ThreadId{"t1"}});
}

TEST_CASE("thread store: any change of members -> the count follows", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = fixture.open();
  ThreadStore& threads = *storage->threads();
  const ThreadId id{"t1"};
  const auto count = [&] { return threads.findThread(id).value().members; };
  NewThread made;
  made.thread.id = id;
  made.members = {{user("alice"), "Alice"}, {user("alice"), "Alice again"}};
  REQUIRE(threads.createThread(made));
  CHECK(count() == 1);
  CHECK(threads.putMember(id, {user("bob"), "Bob"}) == ThreadStore::PutMember::stored);
  CHECK(count() == 2);
  CHECK(threads.putMember(id, {user("bob"), "", true}) == ThreadStore::PutMember::stored);
  CHECK(count() == 2);
  CHECK(threads.findMember(id, user("bob")).value().name == "Bob");
  CHECK(threads.findMember(id, user("bob")).value().admin);
  CHECK(threads.removeMember(id, user("bob")) == ThreadStore::RemoveMember::removed);
  CHECK(threads.removeMember(id, user("bob")) == ThreadStore::RemoveMember::notMember);
  CHECK(count() == 1);
  fixture.run("DELETE FROM thread_members");
  CHECK(count() == 0);
}

TEST_CASE("thread store: something missing -> reported as missing", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = fixture.open();
  ThreadStore& threads = *storage->threads();
  const ThreadId id{"t1"};
  CHECK_FALSE(threads.findThread(id).has_value());
  CHECK_FALSE(threads.updateThread(id, {.subject = ""}));
  CHECK(threads.putMember(id, {user("bob"), "Bob"}) == ThreadStore::PutMember::noThread);
  CHECK_FALSE(threads.findUserName(user("bob")).has_value());
  CHECK(threads.members(id).empty());
  NewThread made;
  made.thread.id = id;
  made.thread.subject = "first";
  REQUIRE(threads.createThread(made));
  made.thread.subject = "second";
  made.members = {{user("bob"), "Bob"}};
  CHECK_FALSE(threads.createThread(made));
  CHECK(threads.findThread(id).value().subject == "first");
  CHECK_FALSE(threads.findUserName(user("bob")).has_value());
}

TEST_CASE("thread store: switches of one thread changed at the same time -> each keeps the other's change",
          "[sqlite][unit]") {
  const SqliteFixture fixture;
  const std::array storages{fixture.open(), fixture.open()};
  const ThreadId id{"t1"};
  NewThread made;
  made.thread.id = id;
  made.thread.subject = "kept";
  REQUIRE(storages[0]->threads()->createThread(made));
  for (int round = 0; round < 20; ++round) {
    const bool on = round % 2 != 0;
    tests::together(2, [&](std::size_t i) {
      ThreadStore::ThreadUpdate update;
      if (i == 0) update.calling = on;
      if (i == 1) update.locked = !on;
      (void)storages.at(i)->threads()->updateThread(id, update);
    });
    const Thread thread = storages[0]->threads()->findThread(id).value();
    CHECK(thread.calling == on);
    CHECK(thread.locked == !on);
    CHECK(thread.subject == "kept");
  }
}

TEST_CASE("thread store: two added to a private thread with one place left -> one of them is in it",
          "[sqlite][unit]") {
  const SqliteFixture fixture;
  const std::array storages{fixture.open(), fixture.open()};
  for (int round = 0; round < 10; ++round) {
    NewThread made;
    made.thread.id = ThreadId{"t" + std::to_string(round)};
    made.thread.type = ThreadType::privateThread;
    made.members = {ThreadMember{user("alice"), "Alice"}};
    REQUIRE(storages[0]->threads()->createThread(made));
    std::array<ThreadStore::PutMember, 2> results{};
    tests::together(2, [&](std::size_t i) {
      results.at(i) = storages.at(i)->threads()->putMember(
          made.thread.id, ThreadMember{user("bob" + std::to_string(i)), "Bob"});
    });
    CHECK(std::count(results.begin(), results.end(), ThreadStore::PutMember::stored) == 1);
    CHECK(std::count(results.begin(), results.end(), ThreadStore::PutMember::full) == 1);
    CHECK(storages[1]->threads()->members(made.thread.id).size() == 2);
  }
}

TEST_CASE("thread store: membership → the other member of a private thread alone", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = fixture.open();
  ThreadStore& threads = *storage->threads();
  for (const ThreadType type : {ThreadType::privateThread, ThreadType::group}) {
    NewThread made;
    made.thread.id = ThreadId{type == ThreadType::group ? "group" : "private"};
    made.thread.type = type;
    made.members = {ThreadMember{user("alice"), "Alice"}, ThreadMember{user("bob"), "Bob"}};
    made.members[1].pending = true;
    REQUIRE(threads.createThread(made));
  }
  CHECK(threads.findMembership(ThreadId{"private"}, user("alice")).value().other.value().pending);
  CHECK_FALSE(threads.findMembership(ThreadId{"group"}, user("alice")).value().other.has_value());
  CHECK_FALSE(threads.findMembership(ThreadId{"group"}, user("nobody")).value().member.has_value());
}
