#include <boost/asio/thread_pool.hpp>

#include <fmt/format.h>

#include <optional>
#include <stdexcept>
#include <thread>

#include "bench/event_loop/callers.hpp"
#include "bench/event_loop/lateness.hpp"
#include "bench/event_loop/lock_holder.hpp"
#include "bench/support/database_file.hpp"
#include "bench/support/report.hpp"
#include "chat_server.hpp"

namespace messenger::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t rooms = 40;
constexpr milliseconds period{4800};  ///< 500 calls a minute
constexpr seconds held{2};

enum class Verbs : std::uint8_t { onLoop, onPool };

/// A loop with nothing to do but to be late: what the machine itself does.
struct IdleLoop {
  boost::asio::io_context loop{1};
  Lateness lateness{loop};
  std::thread running{[this] { loop.run(); }};

  void stop() {
    boost::asio::post(loop, [this] { lateness.stop(); });
    running.join();
  }
};

/// The example chat_server with people who call, while another process holds the lock again and again.
void serve(Report& report, const std::string& name, Verbs verbs) {
  if (!report.wants(name)) return;
  const auto time = seconds{report.options().size};
  Report::progress(fmt::format("{}: {} s", name, time.count()));
  const DatabaseFile chat(report.options().folder, "messenger-bench-chat.db");
  const DatabaseFile calls(report.options().folder, "messenger-bench-calls.db");
  for (std::size_t i = 0; i < rooms; ++i) {
    const std::string number = std::to_string(i);
    ChatTables(chat.path().string()).addRoom("room-" + number, {"caller-" + number, "callee-" + number});
  }

  boost::asio::io_context loop{1};
  boost::asio::thread_pool pool{2};
  const boost::asio::any_io_executor lane = verbs == Verbs::onPool
                                                ? boost::asio::any_io_executor(pool.get_executor())
                                                : boost::asio::any_io_executor(loop.get_executor());
  ChatServer server(loop, lane, {.chatFile = chat.path().string(), .callsFile = calls.path().string()});
  Lateness lateness(loop);
  IdleLoop idle;
  std::thread running([&] { loop.run(); });
  std::optional<Callers> callers(std::in_place, server.port(), rooms, period);
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() + 2 * held < end) {
    std::this_thread::sleep_for(held);
    LockHolder(calls.path(), held).wait();
  }
  std::this_thread::sleep_until(end);
  const std::size_t started = callers->calls();
  const std::size_t refused = callers->refused();
  callers.reset();
  boost::asio::post(loop, [&] {
    lateness.stop();
    server.stop([] {});
  });
  running.join();
  pool.join();
  idle.stop();

  report.fact(name + ": the loop was late by at most, ms", lateness.worst());
  report.fact(name + ": 999 of 1,000 times by at most, ms", lateness.quantile(0.999));
  report.fact(name + ": an idle loop beside it at most, ms", idle.lateness.worst());
  report.fact(name + ": with the wait for a processor at most, ms", lateness.worstWithQueue());
  report.fact(name + ": calls a minute",
              static_cast<double>(started) / std::chrono::duration<double, std::ratio<60>>(time).count());
  report.fact(name + ": calls with a refusal", static_cast<double>(refused));
}

}  // namespace
}  // namespace messenger::bench

int main(int argc, char** argv) {
  using namespace messenger;
  if (bench::LockHolder::isOne(argc, argv)) return 0;
  const bench::Program program{
      "bench_event_loop",
      "How late the loop of the example chat_server is: 500 calls a minute, a provider that takes 2 s, and\n"
      "another process that holds the lock of the database for 2 s every 4 s. With the verbs on a pool "
      "beside\n"
      "the loop, and on the loop itself.",
      "seconds",
      "'verbs on a pool', 'verbs on the loop'",
      1,
      30};
  return bench::runProgram(argc, argv, program, [](bench::Report& report) {
    bench::serve(report, "verbs on a pool", bench::Verbs::onPool);
    bench::serve(report, "verbs on the loop", bench::Verbs::onLoop);
  });
}
