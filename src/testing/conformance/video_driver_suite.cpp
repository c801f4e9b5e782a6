#include "messenger/testing/video_driver_suite.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "messenger/adapters/defaults.hpp"
#include "support/id_generator.hpp"
#include "support/text.hpp"
#include "testing/conformance/checks.hpp"
#include "testing/conformance/crowd.hpp"

namespace messenger::inline v0::testing {
namespace {

/// Calls with new ids, and a driver that is asked as the library asks it.
class DriverCase {
 public:
  explicit DriverCase(const VideoDriverSuiteOptions& options) : options_(options) {}
  DriverCase(const DriverCase&) = delete;
  DriverCase& operator=(const DriverCase&) = delete;
  virtual ~DriverCase() = default;

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

  /// The call has ended, and has the known details of its room.
  [[nodiscard]] static CallWithRoom ended(const Call& created, std::optional<Room> room) {
    CallWithRoom call{created, std::nullopt};
    call.endedAt = call.createdAt + std::chrono::seconds{1};
    call.endReason = EndReason::hungUp;
    call.setupComplete = room.has_value();
    call.roomMayExist = true;
    call.room = std::move(room);
    return call;
  }

  /// Creates the room and returns what the driver reports about it.
  [[nodiscard]] virtual Room create(const Call& call, ThreadType type = ThreadType::group) = 0;
  [[nodiscard]] virtual bool destroy(const Call& created, std::optional<Room> room) = 0;
  /// Creates and destroys the rooms of all these calls, which do not wait for each other. Returns the rooms.
  [[nodiscard]] virtual std::vector<Room> atOnce(const std::vector<Call>& calls) = 0;

  void requireRoom(const Call& call, bool exists) const {
    if (!options_.roomExists) return;
    requireEqual("whether the provider has the room", options_.roomExists(call.id), exists);
  }

  [[nodiscard]] const VideoDriverSuiteOptions& options() const noexcept { return options_; }

 private:
  const VideoDriverSuiteOptions& options_;
  support::IdGenerator ids_;
};

/// A new driver for each job.
class WaitingCase final : public DriverCase {
 public:
  WaitingCase(const VideoDriverFactory& make, const VideoDriverSuiteOptions& options)
      : DriverCase(options), make_(make) {}

  [[nodiscard]] Room create(const Call& call, ThreadType type) override {
    const auto made = driver();
    require(made->create(thread(type), call), "create makes the room");
    const auto secret = made->getRoomSecret();
    return {made->getRoomId(), made->getRoomPin(), made->getExtraPayload(),
            secret ? std::optional<Secret>{Secret{*secret}} : std::nullopt};
  }

  [[nodiscard]] bool destroy(const Call& created, std::optional<Room> room) override {
    return driver()->destroy(ended(created, std::move(room)));
  }

  [[nodiscard]] std::vector<Room> atOnce(const std::vector<Call>& calls) override {
    std::vector<Room> rooms(calls.size());
    crowd(calls.size(), [&](std::size_t i) {
      rooms[i] = create(calls[i], ThreadType::group);
      require(destroy(calls[i], rooms[i]), "destroy succeeds");
    });
    return rooms;
  }

 private:
  [[nodiscard]] std::unique_ptr<VideoDriver> driver() const {
    std::unique_ptr<VideoDriver> made = make_();
    require(made != nullptr, "the factory gives a driver");
    return made;
  }

  const VideoDriverFactory& make_;
};

/// One driver for all jobs, whose requests complete while the loop turns.
class CompletingCase final : public DriverCase {
 public:
  CompletingCase(AsyncVideoDriver& driver, const AsyncVideoDriverSuiteOptions& options)
      : DriverCase(options), driver_(driver), options_(options) {}

  [[nodiscard]] Room create(const Call& call, ThreadType type) override {
    return made(outcomeOf(beginCreate(call, type)));
  }

  [[nodiscard]] bool destroy(const Call& created, std::optional<Room> room) override {
    return outcomeOf(beginDestroy(created, std::move(room))).has_value();
  }

