// The rules of ringing, devices, timers and the way into the room, as tables: a state and a command, and what
// is decided.
#include <algorithm>
#include <array>
#include <functional>
#include <string>

#include "rules/end_empty.hpp"
#include "rules/end_lone.hpp"
#include "rules/end_overdue.hpp"
#include "rules/enter_room.hpp"
#include "rules/join_call.hpp"
#include "rules/leave_call.hpp"
#include "rules/ring_callees.hpp"
#include "rules/start_call.hpp"
#include "rules/stop_ringing.hpp"
#include "rules/warn_of_end.hpp"
#include "tests/support/catch.hpp"

namespace messenger::inline v0::rules {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const UserId caller{"user", "ann"};
const UserId callee{"user", "bob"};
const UserId third{"user", "cat"};
const DeviceId phoneOfTable{"phone"};
const DeviceId deskOfTable{"desk"};

Now at(seconds since) {
  return {TimePoint{since}, StorageTime{Duration{since}}};
}

CallParticipant rowFor(const UserId& user) {
  CallParticipant row;
  row.id = ParticipantId{"row of " + user.id};
  row.callId = CallId{"call"};
  row.user = user;
  return row;
}

CallRing ringOf(const UserId& user, RingState state, seconds since, std::optional<seconds> until = {}) {
  CallRing ring;
  ring.user = user;
  ring.state = state;
  ring.since = StorageTime{Duration{since}};
  if (until) ring.until = StorageTime{Duration{*until}};
  return ring;
}

/// An active call with the caller in it.
CallState callOfCaller() {
  CallState state;
  state.call.id = CallId{"call"};
  state.call.threadId = ThreadId{"thread"};
  state.call.owner = caller;
  state.call.revision = 7;
  state.participants = {rowFor(caller)};
  state.inCall = 1;
  return state;
}

void letIn(CallState& state, const UserId& user, const DeviceId& device, bool open = true) {
  if (state.find(user) == nullptr) {
    state.participants.push_back(rowFor(user));
    ++state.inCall;
  }
  CallSession session;
  session.participant = state.find(user)->id;
  session.user = user;
  session.device = device;
  session.mediaId = Secret{"media of " + user.id + device.value()};
  if (!open) session.closedAt = TimePoint{};
  state.sessions.push_back(session);
}

Access accessFor(const UserId& user, ThreadType type = ThreadType::group) {
  Access access;
  access.thread.id = ThreadId{"thread"};
  access.thread.type = type;
  access.thread.calling = true;
  access.member.user = user;
  access.member.startCalls = true;
  for (const UserId& each : {caller, callee, third}) {
    ThreadMember member;
    member.user = each;
    access.members.push_back(member);
  }
  return access;
}

RuleConfig ringingRules() {
  RuleConfig config;
  config.callingEnabled = true;
  config.ringing.enabled = true;
  config.ringing.noAnswerAfter = seconds{45};
  return config;
}

CallStore::Loaded loadedWith(CallState state) {
  CallStore::Loaded loaded;
  loaded.call = std::move(state);
  loaded.threadRevision = 3;
  return loaded;
}

/// The refusal by name, or what is done: the rings that are written, `user:state`, and the jobs that are
/// stored.
std::string saying(const Decision& decision) {
  if (decision.refusal) return std::string{toString(decision.refusal->reason)};
  if (!decision.change) return "nothing";
  std::string text;
  for (const CallRing& each : decision.change->rings)
    text += each.user.id + ':' + std::string{toString(each.state)} + ' ';
  for (const NewJob& each : decision.change->jobs) text += std::string{toString(each.type)} + ' ';
  const bool ends = decision.change->row && decision.change->row->endedAt;
  if (ends) text += "ended:" + std::string{toString(decision.change->row->endReason.value())} + ' ';
  if (text.empty()) return "changed";
  text.pop_back();
  return text;
}

}  // namespace

