// Workers that hear of jobs which other storages have stored.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <string>

#include "adapters/postgres/connection_pool.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/fake_video_driver.hpp"
#include "support/wake_up.hpp"
#include "tests/adapters/postgres/other_session.hpp"
#include "tests/adapters/postgres/pooler.hpp"
#include "tests/jobs/patience.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using messenger::postgres::ConnectionPool;
using messenger::postgres::ServerClock;
using messenger::tests::generous;
using messenger::tests::OtherSession;
using messenger::tests::Pooler;
using messenger::tests::PostgresFixture;
using messenger::tests::PostgresServer;

namespace {

using std::chrono::steady_clock;

const UserId caller{"user", "alice"};
const std::string listeners = "FROM pg_stat_activity WHERE query LIKE 'LISTEN messenger%' AND state = 'idle'";

/// A host as on a machine of its own.
struct ListeningHost {
  explicit ListeningHost(const PostgresOptions& options, std::chrono::milliseconds pollInterval = 1h)
      : messenger(configured(pollInterval), postgresStorage(options)) {
    messenger.setVideoDriver<testing::FakeVideoDriver>(provider);
  }

  static Config configured(std::chrono::milliseconds pollInterval) {
    Config config;
    config.calling.enabled = true;
    config.jobs.pollInterval = pollInterval;
    return config;
  }

  std::shared_ptr<testing::FakeVideoProvider> provider = std::make_shared<testing::FakeVideoProvider>();
  Messenger messenger;
};

ThreadId threadOf(ListeningHost& host) {
  return host.messenger.threads().createPrivate({caller, "Alice"}, {{"user", "bob"}, "Bob"}).value().id;
}

/// Whether `other` makes and destroys the room of a call that is started and ended at `host`.
bool runsJobsOf(ListeningHost& host, const ThreadId& thread, ListeningHost& other) {
  std::promise<void> made;
  std::promise<void> gone;
  const auto onMade =
      other.messenger.onCallSetupCompleted([&](const CallSetupCompleted&) { made.set_value(); });
  const auto onGone = other.messenger.onCallTornDown([&](const CallTornDown&) { gone.set_value(); });
  const Call call = host.messenger.startCall(thread, caller).value();
  if (made.get_future().wait_for(generous) != std::future_status::ready) return false;
  static_cast<void>(host.messenger.endCall(call.id, caller).value());
  return gone.get_future().wait_for(generous) == std::future_status::ready;
}

/// A waiter and what wakes it.
struct Waiting {
  explicit Waiting(const std::shared_ptr<Storage>& of) : storage(of), waiter(of->jobs().makeWaiter()) {}

  /// Whether it returns before the end of a long time.
  bool returns() {
    const auto end = steady_clock::now() + generous;
    waiter->wait(end, bell.descriptor());
    return steady_clock::now() < end;
  }

  std::shared_ptr<Storage> storage;
  support::WakeUp news;
  support::WakeUp::Bell bell{news};
  std::unique_ptr<JobQueue::Waiter> waiter;
};

/// A port that takes connections and never says anything.
class SilentPort {
 public:
  SilentPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(socket_, 16) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentPort() { ::close(socket_); }
  SilentPort(const SilentPort&) = delete;
  SilentPort& operator=(const SilentPort&) = delete;

  [[nodiscard]] std::string url() const { return "postgresql://127.0.0.1:" + std::to_string(port_) + "/x"; }

 private:
  int socket_;
  int port_ = 0;
};

}  // namespace

TEST_CASE("PostgreSQL listening: a job of another storage -> the worker runs it at once",
          "[postgres][listening]") {
  const PostgresFixture fixture;
  ListeningHost host(fixture.options());
  ListeningHost other(fixture.options());
  const ThreadId thread = threadOf(host);
  const Worker worker = other.messenger.jobs().startWorker({.threads = 2});
  OtherSession session(fixture);
  REQUIRE(session.becomes("SELECT count(*) " + listeners));
  for (int i = 0; i < 5; ++i) REQUIRE(runsJobsOf(host, thread, other));
  CHECK(session.number("SELECT count(*) " + listeners) == 1);
  CHECK(host.provider->calls().empty());
}

