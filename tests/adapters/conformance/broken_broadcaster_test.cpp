#include <mutex>

#include "messenger/testing/broadcaster_suite.hpp"
#include "tests/adapters/conformance/reports.hpp"

namespace messenger::inline v0::testing {
namespace {

enum class Break { drops, cuts, swaps, throwing };

/// A transport that damages broadcasts.
class BrokenBroadcaster final : public Broadcaster {
 public:
  explicit BrokenBroadcaster(Break fault) : fault_(fault) {}

  void broadcast(const Broadcast& broadcast) override {
    if (fault_ == Break::throwing) throw std::runtime_error("no transport");
    const std::lock_guard lock(mutex_);
    if (fault_ == Break::drops && broadcast.event == "left.call") return;
    Broadcast carried = broadcast;
    if (fault_ == Break::cuts) carried.payload = carried.payload.substr(0, 1000);
    if (fault_ == Break::swaps && !all_.empty()) {
      all_.insert(all_.end() - 1, carried);
    } else {
      all_.push_back(carried);
    }
  }

  std::vector<Broadcast> all() {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  const Break fault_;
  std::mutex mutex_;
  std::vector<Broadcast> all_;
};

std::vector<std::string> failuresOf(Break fault) {
  Reports reports;
  broadcasterSuite(
      [&] {
        const auto broken = std::make_shared<BrokenBroadcaster>(fault);
        return BroadcasterUnderTest{broken, [broken] { return broken->all(); }};
      },
      reports.sink());
  return reports.failed();
}

TEST_CASE("broadcaster suite: broadcasts lost or cut or out of order or an exception -> caught",
          "[adapters][conformance]") {
  CHECK(failuresOf(Break::drops).size() == 2);
  CHECK(failuresOf(Break::cuts) ==
        std::vector<std::string>{"broadcast: payloads arrive byte for byte, long ones too"});
  CHECK(failuresOf(Break::swaps).size() == 3);
  CHECK(failuresOf(Break::throwing).size() == 5);
}

}  // namespace
}  // namespace messenger::testing
