#include "messenger/adapters/janus/janus_driver.hpp"

#include <charconv>
#include <stdexcept>

#include "adapters/janus/id_kind.hpp"
#include "adapters/janus/room_keys.hpp"
#include "messenger/errors.hpp"

namespace messenger::janus {
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

  const JanusResult<bool> there = withKind(room_, [&](IdKind kind) {
    wanted.id = roomIdOf(call.id, settings_.roomKey, kind);
    return makeOrAdopt(room_, wanted);
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
  // The recorded id and secret are valid even if the key has changed since.
  const Room recorded = call.room.value_or(Room{});
  const Secret secret = recorded.secret ? *recorded.secret : roomSecretOf(call.id, settings_.roomKey);
  const auto gone = withKind(room_, [&](IdKind kind) {
    std::optional<JanusId> id;
    if (recorded.id) id = recordedId(*recorded.id, kind);
    return room_.destroy(id ? *id : roomIdOf(call.id, settings_.roomKey, kind), secret);
  });
  if (gone || gone.error().isPlugin(video_room_code::noSuchRoom)) return true;
  fail(gone.error());
}

std::optional<std::string> JanusDriver::getRoomSecret() const {
  if (!secret_) return std::nullopt;
  return secret_->reveal();
}

}  // namespace messenger::janus
