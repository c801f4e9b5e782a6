// Heartbeats a second through redisPresence, beside the same commands by hiredis; bench/redis runs it.

#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "adapters/redis/presence_scripts.hpp"
#include "messenger/adapters/redis/redis_presence.hpp"

namespace messenger::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t mostCallers = 32;
constexpr std::size_t sessions = 1000;

SessionKey sessionAt(std::size_t i) {
  return {CallId{"00000000-0000-4000-8000-" + std::to_string(100'000'000'000 + i / 8)},
          UserId{"user", std::to_string(i)}};
}

/// So many OS threads do something again and again for so long. Returns how often a second.
double aSecond(std::size_t callers, std::chrono::milliseconds duration,
               const std::function<std::function<void(std::size_t)>()>& make) {
  std::atomic<std::size_t> done{0};
  std::vector<std::function<void(std::size_t)>> bodies;
  for (std::size_t i = 0; i < callers; ++i) bodies.push_back(make());
  const auto begun = steady_clock::now();
  std::vector<std::thread> threads;
  threads.reserve(callers);
  for (std::size_t i = 0; i < callers; ++i) {
    threads.emplace_back([&, i] {
      std::size_t count = 0;
      for (std::size_t at = i; steady_clock::now() < begun + duration; at += callers, ++count)
        bodies[i](at % sessions);
      done += count;
    });
  }
  for (std::thread& each : threads) each.join();
  return static_cast<double>(done) / std::chrono::duration<double>(steady_clock::now() - begun).count();
}

/// A connection of hiredis's own that sends the library's command.
class Raw {
 public:
  explicit Raw(int port) : context_(::redisConnect("127.0.0.1", port), &::redisFree) {
    if (!context_ || context_->err != 0) throw std::runtime_error("no connection");
  }

  void touch(std::size_t i) {
    const SessionKey who = sessionAt(i);
    const std::string key = "messenger:call:{" + who.call.value() + "}";
    const std::string field = fmt::format("4:user{}:{}", who.user.id.size(), who.user.id);
    const std::string digest{redis::scripts::touch().digest()};
    void* answer = ::redisCommand(context_.get(), "EVALSHA %s 1 %s %s %s %s", digest.c_str(), key.c_str(), "",
                                  "3600000", field.c_str());
    if (answer == nullptr) throw std::runtime_error("no answer");
    const auto* reply = static_cast<redisReply*>(answer);
    const bool tracked = reply->elements == 2 && reply->element[1]->integer == 1;
    ::freeReplyObject(answer);
    if (!tracked) throw std::runtime_error("the raw heartbeat found nobody");
  }

 private:
  std::unique_ptr<redisContext, decltype(&::redisFree)> context_;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void run(const std::string& url, int port, std::chrono::milliseconds duration) {
  RedisOptions options;
  options.url = url;
  options.connections = mostCallers;
  options.timeLimit = std::chrono::seconds{30};
  const auto presence = redisPresence(options);
  for (std::size_t i = 0; i < sessions; ++i) {
    presence->track(sessionAt(i), 1, steady_clock::now());
    presence->confirm(sessionAt(i), 1);
  }
  fmt::print("{:>8} {:>14} {:>14} {:>8}\n", "callers", "heartbeats/s", "hiredis", "ratio");
  for (const std::size_t callers : {1U, 8U, 32U}) {
    std::vector<double> ours;
    std::vector<double> floor;
    constexpr int turns = 5;
    for (int turn = 0; turn < turns; ++turn) {
      ours.push_back(aSecond(callers, duration, [&] {
        return [&](std::size_t i) {
          const SessionKey who = sessionAt(i);
          if (!presence->touch(who.call, who.user, who.device, steady_clock::now()))
            throw std::runtime_error("the heartbeat found nobody");
        };
      }));
      floor.push_back(aSecond(callers, duration, [&] {
        return [raw = std::make_shared<Raw>(port)](std::size_t i) { raw->touch(i); };
      }));
    }
    fmt::print("{:>8} {:>14.0f} {:>14.0f} {:>8.2f}\n", callers, median(ours), median(floor),
               median(ours) / median(floor));
  }
}

}  // namespace
}  // namespace messenger::bench

int main(int argc, char** argv) {
  const std::string url = argc > 1 ? argv[1] : "";
  const std::size_t colon = url.rfind(':');
  if (argc != 3 || url.rfind("redis://127.0.0.1:", 0) != 0) {
    fmt::print(stderr,
               "usage: bench_redis redis://127.0.0.1:PORT/0 MILLISECONDS\n\n"
               "Heartbeats a second with 1, 8 and 32 callers through redisPresence and, in turns, the same\n"
               "commands by hiredis; medians of five turns of so many milliseconds.\n");
    return 2;
  }
  try {
    messenger::bench::run(url, std::atoi(url.c_str() + colon + 1),
                          std::chrono::milliseconds{std::atoi(argv[2])});
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_redis: {}\n", error.what());
    return 1;
  }
  return 0;
}
