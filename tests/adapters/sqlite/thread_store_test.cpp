#include "messenger/contracts/thread_store.hpp"

#include "tests/adapters/sqlite/changes_for_tests.hpp"
#include "tests/adapters/sqlite/sqlite_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;

TEST_CASE("thread store: threads, members and names survive reopening", "[sqlite][unit]") {
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

TEST_CASE("thread store: the count of members follows every change", "[sqlite][unit]") {
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
  CHECK(threads.removeMember(id, user("bob")));
  CHECK_FALSE(threads.removeMember(id, user("bob")));
  CHECK(count() == 1);
  fixture.run("DELETE FROM thread_members");
  CHECK(count() == 0);
}

TEST_CASE("thread store: what is not there is said to be not there", "[sqlite][unit]") {
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
