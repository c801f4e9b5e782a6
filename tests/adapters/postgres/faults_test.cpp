// Connections that break, servers that stop, others who are in the way.
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

#include "adapters/postgres/connection.hpp"
#include "messenger/errors.hpp"
#include "tests/adapters/changes_for_tests.hpp"
#include "tests/adapters/postgres/other_session.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using messenger::tests::OtherSession;
using messenger::tests::PostgresFixture;
using messenger::tests::PostgresServer;

namespace {

using std::chrono::steady_clock;

constexpr postgres::FixedText limitOfServerText =
    "SELECT (extract(epoch FROM current_setting('statement_timeout')::interval) * 1000)::bigint";

/// As a machine that hangs: the system completes the connections, and nobody answers.
class SilentHost {
 public:
  SilentHost() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket_, plain, length) == 0);
    REQUIRE(::listen(socket_, 64) == 0);
    REQUIRE(::getsockname(socket_, plain, &length) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentHost() { ::close(socket_); }
  SilentHost(const SilentHost&) = delete;
  SilentHost& operator=(const SilentHost&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// How many have been made since it was asked last.
  [[nodiscard]] int connections() const {
    int count = 0;
    for (int one = 0; (one = ::accept(socket_, nullptr, nullptr)) >= 0; ++count) ::close(one);
    return count;
  }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

std::string errorOf(const std::function<void()>& operation) {
  try {
    operation();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

PostgresOptions quick(const PostgresFixture& fixture, std::chrono::milliseconds limit) {
  PostgresOptions options = fixture.options();
  options.timeLimit = limit;
  return options;
}

}  // namespace

TEST_CASE("PostgreSQL: somebody keeps a row for too long -> StorageBusy in time, nothing changed",
          "[postgres][faults]") {
  const PostgresFixture fixture;
  const auto storage = fixture.open();
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  const CallChange joining = join(*storage, "c1", "bob");
  const auto hasty = postgresStorage(quick(fixture, 5s));
  OtherSession other(fixture);
  other.run("BEGIN; SELECT * FROM calls FOR UPDATE");
  const auto begun = steady_clock::now();
  CHECK_THROWS_AS(hasty->calls().commit(joining), StorageBusy);
  CHECK(steady_clock::now() - begun < 10s);
  other.run("ROLLBACK");
  CHECK(storage->calls().commit(joining).status == Status::committed);
}

TEST_CASE("PostgreSQL: all connections are in use -> StorageBusy in time", "[postgres][faults]") {
  const PostgresFixture fixture;
  const auto storage = fixture.open();
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  const CallChange joining = join(*storage, "c1", "bob");
  PostgresOptions options = quick(fixture, 5s);
  options.connections = 1;
  const auto hasty = postgresStorage(options);
  OtherSession other(fixture);
  other.run("BEGIN; SELECT * FROM calls FOR UPDATE");
  const auto begun = steady_clock::now();
  // One gets the connection, and waits for the row until the server ends that; the others are told earlier
  // that they will get none.
  std::atomic<int> busy{0};
  std::atomic<int> unsent{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      try {
        hasty->calls().commit(joining);
      } catch (const StorageBusy& error) {
        ++busy;
        if (std::string(error.what()).find("waiting for one of 1 connections") != std::string::npos) ++unsent;
      }
    });
  }
  for (std::thread& each : threads) each.join();
  CHECK(steady_clock::now() - begun < 10s);
  CHECK(busy == 4);
  CHECK(unsent == 3);
  other.run("ROLLBACK");
  CHECK(storage->calls().commit(joining).status == Status::committed);
}

TEST_CASE("PostgreSQL: an operation that has used up some of its time -> the server's limit ends before ours",
          "[postgres][faults]") {
  const PostgresFixture fixture;
  PostgresOptions options = quick(fixture, 10s);
  options.pooled = GENERATE(false, true);
  CAPTURE(options.pooled);
  const postgres::Address address(options.url);
  postgres::Connection connection(address, options, steady_clock::now() + 60s);
  postgres::Batch batch;
  batch.add(limitOfServerText);
  for (const std::chrono::milliseconds left :
       {10'000ms, 9'700ms, 9'400ms, 9'050ms, 9'000ms, 5'000ms, 1'000ms}) {
    CAPTURE(left.count());
    const postgres::Results results = connection.run(batch, steady_clock::now() + left);
    CHECK(std::chrono::milliseconds{results.row(0).integer(0)} <= left - left / 25);
  }
}

TEST_CASE("PostgreSQL: the session is ended during a change -> its outcome is unknown, and says so",
          "[postgres][faults]") {
  const PostgresFixture fixture;
  const auto storage = fixture.open();
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  const CallChange joining = join(*storage, "c1", "bob");
  OtherSession other(fixture);
  other.run("BEGIN; SELECT * FROM calls FOR UPDATE");
  std::string error;
  bool unavailable = false;
  std::thread waiting([&] {
    try {
      storage->calls().commit(joining);
    } catch (const StorageUnavailable& thrown) {
      unavailable = true;
      error = thrown.what();
    }
  });
  REQUIRE(other.somebodyWaits());
  other.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'messenger' "
      "AND wait_event_type = 'Lock'");
  waiting.join();
  other.run("ROLLBACK");
  CHECK(unavailable);
  CHECK_THAT(error, Contains("the change may have been made, or not"));
  // The revision tells: it was not made.
  CHECK(load(*storage, "c1").value().call.revision == joining.expectedRevision);
  CHECK(storage->calls().commit(joining).status == Status::committed);
}

TEST_CASE("PostgreSQL: the session is ended during a read -> read again on another connection",
          "[postgres][faults]") {
  const PostgresFixture fixture;
  const auto storage = fixture.open();
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  OtherSession other(fixture);
  other.run("BEGIN; LOCK TABLE calls IN ACCESS EXCLUSIVE MODE");
  std::optional<CallState> found;
  std::string error;
  std::thread waiting([&] { error = errorOf([&] { found = load(*storage, "c1"); }); });
  REQUIRE(other.somebodyWaits());
  other.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'messenger' "
      "AND wait_event_type = 'Lock'");
  other.run("ROLLBACK");
  waiting.join();
  CHECK(error.empty());
  CHECK(found.has_value());
}

