#include "media.hpp"

#include <messenger/errors.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

#include "crypto.hpp"
#include "janus_token.hpp"
#include "thrown.hpp"

namespace call_server {
namespace {

namespace janus = messenger::janus;
using messenger::LogLevel;

constexpr std::size_t mostErrands = 1024;

/// Rooms require signed tokens when the server does; and users who watch others must be in the room as
/// participants who can be kicked.
std::string roomOptions(bool signedTokens) {
  return signedTokens ? R"({"signed_tokens":true,"require_pvtid":true})" : R"({"require_pvtid":true})";
}

/// A text id is never a number, so the room's id shows which kind the server uses.
janus::JanusId roomIdFrom(const std::string& text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc{} && stop == end) return number;
  return text;
}

janus::IdKind kindOf(const janus::JanusId& id) {
  return std::holds_alternative<std::string>(id) ? janus::IdKind::text : janus::IdKind::number;
}

std::int64_t secondsFromNow(std::chrono::seconds lifetime) {
  const auto expires = std::chrono::system_clock::now() + lifetime;
  return std::chrono::duration_cast<std::chrono::seconds>(expires.time_since_epoch()).count();
}

}  // namespace

janus::JanusId mediaId(const messenger::ParticipantId& participant, janus::IdKind kind) {
  if (kind == janus::IdKind::text) return participant.value();
  const std::string digest = sha256(participant.value());
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = (number << 8U) | static_cast<unsigned char>(digest[i]);
  constexpr unsigned unused = 64 - 53;
  return std::max<std::uint64_t>(1, number >> unused);
}

Media::Media(messenger::Messenger& messenger, const janus::JanusOptions& options, const Settings& settings,
             std::shared_ptr<messenger::Logger> logger, Metrics& metrics)
    : messenger_(messenger),
      rooms_(std::make_shared<janus::JanusClient>(options)),
      roomKey_(options.keyOfRooms()),
      reconciler_(messenger, rooms_, roomKey_),
      publicUrl_(settings.janusPublicUrl),
      tokenSecret_(settings.janusTokenSecret),
      tokenLifetime_(settings.mediaTokenLifetime),
      probeInterval_(settings.probeInterval),
      reconcileInterval_(settings.reconcileInterval),
      logger_(std::move(logger)),
      metrics_(metrics) {
  janus::JanusDriverSettings driver{roomKey_};
  driver.more = roomOptions(tokenSecret_.has_value());
  messenger_.setVideoDriver<janus::JanusDriver>(rooms_, driver);
}

void Media::start() {
  errands_ = std::make_unique<Errands>(mostErrands);
  subscriptions_.push_back(
      messenger_.onCallLeft([this](const messenger::CallLeft& event) { removeLater(event.participant); }));
  subscriptions_.push_back(messenger_.onKickedFromCall([this](const messenger::KickedFromCall& event) {
    if (event.participant.kicked) removeLater(event.participant);
  }));
  watch_ = std::make_unique<Periodic>(probeInterval_, [this] { look(); });
}

void Media::requestStop() {
  stopping_ = true;
  if (watch_) watch_->requestStop();
}

void Media::stop() {
  requestStop();
  subscriptions_.clear();
  if (watch_) watch_->stop();
  if (errands_) errands_->stop();
}

MediaDetails Media::detailsFor(const messenger::RoomView& room,
                               const messenger::ParticipantId& participant) const {
  MediaDetails details;
  details.server = publicUrl_;
  details.room = roomIdFrom(room.id.value_or(""));
  details.participant = mediaId(participant, kindOf(details.room));
  details.pin = room.pin.value_or("");
  if (tokenSecret_) {
    const std::int64_t expiry = secondsFromNow(tokenLifetime_);
    details.token = janusToken(*tokenSecret_, expiry, "janus", {std::string{videoRoomPlugin}});
    details.roomToken =
        janusToken(*tokenSecret_, expiry, videoRoomPlugin, {"room=" + janus::toText(details.room)});
  }
  return details;
}

