// Runs the tasks of docs/tour.md one after another.
#include <messenger/adapters/memory.hpp>

#include <iostream>
#include <string_view>

#include "tasks.hpp"

using namespace messenger;

namespace {

int failures = 0;

void expect(const std::string& what, const std::string& found, const std::string& expected) {
  const bool good = found == expected;
  std::cout << what << ": " << found << (good ? "\n" : "   <- expected: " + expected + '\n');
  failures += good ? 0 : 1;
}

void expect(const std::string& what, bool holds) {
  expect(what, holds ? "yes" : "no", "yes");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    const bool help = std::string_view{argv[1]} == "--help";
    (help ? std::cout : std::cerr) << "Usage: tour\n\nRuns the tasks of docs/tour.md one after another.\n";
    return help ? 0 : 2;
  }
  const UserId alice{"user", "alice"}, bob{"user", "bob"}, carol{"user", "carol"};
  Sockets sockets;
  Config config;
  config.calling.enabled = true;
  // [dependencies]
  Dependencies dependencies;
  dependencies.storage = memoryStorage();
  dependencies.broadcaster = socketBroadcaster(sockets);
  dependencies.presenter = avatars();
  Messenger messenger{config, std::move(dependencies)};
  // [/dependencies]

  std::vector<std::string> log;
  const auto listening = listen(messenger, log);
  const ThreadId band = makeGroup(messenger);
  expect("bob starts a call", ring(messenger, band, bob), "The user may not start calls in this group.");
  expect("carol starts a call", ring(messenger, band, carol), "ringing");
  expect("alice starts another", ring(messenger, band, alice), "join the active call");
  const CallId call = messenger.activeCalls(alice).front().call.id;
  messenger.joinCall(call, alice).value();
  expect("alice's room", roomFor(messenger, call, alice), "setting up, ask again");
  serve(messenger);
  expect("alice's room", roomFor(messenger, call, alice), "room ?, pin none");
  expect("bob's room", roomFor(messenger, call, bob), "join first");
  expect("one call in a thread", consult(messenger, band, alice).error().text(),
         "The thread already has an active call.");
  expect("bob is in the call with the laptop", moveToLaptop(messenger, call, bob));
  keepOrder(messenger, call, alice, carol);
  expect("carol is out", !messenger.showCall(call, carol)->inCall);
  maintain(messenger);
  expect("the log of events", log.empty() ? "nothing" : log.back(), "ended after 0 s: maintenance");
  expect("calls so far", std::to_string(countHistory(messenger, band, alice)), "1");
  expect("jobs to do", std::to_string(lookAfterJobs(messenger)), "0");
  expect("broadcasts", !sockets.sent().empty());
  expect("the ring has the caller's profile",
         sockets.sent().front().find("/people/carol") != std::string::npos);
  expect("test: silent participants are evicted", silentOnesAreEvicted());
  expect("test: rooms are destroyed after failures", roomsGoAfterTrouble());
  expect("test: a synchronous host", synchronousHost());
  std::cout << "the tour: " << failures << " surprises\n";
  return failures == 0 ? 0 : 1;
}