TEST_CASE("PostgreSQL listening: sweeps and retried jobs -> wake it too", "[postgres][listening]") {
  const PostgresFixture fixture;
  ListeningHost host(fixture.options());
  ListeningHost other(fixture.options());
  const Worker worker = other.messenger.jobs().startWorker({.maxAttempts = 1});
  OtherSession session(fixture);
  REQUIRE(session.becomes("SELECT count(*) " + listeners));
  other.provider->answerDestroy(testing::ProviderAnswer::no);
  static_cast<void>(host.messenger.startCall(threadOf(host), caller).value());
  REQUIRE(session.becomes("SELECT count(*) FROM calls WHERE setup_complete"));
  std::promise<void> ended;
  std::promise<void> gone;
  const auto onEnded = other.messenger.onCallEnded([&](const CallEnded&) { ended.set_value(); });
  const auto onGone = other.messenger.onCallTornDown([&](const CallTornDown&) { gone.set_value(); });
  REQUIRE(host.messenger.host().callsDown(5min) == 1U);
  REQUIRE(ended.get_future().wait_for(generous) == std::future_status::ready);
  REQUIRE(session.becomes("SELECT count(*) FROM jobs WHERE failed"));
  other.provider->answerDestroy(testing::ProviderAnswer::yes);
  REQUIRE(host.messenger.jobs().retry() == 1);
  CHECK(gone.get_future().wait_for(generous) == std::future_status::ready);
}

TEST_CASE("PostgreSQL listening: its connection is cut -> another one, and it hears again",
          "[postgres][listening]") {
  const PostgresFixture fixture;
  ListeningHost host(fixture.options());
  ListeningHost other(fixture.options());
  const ThreadId thread = threadOf(host);
  const Worker worker = other.messenger.jobs().startWorker();
  OtherSession session(fixture);
  for (int i = 0; i < 2; ++i) {
    REQUIRE(session.becomes("SELECT count(*) " + listeners));
    const std::string former = std::to_string(session.number("SELECT pid " + listeners));
    session.run("SELECT pg_terminate_backend(" + former + ")");
    REQUIRE(session.becomes("SELECT count(*) " + listeners + " AND pid <> " + former));
    CHECK(runsJobsOf(host, thread, other));
  }
}

TEST_CASE("PostgreSQL listening: turned off -> no connection for it, and the worker looks by itself",
          "[postgres][listening]") {
  const PostgresFixture fixture;
  PostgresOptions options = fixture.options();
  options.listens = false;
  ListeningHost host(options);
  ListeningHost other(options, 10ms);
  const ThreadId thread = threadOf(host);
  const Worker worker = other.messenger.jobs().startWorker();
  CHECK(runsJobsOf(host, thread, other));
  CHECK(OtherSession(fixture).number("SELECT count(*) " + listeners) == 0);
}

TEST_CASE("PostgreSQL listening: another URL for it -> that one is used", "[postgres][listening]") {
  const PostgresFixture fixture;
  PostgresOptions options = fixture.options();
  SECTION("a good one") {
    options.listenUrl = options.url + "?application_name=straight";
    Waiting waiting(postgresStorage(options));
    REQUIRE(waiting.returns());
    CHECK(OtherSession(fixture).number("SELECT count(*) " + listeners +
                                       " AND application_name = 'straight'") == 1);
  }
  SECTION("one that cannot be read") {
    options.listenUrl = "postgresql://me:secret-Zz9@h:port:5/x?what=1";
    try {
      static_cast<void>(postgresStorage(options));
      FAIL("taken");
    } catch (const std::invalid_argument& error) {
      CHECK_THAT(error.what(), Contains("listenUrl"));
      CHECK_THAT(error.what(), !Contains("secret-Zz9"));
    }
  }
}

