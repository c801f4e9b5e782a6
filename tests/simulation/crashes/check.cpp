#include "tests/simulation/crashes/check.hpp"

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace messenger::crashes {
namespace {

/// What the journal says of one call.
struct Told {
  bool isAcknowledged = false;
  std::set<std::string> users;  ///< who were told that they are, or were, in it
  std::set<std::string> beats;  ///< whose heartbeats were acknowledged
  int started = 0;              ///< events
  int ended = 0;
  int tornDown = 0;
};

class Reader {
 public:
  explicit Reader(const std::filesystem::path& journal) {
    std::ifstream lines(journal);
    for (std::string line; std::getline(lines, line);) read(line);
  }

  std::map<std::string, Told> calls;
  std::size_t acknowledgements = 0;

 private:
  void read(const std::string& line) {
    std::istringstream fields(line);
    std::string time;
    std::string life;
    std::string word;
    std::string call;
    std::string user;
    fields >> time >> life >> word >> call >> user;
    const bool isVerb = word == "start" || word == "join" || word == "leave" || word == "beat";
    if (isVerb || word == "end") {
      ++acknowledgements;
      calls[call].isAcknowledged = true;
      if (isVerb) (word == "beat" ? calls[call].beats : calls[call].users).insert(user);
    } else if (word == "CallStarted") {
      ++calls[call].started;
    } else if (word == "CallEnded") {
      ++calls[call].ended;
    } else if (word == "CallTornDown") {
      ++calls[call].tornDown;
    }
  }
};

}  // namespace

Findings check(Messenger& messenger, const std::filesystem::path& journal) {
  const Reader reader(journal);
  Findings found;
  found.acknowledgements = reader.acknowledgements;
  found.calls = reader.calls.size();
  const auto problem = [&](std::string text) { found.problems.push_back(std::move(text)); };
  for (const auto& [id, told] : reader.calls) {
    if (told.started > 1 || told.ended > 1 || told.tornDown > 1) {
      problem(fmt::format("call {}: {} CallStarted, {} CallEnded, {} CallTornDown", id, told.started,
                          told.ended, told.tornDown));
    }
    const auto call = messenger.host().findCall(CallId{id});
    if (!call) {
      if (told.isAcknowledged) problem(fmt::format("acknowledged and not stored: call {}", id));
      continue;
    }
    if (call->active()) problem(fmt::format("call {} is active", id));
    std::set<std::string> users;
    for (const CallParticipant& each : messenger.host().participants(call->id)) users.insert(each.user.id);
    for (const std::string& each : told.users) {
      if (!users.contains(each)) problem(fmt::format("{} was told to be in call {}, and is not", each, id));
    }
    for (const std::string& each : told.beats) {
      if (!users.contains(each)) {
        problem(fmt::format("heartbeats of {} for call {} were acknowledged, and they never were in it", each,
                            id));
      }
    }
    for (const CallRing& each : messenger.host().rings(call->id)) {
      if (each.rings()) problem(fmt::format("call {} has ended and rings for {}", id, each.user.id));
    }
  }
  const JobCounts jobs = messenger.jobs().counts();
  if (jobs.waiting + jobs.running + jobs.failed > 0) {
    problem(fmt::format("jobs are left: {} waiting, {} running, {} failed", jobs.waiting, jobs.running,
                        jobs.failed));
  }
  return found;
}

}  // namespace messenger::crashes
