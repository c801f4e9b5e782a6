#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>

#include "connections.hpp"
#include "http_message.hpp"
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
  void readRequest();
  void onRequest();
  void onUpgrade(const Request& request);
  void onReadError(const Error& error);
  void answer(Response response);
  void answerAndClose(Response response);
  void afterWrite();
  void linger();
  void discard();
  void close();
  [[nodiscard]] Request received() const;
  [[nodiscard]] bool hasArrived() const;

  boost::beast::tcp_stream stream_;
  Serving& serving_;
  Connections::Place place_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  std::optional<boost::beast::http::response<boost::beast::http::string_body>> response_;
  Listener listener_;
  Connections& connections_;  ///< of this listener
  std::string peer_;
  bool first_ = true;
  bool idle_ = false;
  bool keepAlive_ = false;
  bool head_ = false;
  std::size_t discarded_ = 0;
};

}  // namespace call_server
