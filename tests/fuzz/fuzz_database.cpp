// A database file that somebody has tampered with: bytes of a sound one are changed, or values of its rows.
// Whatever is then done with it, it may only throw StorageError, and must come to an end.
//
// An input is a list of changes, each: a kind, and then
//   bytes (kind even): an offset of three bytes, a length of one, so many bytes
//   value (kind odd): a column of one byte, a row of one, and eight bytes of a number

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "messenger/adapters/defaults.hpp"
#include "messenger/adapters/sqlite.hpp"
#include "messenger/errors.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/fake_video_driver.hpp"
#include "messenger/testing/manual_clock.hpp"
#include "tests/support/temp_dir.hpp"

namespace messenger {
namespace {

namespace fs = std::filesystem;

UserId user(const char* id) {
  return {"user", id};
}

Config config() {
  Config made;
  made.calling.enabled = true;
  made.presence.receivesHeartbeats = false;  // so that the activity check judges by the file alone
  return made;
}

/// Takes an input apart; what is missing at its end is zero.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : at_(data), left_(size) {}

  [[nodiscard]] bool empty() const { return left_ == 0; }

  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8U | one();
    return value;
  }

 private:
  std::uint8_t one() {
    if (left_ == 0) return 0;
    --left_;
    return *at_++;
  }

  const std::uint8_t* at_;
  std::size_t left_;
};

struct Column {
  const char* table;
  const char* name;
};

/// The numbers in the tables; those in a table without rowid are found by their order.
constexpr std::array columns{
    Column{"calls", "type"},
    Column{"calls", "created_at"},
    Column{"calls", "updated_at"},
    Column{"calls", "ended_at"},
    Column{"calls", "end_reason"},
    Column{"calls", "setup_complete"},
    Column{"calls", "teardown_complete"},
    Column{"calls", "room_may_exist"},
    Column{"calls", "started_at"},
    Column{"calls", "limit_participants"},
    Column{"calls", "limit_duration"},
    Column{"calls", "limit_alone"},
    Column{"calls", "revision"},
    Column{"calls", "sequence"},
    Column{"call_participants", "sequence"},
    Column{"call_participants", "call_sequence"},
    Column{"call_participants", "kicked"},
    Column{"call_participants", "left_at"},
    Column{"call_participants", "departed_at"},
    Column{"call_sessions", "participant_sequence"},
    Column{"call_sessions", "closed_at"},
    Column{"call_sessions", "last_seen_at"},
    Column{"call_sessions", "seen_by"},
    Column{"call_sessions", "departed_at"},
    Column{"jobs", "sequence"},
    Column{"jobs", "type"},
    Column{"jobs", "cutoff"},
    Column{"jobs", "created_at"},
    Column{"jobs", "available_at"},
    Column{"jobs", "attempts"},
    Column{"jobs", "token"},
    Column{"jobs", "leased_until"},
    Column{"jobs", "failed"},
    Column{"settings", "value"},
    Column{"presence_peers", "receiving_since"},
    Column{"presence_peers", "reported_up_to"},
    Column{"presence_peers", "lease_until"},
    Column{"thread_revisions", "revision"},
    Column{"threads", "type"},
    Column{"threads", "calling"},
    Column{"threads", "locked"},
    Column{"threads", "members"},
    Column{"thread_members", "sequence"},
    Column{"thread_members", "admin"},
    Column{"thread_members", "start_calls"},
    Column{"thread_members", "pending"},
    Column{"thread_members", "muted"},
};

/// The folder, and the sound file that each input changes.
class Workshop {
 public:
  Workshop() {
    make();
    std::ifstream made(file(), std::ios::binary);
    sound_.assign(std::istreambuf_iterator<char>(made), {});
  }

  [[nodiscard]] fs::path file() const { return folder_.file("app.db"); }

