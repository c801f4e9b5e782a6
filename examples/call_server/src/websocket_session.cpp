#include "websocket_session.hpp"

#include <boost/asio/post.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "channels.hpp"
#include "log.hpp"
#include "socket_message.hpp"
#include "thrown.hpp"

namespace call_server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using messenger::LogLevel;
using nlohmann::json;

/// How much the system buffers for a client that does not read; beyond that the session's queue fills.
constexpr int sendBuffer = 64 * 1024;
constexpr std::chrono::seconds handshake{10};
/// Space for one header more than the limit, so that a message over the limit is detected.
constexpr std::size_t readAhead = 2048;
/// Frames of a client that was asked to leave because it sends too many.
constexpr std::size_t mostExcess = 1000;

Frame frameOf(const json& body) {
  return std::make_shared<const std::string>(
      body.dump(-1, ' ', /*ensure_ascii=*/false, json::error_handler_t::replace));
}

}  // namespace

WebSocketSession::WebSocketSession(beast::tcp_stream stream, Serving& serving, Session session,
                                   Connections::Place place)
    : stream_(std::move(stream)),
      serving_(serving),
      session_(std::move(session)),
      place_(std::move(place)),
      buffer_(serving.limits.frame + readAhead),
      frames_(serving.limits.frames, std::chrono::steady_clock::now()) {
  // Called from operations of the stream, which hold this session.
  stream_.next_layer().onFrames([this](std::size_t count) { return admitFrames(count); });
}

WebSocketSession::~WebSocketSession() {
  serving_.hub.remove(id_);
}

void WebSocketSession::start(Upgrade upgrade) {
  websocket::stream_base::timeout patience{};
  patience.handshake_timeout = handshake;
  patience.idle_timeout = serving_.limits.silence;
  patience.keep_alive_pings = true;  // after half of it
  stream_.set_option(patience);
  stream_.read_message_max(serving_.limits.frame);
  stream_.auto_fragment(false);
  stream_.text(true);
  beast::error_code ignored;
  beast::get_lowest_layer(stream_).socket().set_option(asio::socket_base::send_buffer_size(sendBuffer),
                                                       ignored);
  upgrade_ = std::move(upgrade);
  stream_.async_accept(*upgrade_, [self = shared_from_this()](const Error& error) {
    if (!error) self->onAccepted();
  });
}

void WebSocketSession::onAccepted() {
  upgrade_.reset();
  // Before the hub knows this session, so that it is sent first.
  send(frameOf({{"event", "welcome"}, {"data", {{"user", session_.user}}}}));
  id_ = serving_.hub.add(weak_from_this(), session_, serving_.limits.socketsOfUser);
  readNext();
  if (id_ == 0) {
    return closeWith(serving_.hub.isSignedOut(session_) ? websocket::close_code::policy_error
                                                        : websocket::close_code::try_again_later);
  }
  if (serving_.stopping) closeWith(websocket::close_code::going_away);
}

void WebSocketSession::readNext() {
  stream_.async_read(buffer_, [self = shared_from_this()](const Error& error, std::size_t) {
    if (error) return self->finish();
    self->onMessage();
  });
}

void WebSocketSession::onMessage() {
  if (closing_) {
    buffer_.consume(buffer_.size());
    return readNext();
  }
  const std::string text = beast::buffers_to_string(buffer_.data());
  buffer_.consume(buffer_.size());
  const SocketMessage message = stream_.got_text() ? parseSocketMessage(text) : SocketMessage{};
  switch (message.verb) {
    case SocketMessage::Verb::subscribe:
      return subscribe(message.channel);
    case SocketMessage::Verb::unsubscribe:
      serving_.hub.unsubscribe(id_, message.channel);
      break;
    case SocketMessage::Verb::malformed:
      reply("refused", "", "malformedMessage");
      break;
  }
  readNext();
}

/// Frames of all kinds count, as soon as they begin. A client that sends too many is asked to leave; one that
/// goes on nevertheless is cut off.
bool WebSocketSession::admitFrames(std::size_t count) {
  const auto now = std::chrono::steady_clock::now();
  std::size_t refused = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (frames_.take(now)) ++refused;
  }
  if (refused == 0) return true;
  if (std::exchange(floods_, true)) {
    excess_ += refused;
    return excess_ <= mostExcess;
  }
  serving_.metrics.droppedSocket("flood");
  note(serving_.logger, LogLevel::warning, "a client was dropped",
       {{"user", session_.user}, {"reason", "flood"}});
  asio::post(stream_.get_executor(),
             [self = shared_from_this()] { self->closeWith(websocket::close_code::policy_error); });
  return true;
}

