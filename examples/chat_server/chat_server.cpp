#include "chat_server.hpp"

#include <messenger/adapters/sqlite.hpp>
#include <messenger/contracts/posting.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <sstream>

using namespace messenger;
using boost::asio::awaitable;
using boost::asio::use_awaitable;
using boost::asio::ip::tcp;

namespace {

// [driver]
/// A video provider that takes its time. Nobody waits for it: a request is a coroutine on the loop.
class Provider final : public AsioVideoDriver {
 public:
  Provider(boost::asio::io_context& loop, std::chrono::milliseconds takes)
      : AsioVideoDriver(loop.get_executor()), loop_(loop), takes_(takes) {}

  Awaitable<Room> makeRoom(Thread, Call call) override {
    co_await answer();
    Room room;
    room.id = "room-" + call.id.value();  // from the call's id: asked again, it is the same room
    co_return room;
  }
  Awaitable<void> destroyRoom(CallWithRoom) override { co_await answer(); }

 private:
  Awaitable<void> answer() {
    boost::asio::steady_timer timer(loop_, takes_);  // a real one sends a request, with a time-out
    co_await timer.async_wait(use_awaitable);
  }

  boost::asio::io_context& loop_;
  std::chrono::milliseconds takes_;
};
// [/driver]

/// Pushes of the library become lines of the chat.
class Pushes final : public Broadcaster {
 public:
  using Tell = std::function<void(const std::string& user, const std::string& line)>;
  explicit Pushes(Tell tell) : tell_(std::move(tell)) {}

  void broadcast(const Broadcast& push) override {
    const std::string prefix = "messenger.user.";
    for (const std::string& channel : push.channels) {
      tell_(channel.substr(prefix.size()), "* " + push.event + " " + push.call.value());
    }
  }

 private:
  Tell tell_;
};

template <class T>
std::string answerOf(const Result<T>& result) {
  return result ? "ok" : "no: " + result.error().text();
}

}  // namespace

/// One connection: a coroutine reads its lines and answers them, one after another.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(ChatServer& server, tcp::socket socket) : server_(server), socket_(std::move(socket)) {}

  [[nodiscard]] const std::string& user() const { return user_; }

  void hangUp() {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

  void send(const std::string& line) {
    outgoing_.push_back(line + '\n');
    if (outgoing_.size() == 1) write();
  }

  static awaitable<void> serve(std::shared_ptr<Session> self) {
    constexpr std::size_t longestLine = 4096;
    try {
      std::string received;
      for (;;) {
        const auto buffer = boost::asio::dynamic_buffer(received, longestLine);
        const auto size = co_await boost::asio::async_read_until(self->socket_, buffer, '\n', use_awaitable);
        const std::string line = received.substr(0, size - 1);
        received.erase(0, size);
        const std::string answer = co_await self->obey(line);
        self->send(answer);
      }
    } catch (const std::exception&) {  // it hung up, or sent too much
      self->hangUp();
    }
    self->server_.sessions_.erase(self);
  }

 private:
  void write() {
    boost::asio::async_write(
        socket_, boost::asio::buffer(outgoing_.front()),
        [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
          self->outgoing_.pop_front();
          if (!error && !self->outgoing_.empty()) self->write();
        });
  }

  // [verbs]
  awaitable<std::string> obey(std::string line) {
    std::istringstream words(line);
    std::string verb;
    std::string what;
    std::string text;
    words >> verb >> what;
    std::getline(words >> std::ws, text);
    try {
      if (verb == "name") co_return co_await introduce(what);
      if (user_.empty()) co_return "no: say who you are: name NAME";
      if (verb == "say") co_return co_await say(what, text);
      if (verb == "call") co_return co_await call(what);
      co_return co_await act(verb, what);
    } catch (const messenger::Error& error) {  // a database failed: nothing was changed
      co_return std::string("no: try again later: ") + error.what();
    }
  }

  awaitable<std::string> call(std::string room) {
    const auto start = [room, user = userOf(user_)](Messenger& m) {
      return m.startCall(ThreadId{room}, user);
    };
    const auto started = co_await server_.lane_.run(start, use_awaitable);  // meanwhile the loop goes on
    if (started) call_ = started->id;
    co_return answerOf(started);
  }
  // [/verbs]

  /// What is done with the call of a room: which it is, and the verb, in one go on the pool.
  awaitable<std::string> act(std::string verb, std::string room) {
    const UserId user = userOf(user_);
    if (verb == "beat" && server_.lane_.tryHeartbeat(call_, user)) co_return "ok";  // from memory
    const auto find = [=](Messenger& m) {
      for (const CallView& each : m.activeCalls(user)) {
        if (each.call.threadId.value() != room) continue;
        const CallId& id = each.call.id;
        if (verb == "join") return std::pair{id, answerOf(m.joinCall(id, user))};
        if (verb == "beat") return std::pair{id, answerOf(m.heartbeat(id, user))};
        if (verb == "leave") return std::pair{id, answerOf(m.leaveCall(id, user))};
        if (verb == "end") return std::pair{id, answerOf(m.endCall(id, user))};
      }
      return std::pair{CallId{}, "no: cannot " + verb + " a call in " + room};
    };
    const auto done = co_await server_.lane_.run(find, use_awaitable);
    call_ = done.first;
    co_return done.second;
  }

  awaitable<std::string> introduce(std::string name) {
    const auto ask = [name, tables = server_.tables_](Messenger&) { return tables->isUser(name); };
    const bool known = co_await server_.lane_.run(ask, use_awaitable);
    if (!known) co_return "no: nobody is called " + name;
    user_ = name;
    co_return "ok";
  }

  awaitable<std::string> say(std::string room, std::string text) {
    const auto keep = [=, user = user_, tables = server_.tables_](Messenger&) {
      return tables->say(room, user, text);
    };
    const auto members = co_await server_.lane_.run(keep, use_awaitable);
    const std::string line = room + " " + user_ + ": " + text;
    for (const std::string& each : members) server_.tell(each, line);
    co_return members.empty() ? "no: you are not in " + room : "ok";
  }

  ChatServer& server_;
  tcp::socket socket_;
  std::string user_;
  CallId call_;  ///< the one that was last acted on
  std::deque<std::string> outgoing_;
};

