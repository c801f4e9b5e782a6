#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "connections.hpp"
#include "http_message.hpp"
#include "request_reader.hpp"
#include "serving.hpp"

namespace call_server {

/// One HTTP connection: reads a request, answers it, reads the next. Confined to its strand, except
/// `stopSoon`.
class HttpSession final : public Stoppable, public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(boost::asio::ip::tcp::socket socket, Serving& serving, Connections::Place place,
              Listener listener);
  ~HttpSession() override;
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  void start();
  void stopSoon() override;

 private:
  using Error = boost::beast::error_code;

  void readNext();
  void readSome();
  void takeInput();
  void sendContinue();
  void onRequest();
  void onUpgrade(const Request& request);
  void answer(Response response);
  void answerLater(Response response);
  void answerAndClose(Response response);
  void afterWrite();
  void linger();
  void discard();
  void waitForEnd();
  void close();
  [[nodiscard]] Response refused(Lane::Refusal why) const;
  [[nodiscard]] bool hasArrived() const;
  [[nodiscard]] bool hasInput() const noexcept { return begin_ < end_; }

  boost::beast::tcp_stream stream_;
  Serving& serving_;
  Connections::Place place_;
  std::optional<RequestReader> reader_;
  std::array<char, 4 * kibibyte> input_;  ///< what was received, from `begin_` to `end_`; written before read
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::optional<boost::beast::http::response<boost::beast::http::string_body>> response_;
  Listener listener_;
  Connections& connections_;  ///< of this listener
  std::string peer_;
  bool first_ = true;
  bool idle_ = false;
  bool keepAlive_ = false;
  bool head_ = false;
  std::size_t discarded_ = 0;
  std::optional<boost::asio::steady_timer> lingerEnd_;
};

}  // namespace call_server
