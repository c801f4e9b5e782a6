// The example chat_server, as its clients see it: over TCP.
#include "chat_server.hpp"

#include <boost/asio/thread_pool.hpp>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace messenger::tests {
namespace {

using boost::asio::ip::tcp;

/// A connection that reads line after line.
class ChatClient {
 public:
  ChatClient(std::uint16_t port, const std::string& name) {
    stream_.expires_after(std::chrono::seconds{60});
    stream_.connect(tcp::endpoint(boost::asio::ip::address_v4::loopback(), port));
    REQUIRE(ask("name " + name) == "ok");
  }

  /// The answer; what comes before it is kept for `next`.
  std::string ask(const std::string& line) {
    stream_ << line << std::endl;
    for (;;) {
      const std::string got = read();
      if (got == "ok" || got.starts_with("no: ")) return got;
      pushed_.push_back(got);
    }
  }

  /// The next line that nobody asked for, without the id at its end.
  std::string next() {
    std::string line;
    if (pushed_.empty()) {
      line = read();
    } else {
      line = pushed_.front();
      pushed_.erase(pushed_.begin());
    }
    if (!line.starts_with("* ") || line == "* the room is ready") return line;
    return line.substr(0, line.rfind(' '));
  }

  void sayTooMuch() { stream_ << std::string(10000, 'x') << std::endl; }
  bool isConnected() { return !read().empty(); }

 private:
  std::string read() {
    std::string line;
    std::getline(stream_, line);
    return line;
  }

  tcp::iostream stream_;
  std::vector<std::string> pushed_;
};

class ChatWorld {
 public:
  ChatWorld() {
    ChatTables(folder_.file("chat.db").string()).addRoom("band", {"alice", "bob"});
    server_.emplace(loop_, pool_.get_executor(),
                    ChatOptions{.chatFile = folder_.file("chat.db").string(),
                                .callsFile = folder_.file("calls.db").string(),
                                .provider = std::chrono::milliseconds{1}});
    port = server_->port();
    runner_ = std::thread([this] { loop_.run(); });
  }
  ~ChatWorld() {
    boost::asio::post(loop_, [this] { server_->stop([] {}); });
    runner_.join();  // the loop returned, so nothing is left on it
    pool_.join();
  }
  ChatWorld(const ChatWorld&) = delete;
  ChatWorld& operator=(const ChatWorld&) = delete;

  std::uint16_t port = 0;

 private:
  testing::TempDir folder_;
  boost::asio::io_context loop_{1};
  boost::asio::thread_pool pool_{2};
  std::optional<ChatServer> server_;
  std::thread runner_;
};

}  // namespace

TEST_CASE("chat server: a call -> rings, gets its room, is joined and ends", "[chat_server]") {
  ChatWorld world;
  ChatClient alice(world.port, "alice");
  ChatClient bob(world.port, "bob");
  REQUIRE(alice.ask("say band hello you") == "ok");
  REQUIRE(bob.next() == "band alice: hello you");
  REQUIRE(alice.next() == "band alice: hello you");
  REQUIRE(alice.ask("call band") == "ok");
  REQUIRE(bob.next() == "* incoming.call");
  REQUIRE(alice.next() == "* the room is ready");
  REQUIRE(bob.ask("call band") == "no: The thread already has an active call.");
  REQUIRE(bob.ask("join band") == "ok");
  REQUIRE(bob.next() == "* joined.call");
  REQUIRE(bob.ask("beat band") == "ok");
  REQUIRE(bob.ask("beat band") == "ok");
  REQUIRE(bob.ask("leave band") == "ok");
  REQUIRE(alice.ask("end band") == "ok");
  REQUIRE(alice.ask("beat band") == "no: cannot beat a call in band");
}

TEST_CASE("chat server: strangers, other rooms, unknown words -> are refused", "[chat_server]") {
  ChatWorld world;
  ChatClient alice(world.port, "alice");
  REQUIRE(alice.ask("name mallory") == "no: nobody is called mallory");
  REQUIRE(alice.ask("say office hello") == "no: you are not in office");
  REQUIRE(alice.ask("call office").starts_with("no: "));
  REQUIRE(alice.ask("sing band") == "no: cannot sing a call in band");
}

TEST_CASE("chat server: a line without end -> hangs up", "[chat_server]") {
  ChatWorld world;
  ChatClient alice(world.port, "alice");
  alice.sayTooMuch();
  REQUIRE_FALSE(alice.isConnected());
  ChatClient again(world.port, "alice");
}

TEST_CASE("chat server: a stop while a room is being made -> waits for it", "[chat_server]") {
  ChatWorld world;
  ChatClient alice(world.port, "alice");
  REQUIRE(alice.ask("call band") == "ok");
}

}  // namespace messenger::tests
