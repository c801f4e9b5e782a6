#include "tests/simulation/crashes/load.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <system_error>

namespace messenger::crashes {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t users = 6;
constexpr std::size_t staying = 2;  // of a quiet group, the first ones
constexpr std::array<const char*, 6> groups = {"g0", "g1", "g2", "g3", "quiet0", "quiet1"};
constexpr std::size_t processes = 4;
constexpr std::chrono::seconds quietCall{20};
constexpr std::chrono::seconds silence{12};  // longer than a TTL

bool isQuiet(const ThreadId& group) {
  return group.value().starts_with("quiet");
}

/// In quiet groups each of those who come and go is silent one time in three, in all processes together.
bool isSilent(std::size_t number) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return (static_cast<std::size_t>(now / silence) + number) % 3 == 0;
}

UserId userOf(const ThreadId& group, std::size_t number) {
  return {"user", group.value() + "-u" + std::to_string(number)};
}

/// Does it, and journals that it succeeded, and when it began. A process may be frozen after the answer.
template <class Verb>
bool acknowledged(const Journal& journal, const char* word, const CallId& call, const UserId& who,
                  Verb verb) {
  const std::string began = std::to_string(Journal::now());
  const bool succeeded = verb().has_value();
  if (succeeded) journal.add(word, call, who.id, began);
  return succeeded;
}

}  // namespace

void makeGroups(Messenger& messenger) {
  for (const char* each : groups) {
    const ThreadId group{each};
    std::vector<ThreadMember> members(users);
    for (std::size_t n = 0; n < users; ++n) {
      members[n].user = userOf(group, n);
      members[n].admin = n == 0;
      members[n].startCalls = true;
    }
    static_cast<void>(messenger.threads().createGroup("A group", members, group));
  }
}

void RandomCaller::start(const ThreadId& where, const UserId& who) {
  const std::string began = std::to_string(Journal::now());
  const auto call = messenger_.startCall(where, who);
  if (call) journal_.add("start", call->id, who.id, began);
}

void RandomCaller::join(const CallId& call, const UserId& who) {
  acknowledged(journal_, "join", call, who, [&] { return messenger_.joinCall(call, who); });
}

/// Without an answer it may still come to pass.
void RandomCaller::leave(const CallId& call, const UserId& who) {
  const std::string began = std::to_string(Journal::now());
  journal_.add("leaving", call, who.id, began);
  const bool left = messenger_.leaveCall(call, who).has_value();
  journal_.add(left ? "leave" : "stays", call, who.id, began);
}

void RandomCaller::end(const CallId& call, const UserId& who) {
  acknowledged(journal_, "end", call, who, [&] { return messenger_.endCall(call, who); });
}

void RandomCaller::beat(const CallId& call, const UserId& who) {
  acknowledged(journal_, "beat", call, who, [&] { return messenger_.heartbeat(call, who); });
}

void RandomCaller::next() {
  const ThreadId where{groups.at(random_() % groups.size())};
  const bool quiet = isQuiet(where);
  const std::size_t number = quiet ? staying + random_() % (users - staying) : random_() % users;
  if (quiet && isSilent(number)) return;
  const UserId who = userOf(where, number);
  const auto history = messenger_.callHistory(where, who);
  if (!history) return;
  if (history->calls.empty() || !history->calls.front().call.active()) {
    start(where, quiet ? userOf(where, 0) : who);
    return;
  }
  const Call& call = history->calls.front().call;
  switch (random_() % 8) {
    case 0:
    case 1:
    case 2:
      join(call.id, who);
      break;
    case 3:
    case 4:
      leave(call.id, who);
      break;
    case 5:
      if (!quiet || std::chrono::system_clock::now() - call.createdAt > quietCall) end(call.id, call.owner);
      break;
    default:
      beat(call.id, who);
      break;
  }
}

std::vector<Stayers::Stayer> Stayers::everybody() {
  std::vector<Stayer> result;
  for (const char* each : groups) {
    const ThreadId group{each};
    for (std::size_t n = 0; isQuiet(group) && n < staying; ++n) result.push_back({group, userOf(group, n)});
  }
  return result;
}

/// At first it is up to one process, and to all once that one is late.
bool Stayers::isDue(std::size_t number, const fs::path& file) const {
  std::error_code error;
  const auto latest = fs::last_write_time(file, error);
  if (error) return true;
  const auto patience = number % processes == process_ % processes ? ttl / 8.0 : ttl / 3.0;
  return fs::file_time_type::clock::now() - latest > patience;
}

void Stayers::next(std::size_t number) {
  Stayer& stayer = stayers_.at(number);
  const fs::path file = folder_ / stayer.user.id;
  try {
    if (isDue(number, file)) keep(stayer, file);
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());  // and on: another process may answer
  }
}

void Stayers::keep(Stayer& stayer, const fs::path& file) {
  if (!stayer.call) {
    const std::vector<CallView> active = messenger_.activeCalls(stayer.user);
    if (active.empty()) return;
    stayer.call = active.front().call.id;
  }
  const CallId call = *stayer.call;
  journal_.add("beating", call, stayer.user.id);
  bool isIn = acknowledged(journal_, "beat", call, stayer.user, [&] {
    const auto beat = messenger_.heartbeat(call, stayer.user);
    if (!beat && beat.error().reason != Reason::notInCall) stayer.call.reset();
    return beat;
  });
  if (!isIn && stayer.call) {
    isIn = acknowledged(journal_, "join", call, stayer.user,
                        [&] { return messenger_.joinCall(call, stayer.user); });
  }
  if (isIn) std::ofstream{file} << Journal::now();
}

}  // namespace messenger::crashes