  void tamper(Bytes input) const {
    for (const char* suffix : {"-wal", "-shm", "-journal"}) fs::remove(file().string() + suffix);
    std::string bytes = sound_;
    std::vector<std::string> statements;
    constexpr std::size_t mostChanges = 32;
    for (std::size_t i = 0; i < mostChanges && !input.empty(); ++i) {
      if (input.number(1) % 2 == 0) {
        changeBytes(bytes, input);
      } else {
        statements.push_back(changedValue(input));
      }
    }
    std::ofstream(file(), std::ios::binary | std::ios::trunc).write(bytes.data(), std::ssize(bytes));
    if (!statements.empty()) run(statements);
  }

 private:
  void make() const {
    const auto storage = sqliteStorage(file());
    const auto provider = std::make_shared<testing::FakeVideoProvider>();
    Messenger messenger(config(), Dependencies{.storage = storage, .logger = nullLogger()});
    messenger.setVideoDriver<testing::FakeVideoDriver>(provider);
    for (const char* thread : {"t1", "t2", "t3"}) {
      std::vector<ThreadMember> members{{user("ann"), "Ann"}, {user("bob"), "Bob"}, {user("cid"), "Cid"}};
      members[0].admin = true;
      if (!messenger.threads().createGroup("Group", members, ThreadId{thread})) std::abort();
    }
    const auto active = messenger.startCall(ThreadId{"t1"}, user("ann"));
    static_cast<void>(messenger.joinCall(active->id, user("bob")));
    const auto over = messenger.startCall(ThreadId{"t2"}, user("ann"));
    messenger.jobs().runPending();
    static_cast<void>(messenger.endCall(over->id, user("ann")));
    static_cast<void>(messenger.startCall(ThreadId{"t3"}, user("ann")));
    static_cast<void>(messenger.host().callsDown(std::chrono::seconds{1}));
    messenger.host().memberRemoved(ThreadId{"t2"}, user("cid"));
    HeartbeatStore::Report report;
    report.peer = HeartbeatStore::Peer{InstanceId{5}, StorageTime{}, StorageTime{}, StorageTime{}};
    storage->heartbeats().save(report);
  }

  static void changeBytes(std::string& bytes, Bytes& input) {
    const std::size_t offset = input.number(3) % bytes.size();
    const std::size_t length = input.number(1);
    for (std::size_t i = offset; i < offset + length && i < bytes.size(); ++i) {
      bytes[i] = static_cast<char>(input.number(1));
    }
  }

  static std::string changedValue(Bytes& input) {
    const Column& column = columns.at(input.number(1) % columns.size());
    const std::uint64_t row = input.number(1) % 8;
    const auto value = static_cast<std::int64_t>(input.number(8));
    const std::string key = std::string_view{column.table} == "settings"           ? "key"
                            : std::string_view{column.table} == "threads"          ? "id"
                            : std::string_view{column.table} == "thread_revisions" ? "thread_id"
                            : std::string_view{column.table} == "call_sessions"    ? "participant_sequence"
                                                                                   : "rowid";
    return std::string{"UPDATE OR IGNORE "} + column.table + " SET " + column.name + " = " +
           (value == INT64_MIN ? "-9223372036854775807 - 1" : std::to_string(value)) + " WHERE " + key +
           " IN (SELECT " + key + " FROM " + column.table + " LIMIT 1 OFFSET " + std::to_string(row) + ")";
  }

  void run(const std::vector<std::string>& statements) const {
    try {
      SQLite::Database database(file().string(), SQLite::OPEN_READWRITE);
      database.exec("PRAGMA ignore_check_constraints = ON; BEGIN");
      for (const std::string& each : statements) database.tryExec(each);
      database.exec("COMMIT");
    } catch (const SQLite::Exception&) {  // NOLINT(bugprone-empty-catch): the bytes have broken it
    }
  }

  testing::TempDir folder_;
  std::string sound_;
};

/// Only a StorageError may come out.
template <class Operation>
void tolerating(Operation&& operation) {
  try {
    static_cast<void>(operation());
  } catch (const StorageError&) {  // NOLINT(bugprone-empty-catch): the file is broken
  }
}

