// What belongs to the whole process: libcurl has defaults that are not a guest's.
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>

#include "adapters/janus/curl_handles.hpp"
#include "messenger/adapters/janus/janus_client.hpp"
#include "tests/janus/fake_server.hpp"
#include "tests/janus/janus_matchers.hpp"
#include "tests/janus/janus_server.hpp"

namespace messenger::tests {
namespace {

struct TcpSockets {
  int all = 0;
  int inherited = 0;  ///< by a program that is started now
};

TcpSockets tcpSockets() {
  TcpSockets found;
  for (int descriptor = 0; descriptor < 1024; ++descriptor) {
    int protocol = 0;
    socklen_t size = sizeof protocol;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) != 0) continue;
    if (protocol != IPPROTO_TCP) continue;
    ++found.all;
    if ((::fcntl(descriptor, F_GETFD) & FD_CLOEXEC) == 0) ++found.inherited;
  }
  return found;
}

/// libcurl's callback for a socket that it closes; notes in `into` whether SIGPIPE is as the process has it.
int noteSigpipe(void* into, curl_socket_t socket) {
  struct sigaction now {};
  ::sigaction(SIGPIPE, nullptr, &now);
  *static_cast<int*>(into) = now.sa_handler == SIG_DFL ? 1 : 0;
  return ::close(socket);
}

std::size_t ignoreBytes(char*, std::size_t size, std::size_t count, void*) {
  return size * count;
}

TEST_CASE("JanusClient: a request -> no socket of it is inherited by another program", "[janus][neighbour]") {
  std::atomic<int> all = 0;
  std::atomic<int> inherited = 0;
  FakeServer server([&](std::size_t, std::size_t, const std::string& body) {
    const TcpSockets found = tcpSockets();
    all += found.all;
    inherited += found.inherited;
    return FakeServer::Answer{FakeServer::success(body, R"({"pong":1})"), /*keepOpen=*/true};
  });
  janus::JanusOptions options;
  options.adminEndpoint = server.address();
  options.adminSecret = Secret{JanusServer::adminSecret};
  janus::JanusClient client(options);
  for (int i = 0; i < 2; ++i) static_cast<void>(client.ping());  // the second on the same connection
  REQUIRE(server.connections() == 1);
  CHECK(all == 2 * 3);  // the server's two, and the client's
  CHECK(inherited == 0);
}

TEST_CASE("CurlHandles: closing connections -> SIGPIPE stays as it is", "[janus][neighbour]") {
  FakeServer server([](std::size_t, std::size_t, const std::string&) {
    return FakeServer::Answer{FakeServer::http("{}"), /*keepOpen=*/true};
  });
  struct sigaction before {};
  REQUIRE(::sigaction(SIGPIPE, nullptr, &before) == 0);
  std::signal(SIGPIPE, SIG_DFL);
  int isUntouched = -1;
  {
    janus::CurlHandles handles;
    janus::CurlHandle handle = handles.take();
    const auto set = [&](auto option, auto value) {
      REQUIRE(curl_easy_setopt(handle.get(), option, value) == CURLE_OK);
    };
    const std::string address = server.address();
    set(CURLOPT_URL, address.c_str());
    set(CURLOPT_POSTFIELDS, "{}");
    set(CURLOPT_PROXY, "");
    set(CURLOPT_WRITEFUNCTION, &ignoreBytes);
    set(CURLOPT_CLOSESOCKETFUNCTION, &noteSigpipe);
    set(CURLOPT_CLOSESOCKETDATA, static_cast<void*>(&isUntouched));
    REQUIRE(curl_easy_perform(handle.get()) == CURLE_OK);
    REQUIRE(isUntouched == -1);
    handles.giveBack(std::move(handle));
  }
  REQUIRE(::sigaction(SIGPIPE, &before, nullptr) == 0);
  CHECK(isUntouched == 1);
}

}  // namespace
}  // namespace messenger::tests