void Media::look() {
  const bool up = rooms_.client().ping().has_value();
  metrics_.setJanusUp(up);
  const bool changed = up_ != up;
  if (changed) {
    logger_->log(up ? LogLevel::info : LogLevel::warning,
                 up ? "the media server answers" : "the media server does not answer");
  }
  up_ = up;
  // A server that answers again was probably restarted and has lost its rooms.
  if (up && (changed || std::chrono::steady_clock::now() - reconciled_ >= reconcileInterval_)) {
    reconcile();
    expelStrangers();
  }
}

void Media::reconcile() {
  try {
    const auto report = reconciler_.reconcile({.stopRequested = [this] { return stopping_.load(); }});
    if (!report) {
      logger_->log(LogLevel::warning, "rooms and calls could not be compared: " + report.error().describe());
      return;
    }
    reconciled_ = std::chrono::steady_clock::now();
    metrics_.reconciled(report->destroyed.size(), report->renewed.size(), report->failures.size());
    if (report->destroyed.empty() && report->renewed.empty() && report->failures.empty()) return;
    logger_->log(LogLevel::info, "rooms and calls compared: " + std::to_string(report->destroyed.size()) +
                                     " rooms destroyed, " + std::to_string(report->renewed.size()) +
                                     " renewed, " + std::to_string(report->failures.size()) + " failures");
  } catch (const std::exception& error) {
    logger_->log(LogLevel::warning, std::string{"rooms and calls could not be compared: "} + textOf(error));
  }
}

// A token stays valid for some minutes after a kick, and a kick may be lost. So this kicks everyone who is in
// a room but not in its call.
void Media::expelStrangers() {
  constexpr std::size_t page = 200;
  std::int64_t after = 0;
  try {
    while (!stopping_) {
      const std::vector<messenger::Call> calls = messenger_.host().activeCalls(after, page);
      for (const messenger::Call& call : calls) {
        if (call.setupComplete && !stopping_) expelStrangers(call.id);
      }
      if (calls.size() < page) return;
      after = calls.back().sequence;
    }
  } catch (const std::exception& error) {
    logger_->log(
        LogLevel::warning,
        std::string{"rooms could not be searched for participants without a call: "} + textOf(error));
  }
}

void Media::expelStrangers(const messenger::CallId& call) {
  const auto kind = rooms_.idKind();
  if (!kind) return;
  const janus::JanusId room = janus::roomIdOf(call, roomKey_, *kind);
  // In this order, because users join the call before the room.
  const auto inside = rooms_.listParticipants(room);
  if (!inside || inside->empty()) return;
  std::vector<janus::JanusId> welcome;
  for (const messenger::CallParticipant& each : messenger_.host().participants(call)) {
    if (each.inCall()) welcome.push_back(mediaId(each.id, *kind));
  }
  for (const janus::RoomParticipant& each : *inside) {
    if (std::find(welcome.begin(), welcome.end(), each.id) != welcome.end()) continue;
    const bool done = rooms_.kick(room, each.id, janus::roomSecretOf(call, roomKey_)).has_value();
    metrics_.mediaKick(done);
    logger_->log(LogLevel::warning, "a participant in a room was not in its call and was kicked");
  }
}

void Media::removeLater(const messenger::CallParticipant& participant) {
  if (!errands_->run([this, participant] { remove(participant); })) metrics_.mediaKick(/*done=*/false);
}

void Media::remove(const messenger::CallParticipant& participant) {
  try {
    // A user who has joined again meanwhile keeps their media.
    const auto now = messenger_.host().findParticipant(participant.id);
    if (!now || now->inCall()) return;
    const auto kind = rooms_.idKind();
    if (!kind) throw messenger::DriverError(kind.error().describe());
    const auto kicked =
        rooms_.kick(janus::roomIdOf(participant.callId, roomKey_, *kind), mediaId(participant.id, *kind),
                    janus::roomSecretOf(participant.callId, roomKey_));
    // The client or the end of the call was faster.
    const bool gone = kicked || kicked.error().isPlugin(janus::video_room_code::noSuchUser) ||
                      kicked.error().isPlugin(janus::video_room_code::noSuchRoom);
    if (!gone) throw messenger::DriverError(kicked.error().describe());
    metrics_.mediaKick(/*done=*/true);
  } catch (const std::exception& error) {
    metrics_.mediaKick(/*done=*/false);
    logger_->log(LogLevel::warning,
                 std::string{"a participant could not be removed from the media: "} + textOf(error));
  }
}

}  // namespace call_server
