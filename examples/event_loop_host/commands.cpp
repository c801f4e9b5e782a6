#include "commands.hpp"

#include <iostream>
#include <sstream>

using namespace messenger;

namespace {

template <class T>
std::string answer(const Result<T>& result) {
  return result ? "ok" : "no: " + result.error().text();
}

}  // namespace

Commands::Commands(Messenger& messenger, ThreadId thread)
    : messenger_(messenger), thread_(std::move(thread)) {}

bool Commands::run(const std::string& line) {
  std::istringstream words(line);
  std::string verb;
  std::string name;
  words >> verb >> name;
  if (verb == "quit") return false;
  if (verb == "show") {
    show();
  } else if (!verb.empty()) {
    const std::string said = act(verb, {"user", name});  // first the events, then the answer
    std::cout << line << ": " << said << '\n';
  }
  return true;
}

std::string Commands::act(std::string_view verb, const UserId& user) {
  if (verb == "start") return answer(messenger_.startCall(thread_, user));
  const auto active = messenger_.activeCalls(user);
  if (active.empty()) return "no: there is no call for " + user.id;
  const CallId call = active.front().call.id;
  if (verb == "join") return answer(messenger_.joinCall(call, user));
  if (verb == "beat") return answer(messenger_.heartbeat(call, user));
  if (verb == "leave") return answer(messenger_.leaveCall(call, user));
  if (verb == "end") return answer(messenger_.endCall(call, user));
  return "no such command; there are start, join, beat, leave, end (each with a name), show and quit";
}

void Commands::show() const {
  for (const Call& call : messenger_.host().activeCalls(0, 10)) {
    std::cout << "call of " << call.owner.id
              << (call.setupComplete ? ", room ready, in it:" : ", no room yet, in it:");
    for (const CallParticipant& each : messenger_.host().participants(call.id)) {
      if (each.inCall()) std::cout << ' ' << each.user.id;
    }
    std::cout << '\n';
  }
  const JobCounts jobs = messenger_.jobs().counts();
  std::cout << jobs.waiting << " jobs waiting, " << jobs.failed << " failed\n";
}
