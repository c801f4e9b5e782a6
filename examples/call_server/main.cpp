// A server for video calls: sign in as a demo user and ring another one. See docs/call_server.md.
#include <messenger/adapters/defaults.hpp>

#include <sys/resource.h>

#include <pthread.h>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <future>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "call_server.hpp"
#include "options.hpp"

namespace {

using call_server::CallServer;

/// Each WebSocket uses a file descriptor.
void raiseFileLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::string urlOf(const std::string& address, std::uint16_t port) {
  const bool isV6 = address.find(':') != std::string::npos;
  return "http://" + (isV6 ? '[' + address + ']' : address) + ':' + std::to_string(port);
}

/// Ends the program itself when the server has not ended in time, such as for a media server that does not
/// answer: everything that was confirmed is stored, and the next start continues what was not finished.
void endWithin(std::chrono::milliseconds atMost, std::unique_ptr<CallServer> server) {
  std::promise<void> ended;
  std::thread ending([&] {
    server.reset();
    ended.set_value();
  });
  if (ended.get_future().wait_for(atMost) == std::future_status::timeout) {
    std::cout << "stopped; the next start continues what is not finished" << std::endl;
    std::_Exit(0);
  }
  ending.join();
}

/// What suits calls between people; the environment may say otherwise.
messenger::Config defaults() {
  using namespace std::chrono_literals;
  messenger::Config config;
  config.calling.enabled = true;
  config.ringing.enabled = true;
  config.ringing.noAnswerAfter = 45s;
  config.ringing.whenBusy = messenger::Config::Ringing::WhenBusy::mark;
  config.limits.participants = 12;
  config.limits.duration = 4h;
  config.limits.alone = 10min;
  config.limits.emptyGrace = 30s;
  return config;
}

int serve(const call_server::Settings& settings, std::optional<messenger::janus::JanusOptions> janus) {
  const messenger::Config config = messenger::Config::fromEnvironment(defaults());

  // Before the first OS thread, so that all of them inherit it: sigwait receives the signals.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  auto server = std::make_unique<CallServer>(
      CallServer::Parts{.settings = settings,
                        .config = config,
                        .janus = std::move(janus),
                        .logger = messenger::stderrLogger(messenger::LogLevel::info)});
  const auto ports = server->start();
  std::cout << "listening on " << urlOf(settings.address, ports.everyone) << "/\n"
            << "metrics on " << urlOf(settings.adminAddress, ports.admin) << "/metrics" << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  std::cout << "stopping" << std::endl;
  endWithin(settings.limits.stopping, std::move(server));
  std::cout << "stopped" << std::endl;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    auto settings = call_server::settingsFrom(argc, argv);
    if (const int* status = std::get_if<int>(&settings)) return *status;
    raiseFileLimit();
    auto& chosen = std::get<call_server::Settings>(settings);
    auto janus = call_server::readEnvironment(chosen);
    return serve(chosen, std::move(janus));
  } catch (const std::invalid_argument& error) {
    std::cerr << "call_server: " << error.what() << '\n';
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "call_server: " << error.what() << '\n';
    return 1;
  }
}
