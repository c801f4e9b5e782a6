#pragma once

#include <messenger/asio/coroutine_driver.hpp>
#include <messenger/asio/executor.hpp>
#include <messenger/asio/lane.hpp>
#include <messenger/jobs/async_worker.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "chat_tables.hpp"

class Session;

struct ChatOptions {
  std::string chatFile;   ///< the chat's own tables
  std::string callsFile;  ///< the library's
  std::uint16_t port = 0;
  std::chrono::milliseconds provider{2000};  ///< how long it takes to make or destroy a room
};

/// A chat whose clients send lines over TCP. Everything of its own runs on one loop; what waits for a
/// database runs on the pool, through the lane.
class ChatServer {
 public:
  ChatServer(boost::asio::io_context& loop, const boost::asio::any_io_executor& pool,
             const ChatOptions& options);
  ChatServer(const ChatServer&) = delete;
  ChatServer& operator=(const ChatServer&) = delete;
  ~ChatServer() = default;

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  /// Hangs up on everyone, waits for the jobs under way, and calls `stopped`: then the loop has nothing to
  /// do.
  void stop(std::function<void()> stopped);

 private:
  friend class Session;

  boost::asio::awaitable<void> accept();
  /// Sends a line to a user's connections.
  void tell(const std::string& user, const std::string& line);

  boost::asio::io_context& loop_;
  std::shared_ptr<ChatTables> tables_;
  std::shared_ptr<messenger::AsioLoop> home_;
  messenger::Messenger messenger_;
  messenger::AsioLane lane_;
  messenger::Subscription roomReady_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::set<std::shared_ptr<Session>> sessions_;
  messenger::AsyncWorker worker_;
};