// [wire]
ChatServer::ChatServer(boost::asio::io_context& loop, const boost::asio::any_io_executor& pool,
                       const ChatOptions& options)
    : loop_(loop),
      tables_(std::make_shared<ChatTables>(options.chatFile)),
      home_(std::make_shared<AsioLoop>(loop.get_executor())),
      messenger_(
          [] {
            Config config;
            config.calling.enabled = true;
            return config;
          }(),
          {.storage = sqliteStorage(options.callsFile),
           .threads = tables_,
           .broadcaster = postingBroadcaster(
               home_, std::make_shared<Pushes>([this](auto& user, auto& line) { tell(user, line); }))}),
      lane_(messenger_, pool, loop.get_executor()),
      roomReady_(messenger_.onCallSetupCompleted(postTo(
          home_, [this](const CallSetupCompleted& e) { tell(e.call.owner.id, "* the room is ready"); }))),
      acceptor_(loop, tcp::endpoint(boost::asio::ip::address_v4::loopback(), options.port)),
      worker_(messenger_.jobs().startAsyncWorker(home_, std::make_shared<AsioExecutor>(pool),
                                                 std::make_shared<Provider>(loop, options.provider))) {
  boost::asio::co_spawn(loop, accept(), boost::asio::detached);
}

void ChatServer::stop(std::function<void()> stopped) {
  acceptor_.close();
  for (const auto& session : sessions_) session->hangUp();
  worker_.stop(std::move(stopped));  // no OS thread waits for it: the loop goes on until then
}
// [/wire]

awaitable<void> ChatServer::accept() {
  try {
    for (;;) {
      auto session = std::make_shared<Session>(*this, co_await acceptor_.async_accept(use_awaitable));
      sessions_.insert(session);
      boost::asio::co_spawn(loop_, Session::serve(session), boost::asio::detached);
    }
  } catch (const boost::system::system_error&) {  // closed
  }
}

void ChatServer::tell(const std::string& user, const std::string& line) {
  for (const auto& session : sessions_) {
    if (session->user() == user) session->send(line);
  }
}