// The next message waits for the answer: a client has at most one request at a time.
void WebSocketSession::subscribe(const std::string& channel) {
  if (channel == channelOf(session_.user)) {
    reply("subscribed", channel, "");
    return readNext();
  }
  if (!serving_.hub.reserve(id_, channel, serving_.limits.subscriptions)) {
    reply("refused", channel, "tooManySubscriptions");
    return readNext();
  }
  serving_.laneFor(Site::Needs::reading)
      .run(
          [self = shared_from_this(), channel] {
            std::optional<std::string> refusal = "unavailable";
            try {
              refusal = refusalOf(self->serving_.messenger, self->session_.user, channel);
            } catch (const std::exception& error) {
              note(self->serving_.logger, LogLevel::warning, "a subscription failed",
                   {{"user", self->session_.user}, {"channel", channel}, {"error", textOf(error)}});
            }
            self->settleLater(channel, refusal);
          },
          [self = shared_from_this(), channel](Lane::Refusal) { self->settleLater(channel, "busy"); });
}

/// From any OS thread.
void WebSocketSession::settleLater(const std::string& channel, const std::optional<std::string>& refusal) {
  asio::post(stream_.get_executor(),
             [self = shared_from_this(), channel, refusal] { self->settle(channel, refusal); });
}

void WebSocketSession::settle(const std::string& channel, std::optional<std::string> refusal) {
  if (!refusal && !serving_.hub.activate(id_, channel)) refusal = "revoked";  // while it was checked
  if (refusal) {
    serving_.hub.unsubscribe(id_, channel);
    reply("refused", channel, *refusal);
  } else {
    reply("subscribed", channel, "");
  }
  readNext();
}

void WebSocketSession::reply(std::string_view event, const std::string& channel, std::string_view reason) {
  json body{{"event", event}, {"channel", channel}};
  if (!reason.empty()) body["reason"] = reason;
  send(frameOf(body));
}

void WebSocketSession::send(Frame frame) {
  const std::lock_guard lock{mutex_};
  if (gone_) return;
  if (queue_.size() >= serving_.limits.queuedFrames ||
      queuedBytes_ + frame->size() > serving_.limits.queuedBytes) {
    gone_ = true;
    queue_.clear();
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->drop("slow"); });
    return;
  }
  queuedBytes_ += frame->size();
  queue_.push_back(std::move(frame));
  if (writing_) return;
  writing_ = true;
  asio::post(stream_.get_executor(), [self = shared_from_this()] { self->writeNext(); });
}

void WebSocketSession::writeNext() {
  {
    const std::lock_guard lock{mutex_};
    if (queue_.empty()) {
      writing_ = false;
      return;
    }
    sending_ = std::move(queue_.front());
    queue_.pop_front();
  }
  stream_.async_write(asio::buffer(*sending_),
                      [self = shared_from_this()](const Error& error, std::size_t bytes) {
                        if (error) return;  // the read ends too, and cleans up
                        {
                          const std::lock_guard lock{self->mutex_};
                          self->queuedBytes_ -= bytes;
                        }
                        self->sending_.reset();
                        self->serving_.metrics.framesSent(1);
                        self->writeNext();
                      });
}

void WebSocketSession::close(Goodbye why) {
  asio::post(stream_.get_executor(), [self = shared_from_this(), why] {
    self->closeWith(why == Goodbye::goingAway ? websocket::close_code::going_away
                                              : websocket::close_code::policy_error);
  });
}

void WebSocketSession::closeWith(websocket::close_code code) {
  if (std::exchange(closing_, true)) return;
  {
    const std::lock_guard lock{mutex_};
    gone_ = true;
    queue_.clear();
  }
  stream_.async_close(code, [self = shared_from_this()](const Error&) { self->finish(); });
}

void WebSocketSession::drop(std::string_view why) {
  serving_.metrics.droppedSocket(why);
  note(serving_.logger, LogLevel::warning, "a client was dropped",
       {{"user", session_.user}, {"reason", why}});
  finish();
}

void WebSocketSession::finish() {
  {
    const std::lock_guard lock{mutex_};
    gone_ = true;
    queue_.clear();
  }
  serving_.hub.remove(std::exchange(id_, 0));
  beast::get_lowest_layer(stream_).close();
}

}  // namespace call_server
