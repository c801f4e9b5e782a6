#include <fmt/format.h>

#include "bench/activity/floor.hpp"
#include "bench/activity/population.hpp"
#include "bench/support/database_file.hpp"
#include "bench/support/report.hpp"
#include "messenger/adapters/defaults.hpp"
#include "messenger/adapters/memory.hpp"
#include "messenger/adapters/sqlite.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/manual_clock.hpp"

namespace messenger::bench {
namespace {

constexpr std::chrono::seconds interval{1};
/// So long that who is alive stays so, however far the runs move the clock.
constexpr std::chrono::hours ttl{4};
constexpr Duration silence = ttl + std::chrono::seconds{40};

/// A file with everybody in it, and a Messenger that has listened for long enough to judge.
class Stage {
 public:
  explicit Stage(const Report& report)
      : population{report.options().size / 4 * 4},
        file(report.options().folder, "messenger-bench-activity.db"),
        storage(sqliteStorage({.path = file.path(), .durability = Durability::normal})) {
    const TimePoint start = clock->now().wall;
    const StorageTime now = storage->timeAt(clock->steady());
    Report::progress("writing the participants");
    populate(file.path(), population, start - std::chrono::hours{1}, now + ttl);

    Config config;
    config.calling.enabled = true;
    config.presence.writeBehind = std::chrono::seconds{0};
    config.presence.checkInterval = interval;
    config.presence.ttl = ttl;
    Dependencies dependencies;
    dependencies.storage = storage;
    dependencies.clock = clock;
    dependencies.logger = nullLogger();
    dependencies.presence = memoryPresence();
    for (std::size_t n = 1; n <= population.participants; ++n) {
      dependencies.presence->track(Population::key(n), 1, clock->steady());
    }
    messenger.emplace(config, dependencies);
    messenger->host().runDueTasks();
    for (auto listened = interval; listened <= ttl; listened += interval) check();
  }

  /// The check that comes around by itself.
  void check() {
    clock->advance(interval);
    messenger->host().runDueTasks();
  }

  [[nodiscard]] StorageTime longAgo() const { return storage->timeAt(clock->steady()) - silence; }

  Population population;
  std::shared_ptr<testing::ManualClock> clock = std::make_shared<testing::ManualClock>();
  DatabaseFile file;
  std::shared_ptr<Storage> storage;
  std::optional<Messenger> messenger;
};

/// A check that puts out `silent`, beside the same changes in as many commits, and in one for every hundred.
void puttingOut(Report& report, Stage& stage, std::size_t silent) {
  const std::string name = fmt::format("check, {} silent", silent);
  if (!report.wants(name)) return;
  constexpr std::size_t together = 100;
  Silence these(stage.file.path(), stage.population, silent);
  ActivityFloor one(stage.file.path(), "NORMAL", 1);
  ActivityFloor many(stage.file.path(), "NORMAL", together);
  const auto prepare = [&] { these.prepare(stage.longAgo()); };
  const std::vector<Contender> contenders{{[&] { stage.check(); }, prepare},
                                          {[&] { one.check(stage.longAgo()); }, prepare},
                                          {[&] { many.check(stage.longAgo()); }, prepare}};
  for (const Contender& contender : contenders) {
    contender.before();
    contender.once();
    these.check();
  }
  const auto medians = report.race(name, 1, contenders);
  report.row({name + " : as many commits", medians[0], medians[1]});
  report.row({name + fmt::format(" : a commit for {}", together), medians[0], medians[2]});
  these.prepare(stage.storage->timeAt(stage.clock->steady()));
}

/// Nobody is silent: what the minute's check costs while all goes well.
void nothingToDo(Report& report, Stage& stage) {
  const std::string name = "check, 0 silent";
  if (!report.wants(name)) return;
  constexpr int repeats = 500;
  ActivityFloor floor(stage.file.path(), "NORMAL", 1);
  report.compare(name, repeats, {[&] {
                   for (int n = 0; n < repeats; ++n) stage.check();
                 }},
                 {[&] {
                   for (int n = 0; n < repeats; ++n) floor.check(stage.longAgo());
                 }});
}

/// The check that an operator asks for tells how many calls are active.
void askedFor(Report& report, Stage& stage) {
  const std::string name = "check asked for, 0 silent";
  if (!report.wants(name)) return;
  RawDatabase database(stage.file.path(), RawDatabase::Access::read);
  RawStatement counts(database,
                      "SELECT count(*), coalesce(max(sequence), 0) FROM calls INDEXED BY calls_active "
                      "WHERE ended_at IS NULL AND created_at < ?1");
  ActivityFloor floor(stage.file.path(), "NORMAL", 1);
  report.compare(name, 1, {[&] { stage.messenger->host().checkActivity(); }}, {[&] {
                   counts.run(stage.longAgo().time_since_epoch().count());
                   floor.check(stage.longAgo());
                 }});
}

}  // namespace
}  // namespace messenger::bench

int main(int argc, char** argv) {
  using namespace messenger;
  const bench::Program program{
      "bench_activity",
      "The activity check on a SQLite file (durability normal) with everybody in calls, of whom 0, 100 and\n"
      "10000 have fallen silent, beside a query on the same index and the same changes by SQLite's C "
      "interface.",
      "participants, four to a call",
      "'check, 0 silent', 'check, 100 silent', 'check, 10000 silent', 'check asked for, 0 silent'",
      5,
      1'000'000};
  return bench::runProgram(argc, argv, program, [](bench::Report& report) {
    bench::Stage stage(report);
    bench::nothingToDo(report, stage);
    bench::puttingOut(report, stage, 100);
    bench::puttingOut(report, stage, 10'000);
    bench::askedFor(report, stage);
  });
}
