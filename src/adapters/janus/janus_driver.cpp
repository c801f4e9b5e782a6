#include "messenger/adapters/janus/janus_driver.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <set>
#include <stdexcept>
#include <vector>

#include "adapters/janus/id_kind.hpp"
#include "adapters/janus/room_keys.hpp"
#include "messenger/errors.hpp"

namespace messenger::inline v0::janus {
namespace {

[[noreturn]] void fail(const JanusError& error) {
  throw DriverError(error.describe());
}

/// The recorded id in the kind that this server uses; empty when it came from the other kind.
std::optional<JanusId> recordedId(const std::string& text, IdKind kind) {
  if (kind == IdKind::text) return JanusId{text};
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return JanusId{number};
}

/// Whether an existing room requires a secret and accepts the derived one; otherwise it is a foreign room.
JanusResult<bool> isOurs(const VideoRoom& room, const JanusId& id, const Secret& secret) {
  // A room without a secret accepts any secret.
  const auto without = room.listForwarders(id, std::nullopt);
  if (without) return false;
  if (!without.error().isPlugin(video_room_code::missingElement)) return tl::unexpected(without.error());
  const auto with = room.listForwarders(id, secret);
  if (with) return true;
  if (with.error().isPlugin(video_room_code::unauthorized)) return false;
  return tl::unexpected(with.error());
}

/// Makes the room, or adopts it. False: a foreign room has this id.
JanusResult<bool> makeOrAdopt(const VideoRoom& room, const NewRoom& wanted) {
  constexpr int rounds = 3;
  JanusResult<bool> result = false;
  for (int round = 0; round < rounds; ++round) {
    const JanusResult<JanusId> made = room.create(wanted);
    if (made) return true;
    if (!made.error().isPlugin(video_room_code::roomExists)) return tl::unexpected(made.error());
    result = isOurs(room, *wanted.id, *wanted.secret);
    // It disappeared between the two requests, so make it.
    if (result || !result.error().isPlugin(video_room_code::noSuchRoom)) return result;
  }
  return result;
}

/// The room of a call that may have been recorded: its id and secret are valid even if the key has changed.
struct RoomOfCall {
  JanusId id;
  Secret secret;
};

RoomOfCall roomOf(const CallWithRoom& call, const Secret& roomKey, IdKind kind) {
  const Room recorded = call.room.value_or(Room{});
  std::optional<JanusId> id;
  if (recorded.id) id = recordedId(*recorded.id, kind);
  return {id ? *id : roomIdOf(call.id, roomKey, kind),
          recorded.secret ? *recorded.secret : roomSecretOf(call.id, roomKey)};
}

/// More tokens of one session than this are not kept: a client needs the newest one.
constexpr std::size_t tokensKept = 4;

using Tokens = std::vector<Secret>;

Tokens tokensOf(const std::string& session, const Tokens& all) {
  Tokens found;
  std::copy_if(all.begin(), all.end(), std::back_inserter(found),
               [&](const Secret& each) { return ownerOf(each.reveal()).sessionTag == session; });
  return found;
}

/// A request that changes nothing: the tokens that open the room.
JanusResult<Tokens> tokensIn(const VideoRoom& room, const RoomOfCall& here) {
  return room.allowed(here.id, AllowedAction::enable, {}, here.secret);
}

JanusResult<void> takeTokensBack(const VideoRoom& room, const RoomOfCall& here, const std::string& session) {
  const JanusResult<Tokens> all = tokensIn(room, here);
  if (!all) return tl::unexpected(all.error());
  const Tokens theirs = tokensOf(session, *all);
  if (theirs.empty()) return {};
  const JanusResult<Tokens> left = room.allowed(here.id, AllowedAction::remove, theirs, here.secret);
  if (!left) return tl::unexpected(left.error());
  return {};
}

JanusResult<void> kick(const VideoRoom& room, const RoomOfCall& here, const JanusId& who) {
  JanusResult<void> kicked = room.kick(here.id, who, here.secret);
  if (kicked || kicked.error().isPlugin(video_room_code::noSuchUser)) return {};
  return kicked;
}

/// Everyone goes whose id is not that of a session with a token. Not only those who lost theirs: whoever has
/// one may join under any id, also twice.
JanusResult<void> kickStrangers(const VideoRoom& room, const RoomOfCall& here, const Secret& roomKey,
                                IdKind kind) {
  // In this order, because a session has a token before it joins.
  const auto inside = room.listParticipants(here.id);
  if (!inside) return tl::unexpected(inside.error());
  if (inside->empty()) return {};
  const JanusResult<Tokens> tokens = tokensIn(room, here);
  if (!tokens) return tl::unexpected(tokens.error());
  std::set<JanusId> welcome;
  for (const Secret& each : *tokens) {
    const TokenOwner owner = ownerOf(each.reveal());
    if (!owner.sessionTag.empty()) welcome.insert(identityOf(owner, roomKey, kind));
  }
  for (const RoomParticipant& each : *inside) {
    if (welcome.contains(each.id)) continue;
    if (auto kicked = kick(room, here, each.id); !kicked) return kicked;
  }
  return {};
}

JanusResult<void> removeSession(const VideoRoom& room, const RoomOfCall& here, const std::string& session,
                                const Secret& roomKey, IdKind kind) {
  if (auto taken = takeTokensBack(room, here, session); !taken) return taken;
  return kickStrangers(room, here, roomKey, kind);
}

/// Returns the tokens that open the room now.
JanusResult<Tokens> addToken(const VideoRoom& room, const RoomOfCall& here, const Secret& token,
                             const std::string& session) {
  JanusResult<Tokens> all = room.allowed(here.id, AllowedAction::add, {token}, here.secret);
  if (!all) return all;
  Tokens theirs = tokensOf(session, *all);
  if (theirs.size() <= tokensKept) return all;
  theirs.erase(std::remove(theirs.begin(), theirs.end(), token), theirs.end());
  return room.allowed(here.id, AllowedAction::remove, theirs, here.secret);
}

}  // namespace

JanusDriver::JanusDriver(VideoRoom room, JanusDriverSettings settings)
    : room_(std::move(room)), settings_(std::move(settings)) {
  if (settings_.roomKey.reveal().empty()) {
    throw std::invalid_argument("JanusDriverSettings::roomKey must not be empty");
  }
}

bool JanusDriver::create(const Thread& thread, const Call& call) {
  NewRoom wanted;
  wanted.description = markOf(call.id, settings_.roomKey);
  wanted.secret = roomSecretOf(call.id, settings_.roomKey);
  wanted.pin = roomPinOf(call.id, settings_.roomKey);
  wanted.publishers =
      thread.isGroup() ? thread.members + settings_.publishersBesideMembers : settings_.privatePublishers;
  wanted.bitrate = thread.isGroup() ? settings_.groupBitrate : settings_.privateBitrate;
  wanted.more = settings_.more;

  const JanusResult<bool> there = withKind(room_, [&](IdKind kind) -> JanusResult<bool> {
    wanted.id = roomIdOf(call.id, settings_.roomKey, kind);
    JanusResult<bool> made = makeOrAdopt(room_, wanted);
    if (!made || !*made || !settings_.admitsSessions) return made;
    const auto tokens = room_.allowed(*wanted.id, AllowedAction::enable, {}, wanted.secret);
    if (!tokens) return tl::unexpected(tokens.error());
    return made;
  });
  if (!there) fail(there.error());
  if (!*there) {
    throw DriverError(
        "Janus has a room " + toText(*wanted.id) +
        " that does not accept the derived secret: it is foreign, or was made with another room key");
  }
  id_ = toText(*wanted.id);
  pin_ = wanted.pin->reveal();
  secret_ = wanted.secret;
  return true;
}

bool JanusDriver::destroy(const CallWithRoom& call) {
  const auto gone = withKind(room_, [&](IdKind kind) {
    const RoomOfCall here = roomOf(call, settings_.roomKey, kind);
    return room_.destroy(here.id, here.secret);
  });
  if (gone || gone.error().isPlugin(video_room_code::noSuchRoom)) return true;
  fail(gone.error());
}

ParticipantAccess* JanusDriver::access() noexcept {
  return settings_.admitsSessions ? this : nullptr;
}

ParticipantRemoval* JanusDriver::removal() noexcept {
  return settings_.admitsSessions ? this : nullptr;
}

std::optional<RoomCredentials> JanusDriver::admit(const CallWithRoom& call, const CallSession& session) {
  const std::string tag = sessionTagOf(session.mediaId.value(), settings_.roomKey);
  const TokenOwner owner{session.participant.value(), tag};
  const Secret token = newToken(owner.participant, owner.sessionTag);
  std::string identity;
  const auto admitted = withKind(room_, [&](IdKind kind) {
    identity = toText(identityOf(owner, settings_.roomKey, kind));
    return addToken(room_, roomOf(call, settings_.roomKey, kind), token, tag);
  });
  if (!admitted) fail(admitted.error());
  return RoomCredentials{identity, token};
}

bool JanusDriver::remove(const CallWithRoom& call, const Secret& mediaId) {
  const std::string session = sessionTagOf(mediaId, settings_.roomKey);
  const auto removed = withKind(room_, [&](IdKind kind) {
    return removeSession(room_, roomOf(call, settings_.roomKey, kind), session, settings_.roomKey, kind);
  });
  if (removed || removed.error().isPlugin(video_room_code::noSuchRoom)) return true;
  fail(removed.error());
}

std::optional<std::string> JanusDriver::getRoomSecret() const {
  if (!secret_) return std::nullopt;
  return secret_->reveal();
}

}  // namespace messenger::janus
