#include "tests/janus/janus_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <stdexcept>

#include "tests/janus/certificate.hpp"
#include "tests/support/free_port.hpp"

namespace messenger::tests {
namespace {

using std::chrono::steady_clock;

/// Where the package has its plugins and transports.
std::string partsFolder() {
  for (const char* folder : {"/usr/lib/x86_64-linux-gnu/janus", "/usr/lib/aarch64-linux-gnu/janus",
                             "/usr/lib/janus", "/usr/local/lib/janus", "/opt/janus/lib/janus"}) {
    if (std::filesystem::is_directory(std::string{folder} + "/plugins")) return folder;
  }
  throw std::runtime_error(
      "these tests talk to a real Janus server: apt-get install --no-install-recommends janus");
}

std::string truth(bool value) {
  return value ? "true" : "false";
}

bool isAnswering(const janus::JanusOptions& options) {
  janus::JanusOptions quick = options;
  quick.connectTimeout = std::chrono::milliseconds{500};
  quick.requestTimeout = std::chrono::seconds{2};
  return janus::JanusClient(quick).ping().has_value();
}

}  // namespace

bool eventually(const std::function<bool()>& isSo) {
  const auto deadline = steady_clock::now() + std::chrono::seconds{30};
  while (!isSo()) {
    if (steady_clock::now() > deadline) return false;
    ::poll(nullptr, 0, 2);
  }
  return true;
}

JanusServer::JanusServer(Setup setup) : setup_(setup) {
  // Another process may take the port before the server does.
  for (int round = 0; round < 5; ++round) {
    httpPort_ = testing::freePort();
    adminPort_ = testing::freePort();
    if (httpPort_ != adminPort_ && launch()) return;
  }
  std::ifstream log(folder_.file("log"));
  throw std::runtime_error("janus does not start:\n" + std::string{std::istreambuf_iterator<char>(log),
                                                                   std::istreambuf_iterator<char>()});
}

JanusServer::~JanusServer() {
  kill();
}

void JanusServer::kill() {
  if (process_ <= 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

void JanusServer::start() {
  if (!launch()) throw std::runtime_error("janus does not start again on its ports");
}

bool JanusServer::launch() {
  writeConfig();
  const std::string config = folder_.path().string();
  const std::string log = folder_.file("log").string();
  process_ = ::fork();
  if (process_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int output = ::open(log.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::close_range(3, ~0U, 0);
    if (::chdir(config.c_str()) != 0) ::_exit(127);  // its core dumps go with the folder
    ::execlp("janus", "janus", "-F", config.c_str(), "-o", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  bool ended = false;
  const bool up = eventually([&] {
    ended = ::waitpid(process_, nullptr, WNOHANG) == process_;
    return ended ||
           (isAnswering(options(janus::WayIn::adminApi)) && isAnswering(options(janus::WayIn::httpApi)));
  });
  if (ended) process_ = -1;
  if (!up) kill();
  return up && !ended;
}

void JanusServer::writeConfig() const {
  const std::string parts = partsFolder();
  const std::string secrets =
      std::string{"\tapi_secret = \""} + apiSecret + "\"\n\tadmin_secret = \"" + adminSecret + "\"\n";
  const std::string tokens =
      setup_.tokens ? std::string{"\ttoken_auth = true\n\ttoken_auth_secret = \""} + tokenSecret + "\"\n"
                    : "";
  std::ofstream(folder_.file("janus.jcfg"))
      << "general: {\n\tconfigs_folder = \"" << folder_.path().string() << "\"\n\tplugins_folder = \""
      << parts << "/plugins\"\n\ttransports_folder = \"" << parts << "/transports\"\n\tevents_folder = \""
      << parts << "/events\"\n\tloggers_folder = \"" << parts << "/loggers\"\n\tdebug_level = 3\n"
      << "\tdebug_colors = false\n"
      << secrets << tokens << "}\nmedia: {\n\tipv6 = false\n}\nplugins: {\n\tdisable = \""
      << "libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,libjanus_lua.so,"
         "libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_streaming.so,"
         "libjanus_textroom.so,libjanus_videocall.so,libjanus_voicemail.so"
      << "\"\n}\ntransports: {\n\tdisable = \"libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,"
         "libjanus_rabbitmq.so,libjanus_websockets.so\"\n}\n";
  std::ofstream(folder_.file("janus.plugin.videoroom.jcfg"))
      << "general: {\n\tadmin_key = \"" << adminKey << "\"\n\tstring_ids = " << truth(setup_.stringIds)
      << "\n}\n";
  const std::string secure = setup_.https ? "secure_" : "";
  std::ofstream http(folder_.file("janus.transport.http.jcfg"));
  http << "general: {\n\tjson = \"compact\"\n\tbase_path = \"/janus\"\n\thttp = " << truth(!setup_.https)
       << "\n\thttps = " << truth(setup_.https) << "\n\t" << secure << "port = " << httpPort_ << "\n\t"
       << secure << "ip = \"127.0.0.1\"\n}\nadmin: {\n\tadmin_base_path = \"/admin\"\n\tadmin_http = true\n"
       << "\tadmin_port = " << adminPort_ << "\n\tadmin_ip = \"127.0.0.1\"\n\tadmin_https = false\n}\n";
  if (setup_.https) {
    const auto key = folder_.file("key.pem");
    writeCertificate(certificate(), key);
    http << "certificates: {\n\tcert_pem = \"" << certificate() << "\"\n\tcert_key = \"" << key.string()
         << "\"\n}\n";
  }
}

std::map<std::string, std::string> JanusServer::environment() const {
  const janus::JanusOptions all = options();
  return {{"JANUS_SERVER_ENDPOINT", all.endpoint}, {"JANUS_ADMIN_SERVER_ENDPOINT", all.adminEndpoint},
          {"JANUS_API_SECRET", apiSecret},         {"JANUS_ADMIN_SECRET", adminSecret},
          {"JANUS_VIDEO_ROOM_SECRET", adminKey},   {"JANUS_ROOM_KEY", roomKey}};
}

std::string JanusServer::certificate() const {
  return folder_.file("certificate.pem").string();
}

janus::JanusOptions JanusServer::options() const {
  janus::JanusOptions options;
  options.endpoint =
      (setup_.https ? "https" : "http") + ("://127.0.0.1:" + std::to_string(httpPort_) + "/janus");
  options.adminEndpoint = "http://127.0.0.1:" + std::to_string(adminPort_) + "/admin";
  options.apiSecret = Secret{apiSecret};
  options.adminSecret = Secret{adminSecret};
  options.videoRoomSecret = Secret{adminKey};
  options.roomKey = Secret{roomKey};
  if (setup_.https) options.caFile = certificate();
  return options;
}

janus::JanusOptions JanusServer::options(janus::WayIn wayIn) const {
  janus::JanusOptions all = options();
  (wayIn == janus::WayIn::adminApi ? all.endpoint : all.adminEndpoint).clear();
  return all;
}

janus::VideoRoom JanusServer::videoRoom(janus::WayIn wayIn) const {
  return janus::VideoRoom(std::make_shared<janus::JanusClient>(options(wayIn)));
}

}  // namespace messenger::tests
