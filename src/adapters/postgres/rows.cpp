#include "adapters/postgres/rows.hpp"

#include <fmt/format.h>

#include <chrono>

#include "messenger/errors.hpp"

namespace messenger::inline v0::postgres {
namespace {

/// An enumerator of which this version knows the numbers from 1 to that of `last`.
template <class Enum>
Enum readEnum(const Rows& row, int column, Enum last, const char* name) {
  const std::int64_t number = row.integer(column);
  if (number >= 1 && number <= static_cast<std::int64_t>(last)) return static_cast<Enum>(number);
  throw StorageUnreadable(fmt::format("{} cannot be {}", name, number));
}

std::optional<Secret> readSecret(const Rows& row, int column) {
  std::optional<std::string> text = row.maybeText(column);
  if (!text) return std::nullopt;
  return Secret{std::move(*text)};
}

Room readRoom(const Rows& row, int first) {
  Room room;
  room.id = row.maybeText(first);
  room.pin = row.maybeText(first + 1);
  room.payload = row.maybeText(first + 2);
  room.secret = readSecret(row, first + 3);
  return room;
}

/// A number that a start would have stored.
std::int64_t readLimit(const Rows& row, int column, std::int64_t most) {
  const std::int64_t number = row.integer(column);
  if (number >= 0 && number <= most) return number;
  throw StorageUnreadable(fmt::format("a limit of a call cannot be {}", number));
}

CallLimits readLimits(const Rows& row, int first) {
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

CallWithRoom readCall(const Rows& row, int first) {
  CallWithRoom call;
  call.sequence = row.integer(first);
  call.id = CallId{row.text(first + 1)};
  call.threadId = ThreadId{row.text(first + 2)};
  call.owner = row.user(first + 3);
  call.type = readEnum(row, first + 5, CallType::audio, "calls.type");
  call.createdAt = row.time(first + 6);
  call.updatedAt = row.time(first + 7);
  call.endedAt = row.maybeTime(first + 8);
  if (!row.isNull(first + 9)) {
    call.endReason = readEnum(row, first + 9, EndReason::noAnswer, "calls.end_reason");
  }
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

CallParticipant readParticipant(const Rows& row, int first, const CallId& call) {
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

std::optional<CallParticipant> readMaybeParticipant(const Rows& row, int first, const CallId& call) {
  if (row.isNull(first)) return std::nullopt;
  return readParticipant(row, first, call);
}

CallSession readSession(const Rows& row, int first, const CallParticipant& participant) {
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

CallRing readRing(const Rows& row, int first) {
  CallRing ring;
  ring.user = row.user(first);
  ring.state = readEnum(row, first + 2, RingState::busy, "call_rings.state");
  ring.rangAt = row.time(first + 3);
  ring.updatedAt = row.time(first + 4);
  ring.since = row.storageTime(first + 5);
  ring.until = row.maybeStorageTime(first + 6);
  ring.seen = row.flag(first + 7);
  return ring;
}

Job readJob(const Rows& row) {
  Job job;
  job.sequence = row.integer(0);
  job.id = JobId{row.text(1)};
  job.type = readEnum(row, 2, JobType::stopRinging, "jobs.type");
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

Thread readThread(const Rows& row, int first) {
  Thread thread;
  thread.id = ThreadId{row.text(first)};
  thread.type = readEnum(row, first + 1, ThreadType::group, "threads.type");
  thread.subject = row.text(first + 2);
  thread.calling = row.flag(first + 3);
  thread.locked = row.flag(first + 4);
  thread.members = row.count(first + 5);
  return thread;
}

ThreadMember readMember(const Rows& row, int first) {
  ThreadMember member;
  member.user = row.user(first);
  member.name = row.maybeText(first + 2).value_or("");
  member.admin = row.flag(first + 3);
  member.startCalls = row.flag(first + 4);
  member.pending = row.flag(first + 5);
  member.notificationsMuted = row.flag(first + 6);
  return member;
}

std::optional<Membership> readMembership(const Rows& row, int first) {
  if (row.isNull(first)) return std::nullopt;
  Membership membership{readThread(row, first)};
  const int member = first + threadColumnCount;
  const int other = member + memberColumnCount;
  if (row.isNull(member)) return membership;
  membership.member = readMember(row, member);
  if (!row.isNull(other)) membership.other = readMember(row, other);
  return membership;
}

CallSnapshot readSnapshot(const Rows& row) {
  CallSnapshot snapshot;
  snapshot.call = readCall(row);
  snapshot.viewer = readMaybeParticipant(row, callColumnCount, snapshot.call.id);
  constexpr int ringColumn = callColumnCount + participantColumnCount;
  if (!row.isNull(ringColumn)) snapshot.ring = readRing(row, ringColumn);
  return snapshot;
}

}  // namespace messenger::postgres