void read(Storage& storage, StorageTime now) {
  tolerating([&] { return storage.jobs().list({}); });
  tolerating([&] { return storage.jobs().list({/*failed=*/true, 0, 100}); });
  tolerating([&] { return storage.jobs().counts("messenger", now); });
  tolerating([&] { return storage.calls().activeCallsAfter({0, INT64_MAX, 100}); });
  tolerating([&] { return storage.calls().activeSummary(now); });
  tolerating([&] { return storage.calls().prunable(now); });
  tolerating([&] { return storage.calls().prune({now, 10}); });
  for (const char* thread : {"t1", "t2", "t3"}) {
    CallStore::LoadRequest request;
    request.thread = ThreadId{thread};
    request.user = user("ann");
    request.everyoneInCall = true;
    request.membership = true;
    tolerating([&] { return storage.calls().load(request); });
    tolerating([&] { return storage.calls().history({ThreadId{thread}, {}, 10, user("ann")}); });
    tolerating([&] { return storage.threads()->findRoster(ThreadId{thread}); });
    tolerating([&] { return storage.threads()->members(ThreadId{thread}); });
  }
  tolerating([&] { return storage.heartbeats().peers(); });
  tolerating([&] { return storage.heartbeats().silent({now, INT64_MAX, {}, 100}); });
  tolerating([&] { return storage.heartbeats().departures({StorageTime{}, 100}); });
  tolerating([&] { return storage.switches().callsDownUntil(); });
  static_cast<void>(storage.takeUnreadable());
}

void live(const std::shared_ptr<Storage>& storage) {
  const auto provider = std::make_shared<testing::FakeVideoProvider>();
  const auto clock = std::make_shared<testing::ManualClock>();
  Messenger messenger(config(), Dependencies{.storage = storage,
                                             .threads = nullptr,
                                             .presence = nullptr,
                                             .broadcaster = nullptr,
                                             .clock = clock,
                                             .logger = nullLogger()});
  messenger.setVideoDriver<testing::FakeVideoDriver>(provider);
  tolerating([&] { return messenger.host().callsUp(); });
  for (const char* thread : {"t1", "t2", "t3"}) {
    tolerating([&] {
      const auto call = messenger.startCall(ThreadId{thread}, user("ann"));
      if (!call) return;
      static_cast<void>(messenger.joinCall(call->id, user("bob")));
      static_cast<void>(messenger.heartbeat(call->id, user("bob")));
      static_cast<void>(messenger.endCall(call->id, user("ann")));
    });
    tolerating([&] { return messenger.callHistory(ThreadId{thread}, user("ann")); });
  }
  tolerating([&] { return messenger.activeCalls(user("ann")); });
  tolerating([&] { return messenger.threads().removeMember(ThreadId{"t1"}, user("bob")); });
  tolerating([&] { return messenger.jobs().runPending(20); });
  tolerating([&] { return messenger.jobs().retry(); });
  clock->advance(std::chrono::hours{1});
  tolerating([&] { return messenger.poll(20); });
  tolerating([&] { return messenger.host().checkActivity(); });
  tolerating([&] { return messenger.host().callsDown(std::chrono::seconds{1}); });
  tolerating([&] { return messenger.jobs().runPending(20); });
}

void use(const fs::path& file) {
  SqliteOptions options;
  options.path = file;
  options.durability = Durability::normal;
  options.busyTimeout = std::chrono::milliseconds{50};
  options.readers = 1;
  tolerating([&] { return inspectSqliteFile(options); });
  tolerating([&] { return checkSqliteFile(options); });
  tolerating([&] {
    const auto storage = sqliteStorage(options);
    read(*storage, storage->timeAt(systemClock()->steady()));
    live(storage);
    read(*storage, storage->timeAt(systemClock()->steady()));
  });
  tolerating([&] { return checkSqliteFile(options); });
}

}  // namespace
}  // namespace messenger

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const messenger::Workshop workshop;
  workshop.tamper(messenger::Bytes(data, size));
  messenger::use(workshop.file());
  return 0;
}
