#include "adapters/sqlite/rows.hpp"

#include <fmt/format.h>

#include "messenger/errors.hpp"

namespace messenger::inline v0::sqlite {

namespace {

EndReason readEndReason(std::int64_t number) {
  switch (const auto reason = static_cast<EndReason>(number)) {
    case EndReason::hungUp:
    case EndReason::lastLeft:
    case EndReason::inactive:
    case EndReason::declined:
    case EndReason::setupFailed:
    case EndReason::maintenance:
    case EndReason::host:
    case EndReason::alone:
    case EndReason::maxDuration:
    case EndReason::noAnswer:
      if (static_cast<std::int64_t>(reason) == number) return reason;
  }
  throw StorageUnreadable(fmt::format("calls.end_reason cannot be {}", number));
}

CallType readCallType(std::int64_t number) {
  switch (const auto type = static_cast<CallType>(number)) {
    case CallType::video:
    case CallType::audio:
      if (static_cast<std::int64_t>(type) == number) return type;
  }
  throw StorageUnreadable(fmt::format("calls.type cannot be {}", number));
}

JobType readJobType(std::int64_t number) {
  switch (const auto type = static_cast<JobType>(number)) {
    case JobType::setupCall:
    case JobType::teardownCall:
    case JobType::checkCallsActivity:
    case JobType::endCalls:
    case JobType::warnOfEnd:
    case JobType::endOverdueCall:
    case JobType::endLoneCall:
    case JobType::endEmptyCall:
    case JobType::removeFromRoom:
    case JobType::stopRinging:
      if (static_cast<std::int64_t>(type) == number) return type;
  }
  throw StorageUnreadable(fmt::format("jobs.type cannot be {}", number));
}

RingState readRingState(std::int64_t number) {
  switch (const auto state = static_cast<RingState>(number)) {
    case RingState::ringing:
    case RingState::answered:
    case RingState::declined:
    case RingState::missed:
    case RingState::cancelled:
    case RingState::busy:
      if (static_cast<std::int64_t>(state) == number) return state;
  }
  throw StorageUnreadable(fmt::format("call_rings.state cannot be {}", number));
}

ThreadType readThreadType(std::int64_t number) {
  switch (const auto type = static_cast<ThreadType>(number)) {
    case ThreadType::privateThread:
    case ThreadType::group:
      if (static_cast<std::int64_t>(type) == number) return type;
  }
  throw StorageUnreadable(fmt::format("threads.type cannot be {}", number));
}

std::optional<Secret> readSecret(const Query& row, int column) {
  std::optional<std::string> text = row.maybeText(column);
  if (!text) return std::nullopt;
  return Secret{std::move(*text)};
}

Room readRoom(const Query& row, int first) {
  Room room;
  room.id = row.maybeText(first);
  room.pin = row.maybeText(first + 1);
  room.payload = row.maybeText(first + 2);
  room.secret = readSecret(row, first + 3);
  return room;
}

/// A number that no start would have stored.
std::int64_t readLimit(const Query& row, int column, std::int64_t most) {
  const std::int64_t number = row.integer(column);
  if (number >= 0 && number <= most) return number;
  throw StorageUnreadable(fmt::format("a limit of a call cannot be {}", number));
}

CallLimits readLimits(const Query& row, int first) {
  constexpr std::int64_t mostParticipants = 1'000'000;
  constexpr std::chrono::milliseconds longest = std::chrono::hours{24} * 30;
  const auto time = [&](int column) {
    return std::chrono::milliseconds{readLimit(row, first + column, longest.count())};
  };
  return {.participants = static_cast<std::size_t>(readLimit(row, first, mostParticipants)),
          .duration = time(1),
          .warning = time(2),
          .alone = time(3),
          .emptyGrace = time(4)};
}

}  // namespace

CallWithRoom readCall(const Query& row, int first) {
  CallWithRoom call;
  call.sequence = row.integer(first);
  call.id = CallId{row.text(first + 1)};
  call.threadId = ThreadId{row.text(first + 2)};
  call.owner = row.user(first + 3);
  call.type = readCallType(row.integer(first + 5));
  call.createdAt = row.time(first + 6);
  call.updatedAt = row.time(first + 7);
  call.endedAt = row.maybeTime(first + 8);
  if (!row.isNull(first + 9)) call.endReason = readEndReason(row.integer(first + 9));
  if (call.endReason.has_value() != call.endedAt.has_value())
    throw StorageUnreadable("calls.ended_at and calls.end_reason contradict each other");
  if (!row.isNull(first + 10)) call.endedBy = row.user(first + 10);
  call.setupComplete = row.flag(first + 12);
  call.teardownComplete = row.flag(first + 13);
  call.roomMayExist = row.flag(first + 14);
  if (call.setupComplete) call.room = readRoom(row, first + 15);
  call.revision = row.counter(first + 19);
  call.limits = readLimits(row, first + 20);
  call.data = row.text(first + 25);
  return call;
}

CallParticipant readParticipant(const Query& row, int first, const CallId& call) {
  CallParticipant participant;
  participant.sequence = row.integer(first);
  participant.id = ParticipantId{row.text(first + 1)};
  participant.callId = call;
  participant.user = row.user(first + 2);
  participant.kicked = row.flag(first + 4);
  participant.leftAt = row.maybeTime(first + 5);
  participant.createdAt = row.time(first + 6);
  participant.updatedAt = row.time(first + 7);
  return participant;
}

std::optional<CallParticipant> readMaybeParticipant(const Query& row, int first, const CallId& call) {
  if (row.isNull(first)) return std::nullopt;
  return readParticipant(row, first, call);
}

CallSession readSession(const Query& row, int first, const CallParticipant& participant) {
  CallSession session;
  session.participant = participant.id;
  session.user = participant.user;
  session.device = DeviceId{row.text(first)};
  session.mediaId = readSecret(row, first + 1);
  session.openedAt = row.time(first + 2);
  session.closedAt = row.maybeTime(first + 3);
  session.lastSeen = row.storageTime(first + 4);
  return session;
}

CallRing readRing(const Query& row, int first) {
  CallRing ring;
  ring.user = row.user(first);
  ring.state = readRingState(row.integer(first + 2));
  ring.rangAt = row.time(first + 3);
  ring.updatedAt = row.time(first + 4);
  ring.since = row.storageTime(first + 5);
  ring.until = row.maybeStorageTime(first + 6);
  ring.seen = row.flag(first + 7);
  return ring;
}

Job readJob(const Query& row) {
  Job job;
  job.sequence = row.integer(0);
  job.id = JobId{row.text(1)};
  job.type = readJobType(row.integer(2));
  job.queue = row.text(3);
  if (std::optional<std::string> call = row.maybeText(4)) job.call.emplace(std::move(*call));
  job.cutoff = row.maybeInteger(5);
  job.createdAt = row.time(6);
  job.availableAt = row.storageTime(7);
  job.attempts = static_cast<int>(row.counter(8));
  job.token = row.counter(9);
  job.leasedUntil = row.maybeStorageTime(10);
  job.failed = row.flag(11);
  job.lastError = row.maybeText(12);
  job.mediaId = readSecret(row, 13);
  return job;
}

Thread readThread(const Query& row, int first, const ThreadId& id) {
  Thread thread;
  thread.id = id;
  thread.type = readThreadType(row.integer(first));
  thread.subject = row.text(first + 1);
  thread.calling = row.flag(first + 2);
  thread.locked = row.flag(first + 3);
  thread.members = row.count(first + 4);
  return thread;
}

CallSnapshot readSnapshot(const Query& row) {
  CallSnapshot snapshot;
  snapshot.call = readCall(row);
  snapshot.viewer = readMaybeParticipant(row, callColumnCount, snapshot.call.id);
  constexpr int ringColumn = callColumnCount + participantColumnCount;
  if (!row.isNull(ringColumn)) snapshot.ring = readRing(row, ringColumn);
  return snapshot;
}

}  // namespace messenger::sqlite
