#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "hub.hpp"
#include "metered_stream.hpp"
#include "rate_limiter.hpp"
#include "serving.hpp"

namespace call_server {

/// One WebSocket: receives subscriptions, and sends the frames of its channels. Confined to its strand,
/// except `send` and `close`.
class WebSocketSession final : public Client, public std::enable_shared_from_this<WebSocketSession> {
 public:
  using Upgrade = boost::beast::http::request<boost::beast::http::empty_body>;

  WebSocketSession(boost::beast::tcp_stream stream, Serving& serving, Session session,
                   Connections::Place place);
  ~WebSocketSession() override;
  WebSocketSession(const WebSocketSession&) = delete;
  WebSocketSession& operator=(const WebSocketSession&) = delete;

  void start(Upgrade upgrade);
  void send(Frame frame) override;
  void close(Goodbye why) override;

 private:
  using Error = boost::beast::error_code;
  using Stream = boost::beast::websocket::stream<MeteredStream, /*deflateSupported=*/false>;

  void onAccepted();
  bool admitFrames(std::size_t count);
  void readNext();
  void onMessage();
  void subscribe(const std::string& channel);
  void settle(const std::string& channel, std::optional<std::string> refusal);
  void settleLater(const std::string& channel, const std::optional<std::string>& refusal);
  void reply(std::string_view event, const std::string& channel, std::string_view reason);
  void writeNext();
  void closeWith(boost::beast::websocket::close_code code);
  void drop(std::string_view why);
  void finish();

  Stream stream_;
  Serving& serving_;
  Session session_;
  Connections::Place place_;
  std::optional<Upgrade> upgrade_;
  boost::beast::flat_buffer buffer_;
  TokenBucket frames_;
  bool floods_ = false;
  std::size_t excess_ = 0;  ///< frames after that
  ClientId id_ = 0;
  Frame sending_;
  bool closing_ = false;

  std::mutex mutex_;  ///< guards what follows
  std::deque<Frame> queue_;
  std::size_t queuedBytes_ = 0;
  bool writing_ = false;
  bool gone_ = false;
};

}  // namespace call_server