TEST_CASE("PostgreSQL: a deadlock -> the change is made again within its time", "[postgres][faults]") {
  const PostgresFixture fixture;
  const auto storage = fixture.open();
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  const CallChange ending = end(*storage, "c1", 1);
  OtherSession other(fixture);
  // It has the session and wants the call; the change has the call and wants the session.
  other.run("SET deadlock_timeout = '10s'; BEGIN; SELECT * FROM call_sessions FOR UPDATE");
  CommitResult result;
  std::string error;
  std::thread changing([&] { error = errorOf([&] { result = storage->calls().commit(ending); }); });
  REQUIRE(other.somebodyWaits());
  other.run("SELECT * FROM calls FOR UPDATE");
  other.run("COMMIT");
  changing.join();
  CHECK(error.empty());
  CHECK(result.status == Status::committed);
}

TEST_CASE("PostgreSQL: the server is gone -> unavailable at once, and it comes back by itself",
          "[postgres][faults]") {
  PostgresServer server;
  PostgresOptions options;
  options.url = server.url();
  const auto storage = postgresStorage(options);
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  const StorageTime before = storage->timeAt(SteadyPoint{steady_clock::now().time_since_epoch()});
  server.kill();
  const auto begun = steady_clock::now();
  for (int i = 0; i < 100; ++i) CHECK_THROWS_AS(load(*storage, "c1"), StorageUnavailable);
  CHECK(steady_clock::now() - begun < 4s);
  const std::string error = errorOf([&] { static_cast<void>(load(*storage, "c1")); });
  CHECK(error.find(PostgresServer::password) == std::string::npos);
  CHECK(storage->timeAt(SteadyPoint{steady_clock::now().time_since_epoch()}) >= before);

  server.start();
  const auto deadline = steady_clock::now() + 30s;
  bool back = false;
  while (!back && steady_clock::now() < deadline) {
    back = errorOf([&] { static_cast<void>(load(*storage, "c1")); }).empty();
  }
  CHECK(back);
  CHECK(started(*storage, "c2", "t2") == Status::committed);

  // Idle connections that a restart has closed are noticed before they are used.
  server.restart();
  CHECK(started(*storage, "c3", "t3") == Status::committed);
}

