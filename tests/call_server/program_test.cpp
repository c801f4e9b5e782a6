// The program itself, as a person starts it.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sqlite3.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/call_server/server_world.hpp"
#include "tests/console/process.hpp"
#include "tests/janus/janus_server.hpp"
#include "tests/support/catch.hpp"

namespace call_server::tests {
namespace {

using messenger::console::testing::Process;

struct Program {
  explicit Program(std::map<std::string, std::string> environment = {},
                   const std::vector<std::string>& more = {})
      : process(CALL_SERVER_PROGRAM, arguments(more), {.environment = std::move(environment)}) {
    process.waitForOut("/metrics\n");
    port = portAfter("listening on http://127.0.0.1:");
    adminPort = portAfter("metrics on http://127.0.0.1:");
  }

  [[nodiscard]] std::uint16_t portAfter(const std::string& banner) const {
    const std::string& out = process.out();
    const std::size_t begin = out.find(banner);
    if (begin == std::string::npos) throw std::runtime_error("no banner: " + out);
    return static_cast<std::uint16_t>(std::stoi(out.substr(begin + banner.size())));
  }

  static std::vector<std::string> arguments(const std::vector<std::string>& more = {}) {
    std::vector<std::string> all{
        "--port", "0", "--database", folder().file("calls.db").string(), "--web", folder().path().string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  /// Of the test that runs.
  static messenger::testing::TempDir& folder() { return *current; }
  static inline std::unique_ptr<messenger::testing::TempDir> current;

  Process process;
  std::uint16_t port = 0;
  std::uint16_t adminPort = 0;
};

struct Fresh {
  Fresh() { Program::current = std::make_unique<messenger::testing::TempDir>(); }
  ~Fresh() { Program::current.reset(); }
};

/// Holds the lock for writing, as a backup or a shell of SQLite may. Of this process, which has no other
/// storage on the file.
class OtherProgram {
 public:
  explicit OtherProgram(const std::filesystem::path& file) {
    constexpr int patience = 10'000;  // milliseconds: the server may be writing just now
    const bool locked = ::sqlite3_open(file.c_str(), &database_) == SQLITE_OK &&
                        ::sqlite3_busy_timeout(database_, patience) == SQLITE_OK &&
                        ::sqlite3_exec(database_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK;
    if (locked) return;
    ::sqlite3_close(database_);
    throw std::runtime_error("the file could not be locked");
  }
  ~OtherProgram() { ::sqlite3_close(database_); }
  OtherProgram(const OtherProgram&) = delete;
  OtherProgram& operator=(const OtherProgram&) = delete;

 private:
  ::sqlite3* database_ = nullptr;
};

/// Accepts connections, and says nothing.
class DeafServer {
 public:
  DeafServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, any, size) != 0 || ::listen(socket_, 64) != 0 ||
        ::getsockname(socket_, any, &size) != 0) {
      ::close(socket_);
      throw std::runtime_error("cannot listen");
    }
    port_ = ntohs(address.sin_port);
  }
  ~DeafServer() { ::close(socket_); }
  DeafServer(const DeafServer&) = delete;
  DeafServer& operator=(const DeafServer&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

std::string contentOf(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("program: started -> prints its address and serves and stops on request", "[call_server]") {
  const Fresh fresh;
  Program program;
  CHECK(WebClient(program.port).get("/users").status == 200);
  program.process.signal(SIGTERM);
  CHECK(program.process.wait() == 0);
  CHECK(program.process.out().ends_with("stopped\n"));
}

TEST_CASE("program: another program locks the database -> ends in time nevertheless", "[call_server]") {
  const Fresh fresh;
  Program program;
  WebClient alice(program.port);
  alice.signIn("alice");
  const OtherProgram other(Program::folder().file("calls.db"));
  std::vector<std::unique_ptr<Connection>> starts;
  for (int i = 0; i < 40; ++i) {
    starts.push_back(std::make_unique<Connection>(program.port));
    starts.back()->send("POST " + callPath("team") + " HTTP/1.1\r\nHost: x\r\nCookie: " + alice.cookie +
                        "\r\n\r\n");
  }
  CHECK(alice.get("/users").status == 200);
  const auto begun = std::chrono::steady_clock::now();
  program.process.signal(SIGTERM);
  CHECK(program.process.wait() == 0);
  CHECK(program.process.out().find("\nstopped") != std::string::npos);
  // Five seconds are promised; the rest is for a machine that is busy.
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds{8});
}

TEST_CASE("program: a media server does not answer -> ends in time nevertheless", "[call_server]") {
  const Fresh fresh;
  const DeafServer janus;
  Program program({{"JANUS_SERVER_ENDPOINT", "http://127.0.0.1:" + std::to_string(janus.port()) + "/janus"},
                   {"JANUS_VIDEO_ROOM_SECRET", "x"}});
  WebClient alice(program.port);
  alice.signIn("alice");
  REQUIRE(alice.post(callPath("team")).status == 201);
  const auto begun = std::chrono::steady_clock::now();
  program.process.signal(SIGTERM);
  CHECK(program.process.wait() == 0);
  CHECK(program.process.out().find("\nstopped") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds{8});
}

TEST_CASE("program: killed in a call and restarted -> finds the call and the sign-in", "[call_server]") {
  const Fresh fresh;
  std::string call;
  WebClient alice(0);
  {
    Program program;
    alice = WebClient(program.port);
    alice.signIn("alice");
    call = alice.post(callPath("alice-bob")).json().at("id");
    program.process.signal(SIGKILL);
    CHECK(program.process.wait() == -SIGKILL);
  }
  Program again;
  WebClient back(again.port);
  back.cookie = alice.cookie;
  const Json conversations = back.get("/conversations").json();
  CHECK(conversations[0]["active_call"]["id"] == call);
  CHECK(conversations[0]["active_call"]["in_call"] == true);
  CHECK(back.post(callPath("alice-bob", call, "heartbeat")).status == 200);
  CHECK(back.post(callPath("alice-bob", call, "end")).status == 200);
  again.process.signal(SIGINT);
  CHECK(again.process.wait() == 0);
}

TEST_CASE("program: everything it writes or answers -> no secret or cookie or token", "[call_server]") {
  const Fresh fresh;
  const std::string own = "own-secret-Tq8s2dF-0123456789";
  Program program({{"CALL_SERVER_SECRET", own}});
  WebClient alice(program.port);
  std::string seen;
  const auto note = [&](const Reply& reply) { seen += reply.body; };
  alice.signIn("alice");
  const std::string call = alice.post(callPath("team")).json().at("id");
  for (const char* path : {"/session", "/conversations", "/users", "/nothing"}) note(alice.get(path));
  for (const char* path : {"/metrics", "/healthz"}) note(WebClient(program.adminPort).get(path));
  note(alice.post("/calls/" + call + "/media"));
  alice.cookie = "messenger_session=v1.forged";
  note(alice.get("/session"));
  note(alice.post("/session", "{\"user\":\"" + own + "\"}"));
  program.process.signal(SIGTERM);
  CHECK(program.process.wait() == 0);
  seen += program.process.out() + program.process.err();
  CHECK(seen.find(own) == std::string::npos);
  CHECK(seen.find("v1.") == std::string::npos);
  CHECK_FALSE(std::filesystem::exists(Program::folder().file("calls.db.secret")));
  CHECK(seen.find("signed in") != std::string::npos);
}

TEST_CASE("program: a wrong command line or environment -> one sentence about it", "[call_server]") {
  const Fresh fresh;
  const auto run = [](const std::vector<std::string>& arguments,
                      const std::map<std::string, std::string>& environment) {
    Process process(CALL_SERVER_PROGRAM, arguments, {.environment = environment});
    const int status = process.wait();
    return std::to_string(status) + ' ' + process.out() + process.err();
  };
  const std::vector<std::string> usual = Program::arguments();
  CHECK(run({"--help"}, {}).find("0 A server for calls") == 0);
  CHECK(run({"--port", "99999"}, {}).find("2 ") == 0);
  CHECK(run({"--nonsense"}, {}).find("2 ") == 0);
  for (const auto& [option, values] :
       std::map<std::string, std::vector<std::string>>{{"--threads", {"0", "65"}},
                                                       {"--workers", {"0", "65"}},
                                                       {"--media-token-seconds", {"9", "86401"}}}) {
    for (const std::string& value : values) {
      const std::string said = run({option, value, "--port", "0"}, {{"CALL_SERVER_SECRET", "short"}});
      INFO(said);
      CHECK(said.find("2 ") == 0);
      CHECK(said.find(option) != std::string::npos);
    }
  }
  for (const auto& [option, value] :
       std::map<std::string, std::string>{{"--allow-host", "http://calls.example"},
                                          {"--trusted-proxy", "localhost"},
                                          {"--admin-port", "65536"}}) {
    const std::string said = run({option, value, "--port", "0"}, {{"CALL_SERVER_SECRET", "short"}});
    INFO(said);
    CHECK(said.find("2 ") == 0);
    CHECK(said.find(option) != std::string::npos);
  }
  CHECK(run({"--web", "/nowhere"}, {}).find("2 --web") == 0);
  CHECK(run(usual, {{"CALL_SERVER_SECRET", "short"}}).find("2 call_server: CALL_SERVER_SECRET must have") ==
        0);
  const std::string incomplete = run(usual, {{"JANUS_SERVER_ENDPOINT", "http://127.0.0.1:1/janus"}});
  CHECK(incomplete.find("2 call_server: ") == 0);
  CHECK(incomplete.find("JANUS_VIDEO_ROOM_SECRET") != std::string::npos);
  for (const char* url : {"http://x", "ws://x; script-src *", "ws://x y", "ws://x\r\nX: y", "x"}) {
    INFO(url);
    CHECK(run(usual, {{"JANUS_SERVER_ENDPOINT", "http://127.0.0.1:1/janus"},
                      {"JANUS_VIDEO_ROOM_SECRET", "x"},
                      {"JANUS_PUBLIC_URL", url}})
              .find("2 call_server: the environment variable JANUS_PUBLIC_URL") == 0);
  }
}

TEST_CASE("program: the page asks for Janus -> gets its address or that there is none", "[call_server]") {
  const auto connects = [](std::map<std::string, std::string> environment) {
    const Fresh fresh;
    std::ofstream(Program::folder().file("index.html")) << "<!doctype html>";
    environment["JANUS_VIDEO_ROOM_SECRET"] = "x";
    Program program(std::move(environment));
    const std::string policy = WebClient(program.port).get("/").headers.at("content-security-policy");
    const std::string before = "connect-src 'self' ";
    const std::size_t begin = policy.find(before) + before.size();
    return policy.substr(begin, policy.find(';', begin) - begin);
  };
  CHECK(connects({{"JANUS_SERVER_ENDPOINT", "http://127.0.0.1:1/janus"}}) == "ws://127.0.0.1:8188");
  CHECK(connects({{"JANUS_SERVER_ENDPOINT", "http://[::1]/janus"}}) == "ws://[::1]:8188");
  CHECK(connects({{"JANUS_ADMIN_SERVER_ENDPOINT", "http://127.0.0.2/admin"}}) == "ws://127.0.0.2:8188");
  CHECK(connects({{"JANUS_SERVER_ENDPOINT", "http://127.0.0.1:1/janus"},
                  {"JANUS_PUBLIC_URL", "wss://media.example/"}}) == "wss://media.example/");
}

TEST_CASE("program: tokens for browsers -> valid for as long as set", "[call_server][janus]") {
  const Fresh fresh;
  const messenger::tests::JanusServer janus({.stringIds = true, .https = false, .tokens = true});
  auto environment = janus.environment();
  environment["JANUS_TOKEN_AUTH_SECRET"] = messenger::tests::JanusServer::tokenSecret;
  Program program(environment, {"--media-token-seconds", "42"});
  WebClient alice(program.port);
  alice.signIn("alice");
  const std::string call = alice.post(callPath("team")).json().at("id");
  Reply reply;
  REQUIRE(eventually([&] {
    reply = alice.post("/calls/" + call + "/media");
    return reply.status == 200;
  }));
  CHECK(reply.json()["expires_in"] == 42);
  CHECK(reply.json()["token"].is_string());
}

TEST_CASE("program: the limit of file descriptors -> raised as far as allowed", "[call_server]") {
  const Fresh fresh;
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit low = before;
  low.rlim_cur = 64;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
  Program program;
  ::setrlimit(RLIMIT_NOFILE, &before);
  std::vector<std::unique_ptr<Connection>> many;
  for (int i = 0; i < 100; ++i) many.push_back(std::make_unique<Connection>(program.port));
  CHECK(WebClient(program.port).get("/users").status == 200);
}

TEST_CASE("program: names it is to answer to -> allowed by options", "[call_server]") {
  const Fresh fresh;
  Program program({}, {"--allow-host", "calls.example", "--allow-host", "[2001:db8::1]"});
  const auto status = [&](const std::string& host) {
    Connection connection(program.port);
    connection.send("GET /users HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    return connection.receive().status;
  };
  for (const char* host : {"localhost", "127.0.0.1", "calls.example:80", "[2001:db8::1]"}) {
    CHECK(status(host) == 200);
  }
  CHECK(status("evil.example") == 421);
  CHECK(WebClient(program.port).get("/healthz").status == 401);
  CHECK(WebClient(program.adminPort).get("/healthz").status == 200);
}

TEST_CASE("program: a secret file that others may read -> refused before it serves", "[call_server]") {
  const Fresh fresh;
  const auto file = Program::folder().file("calls.db.secret");
  std::ofstream(file) << "0123456789abcdef";
  std::filesystem::permissions(file, std::filesystem::perms{0644});
  Process process(CALL_SERVER_PROGRAM, Program::arguments(), {});
  CHECK(process.wait() == 2);
  CHECK(process.out().empty());
  CHECK(process.err().find("call_server: the secret file ") == 0);
  CHECK(process.err().find("chmod 600") != std::string::npos);
}

TEST_CASE("program: settings of calls -> come from the environment", "[call_server]") {
  const Fresh fresh;
  Program program(std::map<std::string, std::string>{{"MESSENGER_PRESENCE_TTL", "30"}});
  WebClient alice(program.port);
  alice.signIn("alice");
  CHECK(alice.get("/session").json()["heartbeat_seconds"] == 15.0);
}

TEST_CASE("program: the port is taken -> a message", "[call_server]") {
  const Fresh fresh;
  Program program;
  Process second(CALL_SERVER_PROGRAM,
                 {"--port", std::to_string(program.port), "--admin-port", "0", "--database",
                  Program::folder().file("b.db").string(), "--web", Program::folder().path().string()},
                 {});
  CHECK(second.wait() == 1);
  CHECK(second.err().find("cannot listen on 127.0.0.1:" + std::to_string(program.port)) != std::string::npos);
  CHECK(contentOf(Program::folder().file("calls.db.secret")).size() == 65);
  Process third(CALL_SERVER_PROGRAM,
                {"--port", "0", "--admin-port", std::to_string(program.adminPort), "--database",
                 Program::folder().file("c.db").string(), "--web", Program::folder().path().string()},
                {});
  CHECK(third.wait() == 1);
  CHECK(third.err().find("--admin-port") != std::string::npos);
}

}  // namespace call_server::tests
