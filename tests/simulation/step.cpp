#include "tests/simulation/step.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <sstream>

namespace messenger::simulation {
namespace {

struct Sentence {
  Action action;
  /// Words in capitals stand for a field: HOST, USER, OTHER, THREAD, STEP, COMMAND, TIME.
  std::string_view text;
};

constexpr std::array sentences{
    Sentence{Action::start, "HOST: USER starts a call in THREAD"},
    Sentence{Action::join, "HOST: USER joins the call in THREAD"},
    Sentence{Action::leave, "HOST: USER leaves the call in THREAD"},
    Sentence{Action::end, "HOST: USER ends the call in THREAD"},
    Sentence{Action::ignore, "HOST: USER ignores the call in THREAD"},
    Sentence{Action::heartbeat, "HOST: USER sends a heartbeat for the call in THREAD"},
    Sentence{Action::kick, "HOST: USER kicks OTHER from the call in THREAD"},
    Sentence{Action::unkick, "HOST: USER unkicks OTHER in the call in THREAD"},
    Sentence{Action::ring, "HOST: USER rings OTHER for the call in THREAD"},
    Sentence{Action::enterRoom, "HOST: USER enters the room of the call in THREAD"},
    Sentence{Action::askToEnter, "HOST: USER asks for credentials for the call in THREAD"},
    Sentence{Action::show, "HOST: USER looks at the call in THREAD"},
    Sentence{Action::removeMember, "HOST: removes USER from THREAD"},
    Sentence{Action::addMember, "HOST: adds USER to THREAD"},
    Sentence{Action::lock, "HOST: locks THREAD"},
    Sentence{Action::unlock, "HOST: unlocks THREAD"},
    Sentence{Action::callsDown, "HOST: takes calls down for TIME"},
    Sentence{Action::callsUp, "HOST: allows calls again"},
    Sentence{Action::endAsHost, "HOST: ends the call in THREAD as the host"},
    Sentence{Action::renewRoom, "HOST: renews the room of the call in THREAD"},
    Sentence{Action::runJob, "HOST: runs a job"},
    Sentence{Action::runDueTasks, "HOST: does the due tasks"},
    Sentence{Action::checkActivity, "HOST: checks the activity"},
    Sentence{Action::queueCheck, "HOST: queues an activity check"},
    Sentence{Action::flushPresence, "HOST: reports its heartbeats"},
    Sentence{Action::retryFailed, "HOST: retries the failed jobs"},
    Sentence{Action::removeMemberEarly, "HOST: removes USER from THREAD before its directory does"},
    Sentence{Action::catchUp, "HOST: its directory catches up"},
    Sentence{Action::command, "HOST: an operator runs COMMAND"},
    Sentence{Action::renewLeases, "HOST: renews its leases"},
    Sentence{Action::goOn, "step STEP goes on"},
    Sentence{Action::timePasses, "TIME passes"},
    Sentence{Action::wallJumps, "HOST: its wall clock jumps by TIME"},
    Sentence{Action::allWallsJump, "all wall clocks jump by TIME"},
    Sentence{Action::hostDies, "HOST: dies"},
    Sentence{Action::hostStarts, "HOST: starts again"},
    Sentence{Action::hostFreezes, "HOST: freezes"},
    Sentence{Action::hostThaws, "HOST: goes on after freezing"},
    Sentence{Action::storageAway, "HOST: cannot reach the storage for TIME"},
    Sentence{Action::machineCrashes, "the machine crashes and starts again"},
};

struct FaultName {
  Fault fault;
  std::string_view text;
};

constexpr std::array faultNames{
    FaultName{Fault::busy, "busy"},
    FaultName{Fault::unavailable, "unavailable"},
    FaultName{Fault::lostAnswer, "lost-answer"},
    FaultName{Fault::returnsFalse, "returns-false"},
    FaultName{Fault::throws, "throws"},
    FaultName{Fault::constraint, "constraint"},
    FaultName{Fault::diskError, "disk-error"},
    FaultName{Fault::diskFull, "disk-full"},
    FaultName{Fault::powerFails, "power-fails"},
    FaultName{Fault::requestLost, "request-lost"},
    FaultName{Fault::responseLost, "response-lost"},
};

constexpr std::array<std::string_view, threadCount> threadNames{"pair", "team", "club"};

std::vector<std::string> wordsOf(std::string_view text) {
  std::istringstream in{std::string{text}};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(std::move(word));
  return words;
}

std::string fieldText(std::string_view field, const Step& step) {
  if (field == "HOST:") return fmt::format("host-{}:", step.host + 1);
  if (field == "USER") return fmt::format("u{}", step.user);
  if (field == "OTHER") return fmt::format("u{}", step.target);
  if (field == "THREAD") return std::string{threadName(step.thread)};
  if (field == "STEP") return fmt::format("{}", step.number);
  if (field == "COMMAND") return std::string{consoleCommands.at(step.command).name};
  if (field == "TIME") {
    return fmt::format("{}ms", std::chrono::duration_cast<std::chrono::milliseconds>(step.time).count());
  }
  return std::string{field};
}

template <class Number>
bool readNumber(std::string_view text, std::string_view before, std::string_view behind, Number& number) {
  if (text.size() <= before.size() + behind.size() || !text.starts_with(before) || !text.ends_with(behind))
    return false;
  text = text.substr(before.size(), text.size() - before.size() - behind.size());
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

bool readField(std::string_view field, std::string_view word, Step& step) {
  if (field == "HOST:") {
    if (!readNumber(word, "host-", ":", step.host) || step.host == 0) return false;
    --step.host;
    return true;
  }
  if (field == "USER") return readNumber(word, "u", "", step.user);
  if (field == "OTHER") return readNumber(word, "u", "", step.target);
  if (field == "STEP") return readNumber(word, "", "", step.number);
  if (field == "COMMAND") {
    for (step.command = 0; step.command < consoleCommands.size(); ++step.command) {
      if (consoleCommands.at(step.command).name == word) return true;
    }
    return false;
  }
  if (field == "TIME") {
    std::int64_t milliseconds = 0;
    if (!readNumber(word, "", "ms", milliseconds)) return false;
    step.time = std::chrono::milliseconds{milliseconds};
    return true;
  }
  if (field == "THREAD") {
    for (std::size_t n = 0; n < threadCount; ++n) {
      if (threadNames.at(n) == word) {
        step.thread = n;
        return true;
      }
    }
    return false;
  }
  return field == word;
}

std::optional<Step> parseSentence(std::string_view text) {
  const std::vector<std::string> words = wordsOf(text);
  for (const Sentence& sentence : sentences) {
    const std::vector<std::string> fields = wordsOf(sentence.text);
    if (fields.size() != words.size()) continue;
    Step step;
    step.action = sentence.action;
    bool fits = true;
    for (std::size_t n = 0; fits && n < words.size(); ++n) fits = readField(fields[n], words[n], step);
    if (fits) return step;
  }
  return std::nullopt;
}

/// `stops at 3`, `dies at 3`, `lost-answer at 2`, `with device 1`, `stops before writing`
bool parseAddition(std::string_view text, Step& step) {
  const std::vector<std::string> words = wordsOf(text);
  if (words.size() == 3 && words[0] == "with" && words[1] == "device")
    return readNumber(words[2], "", "", step.device);
  if (words.size() == 3 && words[0] == "stops" && words[2] == "writing") {
    step.beside = words[1] == "before" ? Beside::beforeWriting : Beside::afterWriting;
    return words[1] == "before" || words[1] == "after";
  }
  std::size_t at = 0;
  if (words.size() != 3 || words[1] != "at" || !readNumber(words[2], "", "", at)) return false;
  if (words[0] == "stops" || words[0] == "dies") {
    step.stopAt = at;
    step.dies = words[0] == "dies";
    return true;
  }
  for (const FaultName& each : faultNames) {
    if (each.text != words[0]) continue;
    step.fault = each.fault;
    step.faultAt = at;
    return true;
  }
  return false;
}

}  // namespace

std::string_view threadName(std::size_t thread) {
  return threadNames.at(thread);
}

std::string describe(std::size_t number, const Step& step) {
  std::string text = fmt::format("{}.", number);
  for (const Sentence& sentence : sentences) {
    if (sentence.action != step.action) continue;
    for (const std::string& field : wordsOf(sentence.text)) text += ' ' + fieldText(field, step);
  }
  if (step.beside == Beside::beforeWriting) text += " | stops before writing";
  if (step.beside == Beside::afterWriting) text += " | stops after writing";
  if (step.device != 0) text += fmt::format(" | with device {}", step.device);
  for (const FaultName& each : faultNames) {
    if (step.faultAt != 0 && each.fault == step.fault) {
      text += fmt::format(" | {} at {}", each.text, step.faultAt);
    }
  }
  if (step.stopAt != 0) text += fmt::format(" | {} at {}", step.dies ? "dies" : "stops", step.stopAt);
  return text;
}

std::optional<NumberedStep> parseStep(std::string_view line) {
  NumberedStep read;
  const std::size_t dot = line.find(". ");
  if (dot == std::string_view::npos || !readNumber(line.substr(0, dot), "", "", read.number))
    return std::nullopt;
  line.remove_prefix(dot + 2);
  const std::size_t bar = line.find(" | ");
  auto step = parseSentence(line.substr(0, bar));
  if (!step) return std::nullopt;
  read.step = *step;
  for (std::size_t at = bar; at != std::string_view::npos;) {
    line.remove_prefix(at + 3);
    at = line.find(" | ");
    if (!parseAddition(line.substr(0, at), read.step)) return std::nullopt;
  }
  return read;
}

}  // namespace messenger::simulation
