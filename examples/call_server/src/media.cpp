#include "media.hpp"

#include <charconv>
#include <utility>

#include "janus_token.hpp"
#include "log.hpp"
#include "thrown.hpp"

namespace call_server {
namespace {

namespace janus = messenger::janus;
using messenger::LogLevel;

/// Users who watch others must be in the room as participants who can be kicked.
constexpr const char* roomOptions = R"({"require_pvtid":true})";

/// A number when the server uses numbers; a text id is never one.
janus::JanusId idFrom(const std::string& text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc{} && stop == end) return number;
  return text;
}

std::int64_t secondsFromNow(std::chrono::seconds lifetime) {
  const auto expires = std::chrono::system_clock::now() + lifetime;
  return std::chrono::duration_cast<std::chrono::seconds>(expires.time_since_epoch()).count();
}

}  // namespace

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
  driver.more = roomOptions;
  driver.admitsSessions = true;
  messenger_.setVideoDriver<janus::JanusDriver>(rooms_, driver);
}

void Media::start() {
  watch_ = std::make_unique<Periodic>(probeInterval_, [this] { look(); });
}

void Media::requestStop() {
  stopping_ = true;
  if (watch_) watch_->requestStop();
}

void Media::stop() {
  requestStop();
  if (watch_) watch_->stop();
}

MediaDetails Media::detailsFor(const messenger::RoomView& room,
                               const messenger::RoomCredentials& credentials) const {
  MediaDetails details;
  details.server = publicUrl_;
  details.room = idFrom(room.id.value_or(""));
  details.participant = idFrom(credentials.identity);
  details.roomToken = credentials.token.reveal();
  details.pin = room.pin.value_or("");
  if (tokenSecret_) {
    details.token =
        janusToken(*tokenSecret_, secondsFromNow(tokenLifetime_), "janus", {std::string{videoRoomPlugin}});
  }
  return details;
}

void Media::look() {
  const bool up = rooms_.client().ping().has_value();
  metrics_.setJanusUp(up);
  const bool changed = up_ != up;
  if (changed) {
    note(*logger_, up ? LogLevel::info : LogLevel::warning,
         up ? "the media server answers" : "the media server does not answer");
  }
  up_ = up;
  // A server that answers again was probably restarted and has lost its rooms.
  if (up && (changed || std::chrono::steady_clock::now() - reconciled_ >= reconcileInterval_)) {
    reconcile();
  }
  if (up && changed) retryRemovals();
}

void Media::reconcile() {
  try {
    const auto report = reconciler_.reconcile({.stopRequested = [this] { return stopping_.load(); }});
    if (!report) {
      note(*logger_, LogLevel::warning, "rooms and calls could not be compared",
           {{"error", report.error().describe()}});
      return;
    }
    reconciled_ = std::chrono::steady_clock::now();
    metrics_.reconciled(report->destroyed.size(), report->renewed.size(), report->failures.size());
    if (report->destroyed.empty() && report->renewed.empty() && report->failures.empty()) return;
    note(*logger_, LogLevel::info, "rooms and calls compared",
         {{"destroyed", std::to_string(report->destroyed.size())},
          {"renewed", std::to_string(report->renewed.size())},
          {"failures", std::to_string(report->failures.size())}});
  } catch (const std::exception& error) {
    note(*logger_, LogLevel::warning, "rooms and calls could not be compared", {{"error", textOf(error)}});
  }
}

// While the server was away, removals may have run out of attempts.
void Media::retryRemovals() {
  constexpr std::size_t page = 200;
  std::int64_t after = 0;
  try {
    while (!stopping_) {
      const auto failed = messenger_.jobs().failed(after, page);
      for (const messenger::Job& each : failed) {
        if (each.type == messenger::JobType::removeFromRoom) (void)messenger_.jobs().retry(each.id);
      }
      if (failed.size() < page) return;
      after = failed.back().sequence;
    }
  } catch (const std::exception& error) {
    note(*logger_, LogLevel::warning, "removals that had failed could not be retried",
         {{"error", textOf(error)}});
  }
}

}  // namespace call_server
