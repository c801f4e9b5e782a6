// The eviction rule against every order of events, within bounds: time passes, a heartbeat arrives at one of
// two peers, a peer reports, dies, starts again; either peer checks. A session may only be evicted if two of
// its acknowledged heartbeats, or the last one and now, lie at least one TTL apart.
#include "rules/evidence.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iostream>
#include <unordered_set>
#include <vector>

#include "tests/support/catch.hpp"

namespace messenger::inline v0::rules {
namespace {

constexpr int ttl = 3;
constexpr int lease = 2;
constexpr int never = -99;

enum class Ingredient : std::uint8_t {
  none,
  heldLease,      ///< a peer acknowledges from memory only under a lease that holds
  newIdentity,    ///< a peer that starts anew is a new peer
  peersAlive,     ///< the judge waits for the reports of peers that are alive
  peersThatDied,  ///< the judge allows for what a peer that died may have received
};

struct Row {
  std::int8_t reported = never;
  std::int8_t leaseUntil = never;
};

struct Process {
  bool alive = true;
  std::int8_t seen = never;        ///< the last heartbeat in its memory
  std::int8_t leaseUntil = never;  ///< as it knows itself
  std::int8_t started = 0;
  std::int8_t row = 0;
};

struct State {
  std::int8_t now = 0;
  std::int8_t stored = 0;
  std::int8_t acknowledged = 0;
  bool gap = false;  ///< two acknowledged heartbeats lay a TTL apart
  std::array<Process, 2> processes;
  std::array<Row, 3> rows;
  std::int8_t rowCount = 2;
};

State initialState() {
  State state;
  state.processes[0] = {true, 0, lease, 0, 0};
  state.processes[1] = {true, never, lease, 0, 1};
  state.rows[0] = {0, lease};
  state.rows[1] = {0, lease};
  return state;
}

/// 15 small numbers, packed: no value exceeds 5 bits once shifted.
struct Key {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const Key&, const Key&) = default;
};

struct KeyHash {
  std::size_t operator()(const Key& key) const noexcept {
    return static_cast<std::size_t>((key.high * 0x9E3779B97F4A7C15ULL) ^ (key.low * 0xC2B2AE3D27D4EB4FULL));
  }
};

Key keyOf(const State& state) {
  Key key;
  int used = 0;
  const auto add = [&](int value) {
    std::uint64_t& word = used++ < 10 ? key.high : key.low;
    word = (word << 5U) | static_cast<std::uint64_t>(value == never ? 31 : value);
  };
  add(state.now);
  add(state.stored);
  add(state.acknowledged);
  add(state.gap ? 1 : 0);
  add(state.rowCount);
  for (const Process& process : state.processes) {
    add(process.alive ? 1 + process.row : 0);
    add(process.seen);
    add(process.leaseUntil);
    add(process.started);
  }
  for (const Row& row : state.rows) {
    add(row.reported);
    add(row.leaseUntil);
  }
  return key;
}

class Exploration {
 public:
  Exploration(int end, Ingredient leftOut) : end_(end), leftOut_(leftOut) { visit(initialState()); }

  void run() {
    while (!open_.empty()) {
      const State state = open_.back();
      open_.pop_back();
      for (std::size_t judge = 0; judge < 2; ++judge) {
        if (!mayEvict(state, judge)) continue;
        ++evictions;
        if (!state.gap && state.now - state.acknowledged < ttl) ++violations;
      }
      step(state);
    }
  }

  [[nodiscard]] std::size_t states() const noexcept { return seen_.size(); }
  std::size_t evictions = 0;
  std::size_t violations = 0;

 private:
  void visit(const State& state) {
    if (seen_.insert(keyOf(state)).second) open_.push_back(state);
  }

  void step(const State& state) {
    if (state.now < end_) {
      State next = state;
      ++next.now;
      visit(next);
    }
    for (std::size_t i = 0; i < 2; ++i) stepOf(state, i);
  }

  void stepOf(const State& state, std::size_t i) {
    if (!state.processes.at(i).alive) {
      start(state, i);
      return;
    }
    heartbeat(state, i);
    report(state, i);
    State death = state;
    Process& dead = death.processes.at(i);
    dead = {false, never, never, state.now, dead.row};
    visit(death);
  }

  void start(State state, std::size_t i) {
    Process& process = state.processes.at(i);
    if (leftOut_ != Ingredient::newIdentity) {
      if (state.rowCount == 3) return;
      process.row = state.rowCount++;
      state.rows.at(static_cast<std::size_t>(process.row)) = {};
    }
    process = {true, never, never, state.now, process.row};
    visit(state);
  }

  void heartbeat(State state, std::size_t i) {
    Process& process = state.processes.at(i);
    state.gap = state.gap || state.now - state.acknowledged >= ttl;
    state.acknowledged = state.now;
    process.seen = state.now;
    const bool fromMemory = state.now < process.leaseUntil || leftOut_ == Ingredient::heldLease;
    if (!fromMemory) {  // written through, which renews the lease
      state.stored = state.now;
      renew(state, process);
    }
    visit(state);
  }

