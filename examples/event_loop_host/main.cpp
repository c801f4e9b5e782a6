// A host with one OS thread: its own poll() loop reads commands and gives the library its turns. The library
// starts no OS thread.
#include <messenger/adapters/memory.hpp>
#include <messenger/adapters/sqlite.hpp>
#include <messenger/messenger.hpp>

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <string_view>

#include "commands.hpp"
#include "stop_signal.hpp"

using namespace messenger;
using std::chrono::milliseconds;

namespace {

/// Reads lines from a descriptor.
class Lines {
 public:
  explicit Lines(int descriptor) : descriptor_(descriptor) {}

  /// Reads once. False: the other side has closed.
  bool read() {
    char bytes[4096];
    const auto count = ::read(descriptor_, bytes, sizeof bytes);
    if (count > 0) text_.append(bytes, static_cast<std::size_t>(count));
    return count > 0;
  }

  std::optional<std::string> take() {
    const auto end = text_.find('\n');
    if (end == std::string::npos) return std::nullopt;
    std::string line = text_.substr(0, end);
    text_.erase(0, end + 1);
    return line;
  }

 private:
  int descriptor_;
  std::string text_;
};

// [turn]
/// One turn for the library; returns how long the loop may wait until the next.
milliseconds giveTurn(Messenger& messenger) {
  // A few jobs in each turn, so that the loop stays responsive. A driver that blocks also blocks the loop:
  // give it time-outs.
  constexpr std::size_t few = 10;
  const bool more = messenger.jobs().runPending(few).size() == few;
  const milliseconds tasks =
      messenger.host().runDueTasks();                  // the activity check, the write-behind of heartbeats
  const auto next = messenger.jobs().counts().nextAt;  // a retry that waits for its backoff
  const auto jobs = next ? std::chrono::ceil<milliseconds>(messenger.host().wallTimeOf(*next) -
                                                           std::chrono::system_clock::now())
                         : tasks;
  // At most a second, because other processes may store jobs in the same database. Not zero, because a due
  // job may wait for another process to finish a job of the same call.
  return more ? milliseconds{0} : std::clamp(std::min(tasks, jobs), milliseconds{20}, milliseconds{1000});
}
// [/turn]

void loop(Messenger& messenger, Commands& commands) {
  const StopSignal stop;
  Lines lines(STDIN_FILENO);
  pollfd watched[] = {{STDIN_FILENO, POLLIN, 0}, {stop.descriptor(), POLLIN, 0}};
  for (bool goOn = true; goOn;) {
    const auto wait = giveTurn(messenger);
    if (poll(watched, 2, static_cast<int>(wait.count())) <= 0)
      continue;  // the time is over, or a signal came
    if (watched[1].revents != 0) return;
    if (watched[0].revents == 0) continue;
    goOn = lines.read();
    while (const auto line = lines.take()) {
      if (!commands.run(*line)) return;
      giveTurn(messenger);
    }
  }
}

void listen(Messenger& messenger) {
  messenger.onCallStarted([](auto& e) { std::cout << "* " << e.by.id << " started a call\n"; }).detach();
  messenger.onCallSetupCompleted([](auto&) { std::cout << "* the room is ready\n"; }).detach();
  messenger.onCallJoined([](auto& e) { std::cout << "* " << e.participant.user.id << " joined\n"; }).detach();
  messenger.onCallLeft([](auto& e) { std::cout << "* " << e.participant.user.id << " left\n"; }).detach();
  messenger.onCallEnded([](auto& e) { std::cout << "* the call ended: " << toString(e.reason) << '\n'; })
      .detach();
  messenger.onCallTornDown([](auto&) { std::cout << "* the room is gone\n"; }).detach();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view argument = argc > 1 ? argv[1] : "";
  if (argument.starts_with("-") || argc > 2) {
    const bool help = argument == "--help";
    (help ? std::cout : std::cerr) << "Usage: event_loop_host [DATABASE]\n\nReads commands in one OS thread "
                                      "and gives the library its turns. In memory, or on a SQLite file.\n";
    return help ? 0 : 2;
  }
  try {
    std::cout << std::unitbuf;  // readers of a pipe get each line at once
    Config config;
    config.calling.enabled = true;
    Messenger messenger{config, argument.empty() ? memoryStorage() : sqliteStorage(argument)};
    listen(messenger);
    const auto thread =
        messenger.threads().createGroup("The band", {{{"user", "alice"}, "Alice", /*admin=*/true},
                                                     {{"user", "bob"}, "Bob"},
                                                     {{"user", "carol"}, "Carol"}});
    Commands commands{messenger, thread->id};
    std::cout << "start|join|beat|leave|end alice|bob|carol, show, quit\n";

    loop(messenger, commands);

    messenger.host().flushPresence();  // reports the heartbeats received since the last report
    std::cout << "stopped\n";
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
