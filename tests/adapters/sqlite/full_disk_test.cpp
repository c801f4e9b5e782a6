// A disk without space: what adds nothing still works, and so does everything else once there is some.
#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>

#include "messenger/adapters/sqlite.hpp"
#include "messenger/errors.hpp"
#include "tests/adapters/changes_for_tests.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace messenger;
using namespace messenger::testing;

namespace {

/// Thrown in the child process, where nothing of Catch may be used.
struct Unexpected {
  std::string what;
};

void expect(bool holds, const std::string& what) {
  if (!holds) throw Unexpected{what};
}

/// A disk of 4 MiB, which only the child process sees.
class SmallDisk {
 public:
  explicit SmallDisk(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] std::shared_ptr<Storage> open() const {
    SqliteOptions options;
    options.path = folder_ / "app.db";
    options.busyTimeout = std::chrono::milliseconds{50};
    options.durability = Durability::normal;
    return sqliteStorage(options);
  }
  [[nodiscard]] std::filesystem::path file() const { return folder_ / "app.db"; }

  /// Another program takes all the space there is.
  void fill() const {
    const int file = ::open(filler().c_str(), O_CREAT | O_WRONLY, S_IRUSR | S_IWUSR);
    const std::array<char, 4096> bytes{};
    while (::write(file, bytes.data(), bytes.size()) > 0) {
    }
    ::close(file);
  }
  void giveBack() const { std::filesystem::remove(filler()); }

 private:
  [[nodiscard]] std::filesystem::path filler() const { return folder_ / "filler"; }

  std::filesystem::path folder_;
};

enum class Outcome : std::uint8_t { asExpected, notMountable, failed };

/// In a child process with a mount namespace of its own.
Outcome onSmallDisk(const std::function<void(const SmallDisk&)>& body) {
  const TempDir folder;
  const std::string place = folder.path().string();
  const pid_t child = ::fork();
  if (child == 0) {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", place.c_str(), "tmpfs", 0, "size=4m") != 0) {
      ::_exit(static_cast<int>(Outcome::notMountable));
    }
    try {
      body(SmallDisk(place));
    } catch (const Unexpected& error) {
      static_cast<void>(std::fprintf(stderr, "on a small disk: %s\n", error.what.c_str()));
      ::_exit(static_cast<int>(Outcome::failed));
    } catch (const std::exception& error) {
      static_cast<void>(std::fprintf(stderr, "on a small disk: %s\n", error.what()));
      ::_exit(static_cast<int>(Outcome::failed));
    }
    ::_exit(static_cast<int>(Outcome::asExpected));
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return Outcome::failed;
  return static_cast<Outcome>(WEXITSTATUS(status));
}

void requireOnSmallDisk(const std::function<void(const SmallDisk&)>& body) {
  const Outcome outcome = onSmallDisk(body);
  if (outcome == Outcome::notMountable) {
    WARN("skipped: this user may not mount a small disk");
    return;
  }
  REQUIRE(outcome == Outcome::asExpected);
}

Job leased(Storage& storage) {
  expect(started(storage, "c1", "t1") == Status::committed, "a call starts");
  return storage.jobs().claim(claimNext()).value().job;
}

void renewOften(Storage& storage, const Job& job, int times) {
  for (int i = 0; i < times; ++i) {
    expect(storage.jobs().renew(job.id, job.token, t(60 + i)), "renewal " + std::to_string(i));
  }
}

}  // namespace

TEST_CASE("full disk: many changes on a disk smaller than a usual log -> the log does not fill it",
          "[sqlite][disk]") {
  requireOnSmallDisk([](const SmallDisk& disk) {
    const auto storage = disk.open();
    renewOften(*storage, leased(*storage), 5000);
    expect(std::filesystem::file_size(disk.file().string() + "-wal") < 1U << 20U, "the log is small");
  });
}

TEST_CASE("full disk: others fill it -> leases are still renewed", "[sqlite][disk]") {
  requireOnSmallDisk([](const SmallDisk& disk) {
    const auto storage = disk.open();
    const Job job = leased(*storage);
    disk.fill();
    renewOften(*storage, job, 5000);
    expect(storage->jobs().settle({job.id, job.token, Settlement::Kind::done, {}, {}}), "it settles");
  });
}

TEST_CASE("full disk: a reader keeps the log from beginning anew -> unavailable until it ends",
          "[sqlite][disk]") {
  requireOnSmallDisk([](const SmallDisk& disk) {
    const auto storage = disk.open();
    const Job job = leased(*storage);
    {
      SQLite::Database reader(disk.file().string(), SQLite::OPEN_READONLY);
      reader.exec("BEGIN");
      expect(reader.execAndGet("SELECT count(*) FROM jobs").getInt() == 1, "it reads");
      disk.fill();
      bool refused = false;
      for (int i = 0; !refused && i < 5000; ++i) {
        try {
          renewOften(*storage, job, 1);
        } catch (const StorageUnavailable&) {
          refused = true;
        }
      }
      expect(refused, "the log is full");
      expect(load(*storage, "c1").has_value(), "reading goes on");
    }
    renewOften(*storage, job, 5000);
  });
}

TEST_CASE("full disk: a reader makes the log take all the space -> everything continues after it",
          "[sqlite][disk]") {
  requireOnSmallDisk([](const SmallDisk& disk) {
    auto storage = disk.open();
    const Job job = leased(*storage);
    {
      SQLite::Database reader(disk.file().string(), SQLite::OPEN_READONLY);
      reader.exec("BEGIN");
      expect(reader.execAndGet("SELECT count(*) FROM jobs").getInt() == 1, "it reads");
      try {
        for (int i = 2; i < 50000; ++i) {
          const std::string number = std::to_string(i);
          (void)started(*storage, "c" + number, "t" + number);
        }
        expect(false, "it cannot hold everything");
      } catch (const StorageUnavailable&) {
      }
      expect(std::filesystem::file_size(disk.file().string() + "-wal") > 2U << 20U, "the log has the space");
    }
    storage.reset();
    storage = disk.open();
    renewOften(*storage, job, 5000);
    expect(started(*storage, "last", "last") == Status::committed, "a call starts");
  });
}

TEST_CASE("full disk: new rows -> unavailable and once there is space everything continues",
          "[sqlite][disk]") {
  requireOnSmallDisk([](const SmallDisk& disk) {
    const auto storage = disk.open();
    const Job job = leased(*storage);
    disk.fill();
    int calls = 1;
    try {
      for (; calls < 50000; ++calls) {
        const std::string number = std::to_string(calls + 1);
        (void)started(*storage, "c" + number, "t" + number);
      }
      expect(false, "it cannot hold everything");
    } catch (const StorageUnavailable&) {
      expect(load(*storage, "c" + std::to_string(calls)).has_value(), "the last one is there");
      expect(!load(*storage, "c" + std::to_string(calls + 1)), "the refused one is not");
    }
    disk.giveBack();
    renewOften(*storage, job, 5000);
    expect(started(*storage, "new", "new") == Status::committed, "new rows again");
  });
}
