#include "bench/event_loop/lock_holder.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "bench/support/raw_sqlite.hpp"

namespace messenger::bench {
namespace {

constexpr std::string_view holds = "--hold-lock";

}  // namespace

LockHolder::LockHolder(const std::filesystem::path& file, std::chrono::milliseconds time) {
  std::string option{holds};
  std::string path = file.string();
  std::string howLong = std::to_string(time.count());
  const std::array<char*, 5> arguments{option.data(), option.data(), path.data(), howLong.data(), nullptr};
  if (::posix_spawn(&process_, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ) != 0)
    throw std::runtime_error("no process holds the lock: posix_spawn failed");
}

void LockHolder::wait() {
  int status = 0;
  if (::waitpid(process_, &status, 0) != process_ || status != 0)
    throw std::runtime_error("the other process did not hold the lock");
}

bool LockHolder::isOne(int argc, char** argv) {
  if (argc != 4 || argv[1] != holds) return false;
  RawDatabase database(argv[2], RawDatabase::Access::write);
  database.execute("PRAGMA busy_timeout = 60000");
  database.execute("BEGIN IMMEDIATE");
  std::this_thread::sleep_for(std::chrono::milliseconds{std::stoll(argv[3])});
  database.execute("COMMIT");
  return true;
}

}  // namespace messenger::bench
