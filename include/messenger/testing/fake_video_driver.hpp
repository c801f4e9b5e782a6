#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "messenger/contracts/video_driver.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0::testing {

/// How the fake provider answers.
enum class ProviderAnswer : std::uint8_t {
  yes,             ///< does it and reports success
  no,              ///< does nothing and reports failure
  noButDone,       ///< does it and reports failure, like an answer that was lost
  throwing,        ///< does nothing and throws DriverError
  throwingButDone  ///< does it and throws
};

/// One call of a driver's `create`, `destroy`, `remove` or `admit`.
struct DriverCall {
  /// The methods that are recorded.
  enum class Method : std::uint8_t { create, destroy, remove, admit };
  /// What the driver answered; `running` while it has not.
  enum class Result : std::uint8_t { running, yes, no, threw };

  Method method = Method::create;  ///< which method it was
  CallId call;                     ///< of the call that was passed
  ThreadId thread;                 ///< of the call that was passed
  /// create: what `getRoomId` returned afterwards, empty unless the result is yes. destroy: the id of the
  /// room in the call that was passed.
  std::optional<std::string> roomId;
  Result result = Result::running;  ///< what the driver answered
  bool secretSeen = false;          ///< destroy, remove, admit: the call had the room's secret
  std::string mediaId{};            ///< remove, admit
};

/// A video provider in memory, shared by the drivers of a test. It knows which rooms exist and which requests
/// came, and answers as the test sets. Thread-safe. Hooks and waits happen without a lock.
///
///     auto provider = std::make_shared<testing::FakeVideoProvider>();
///     messenger.setVideoDriver<testing::FakeVideoDriver>(provider);
///     …
///     REQUIRE(provider->rooms().empty());
class MESSENGER_EXPORT FakeVideoProvider {
 public:
  /// The calls that have a room now, in the order of their ids.
  [[nodiscard]] std::vector<CallId> rooms() const;

  /// The requests, in the order in which they began.
  [[nodiscard]] std::vector<DriverCall> calls() const;
  /// How often this method was called for that call.
  [[nodiscard]] std::size_t count(DriverCall::Method method, const CallId& call) const;
  /// Clears the record of `calls`; rooms stay.
  void clearCalls();

  /// Removes every room, as a restart of the provider's server does.
  void loseRooms();

  /// What its drivers answer to each of these from now on.
  /// @{
  void answerCreate(ProviderAnswer answer);
  void answerDestroy(ProviderAnswer answer);
  void answerRemove(ProviderAnswer answer);
  /// @}
  /// Whether its drivers have a `removal`. At first they have.
  void canRemove(bool can);
  /// The sessions that were taken out of rooms, by their `mediaId`, in that order.
  [[nodiscard]] std::vector<std::string> removed() const;

  /// The same for `admit`.
  void answerAdmit(ProviderAnswer answer);
  /// Whether its drivers have an `access`. At first they have not.
  void canAdmit(bool can);
  /// Runs inside every `admit`, before anything is done. The driver throws what it throws.
  void onAdmit(std::function<void(const CallWithRoom&)> hook);
  /// The tokens that open rooms, in the order in which they were given. Each is given once; `remove` takes
  /// those of its session back.
  [[nodiscard]] std::vector<std::string> tokens() const;

  /// The details of new rooms. By default the id is `room-` and the call's id, the pin `1234`, the secret
  /// `swordfish`, and there is no payload. Empty: the default again.
  void giveRoom(std::optional<Room> room);

  /// Runs inside every `create` or `destroy`, before anything is done. The driver throws what it throws.
  void onCreate(std::function<void(const Thread&, const Call&)> hook);
  /// The same for `destroy`.
  void onDestroy(std::function<void(const CallWithRoom&)> hook);

  /// From now on each `create` (`destroy`) stops after its hook until `release`.
  void holdCreates();
  /// The same for `destroy`.
  void holdDestroys();
  /// Waits until this many drivers are held at once. False when the time is over.
  [[nodiscard]] bool waitForHeld(std::size_t drivers,
                                 std::chrono::milliseconds atMost = std::chrono::seconds{30});
  /// Lets all held drivers continue, and holds no more.
  void release();

 private:
  friend class FakeVideoDriver;

  std::optional<Room> create(const Thread& thread, const Call& call);
  bool destroy(const CallWithRoom& call);
  bool removeSession(const CallWithRoom& call, const Secret& mediaId);
  [[nodiscard]] bool mayRemove() const;
  std::optional<RoomCredentials> admitSession(const CallWithRoom& call, const CallSession& session);
  [[nodiscard]] bool mayAdmit() const;

  std::size_t begin(DriverCall entry);
  void finish(std::size_t index, DriverCall::Result result, const std::optional<std::string>& roomId);
  void waitAtGate(const bool& held);
  ProviderAnswer make(const Call& call, Room& room);
  ProviderAnswer remove(const CallWithRoom& call);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<CallId, Room> rooms_;
  std::vector<DriverCall> calls_;
  std::size_t cleared_ = 0;  ///< how many entries were removed from the front of the log
  ProviderAnswer create_ = ProviderAnswer::yes;
  ProviderAnswer destroy_ = ProviderAnswer::yes;
  ProviderAnswer remove_ = ProviderAnswer::yes;
  bool canRemove_ = true;
  std::vector<std::string> removed_;
  ProviderAnswer admit_ = ProviderAnswer::yes;
  bool canAdmit_ = false;
  std::size_t admitted_ = 0;  ///< how many tokens were ever given
  struct Token {
    std::string text;
    std::string mediaId;
  };
  std::vector<Token> tokens_;
  std::function<void(const CallWithRoom&)> onAdmit_;
  std::optional<Room> room_;
  std::function<void(const Thread&, const Call&)> onCreate_;
  std::function<void(const CallWithRoom&)> onDestroy_;
  bool holdsCreates_ = false;
  bool holdsDestroys_ = false;
  std::size_t held_ = 0;
};

/// A driver on a FakeVideoProvider. Derives the room's identity from the call's id and adopts a room that
/// exists; destroying an unknown room succeeds.
class MESSENGER_EXPORT FakeVideoDriver final : public VideoDriver,
                                               private ParticipantRemoval,
                                               private ParticipantAccess {
 public:
  /// All drivers of one provider share its rooms.
  explicit FakeVideoDriver(std::shared_ptr<FakeVideoProvider> provider);

  bool create(const Thread& thread, const Call& call) override;
  bool destroy(const CallWithRoom& call) override;
  [[nodiscard]] ParticipantRemoval* removal() noexcept override;
  [[nodiscard]] ParticipantAccess* access() noexcept override;
  [[nodiscard]] std::optional<std::string> getRoomId() const override { return room_.id; }
  [[nodiscard]] std::optional<std::string> getRoomPin() const override { return room_.pin; }
  [[nodiscard]] std::optional<std::string> getRoomSecret() const override;
  [[nodiscard]] std::optional<std::string> getExtraPayload() const override { return room_.payload; }

 private:
  bool remove(const CallWithRoom& call, const Secret& mediaId) override;
  std::optional<RoomCredentials> admit(const CallWithRoom& call, const CallSession& session) override;

  std::shared_ptr<FakeVideoProvider> provider_;
  Room room_;
};

}  // namespace messenger::testing
