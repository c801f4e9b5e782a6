// A chat server on one Asio loop, with calls. Nothing on the loop waits: not for the databases, not for the
// provider. Talk to it with `nc 127.0.0.1 7000`:
//
//     name alice | say band hello | call band | join band | beat band | leave band | end band
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>

#include <iostream>
#include <string_view>

#include "chat_server.hpp"

namespace {

void serve(const ChatOptions& options) {
  ChatTables(options.chatFile).addRoom("band", {"alice", "bob", "carol"});

  // [main]
  boost::asio::io_context loop{1};
  boost::asio::thread_pool pool{2};
  ChatServer server{loop, pool.get_executor(), options};

  boost::asio::signal_set signals(loop, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code&, int) { server.stop([] {}); });

  std::cout << "alice, bob and carol are expected on port " << server.port() << std::endl;
  loop.run();   // until the server has stopped
  pool.join();  // nothing is left on it
  // [/main]
  std::cout << "stopped\n";
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view argument = argc > 1 ? argv[1] : "";
  if (argument.starts_with("-") || argc != 2) {
    const bool help = argument == "--help";
    (help ? std::cout : std::cerr) << "Usage: chat_server FOLDER\n\nA chat with calls on port 7000 of this "
                                      "machine. Keeps its databases in FOLDER, which must exist.\n";
    return help ? 0 : 2;
  }
  try {
    const std::string folder{argument};
    serve({.chatFile = folder + "/chat.db", .callsFile = folder + "/calls.db", .port = 7000});
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
