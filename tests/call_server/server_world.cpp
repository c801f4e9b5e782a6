#include "tests/call_server/server_world.hpp"

#include <poll.h>

#include <chrono>
#include <fstream>
#include <stdexcept>

#include "messenger/adapters/sqlite.hpp"

namespace call_server::tests {

ServerWorld::ServerWorld(const Change& change) : change_(change) {
  const auto web = folder.path() / "web";
  std::filesystem::create_directories(web / "app");
  std::filesystem::create_directories(web / "node_modules/webrtc-adapter/out");
  std::ofstream(web / "index.html") << "<!doctype html><title>calls</title>";
  std::ofstream(web / "style.css") << "body{}";
  std::ofstream(web / "package.json") << "{}";
  std::ofstream(web / "app" / "main.js") << "export {};";
  std::ofstream(web / "app" / ".hidden.js") << "no";
  std::ofstream(web / "app" / "notes.txt") << "no";
  std::ofstream(web / "tool.js") << "no";
  std::ofstream(web / "style.css~") << "no";
  std::filesystem::create_directories(web / "more");
  std::filesystem::create_directories(web / "folder.css");
  std::ofstream(web / "more" / "style.css") << "no";
  std::ofstream(web / "node_modules/webrtc-adapter/out/adapter.js") << "adapter";
  std::ofstream(folder.file("outside.js")) << "no";
  begin();
}

void ServerWorld::begin() {
  CallServer::Parts parts;
  parts.settings.port = port;
  parts.settings.adminPort = adminPort;
  parts.settings.allowedHosts = {"x", "calls.example"};
  parts.settings.database = folder.file("calls.db");
  parts.settings.web = folder.path() / "web";
  parts.settings.secret = messenger::Secret{secret};
  parts.settings.probeInterval = std::chrono::milliseconds{20};
  parts.settings.limits.requests = {1000, 1000};
  parts.settings.limits.signIns = {1000, 1000};
  parts.config.calling.enabled = true;
  parts.logger = logger;
  // A killed process is as much as these tests have in mind: they need not wait for the disk.
  parts.storage = messenger::sqliteStorage(
      {.path = parts.settings.database, .durability = messenger::Durability::normal});
  if (change_) change_(parts);
  server = std::make_unique<CallServer>(parts);
  const auto ports = server->start();
  port = ports.everyone;
  adminPort = ports.admin;
}

void ServerWorld::restart() {
  server.reset();
  begin();
}

WebClient ServerWorld::clientOf(const std::string& user) const {
  WebClient client(port);
  client.signIn(user);
  return client;
}

SocketClient ServerWorld::socketOf(const std::string& user) const {
  SocketClient socket(port, clientOf(user).cookie);
  if (socket.next().at("event") != "welcome") throw std::runtime_error("no welcome");
  return socket;
}

std::string ServerWorld::start(const std::string& user, const std::string& thread) const {
  const Reply reply = clientOf(user).post(callPath(thread));
  if (reply.status != 201) throw std::runtime_error("no call: " + reply.body);
  return reply.json().at("id").get<std::string>();
}

std::string ServerWorld::loggedText() const {
  std::string text;
  for (const auto& line : logger->lines()) text += line.text() + '\n';
  return text;
}

std::string callPath(const std::string& thread, const std::string& call, const std::string& verb) {
  std::string path = "/api/messenger/threads/" + thread + "/calls";
  if (!call.empty()) path += '/' + call;
  if (!verb.empty()) path += '/' + verb;
  return path;
}

bool eventually(const std::function<bool()>& isSo) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!isSo()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::poll(nullptr, 0, 2);
  }
  return true;
}

}  // namespace call_server::tests