  [[nodiscard]] std::vector<Room> atOnce(const std::vector<Call>& calls) override {
    std::vector<Pending> pending;
    std::vector<Room> rooms;
    pending.reserve(calls.size());
    rooms.reserve(calls.size());
    for (const Call& call : calls) pending.push_back(beginCreate(call, ThreadType::group));
    for (const Pending& each : pending) rooms.push_back(made(outcomeOf(each)));
    pending.clear();
    for (std::size_t i = 0; i < calls.size(); ++i) pending.push_back(beginDestroy(calls[i], rooms[i]));
    for (const Pending& each : pending) require(outcomeOf(each).has_value(), "destroy succeeds");
    return rooms;
  }

  void removeSomebody() {
    const Call call = newCall();
    const Room room = create(call, ThreadType::group);
    CallWithRoom active{call, room};
    active.setupComplete = true;
    active.roomMayExist = true;
    const Pending pending = std::make_shared<Outcome>();
    driver_.remove(active, Secret{"conformance-media-id"}, completionOf(pending));
    require(outcomeOf(pending).has_value(), "a session that is not in the room counts as removed");
    require(destroy(call, room), "destroy succeeds");
  }

 private:
  struct Outcome {
    std::mutex mutex;
    std::optional<DriverOutcome> reported;
  };
  using Pending = std::shared_ptr<Outcome>;

  [[nodiscard]] static DriverCompletion completionOf(const Pending& pending) {
    return DriverCompletion{[pending](DriverOutcome outcome) {
      const std::lock_guard lock(pending->mutex);
      pending->reported = std::move(outcome);
    }};
  }

  // What is passed by reference is gone when the request has returned, as in the library.
  [[nodiscard]] Pending beginCreate(const Call& call, ThreadType type) {
    Pending pending = std::make_shared<Outcome>();
    const auto threadOfCall = std::make_unique<Thread>(thread(type));
    const auto callOfRequest = std::make_unique<Call>(call);
    driver_.create(*threadOfCall, *callOfRequest, completionOf(pending));
    return pending;
  }
  [[nodiscard]] Pending beginDestroy(const Call& created, std::optional<Room> room) {
    Pending pending = std::make_shared<Outcome>();
    const auto call = std::make_unique<CallWithRoom>(ended(created, std::move(room)));
    driver_.destroy(*call, completionOf(pending));
    return pending;
  }

  [[nodiscard]] DriverOutcome outcomeOf(const Pending& pending) const {
    const auto until = std::chrono::steady_clock::now() + options_.timeLimit;
    while (true) {
      {
        const std::lock_guard lock(pending->mutex);
        if (pending->reported) return *pending->reported;
      }
      require(std::chrono::steady_clock::now() < until, "a request completes within the time limit");
      options_.turn();
    }
  }

  [[nodiscard]] static Room made(const DriverOutcome& outcome) {
    if (!outcome) throw CheckFailed("create makes the room; it failed: " + outcome.error());
    return *outcome;
  }

  AsyncVideoDriver& driver_;
  const AsyncVideoDriverSuiteOptions& options_;
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
  std::set<std::string> rooms;
  std::size_t named = 0;
  for (const Room& room : c.atOnce(calls)) {
    if (!room.id) continue;
    ++named;
    rooms.insert(*room.id);
  }
  requireEqual("how many different rooms there were", rooms.size(), named);
  for (const Call& call : calls) c.requireRoom(call, false);
}

void runAll(Checks& checks, DriverCase& testCase) {
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
}

}  // namespace

std::size_t videoDriverSuite(const VideoDriverFactory& make, const ReportSink& report,
                             const VideoDriverSuiteOptions& options) {
  Checks checks(report);
  WaitingCase testCase(make, options);
  runAll(checks, testCase);
  return checks.failures();
}

std::size_t asyncVideoDriverSuite(AsyncVideoDriver& driver, const ReportSink& report,
                                  const AsyncVideoDriverSuiteOptions& options) {
  if (!options.turn) throw std::invalid_argument("AsyncVideoDriverSuiteOptions::turn is empty");
  Checks checks(report);
  CompletingCase testCase(driver, options);
  runAll(checks, testCase);
  checks.run("remove: completes for a session that is not in the room", [&] { testCase.removeSomebody(); });
  return checks.failures();
}

}  // namespace messenger::testing
