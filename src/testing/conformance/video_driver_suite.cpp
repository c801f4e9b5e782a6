#include "messenger/testing/video_driver_suite.hpp"

#include <mutex>
#include <set>
#include <string>

#include "messenger/adapters/defaults.hpp"
#include "support/id_generator.hpp"
#include "support/text.hpp"
#include "testing/conformance/checks.hpp"
#include "testing/conformance/crowd.hpp"

namespace messenger::inline v0::testing {
namespace {

/// One check: a new driver for each job, as in the library, and calls with new ids.
class DriverCase {
 public:
  DriverCase(const VideoDriverFactory& make, const VideoDriverSuiteOptions& options)
      : make_(make), options_(options) {}

  [[nodiscard]] std::unique_ptr<VideoDriver> driver() const {
    std::unique_ptr<VideoDriver> made = make_();
    require(made != nullptr, "the factory gives a driver");
    return made;
  }

  [[nodiscard]] Call newCall() {
    const TimePoint now = systemClock()->now().wall;
    Call call;
    call.id = CallId{ids_.next(now)};
    call.threadId = ThreadId{"conformance-thread"};
    call.owner = {"user", "1"};
    call.createdAt = now;
    call.updatedAt = now;
    return call;
  }

  [[nodiscard]] static Thread thread(ThreadType type) {
    Thread thread;
    thread.id = ThreadId{"conformance-thread"};
    thread.type = type;
    thread.subject = type == ThreadType::group ? "Conformance" : "";
    thread.members = type == ThreadType::group ? 5 : 2;
    return thread;
  }

  /// Creates the room and returns what the driver reports about it.
  [[nodiscard]] Room create(const Call& call, ThreadType type = ThreadType::group) const {
    const auto made = driver();
    require(made->create(thread(type), call), "create makes the room");
    const auto secret = made->getRoomSecret();
    return {made->getRoomId(), made->getRoomPin(), made->getExtraPayload(),
            secret ? std::optional<Secret>{Secret{*secret}} : std::nullopt};
  }

  /// As the library does it: the call has ended, and has the known details of its room.
  [[nodiscard]] bool destroy(const Call& created, std::optional<Room> room) const {
    CallWithRoom call{created, std::nullopt};
    call.endedAt = call.createdAt + std::chrono::seconds{1};
    call.endReason = EndReason::hungUp;
    call.setupComplete = room.has_value();
    call.roomMayExist = true;
    call.room = std::move(room);
    return driver()->destroy(call);
  }

  void requireRoom(const Call& call, bool exists) const {
    if (!options_.roomExists) return;
    requireEqual("whether the provider has the room", options_.roomExists(call.id), exists);
  }

  [[nodiscard]] const VideoDriverSuiteOptions& options() const noexcept { return options_; }

 private:
  const VideoDriverFactory& make_;
  const VideoDriverSuiteOptions& options_;
  support::IdGenerator ids_;
};

void lifecycle(DriverCase& c) {
  const Call call = c.newCall();
  const Room room = c.create(call);
  c.requireRoom(call, true);
  require(c.destroy(call, room), "destroy succeeds");
  c.requireRoom(call, false);
}

void privateThreads(DriverCase& c) {
  const Call call = c.newCall();
  const Room room = c.create(call, ThreadType::privateThread);
  c.requireRoom(call, true);
  require(c.destroy(call, room), "destroy succeeds");
}

void details(DriverCase& c) {
  const Call call = c.newCall();
  const Room room = c.create(call);
  for (const auto& field : {room.id, room.pin}) {
    if (field) require(support::isUtf8(*field) && field->size() <= maxRoomField, "id and pin fit");
  }
  if (room.secret) {
    const std::string& secret = room.secret->reveal();
    require(support::isUtf8(secret) && secret.size() <= maxRoomField, "the secret fits");
  }
  if (room.payload) {
    require(support::isUtf8(*room.payload) && support::countCharacters(*room.payload) <= maxRoomPayload,
            "the payload fits");
  }
  require(c.destroy(call, room), "destroy succeeds");
}

void createsAgain(DriverCase& c) {
  const Call call = c.newCall();
  const Room first = c.create(call);
  const Room second = c.create(call);
  requireEqual("the room's id", second.id, first.id);
  c.requireRoom(call, true);
  require(c.destroy(call, second), "destroy succeeds");
  c.requireRoom(call, false);
}

void destroysAgain(DriverCase& c) {
  const Call call = c.newCall();
  const Room room = c.create(call);
  require(c.destroy(call, room), "the first destroy succeeds");
  require(c.destroy(call, room), "so does the second");
  c.requireRoom(call, false);
}

void destroysUnknown(DriverCase& c) {
  require(c.destroy(c.newCall(), std::nullopt), "a room that never was counts as gone");
}

void destroysUnrecorded(DriverCase& c) {
  const Call call = c.newCall();
  static_cast<void>(c.create(call));
  require(c.destroy(call, std::nullopt), "destroy succeeds without the room's details");
  c.requireRoom(call, false);
}

void createsAfterDestroy(DriverCase& c) {
  const Call call = c.newCall();
  require(c.destroy(call, c.create(call)), "destroy succeeds");
  const Room room = c.create(call);
  c.requireRoom(call, true);
  require(c.destroy(call, room), "and again");
  c.requireRoom(call, false);
}

void sameForOtherCalls(DriverCase& c) {
  const Call one = c.newCall();
  const Call other = c.newCall();
  const Room roomOfOne = c.create(one);
  const Room roomOfOther = c.create(other);
  if (roomOfOne.id && roomOfOther.id) require(roomOfOne.id != roomOfOther.id, "each call has its own room");
  require(c.destroy(one, roomOfOne), "destroy succeeds");
  c.requireRoom(one, false);
  c.requireRoom(other, true);
  require(c.destroy(other, roomOfOther), "destroy succeeds");
}

void atOnce(DriverCase& c) {
  std::vector<Call> calls;
  for (std::size_t i = 0; i < c.options().rooms; ++i) calls.push_back(c.newCall());
  std::mutex mutex;
  std::set<std::string> rooms;
  std::size_t named = 0;
  crowd(calls.size(), [&](std::size_t i) {
    const Room room = c.create(calls[i]);
    {
      const std::lock_guard lock(mutex);
      if (room.id) {
        ++named;
        rooms.insert(*room.id);
      }
    }
    require(c.destroy(calls[i], room), "destroy succeeds");
  });
  requireEqual("how many different rooms there were", rooms.size(), named);
  for (const Call& call : calls) c.requireRoom(call, false);
}

}  // namespace

std::size_t videoDriverSuite(const VideoDriverFactory& make, const ReportSink& report,
                             const VideoDriverSuiteOptions& options) {
  Checks checks(report);
  DriverCase testCase(make, options);
  const auto run = [&](const std::string& sentence, void (*body)(DriverCase&)) {
    checks.run(sentence, [&] { body(testCase); });
  };
  run("create, destroy: the room of a call is made and destroyed", lifecycle);
  run("create: works for private threads too", privateThreads);
  run("getters: within the bounds", details);
  run("create: adopts an existing room", createsAgain);
  run("destroy: may be repeated", destroysAgain);
  run("destroy: a call that never had a room counts as destroyed", destroysUnknown);
  run("destroy: finds the room by the call's id when its details were never recorded", destroysUnrecorded);
  run("create: works again after a destroy", createsAfterDestroy);
  run("destroy: leaves the rooms of other calls alone", sameForOtherCalls);
  run("create, destroy: different calls at once", atOnce);
  return checks.failures();
}

}  // namespace messenger::testing
