#include <algorithm>

#include <fmt/format.h>

#include "console/commands/commands.hpp"
#include "console/layout.hpp"
#include "console/time_words.hpp"
#include "support/time_text.hpp"

namespace messenger::inline v0::console {
namespace {

std::string threadText(const Messenger& messenger, const ThreadId& id) {
  const std::optional<Thread> thread = messenger.host().directory().findThread(id);
  if (!thread) return printable(id.value());
  return printable(id.value()) +
         (thread->isPrivate() ? " (private)" : " (" + printable(thread->subject, 40) + ")");
}

Cell roomCell(const Call& call) {
  if (!call.active()) {
    return call.teardownComplete ? Cell{"gone", Tone::faint} : Cell{"waiting for teardown", Tone::warning};
  }
  if (call.setupComplete) return {"ready", Tone::good};
  return {call.roomMayExist ? "being made" : "waiting for setup", Tone::warning};
}

std::size_t countInCall(const std::vector<CallParticipant>& participants) {
  return static_cast<std::size_t>(std::count_if(participants.begin(), participants.end(),
                                                [](const CallParticipant& each) { return each.inCall(); }));
}

void writeTime(support::JsonWriter& json, std::string_view key, const std::optional<TimePoint>& moment) {
  writeText(json, key, moment ? std::optional{support::toText(*moment)} : std::nullopt);
}

void writeUser(support::JsonWriter& json, std::string_view key, const std::optional<UserId>& user) {
  json.key(key);
  if (!user) {
    json.null();
    return;
  }
  json.beginObject().key("type").value(user->type).key("id").value(user->id).endObject();
}

/// Writes the fields of a call; the object stays open.
void writeCall(support::JsonWriter& json, const Call& call) {
  json.beginObject().key("id").value(call.id.value()).key("thread_id").value(call.threadId.value());
  writeUser(json, "owner", call.owner);
  json.key("active").value(call.active());
  writeTime(json, "created_at", call.createdAt);
  writeTime(json, "ended_at", call.endedAt);
  json.key("end_reason");
  call.endReason ? json.value(toString(*call.endReason)) : json.null();
  writeUser(json, "ended_by", call.endedBy);
  json.key("setup_complete").value(call.setupComplete).key("teardown_complete").value(call.teardownComplete);
}

Outcome list(Invocation& call) {
  const std::size_t limit = limitOf(call.arguments);
  std::vector<Call> active = call.messenger->host().activeCalls(0, limit + 1);
  const bool more = active.size() > limit;
  if (more) active.resize(limit);
  support::JsonWriter json;
  json.beginObject().key("calls").beginArray();
  Table table({"CALL", "THREAD", "OWNER", "STARTED", "IN CALL", "ROOM"});
  for (const Call& each : active) {
    const std::size_t inCall = countInCall(call.messenger->host().participants(each.id));
    writeCall(json, each);
    json.key("in_call").value(static_cast<std::uint64_t>(inCall)).endObject();
    table.add({{printable(each.id.value()), Tone::strong},
               {threadText(*call.messenger, each.threadId)},
               {printable(each.owner.text())},
               {moment(each.createdAt, call.now())},
               {std::to_string(inCall)},
               roomCell(each)});
  }
  json.endArray().key("more").value(more).endObject();
  call.screen.document(json.text());
  if (active.empty()) {
    call.screen.line("No active calls.");
    return {};
  }
  if (!call.screen.json()) table.print(call.screen);
  if (more) call.screen.note(fmt::format("There are more than {}; --limit=N shows more of them.", limit));
  return {};
}

std::string_view state(const CallParticipant& participant) noexcept {
  if (participant.kicked) return "kicked";
  return participant.leftAt ? "left" : "in call";
}

/// Those that are set: "at most 4 in it, 30 min, alone 5 min".
std::string limitsText(const CallLimits& limits) {
  std::string text;
  const auto add = [&](bool isSet, const std::string& part) {
    if (isSet) text += (text.empty() ? "" : ", ") + part;
  };
  const auto addTime = [&](std::chrono::milliseconds time, std::string_view what) {
    add(time.count() > 0, fmt::format("{}{}", what, length(time)));
  };
  add(limits.participants > 0, fmt::format("at most {} in it", limits.participants));
  addTime(limits.duration, "");
  addTime(limits.alone, "alone ");
  addTime(limits.emptyGrace, "empty ");
  return text;
}

/// The jobs of this call, failed ones last, among the first ten thousand of each kind.
std::vector<Job> jobsOf(const Messenger& messenger, const CallId& call) {
  constexpr std::size_t most = 10'000;
  std::vector<Job> found;
  for (const bool failed : {false, true}) {
    for (Job& job : failed ? messenger.jobs().failed(0, most) : messenger.jobs().pending(0, most)) {
      if (job.call == call) found.push_back(std::move(job));
    }
  }
  return found;
}

Cell jobState(const Invocation& invocation, const Job& job) {
  if (job.failed) return {"failed", Tone::bad};
  if (job.leasedUntil) return {"running, or its worker died", Tone::good};
  return {moment(invocation.messenger->host().wallTimeOf(job.availableAt), invocation.now())};
}

std::vector<Field> describe(const Invocation& invocation, const Call& call) {
  const TimePoint now = invocation.now();
  std::vector<Field> fields{{"call", {printable(call.id.value()), Tone::strong}},
                            {"thread", {threadText(*invocation.messenger, call.threadId)}},
                            {"owner", {printable(call.owner.text())}},
                            {"started", {moment(call.createdAt, now)}}};
  if (call.active()) {
    fields.push_back({"state", {"active for " + length(now - call.createdAt), Tone::good}});
  } else {
    fields.push_back({"ended", {moment(*call.endedAt, now)}});
    fields.push_back({"lasted", {length(*call.duration())}});
    std::string reason{call.endReason ? toString(*call.endReason) : "unknown"};
    if (call.endedBy) reason += ", by " + printable(call.endedBy->text());
    fields.push_back({"reason", {reason}});
  }
  if (call.type != CallType::video) fields.push_back({"type", {std::string{toString(call.type)}}});
  if (const std::string limits = limitsText(call.limits); !limits.empty())
    fields.push_back({"limits", {limits}});
  fields.push_back({"room", roomCell(call)});
  return fields;
}

/// Writes the sessions of one participant, and adds those that are open to the table.
void addSessions(const Invocation& invocation, const CallParticipant& participant, support::JsonWriter& json,
                 Table& table, bool& named) {
  json.key("sessions").beginArray();
  for (const CallSession& each :
       invocation.messenger->host().sessions(participant.callId, participant.user)) {
    const TimePoint lastSeen = invocation.messenger->host().wallTimeOf(each.lastSeen);
    json.beginObject();
    writeText(json, "device", each.device.empty() ? std::nullopt : std::optional{each.device.value()});
    writeTime(json, "opened_at", each.openedAt);
    writeTime(json, "closed_at", each.closedAt);
    writeTime(json, "last_seen_at", lastSeen);
    json.endObject();
    if (!each.open()) continue;
    named = named || !each.device.empty();
    table.add({{printable(participant.user.text())},
               {each.device.empty() ? "-" : printable(each.device.value())},
               {moment(each.openedAt, invocation.now())},
               {moment(lastSeen, invocation.now())}});
  }
  json.endArray();
}

/// Writes the jobs of the call, and returns them as a table; empty when there are none.
std::optional<Table> jobsTable(const Invocation& invocation, const CallId& call, support::JsonWriter& json) {
  json.key("jobs").beginArray();
  std::optional<Table> table;
  for (const Job& each : jobsOf(*invocation.messenger, call)) {
    json.beginObject().key("id").value(each.id.value()).key("type").value(toString(each.type));
    json.key("failed").value(each.failed).key("running").value(each.leasedUntil.has_value());
    writeTime(json, "available_at", invocation.messenger->host().wallTimeOf(each.availableAt));
    json.endObject();
    if (!table) table.emplace(std::vector<std::string>{"JOB", "DUE"});
    table->add({{std::string{toString(each.type)}}, jobState(invocation, each)});
  }
  json.endArray();
  return table;
}

Cell ringState(const CallRing& ring) {
  const std::string text{toString(ring.state)};
  if (ring.rings()) return {text, Tone::warning};
  if (ring.state == RingState::answered) return {text, Tone::good};
  return {text, Tone::faint};
}

/// Writes the rings of the call, and returns them as a table; empty when there are none.
std::optional<Table> ringsTable(const Invocation& invocation, const CallId& call, support::JsonWriter& json) {
  json.key("rings").beginArray();
  std::optional<Table> table;
  for (const CallRing& each : invocation.messenger->host().rings(call)) {
    json.beginObject();
    writeUser(json, "callee", each.user);
    json.key("state").value(toString(each.state));
    writeTime(json, "rang_at", each.rangAt);
    writeTime(json, "updated_at", each.updatedAt);
    std::optional<TimePoint> until;
    if (each.until) until = invocation.messenger->host().wallTimeOf(*each.until);
    writeTime(json, "until", until);
    json.endObject();
    if (!table) table.emplace(std::vector<std::string>{"CALLEE", "STATE", "RANG", "UNTIL"});
    table->add({{printable(each.user.text())},
                ringState(each),
                {moment(each.rangAt, invocation.now())},
                {until ? moment(*until, invocation.now()) : "-"}});
  }
  json.endArray();
  return table;
}

Outcome ringing(Invocation& call) {
  const auto user = userOf(call.arguments);
  if (!user) return tl::unexpected<Failure>(user.error());
  support::JsonWriter json;
  json.beginObject().key("calls").beginArray();
  Table table({"CALL", "FROM", "THREAD", "SINCE"});
  const std::vector<CallView> found = call.messenger->ringing(*user);
  for (const CallView& each : found) {
    writeCall(json, each.call);
    json.endObject();
    table.add({{printable(each.call.id.value()), Tone::strong},
               {printable(each.call.owner.text())},
               {threadText(*call.messenger, each.call.threadId)},
               {moment(each.call.createdAt, call.now())}});
  }
  json.endArray().endObject();
  call.screen.document(json.text());
  if (found.empty()) {
    call.screen.line("Nothing rings for them.");
  } else if (!call.screen.json()) {
    table.print(call.screen);
  }
  return {};
}

Outcome missed(Invocation& call) {
  const auto user = userOf(call.arguments);
  if (!user) return tl::unexpected<Failure>(user.error());
  const MissedCalls found = call.messenger->missedCalls(*user).value();
  support::JsonWriter json;
  json.beginObject().key("calls").beginArray();
  Table table({"CALL", "FROM", "THREAD", "WHEN", "SEEN"});
  for (const MissedCalls::Missed& each : found.calls) {
    writeCall(json, each.call.call);
    json.key("state").value(toString(each.ring.state)).key("seen").value(each.ring.seen).endObject();
    table.add({{printable(each.call.call.id.value()), Tone::strong},
               {printable(each.call.call.owner.text())},
               {threadText(*call.messenger, each.call.call.threadId)},
               {moment(each.ring.rangAt, call.now())},
               each.ring.seen ? Cell{"yes", Tone::faint} : Cell{"no", Tone::warning}});
  }
  json.endArray().key("unseen").value(static_cast<std::uint64_t>(found.unseen));
  json.key("more").value(found.nextPage.has_value()).endObject();
  call.screen.document(json.text());
  if (found.calls.empty()) {
    call.screen.line("No missed calls.");
    return {};
  }
  if (!call.screen.json()) table.print(call.screen);
  if (found.nextPage) call.screen.note("There are older ones.");
  return {};
}

Outcome show(Invocation& call) {
  const CallId id{*call.arguments.argument()};
  const std::optional<Call> found = call.messenger->host().findCall(id);
  if (!found) {
    return fail(ExitCode::notFound, "callNotFound", "There is no call " + printable(id.value(), 80) + ".",
                fmt::format("\"{} calls:list\" shows the active ones.", call.program.name));
  }
  const std::vector<CallParticipant> participants = call.messenger->host().participants(id);
  support::JsonWriter json;
  writeCall(json, *found);
  json.key("type").value(toString(found->type)).key("participants").beginArray();
  Table sessions({"PARTICIPANT", "DEVICE", "JOINED", "LAST SEEN"});
  bool named = false;
  Table table({"PARTICIPANT", "STATE", "JOINED", "LEFT"});
  for (const CallParticipant& each : participants) {
    json.beginObject().key("id").value(each.id.value());
    writeUser(json, "owner", each.user);
    json.key("in_call").value(each.inCall()).key("kicked").value(each.kicked);
    writeTime(json, "created_at", each.createdAt);
    writeTime(json, "left_call", each.leftAt);
    addSessions(call, each, json, sessions, named);
    json.endObject();
    table.add({{printable(each.user.text())},
               {std::string{state(each)}, each.kicked   ? Tone::bad
                                          : each.leftAt ? Tone::faint
                                                        : Tone::good},
               {moment(each.createdAt, call.now())},
               {each.leftAt ? moment(*each.leftAt, call.now()) : "-"}});
  }
  json.endArray();
  const std::optional<Table> rings = ringsTable(call, id, json);
  const std::optional<Table> jobs = jobsTable(call, id, json);
  json.endObject();
  call.screen.document(json.text());
  if (call.screen.json()) return {};
  printFields(call.screen, describe(call, *found), call.screen.width());
  const auto print = [&](const Table& each) {
    call.screen.line();
    each.print(call.screen);
  };
  print(table);
  if (named) print(sessions);
  if (rings) print(*rings);
  if (jobs) print(*jobs);
  return {};
}

}  // namespace

std::vector<Command> callCommands() {
  Command listing;
  listing.name = "calls:list";
  listing.summary = "show the active calls";
  listing.options = {limitOption()};
  listing.run = list;

  Command showing;
  showing.name = "calls:show";
  showing.summary = "show one call and who was in it";
  showing.description = {
      "Also for calls that have ended: its limits, the devices that are in it, who was rung, its jobs and "
      "timers.",
      "The room's id, pin and secret are not shown, nor the media ids of its sessions."};
  showing.arguments = {{"ID", true, "the id of the call"}};
  showing.run = show;

  Command missing;
  missing.name = "calls:missed";
  missing.summary = "show the calls that a user has missed";
  missing.description = {"The newest ones, in threads that the user is a member of. They stay unseen."};
  missing.arguments = {{"USER", true, "the user, as TYPE:ID"}};
  missing.run = missed;

  Command rung;
  rung.name = "calls:ringing";
  rung.summary = "show the calls that ring for a user now";
  rung.description = {"In threads that the user is a member of: what a push that comes late asks."};
  rung.arguments = {{"USER", true, "the user, as TYPE:ID"}};
  rung.run = ringing;
  return {listing, showing, rung, missing};
}

}  // namespace messenger::console
