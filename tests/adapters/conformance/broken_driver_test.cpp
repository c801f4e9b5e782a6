#include <functional>

#include "messenger/testing/fake_video_driver.hpp"
#include "messenger/testing/video_driver_suite.hpp"
#include "tests/adapters/conformance/reports.hpp"

namespace messenger::inline v0::testing {
namespace {

/// A driver of which one part can be replaced.
class BrokenDriver final : public VideoDriver {
 public:
  struct Parts {
    std::function<bool(FakeVideoDriver&, const Thread&, const Call&)> create;
    std::function<bool(FakeVideoDriver&, const CallWithRoom&)> destroy;
    std::function<std::optional<std::string>(const FakeVideoDriver&)> id;
  };

  BrokenDriver(std::shared_ptr<FakeVideoProvider> provider, Parts parts)
      : driver_(std::move(provider)), parts_(std::move(parts)) {}

  bool create(const Thread& thread, const Call& call) override {
    return parts_.create ? parts_.create(driver_, thread, call) : driver_.create(thread, call);
  }
  bool destroy(const CallWithRoom& call) override {
    return parts_.destroy ? parts_.destroy(driver_, call) : driver_.destroy(call);
  }
  [[nodiscard]] std::optional<std::string> getRoomId() const override {
    return parts_.id ? parts_.id(driver_) : driver_.getRoomId();
  }
  [[nodiscard]] std::optional<std::string> getRoomPin() const override { return driver_.getRoomPin(); }
  [[nodiscard]] std::optional<std::string> getRoomSecret() const override { return driver_.getRoomSecret(); }
  [[nodiscard]] std::optional<std::string> getExtraPayload() const override {
    return driver_.getExtraPayload();
  }

 private:
  FakeVideoDriver driver_;
  Parts parts_;
};

Reports reportsOf(const BrokenDriver::Parts& parts) {
  const auto provider = std::make_shared<FakeVideoProvider>();
  VideoDriverSuiteOptions options;
  options.roomExists = [&](const CallId& call) {
    for (const CallId& room : provider->rooms()) {
      if (room == call) return true;
    }
    return false;
  };
  Reports reports;
  videoDriverSuite([&] { return std::make_unique<BrokenDriver>(provider, parts); }, reports.sink(), options);
  return reports;
}

TEST_CASE("video driver suite: a driver that needs the room's details to destroy it -> caught",
          "[adapters][conformance]") {
  const Reports reports = reportsOf({nullptr,
                                     [](FakeVideoDriver& driver, const CallWithRoom& call) {
                                       return call.room ? driver.destroy(call) : true;
                                     },
                                     nullptr});
  CHECK(reports.failed() ==
        std::vector<std::string>{
            "destroy: finds the room by the call's id when its details were never recorded"});
}

TEST_CASE("video driver suite: a driver that fails when there is nothing to destroy -> caught",
          "[adapters][conformance]") {
  const auto provider = std::make_shared<FakeVideoProvider>();
  std::vector<CallId> known;
  const Reports reports = reportsOf({[&](FakeVideoDriver& driver, const Thread& thread, const Call& call) {
                                       return driver.create(thread, call);
                                     },
                                     [](FakeVideoDriver& driver, const CallWithRoom& call) {
                                       return call.room.has_value() && driver.destroy(call);
                                     },
                                     nullptr});
  CHECK(reports.hasFailed("destroy: a call that never had a room counts as destroyed"));
}

TEST_CASE("video driver suite: a driver that makes a new room each time -> caught",
          "[adapters][conformance]") {
  std::atomic<int> count{0};
  const Reports reports = reportsOf({nullptr, nullptr, [&](const FakeVideoDriver&) {
                                       return std::optional<std::string>{std::to_string(++count)};
                                     }});
  CHECK(reports.hasFailed("create: adopts an existing room"));
}

TEST_CASE("video driver suite: a driver with one room for all calls -> caught", "[adapters][conformance]") {
  const Reports reports = reportsOf(
      {nullptr, nullptr, [](const FakeVideoDriver&) { return std::optional<std::string>{"the room"}; }});
  CHECK(reports.hasFailed("destroy: leaves the rooms of other calls alone"));
  CHECK(reports.hasFailed("create, destroy: different calls at once"));
}

TEST_CASE("video driver suite: details out of bounds -> caught", "[adapters][conformance]") {
  const Reports reports = reportsOf({nullptr, nullptr, [](const FakeVideoDriver&) {
                                       return std::optional<std::string>{std::string(256, 'r')};
                                     }});
  CHECK(reports.hasFailed("getters: within the bounds"));
}

TEST_CASE("video driver suite: a driver that only claims to destroy -> caught", "[adapters][conformance]") {
  const Reports reports = reportsOf({nullptr, [](FakeVideoDriver&, const Call&) { return true; }, nullptr});
  CHECK(reports.hasFailed("create, destroy: the room of a call is made and destroyed"));
}

}  // namespace
}  // namespace messenger::testing
