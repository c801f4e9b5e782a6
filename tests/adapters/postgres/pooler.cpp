#include "tests/adapters/postgres/pooler.hpp"

#include <poll.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/adapters/postgres/postgres_server.hpp"
#include "tests/support/free_port.hpp"

namespace messenger::tests {

namespace fs = std::filesystem;

Pooler::Pooler(int sessions) {
  fs::permissions(folder_.path(), fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                                      fs::perms::others_read | fs::perms::others_exec);
  // Another process may take the port before it does.
  for (int round = 0; round < 5; ++round) {
    port_ = testing::freePort();
    writeConfig(sessions);
    if (launch()) return;
  }
  throw std::runtime_error("PgBouncer does not start: apt-get install --no-install-recommends pgbouncer");
}

Pooler::~Pooler() {
  stop();
}

std::string Pooler::url() const {
  return "postgresql://app@127.0.0.1:" + std::to_string(port_) + "/postgres";
}

void Pooler::writeConfig(int sessions) {
  const PostgresServer& server = PostgresServer::shared();
  std::ofstream(folder_.file("pgbouncer.ini"))
      << "[databases]\npostgres = host=127.0.0.1 port=" << server.port()
      << " user=app password=" << PostgresServer::password
      << "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " << port_
      << "\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = " << sessions
      << "\n";
  std::ofstream(folder_.file("log"));
  for (const char* each : {"pgbouncer.ini", "log"}) giveToServer(folder_.file(each));
}

bool Pooler::launch() {
  process_ =
      runAsServer("/usr/sbin/pgbouncer", {folder_.file("pgbouncer.ini").string()}, folder_.file("log"));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (std::chrono::steady_clock::now() < deadline) {
    if (::waitpid(process_, nullptr, WNOHANG) == process_) {
      process_ = -1;
      return false;
    }
    if (accepts(port_)) return true;
    ::poll(nullptr, 0, 5);
  }
  stop();
  return false;
}

void Pooler::stop() {
  if (process_ <= 0) return;
  ::kill(process_, SIGQUIT);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

}  // namespace messenger::tests