  void report(State state, std::size_t i) {
    Process& process = state.processes.at(i);
    state.stored = std::max(state.stored, process.seen);
    renew(state, process);
    visit(state);
  }

  static void renew(State& state, Process& process) {
    process.leaseUntil = static_cast<std::int8_t>(state.now + lease);
    Row& row = state.rows.at(static_cast<std::size_t>(process.row));
    row = {state.now, std::max(row.leaseUntil, process.leaseUntil)};
  }

  /// The library's rule, on this state.
  [[nodiscard]] bool mayEvict(const State& state, std::size_t index) const {
    const Process& process = state.processes.at(index);
    if (!process.alive) return false;
    const auto at = [](int time) { return StorageTime{Duration{time}}; };
    const Judge judge{InstanceId{process.row + 1}, true, at(process.started)};
    std::vector<HeartbeatStore::Peer> peers;
    for (std::int8_t row = 0; row < state.rowCount; ++row) {
      const Row& stored = state.rows.at(static_cast<std::size_t>(row));
      const bool alive = stored.leaseUntil > state.now;
      if (leftOut_ == Ingredient::peersAlive && alive) continue;
      if (leftOut_ == Ingredient::peersThatDied && !alive) continue;
      peers.push_back({InstanceId{row + 1}, at(0), at(stored.reported), at(stored.leaseUntil)});
    }
    const auto evidence = evidenceAt(at(state.now), Duration{ttl}, judge, peers, /*presenceIsShared=*/false);
    if (!evidence) return false;
    std::optional<StorageTime> here;
    if (process.seen != never) here = at(process.seen);
    return isSilent(*evidence, Duration{ttl}, at(state.stored), here);
  }

  const int end_;
  const Ingredient leftOut_;
  std::unordered_set<Key, KeyHash> seen_;
  std::vector<State> open_;
};

}  // namespace

TEST_CASE("evidence: every order of events -> nobody with gaps shorter than the TTL is evicted",
          "[rules][presence]") {
  Exploration exploration(7, Ingredient::none);
  exploration.run();
  std::cout << "evidence: " << exploration.states() << " states, " << exploration.evictions << " evictions\n";
  REQUIRE(exploration.states() > 500'000);
  REQUIRE(exploration.evictions > 0);
  REQUIRE(exploration.violations == 0);
}

TEST_CASE("evidence: each ingredient left out -> the exploration finds a wrong eviction",
          "[rules][presence]") {
  const auto leftOut = GENERATE(Ingredient::heldLease, Ingredient::newIdentity, Ingredient::peersAlive,
                                Ingredient::peersThatDied);
  CAPTURE(static_cast<int>(leftOut));
  Exploration exploration(6, leftOut);
  exploration.run();
  REQUIRE(exploration.violations > 0);
}

TEST_CASE("evidence: a peer that only checks -> waits until a receiving peer was there for a TTL",
          "[rules][presence]") {
  const StorageTime begin{};
  const std::chrono::seconds minute{60};
  const Judge judge{InstanceId{1}, false, {}};
  const StorageTime now = begin + minute;
  CHECK_FALSE(evidenceAt(now, minute, judge, {}, false));
  const HeartbeatStore::Peer gone{InstanceId{2}, begin, begin, now};
  CHECK_FALSE(evidenceAt(now, minute, judge, {gone}, false));

  const HeartbeatStore::Peer young{InstanceId{3}, begin + Duration{1}, now, now + minute};
  const HeartbeatStore::Peer old{InstanceId{4}, begin, now, now + minute};
  const auto early = evidenceAt(now, minute, judge, {young}, false);
  REQUIRE(early);
  CHECK_FALSE(isSilent(*early, minute, begin, std::nullopt));
  const auto evident = evidenceAt(now, minute, judge, {young, old}, false);
  REQUIRE(evident);
  CHECK(isSilent(*evident, minute, begin, std::nullopt));
  CHECK_FALSE(isSilent(*evident, minute, begin + Duration{1}, std::nullopt));
}

TEST_CASE("evidence: a presence that all share -> other peers do not count", "[rules][presence]") {
  const StorageTime now{std::chrono::seconds{100}};
  const Duration ttl60 = std::chrono::seconds{60};
  const HeartbeatStore::Peer late{InstanceId{2}, {}, {}, now + ttl60};
  const Judge judge{InstanceId{1}, true, now - ttl60};
  const auto shared = evidenceAt(now, ttl60, judge, {late}, true);
  REQUIRE(shared);
  CHECK(isSilent(*shared, ttl60, now - ttl60, std::nullopt));
  const auto own = evidenceAt(now, ttl60, judge, {late}, false);
  REQUIRE(own);
  CHECK_FALSE(isSilent(*own, ttl60, now - ttl60, std::nullopt));
}

}  // namespace messenger::rules