TEST_CASE("table: who is rung when a call starts", "[rules][table]") {
  struct Row {
    const char* what;
    std::function<void(RuleConfig&, Access&)> given;
    const char* expected;
  };
  using WhenBusy = Config::Ringing::WhenBusy;
  const std::array rows{
      Row{"ringing is off", [](RuleConfig& c, Access&) { c.ringing.enabled = false; }, "SetupCall"},
      Row{"all but the caller", [](RuleConfig&, Access&) {}, "bob:ringing cat:ringing SetupCall StopRinging"},
      Row{"no time limit -> no timer", [](RuleConfig& c, Access&) { c.ringing.noAnswerAfter = {}; },
          "bob:ringing cat:ringing SetupCall"},
      Row{"not who muted notifications",
          [](RuleConfig&, Access& a) { a.members[1].notificationsMuted = true; },
          "cat:ringing SetupCall StopRinging"},
      Row{"more than may ring -> none", [](RuleConfig& c, Access&) { c.ringing.maxCallees = 1; },
          "SetupCall"},
      Row{"busy, and rung", [](RuleConfig&, Access& a) { a.busy = {callee}; },
          "bob:ringing cat:ringing SetupCall StopRinging"},
      Row{"busy, and marked",
          [](RuleConfig& c, Access& a) {
            c.ringing.whenBusy = WhenBusy::mark;
            a.busy = {callee};
          },
          "cat:ringing bob:busy SetupCall StopRinging"},
      Row{"busy, refused in private only: a group",
          [](RuleConfig& c, Access& a) {
            c.ringing.whenBusy = WhenBusy::refuse;
            a.busy = {callee};
          },
          "cat:ringing bob:busy SetupCall StopRinging"},
      Row{"busy, refused: private",
          [](RuleConfig& c, Access& a) {
            c.ringing.whenBusy = WhenBusy::refuse;
            a.thread.type = ThreadType::privateThread;
            a.members.pop_back();
            a.other = a.members[1];
            a.busy = {callee};
          },
          "calleeBusy"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    RuleConfig config = ringingRules();
    Access access = accessFor(caller);
    row.given(config, access);
    const StartCall command{CallId{"call"}, ParticipantId{"row"}};
    CHECK(saying(startCall(command, CallStore::Loaded{}, access, config, at(seconds{100}))) == row.expected);
  }
}

TEST_CASE("table: ringing again", "[rules][table]") {
  struct Row {
    const char* what;
    std::function<void(CallState&, RuleConfig&)> given;
    std::vector<UserId> callees;
    const char* expected;
  };
  const std::array rows{
      Row{"for the first time", [](CallState&, RuleConfig&) {}, {callee}, "bob:ringing StopRinging"},
      Row{"twice in one request",
          [](CallState&, RuleConfig&) {},
          {callee, callee},
          "bob:ringing StopRinging"},
      Row{"rings already",
          [](CallState& s, RuleConfig&) { s.rings = {ringOf(callee, RingState::ringing, seconds{90})}; },
          {callee},
          "nothing"},
      Row{"beside one that rings with a timer",
          [](CallState& s, RuleConfig&) {
            s.rings = {ringOf(third, RingState::ringing, seconds{90}, seconds{135})};
          },
          {callee},
          "bob:ringing"},
      Row{"declined a while ago",
          [](CallState& s, RuleConfig&) { s.rings = {ringOf(callee, RingState::declined, seconds{90})}; },
          {callee},
          "bob:ringing StopRinging"},
      Row{"declined just now",
          [](CallState& s, RuleConfig&) { s.rings = {ringOf(callee, RingState::declined, seconds{91})}; },
          {callee},
          "rangJustNow"},
      Row{"is in the call", [](CallState& s, RuleConfig&) { letIn(s, callee, {}); }, {callee}, "nothing"},
      Row{"was kicked",
          [](CallState& s, RuleConfig&) {
            s.participants.push_back(rowFor(callee));
            s.participants.back().kicked = true;
            s.participants.back().leftAt = TimePoint{};
          },
          {callee},
          "userNotFound"},
      Row{"no member", [](CallState&, RuleConfig&) {}, {UserId{"user", "eve"}}, "userNotFound"},
      Row{"nobody", [](CallState&, RuleConfig&) {}, {}, "invalidInput"},
      Row{"too many",
          [](CallState&, RuleConfig& c) { c.ringing.maxCallees = 1; },
          {callee, third},
          "tooManyCallees"},
      Row{"too many with those that ring",
          [](CallState& s, RuleConfig& c) {
            c.ringing.maxCallees = 1;
            s.rings = {ringOf(third, RingState::ringing, seconds{90})};
          },
          {callee},
          "tooManyCallees"},
      Row{"ringing is off",
          [](CallState&, RuleConfig& c) { c.ringing.enabled = false; },
          {callee},
          "ringingDisabled"},
      Row{"by one who is not in the call",
          [](CallState& s, RuleConfig&) { s.participants[0].leftAt = TimePoint{}; },
          {callee},
          "notInCall"},
      Row{"the call is over",
          [](CallState& s, RuleConfig&) { s.call.endedAt = TimePoint{}; },
          {callee},
          "callEnded"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CallState state = callOfCaller();
    RuleConfig config = ringingRules();
    row.given(state, config);
    const Decision decision =
        ringCallees(row.callees, loadedWith(state), accessFor(caller), config, at(seconds{100}));
    CHECK(saying(decision) == row.expected);
    if (decision.change) CHECK(decision.change->threadRevision == 3);
  }
}

TEST_CASE("table: nobody answers in time", "[rules][table]") {
  struct Row {
    const char* what;
    bool isPrivate;
    std::vector<CallRing> rings;
    std::size_t inCall;
    const char* expected;
  };
  const CallRing due = ringOf(callee, RingState::ringing, seconds{55}, seconds{100});
  const CallRing later = ringOf(third, RingState::ringing, seconds{60}, seconds{105});
  const std::array rows{
      Row{"a group -> it goes on", false, {due}, 1, "bob:missed"},
      Row{"a group, and another rings on", false, {due, later}, 1, "bob:missed StopRinging"},
      Row{"nothing is due yet", false, {later}, 1, "StopRinging"},
      Row{"private -> it ends", true, {due}, 1, "bob:missed TeardownCall ended:noAnswer"},
      Row{"private, and the other is in it", true, {due}, 2, "bob:missed"},
      Row{"rings without a limit stay",
          false,
          {ringOf(callee, RingState::ringing, seconds{55})},
          1,
          "nothing"},
      Row{"answered meanwhile",
          true,
          {ringOf(callee, RingState::answered, seconds{55}, seconds{100})},
          2,
          "nothing"},
      Row{"nobody was rung", true, {}, 1, "nothing"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CallState state = callOfCaller();
    state.rings = row.rings;
    state.inCall = row.inCall;
    CHECK(saying(stopRinging(Settlement{}, row.isPrivate, state, ringingRules(), at(seconds{100}))) ==
          row.expected);
    state.call.endedAt = TimePoint{};
    CHECK(saying(stopRinging(Settlement{}, row.isPrivate, state, ringingRules(), at(seconds{100}))) ==
          "nothing");
  }
}

TEST_CASE("table: who comes in and leaves with which device", "[rules][table]") {
  struct Row {
    const char* what;
    std::function<void(CallState&, RuleConfig&)> given;
    DeviceId device;
    const char* joins;
    std::size_t closes;  ///< sessions that the join closes
  };
  const std::array rows{
      Row{"not in the call", [](CallState&, RuleConfig&) {}, phoneOfTable, "opens", 0},
      Row{"with another device", [](CallState& s, RuleConfig&) { letIn(s, callee, deskOfTable); },
          phoneOfTable, "opens", 0},
      Row{"another one is replaced",
          [](CallState& s, RuleConfig& c) {
            c.sessions.newDeviceReplaces = true;
            letIn(s, callee, deskOfTable);
          },
          phoneOfTable, "opens", 1},
      Row{"one too many",
          [](CallState& s, RuleConfig& c) {
            c.sessions.mostPerUser = 1;
            letIn(s, callee, deskOfTable);
          },
          phoneOfTable, "tooManyDevices", 0},
      Row{"this one already", [](CallState& s, RuleConfig&) { letIn(s, callee, phoneOfTable); }, phoneOfTable,
          "is in", 0},
      Row{"the call is full",
          [](CallState& s, RuleConfig&) {
            s.call.limits.participants = 2;
            letIn(s, third, {});
          },
          phoneOfTable, "callFull", 0},
      Row{"full, and a further device of one who is in it",
          [](CallState& s, RuleConfig&) {
            s.call.limits.participants = 2;
            letIn(s, callee, deskOfTable);
          },
          phoneOfTable, "opens", 0},
      Row{"no device has such a name", [](CallState&, RuleConfig&) {}, DeviceId{"a b"}, "invalidInput", 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CallState state = callOfCaller();
    RuleConfig config = ringingRules();
    row.given(state, config);
    const Decision decision = joinCall({ParticipantId{"new"}, row.device}, loadedWith(state),
                                       accessFor(callee), config, at(seconds{100}));
    const std::string said = decision.refusal  ? std::string{toString(decision.refusal->reason)}
                             : decision.change ? "opens"
                                               : "is in";
    CHECK(said == row.joins);
    if (!decision.change) continue;
    const auto& sessions = decision.change->sessions;
    CHECK(static_cast<std::size_t>(std::count_if(sessions.begin(), sessions.end(),
                                                 [](const CallSession& each) { return !each.open(); })) ==
          row.closes);
    CHECK(sessions.back().device == row.device);
  }
}

TEST_CASE("table: timers of a call, when they run", "[rules][table]") {
  struct Row {
    const char* what;
    std::size_t inCall;
    bool active;
    const char* empty;
    const char* lone;
    const char* overdue;
  };
  const std::array rows{
      Row{"nobody in it", 0, true, "TeardownCall ended:lastLeft", "TeardownCall ended:alone",
          "TeardownCall ended:maxDuration"},
      Row{"one", 1, true, "nothing", "TeardownCall ended:alone", "TeardownCall ended:maxDuration"},
      Row{"two", 2, true, "nothing", "nothing", "TeardownCall ended:maxDuration"},
      Row{"over", 0, false, "nothing", "nothing", "nothing"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CallState state = callOfCaller();
    state.inCall = row.inCall;
    if (!row.active) state.call.endedAt = TimePoint{};
    const RuleConfig config = ringingRules();
    CHECK(saying(endEmpty(Settlement{}, state, config, at(seconds{100}))) == row.empty);
    CHECK(saying(endLone(Settlement{}, state, config, at(seconds{100}))) == row.lone);
    CHECK(saying(endOverdue(Settlement{}, state, config, at(seconds{100}))) == row.overdue);
  }
}

TEST_CASE("table: who may enter the room", "[rules][table]") {
  struct Row {
    const char* what;
    std::function<void(CallState&)> given;
    const char* expected;
  };
  const std::array rows{
      Row{"with an open session", [](CallState&) {}, "media of bobphone"},
      Row{"not set up", [](CallState& s) { s.call.setupComplete = false; }, "roomNotReady"},
      Row{"another device", [](CallState& s) { s.sessions[0].device = deskOfTable; }, "notInCall"},
      Row{"closed", [](CallState& s) { s.sessions[0].closedAt = TimePoint{}; }, "notInCall"},
      Row{"without a media id", [](CallState& s) { s.sessions[0].mediaId.reset(); }, "noCredentials"},
      Row{"left", [](CallState& s) { s.participants[1].leftAt = TimePoint{}; }, "notInCall"},
      Row{"kicked", [](CallState& s) { s.participants[1].kicked = true; }, "kicked"},
      Row{"the call is over", [](CallState& s) { s.call.endedAt = TimePoint{}; }, "callEnded"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    CallState state = callOfCaller();
    state.call.setupComplete = true;
    letIn(state, callee, phoneOfTable);
    const CallSession admitted = state.sessions[0];
    row.given(state);
    const auto session = mayEnterRoom(state, callee, phoneOfTable);
    CHECK((session ? session->mediaId->reveal() : std::string{toString(session.error().reason)}) ==
          row.expected);
    // What was let in before that is taken back where the session is not open any more, and the room stays.
    const CallSession* now = state.find(callee, phoneOfTable);
    const bool isOpen = now != nullptr && now->open() && now->mediaId == admitted.mediaId;
    const bool takesBack = state.call.active() && !isOpen;
    CHECK(saying(takeAccessBack(admitted, state, ringingRules(), at(seconds{100}))) ==
          (takesBack ? "RemoveFromRoom" : "nothing"));
  }
}

}  // namespace messenger::rules