TEST_CASE("PostgreSQL: the first of several hosts takes connections and is silent -> the next one serves",
          "[postgres][faults]") {
  const PostgresFixture fixture;
  const SilentHost silent;
  PostgresOptions options = quick(fixture, 4s);
  std::string& url = options.url;
  url.insert(url.find('@') + 1, "127.0.0.1:" + std::to_string(silent.port()) + ",");
  const auto storage = postgresStorage(options);
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  // From now on it is not waited for.
  CHECK(silent.connections() == 1);
}

TEST_CASE("PostgreSQL: errors -> never the password", "[postgres][faults]") {
  const PostgresFixture fixture;
  PostgresOptions options = fixture.options();
  options.url = PostgresServer::shared().urlOf("app", "wrong-password-Zz9");
  const std::string refused = errorOf([&] { static_cast<void>(postgresStorage(options)); });
  CHECK_THAT(refused, Contains("authentication failed"));
  CHECK(refused.find("wrong-password") == std::string::npos);
  options.url = "postgresql://app:wrong-password-Zz9@127.0.0.1:1/x";
  const std::string unreachable = errorOf([&] { static_cast<void>(postgresStorage(options)); });
  CHECK_FALSE(unreachable.empty());
  CHECK(unreachable.find("wrong-password") == std::string::npos);
}

TEST_CASE("PostgreSQL: a pooler mixes up prepared statements -> no word of damage", "[postgres][faults]") {
  for (const char* state : {"26000", "42P05"}) {
    CHECK_THROWS_AS(postgres::throwTranslated({state, "prepared statement"}, "PostgreSQL h:1/d"),
                    StorageIncompatible);
  }
}

TEST_CASE("PostgreSQL: text with a NUL or no UTF-8 -> refused, nothing changed", "[postgres][faults]") {
  const PostgresFixture fixture;
  const auto storage = fixture.open();
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  for (const std::string& text : {std::string{"a\0b", 3}, std::string{"\xc3"}}) {
    CallChange joining = join(*storage, "c1", "bob");
    joining.participants[0].user.id = text;
    CHECK_THROWS_AS(storage->calls().commit(joining), StorageError);
    CallChange settling = change(*storage, "c1");
    settling.row = load(*storage, "c1").value().call;
    settling.row->setupComplete = true;
    settling.row->room = Room{text, std::nullopt, std::nullopt, std::nullopt};
    CHECK_THROWS_AS(storage->calls().commit(settling), StorageError);
    CHECK_THROWS_AS(storage->threads()->putUser({"user", "x"}, text), StorageError);
  }
  CHECK(load(*storage, "c1").value().call.revision == 1);
}

TEST_CASE("PostgreSQL: in a child made by fork() -> std::logic_error, and the parent goes on",
          "[postgres][faults]") {
  const PostgresFixture fixture;
  auto storage = fixture.open();
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  const pid_t child = ::fork();
  if (child == 0) {
    bool refused = false;
    try {
      static_cast<void>(load(*storage, "c1"));
    } catch (const std::logic_error&) {
      refused = true;
    }
    storage.reset();
    ::_exit(refused ? 0 : 1);
  }
  int status = 1;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(load(*storage, "c1").has_value());
}
