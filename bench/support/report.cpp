#include "bench/support/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace messenger::bench {
namespace {

double cpuNow() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

Sample timed(const std::function<void()>& once) {
  const double cpu = cpuNow();
  const auto wall = std::chrono::steady_clock::now();
  once();
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - wall;
  return {took.count(), cpuNow() - cpu};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

Sample median(const std::vector<Sample>& samples, double operations) {
  std::vector<double> wall;
  std::vector<double> cpu;
  for (const Sample& sample : samples) {
    wall.push_back(sample.wall / operations);
    cpu.push_back(sample.cpu / operations);
  }
  return {median(std::move(wall)), median(std::move(cpu))};
}

std::string shown(double nanoseconds) {
  if (nanoseconds < 1e3) return fmt::format("{:.1f} ns", nanoseconds);
  if (nanoseconds < 1e6) return fmt::format("{:.1f} us", nanoseconds / 1e3);
  if (nanoseconds < 1e9) return fmt::format("{:.1f} ms", nanoseconds / 1e6);
  return fmt::format("{:.2f} s", nanoseconds / 1e9);
}

}  // namespace

void Report::progress(const std::string& text) {
  fmt::print(stderr, "{}\n", text);
}

std::vector<Sample> Report::race(const std::string& title, double operations,
                                 const std::vector<Contender>& contenders) const {
  std::vector<std::vector<Sample>> samples(contenders.size());
  for (std::size_t run = 0; run <= options_.runs; ++run) {
    for (std::size_t turn = 0; turn < contenders.size(); ++turn) {
      const std::size_t who = (turn + run) % contenders.size();
      contenders[who].before();
      const Sample sample = timed(contenders[who].once);
      if (run > 0) samples[who].push_back(sample);
    }
    fmt::print(stderr, "\r{}: {}/{}", title, run, options_.runs);
    std::fflush(stderr);
  }
  fmt::print(stderr, "\n");
  std::vector<Sample> medians;
  for (const auto& each : samples) medians.push_back(median(each, operations));
  return medians;
}

void Report::compare(const std::string& name, double operations, const Contender& ours,
                     const Contender& floor) {
  const auto medians = race(name, operations, {ours, floor});
  row({name, medians[0], medians[1]});
}

void Report::fact(const std::string& name, double value) {
  facts_.push_back({name, value});
}

void Report::printTable() const {
  std::size_t width = 4;
  for (const Row& row : rows_) width = std::max(width, row.name.size());
  fmt::print("{:<{}} | {:>10} | {:>10} | {:>6} | {:>9} | {:>12}\n", "name", width, "ours", "floor", "ratio",
             "cpu ratio", "ours/second");
  fmt::print("{:-<{}}-|-{:->10}-|-{:->10}-|-{:->6}-|-{:->9}-|-{:->12}\n", "", width, "", "", "", "", "");
  for (const Row& row : rows_) {
    const auto ratio = [&](double ours, double floor) {
      return row.floor && floor > 0 ? fmt::format("{:.2f}", ours / floor) : std::string{"-"};
    };
    const Sample floor = row.floor.value_or(Sample{});
    fmt::print("{:<{}} | {:>10} | {:>10} | {:>6} | {:>9} | {:>12.0f}\n", row.name, width,
               shown(row.ours.wall), row.floor ? shown(floor.wall) : "-", ratio(row.ours.wall, floor.wall),
               ratio(row.ours.cpu, floor.cpu), 1e9 / row.ours.wall);
  }
  for (const Fact& fact : facts_) fmt::print("{}: {:.6g}\n", fact.name, fact.value);
}

// Names are ours, without anything that JSON would escape.
void Report::printJson(const Program& program) const {
  fmt::print("{{\"program\":\"{}\",\"runs\":{},\"size\":{},\"unit\":\"ns\",\"rows\":[", program.name,
             options_.runs, options_.size);
  const char* separator = "";
  for (const Row& row : rows_) {
    fmt::print("{}{{\"name\":\"{}\",\"ours\":{:.1f},\"ours_cpu\":{:.1f}", separator, row.name, row.ours.wall,
               row.ours.cpu);
    if (row.floor) {
      fmt::print(",\"floor\":{:.1f},\"floor_cpu\":{:.1f},\"ratio\":{:.3f}", row.floor->wall, row.floor->cpu,
                 row.ours.wall / row.floor->wall);
    }
    fmt::print("}}");
    separator = ",";
  }
  fmt::print("],\"facts\":{{");
  separator = "";
  for (const Fact& fact : facts_) {
    fmt::print("{}\"{}\":{:.6g}", separator, fact.name, fact.value);
    separator = ",";
  }
  fmt::print("}}}}\n");
}

void Report::print(const Program& program) const {
  if (options_.json) {
    printJson(program);
  } else {
    printTable();
  }
}

}  // namespace messenger::bench