TEST_CASE("PostgreSQL listening: through a pooler in transaction mode -> at the server itself, or not at all",
          "[postgres][listening]") {
  const PostgresFixture fixture;
  const Pooler pooler(/*sessions=*/3);
  PostgresOptions options = fixture.options();
  options.url = pooler.url();
  options.pooled = true;
  SECTION("at the server") {
    options.listenUrl = fixture.options().url;
    ListeningHost host(options);
    ListeningHost other(options);
    const ThreadId thread = threadOf(host);
    const Worker worker = other.messenger.jobs().startWorker({.threads = 2});
    OtherSession session(fixture);
    REQUIRE(session.becomes("SELECT count(*) " + listeners));
    for (int i = 0; i < 5; ++i) REQUIRE(runsJobsOf(host, thread, other));
  }
  SECTION("not at all") {
    ListeningHost host(options);
    ListeningHost other(options, 10ms);
    const ThreadId thread = threadOf(host);
    const Worker worker = other.messenger.jobs().startWorker();
    CHECK(runsJobsOf(host, thread, other));
    CHECK(OtherSession(fixture).number("SELECT count(*) " + listeners) == 0);
  }
}

TEST_CASE("PostgreSQL listening: two schemas -> two channels", "[postgres][listening]") {
  PostgresOptions options;
  options.url = "postgresql://localhost/app";
  const ConnectionPool one(options);
  const ConnectionPool same(options);
  options.schema = "other";
  const ConnectionPool another(options);
  CHECK(one.jobsChannel() == same.jobsChannel());
  CHECK(one.jobsChannel() != another.jobsChannel());
}

TEST_CASE("PostgreSQL listening: a job of a machine whose clock is ahead -> told and available here",
          "[postgres][listening]") {
  const PostgresFixture fixture;
  Waiting waiting(fixture.open());
  REQUIRE(waiting.returns());
  const auto tell = [&](StorageTime available) {
    fixture.run("SELECT pg_notify('" + ConnectionPool(fixture.options()).jobsChannel() + "', '" +
                std::to_string(available.time_since_epoch().count()) + "')");
  };
  const StorageTime soon = waiting.storage->timeAt(ServerClock::here()) + 100ms;
  tell(soon);
  CHECK(waiting.returns());
  CHECK(waiting.storage->timeAt(ServerClock::here()) >= soon);
  // No clock is ahead so far: whoever stored it has another one.
  tell(soon + 1h);
  CHECK(waiting.returns());
  CHECK(waiting.storage->timeAt(ServerClock::here()) < soon + 30min);
}

TEST_CASE("PostgreSQL listening: woken -> returns at once, whatever the server does",
          "[postgres][listening]") {
  const PostgresFixture fixture;
  PostgresOptions options = fixture.options();
  SECTION("it says nothing") {
    const SilentPort port;
    options.listenUrl = port.url();
    Waiting waiting(postgresStorage(options));
    waiting.news.notify();
    for (int i = 0; i < 3; ++i) CHECK(waiting.returns());
  }
  SECTION("it says nothing for longer than the time limit") {
    const SilentPort port;
    const postgres::Address address(port.url());
    ServerClock clock;
    postgres::JobListener listener(address, "channel", 50ms, clock);
    support::WakeUp news;
    const support::WakeUp::Bell bell(news);
    const auto end = steady_clock::now() + 200ms;
    listener.wait(end, bell.descriptor());
    CHECK(steady_clock::now() >= end);
    news.notify();
    listener.wait(end + 1h, bell.descriptor());
    CHECK(steady_clock::now() < end + 1h);
  }
  SECTION("it is not there") {
    options.listenUrl = "postgresql://127.0.0.1:1/x";
    Waiting waiting(postgresStorage(options));
    waiting.news.notify();
    for (int i = 0; i < 3; ++i) CHECK(waiting.returns());
  }
  SECTION("it listens") {
    Waiting waiting(postgresStorage(options));
    REQUIRE(waiting.returns());
    waiting.news.notify();
    CHECK(waiting.returns());
  }
}
