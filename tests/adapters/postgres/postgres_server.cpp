#include "tests/adapters/postgres/postgres_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "tests/support/free_port.hpp"

namespace messenger::tests {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

/// Where the package has its programs, which are not in the path on Debian.
std::string programs() {
  for (const char* version : {"17", "16", "15", "14", "13"}) {
    const std::string folder = std::string{"/usr/lib/postgresql/"} + version + "/bin";
    if (fs::exists(folder + "/initdb")) return folder + "/";
  }
  for (const char* folder : {"/usr/bin", "/usr/local/bin", "/usr/local/pgsql/bin"}) {
    if (fs::exists(std::string{folder} + "/initdb")) return std::string{folder} + "/";
  }
  throw std::runtime_error(
      "these tests talk to a real PostgreSQL: apt-get install --no-install-recommends postgresql");
}

/// For a root folder that is closed to all but root, as that of a container may be: whatever runs from here
/// on may pass through folders. To be called after the change of user, with the capabilities kept.
void passThroughFolders() {
  const auto have = [](std::uint32_t mask) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const __user_cap_data_struct data[2]{{mask, mask, mask}, {0, 0, 0}};
    return ::syscall(SYS_capset, &header, data) == 0;
  };
  constexpr std::uint32_t pass = 1U << static_cast<unsigned>(CAP_DAC_READ_SEARCH);
  if (!have(pass | 1U << static_cast<unsigned>(CAP_SETPCAP))) return;
  ::prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP);  // access() counts it too
  if (!have(pass)) return;
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0);
}

std::string contentOf(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace

bool accepts(std::uint16_t port) {
  const int asked = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool connected = ::connect(asked, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(asked);
  return connected;
}

pid_t runAsServer(const std::string& path, const std::vector<std::string>& arguments, const fs::path& log) {
  std::vector<char*> parts{const_cast<char*>(path.c_str())};
  for (const std::string& each : arguments) parts.push_back(const_cast<char*>(each.c_str()));
  parts.push_back(nullptr);
  const passwd* user = ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr;
  const pid_t process = ::fork();
  if (process != 0) return process;
  if (user != nullptr) {
    ::prctl(PR_SET_KEEPCAPS, 1);
    if (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)
      ::_exit(126);
    if (::access("/", X_OK) != 0) passThroughFolders();
  }
  // After the change of user, which resets it. Its children see that it is gone.
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  const int output = ::open(log.c_str(), O_APPEND | O_WRONLY);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::close_range(3, ~0U, 0);
  if (::chdir("/") != 0) ::_exit(126);
  ::execv(path.c_str(), parts.data());
  ::_exit(127);
}

void giveToServer(const fs::path& file) {
  if (::geteuid() != 0) return;
  const passwd* user = ::getpwnam("postgres");
  if (user == nullptr) throw std::runtime_error("there is no user postgres to run PostgreSQL as");
  if (::chown(file.c_str(), user->pw_uid, user->pw_gid) != 0) throw std::runtime_error("chown failed");
}

PostgresServer& PostgresServer::shared() {
  static PostgresServer server;
  return server;
}

PostgresServer::PostgresServer() {
  makeData();
  // Another process may take the port before the server does.
  for (int round = 0; round < 5; ++round) {
    port_ = testing::freePort();
    if (launch()) return;
  }
  throw std::runtime_error("PostgreSQL does not start:\n" + contentOf(folder_.file("log")));
}

PostgresServer::~PostgresServer() {
  kill();
}

std::string PostgresServer::urlOf(const std::string& user, const std::string& itsPassword) const {
  return "postgresql://" + user + ":" + itsPassword + "@127.0.0.1:" + std::to_string(port_) + "/postgres";
}

void PostgresServer::makeData() {
  fs::permissions(folder_.path(), fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                                      fs::perms::others_read | fs::perms::others_exec);
  fs::create_directory(data());
  std::ofstream(folder_.file("password")) << password << '\n';
  std::ofstream(folder_.file("log"));
  for (const char* each : {"data", "log", "password"}) giveToServer(folder_.file(each));
  const pid_t initdb =
      spawn("initdb", {"-D", data(), "-U", "app", "--auth=scram-sha-256", "--no-sync", "--encoding=UTF8",
                       "--locale=C.UTF-8", "--pwfile=" + folder_.file("password").string()});
  int status = 0;
  ::waitpid(initdb, &status, 0);
  if (status != 0) throw std::runtime_error("initdb failed:\n" + contentOf(folder_.file("log")));
}

pid_t PostgresServer::spawn(const std::string& program, const std::vector<std::string>& arguments) const {
  return runAsServer(programs() + program, arguments, folder_.file("log"));
}

bool PostgresServer::launch() {
  const std::string sockets = data();
  process_ =
      spawn("postgres", {"-D", data(), "-c", "listen_addresses=127.0.0.1", "-p", std::to_string(port_), "-c",
                         "unix_socket_directories=" + sockets, "-c", "fsync=off", "-c", "shared_buffers=32MB",
                         "-c", "max_connections=200", "-c", "log_min_messages=log"});
  const auto deadline = steady_clock::now() + std::chrono::seconds{30};
  while (steady_clock::now() < deadline) {
    if (::waitpid(process_, nullptr, WNOHANG) == process_) {
      process_ = -1;
      return false;
    }
    // "ready" is written to the file when it answers.
    if (contentOf(fs::path{data()} / "postmaster.pid").find("ready") != std::string::npos && accepts(port_))
      return true;
    ::poll(nullptr, 0, 5);
  }
  kill();
  return false;
}

void PostgresServer::start() {
  if (!launch()) throw std::runtime_error("PostgreSQL does not start again on its port");
}

void PostgresServer::kill() {
  if (process_ <= 0) return;
  ::kill(process_, SIGQUIT);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

}  // namespace messenger::tests
