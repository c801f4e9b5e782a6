#include "messenger/testing/fake_video_driver.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "messenger/errors.hpp"

namespace messenger::inline v0::testing {
namespace {

bool isDone(ProviderAnswer answer) {
  return answer == ProviderAnswer::yes || answer == ProviderAnswer::noButDone ||
         answer == ProviderAnswer::throwingButDone;
}

bool isThrowing(ProviderAnswer answer) {
  return answer == ProviderAnswer::throwing || answer == ProviderAnswer::throwingButDone;
}

Room defaultRoom(const CallId& call) {
  return {"room-" + call.value(), "1234", std::nullopt, Secret{"swordfish"}};
}

}  // namespace

std::vector<CallId> FakeVideoProvider::rooms() const {
  const std::lock_guard lock(mutex_);
  std::vector<CallId> result;
  result.reserve(rooms_.size());
  for (const auto& [call, room] : rooms_) result.push_back(call);
  return result;
}

std::vector<DriverCall> FakeVideoProvider::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

std::size_t FakeVideoProvider::count(DriverCall::Method method, const CallId& call) const {
  const std::lock_guard lock(mutex_);
  const auto fits = [&](const DriverCall& entry) { return entry.method == method && entry.call == call; };
  return static_cast<std::size_t>(std::count_if(calls_.begin(), calls_.end(), fits));
}

void FakeVideoProvider::clearCalls() {
  const std::lock_guard lock(mutex_);
  cleared_ += calls_.size();
  calls_.clear();
}

void FakeVideoProvider::loseRooms() {
  const std::lock_guard lock(mutex_);
  rooms_.clear();
}

void FakeVideoProvider::answerCreate(ProviderAnswer answer) {
  const std::lock_guard lock(mutex_);
  create_ = answer;
}

void FakeVideoProvider::answerDestroy(ProviderAnswer answer) {
  const std::lock_guard lock(mutex_);
  destroy_ = answer;
}

void FakeVideoProvider::answerRemove(ProviderAnswer answer) {
  const std::lock_guard lock(mutex_);
  remove_ = answer;
}

void FakeVideoProvider::canRemove(bool can) {
  const std::lock_guard lock(mutex_);
  canRemove_ = can;
}

bool FakeVideoProvider::mayRemove() const {
  const std::lock_guard lock(mutex_);
  return canRemove_;
}

void FakeVideoProvider::answerAdmit(ProviderAnswer answer) {
  const std::lock_guard lock(mutex_);
  admit_ = answer;
}

void FakeVideoProvider::canAdmit(bool can) {
  const std::lock_guard lock(mutex_);
  canAdmit_ = can;
}

bool FakeVideoProvider::mayAdmit() const {
  const std::lock_guard lock(mutex_);
  return canAdmit_;
}

void FakeVideoProvider::onAdmit(std::function<void(const CallWithRoom&)> hook) {
  const std::lock_guard lock(mutex_);
  onAdmit_ = std::move(hook);
}

std::vector<std::string> FakeVideoProvider::tokens() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> tokens;
  for (const Token& each : tokens_) tokens.push_back(each.text);
  return tokens;
}

std::vector<std::string> FakeVideoProvider::removed() const {
  const std::lock_guard lock(mutex_);
  return removed_;
}

void FakeVideoProvider::giveRoom(std::optional<Room> room) {
  const std::lock_guard lock(mutex_);
  room_ = std::move(room);
}

void FakeVideoProvider::onCreate(std::function<void(const Thread&, const Call&)> hook) {
  const std::lock_guard lock(mutex_);
  onCreate_ = std::move(hook);
}

void FakeVideoProvider::onDestroy(std::function<void(const CallWithRoom&)> hook) {
  const std::lock_guard lock(mutex_);
  onDestroy_ = std::move(hook);
}

void FakeVideoProvider::holdCreates() {
  const std::lock_guard lock(mutex_);
  holdsCreates_ = true;
}

void FakeVideoProvider::holdDestroys() {
  const std::lock_guard lock(mutex_);
  holdsDestroys_ = true;
}

bool FakeVideoProvider::waitForHeld(std::size_t drivers, std::chrono::milliseconds atMost) {
  std::unique_lock lock(mutex_);
  const auto end = saturatingAdd(std::chrono::steady_clock::now(), atMost);
  return changed_.wait_until(lock, end, [&] { return held_ >= drivers; });
}

void FakeVideoProvider::release() {
  const std::lock_guard lock(mutex_);
  holdsCreates_ = false;
  holdsDestroys_ = false;
  changed_.notify_all();
}

void FakeVideoProvider::waitAtGate(const bool& held) {
  std::unique_lock lock(mutex_);
  if (!held) return;
  ++held_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return !held; });
  --held_;
}

std::size_t FakeVideoProvider::begin(DriverCall entry) {
  const std::lock_guard lock(mutex_);
  calls_.push_back(std::move(entry));
  return cleared_ + calls_.size() - 1;
}

void FakeVideoProvider::finish(std::size_t index, DriverCall::Result result,
                               const std::optional<std::string>& roomId) {
  const std::lock_guard lock(mutex_);
  if (index < cleared_) return;
  DriverCall& entry = calls_[index - cleared_];
  entry.result = result;
  entry.roomId = roomId;
}

ProviderAnswer FakeVideoProvider::make(const Call& call, Room& room) {
  const std::lock_guard lock(mutex_);
  if (isDone(create_)) {
    room = rooms_.try_emplace(call.id, room_.value_or(defaultRoom(call.id))).first->second;
  }
  return create_;
}

ProviderAnswer FakeVideoProvider::remove(const CallWithRoom& call) {
  const std::lock_guard lock(mutex_);
  if (isDone(destroy_)) rooms_.erase(call.id);
  return destroy_;
}

std::optional<Room> FakeVideoProvider::create(const Thread& thread, const Call& call) {
  const std::size_t index = begin({DriverCall::Method::create, call.id, thread.id, std::nullopt});
  std::function<void(const Thread&, const Call&)> hook;
  {
    const std::lock_guard lock(mutex_);
    hook = onCreate_;
  }
  try {
    if (hook) hook(thread, call);
    waitAtGate(holdsCreates_);
    Room room;
    const ProviderAnswer answer = make(call, room);
    if (isThrowing(answer)) throw DriverError("the fake provider is set to throw");
    const bool yes = answer == ProviderAnswer::yes;
    finish(index, yes ? DriverCall::Result::yes : DriverCall::Result::no, yes ? room.id : std::nullopt);
    return yes ? std::optional<Room>{std::move(room)} : std::nullopt;
  } catch (...) {
    finish(index, DriverCall::Result::threw, std::nullopt);
    throw;
  }
}

bool FakeVideoProvider::destroy(const CallWithRoom& call) {
  const std::optional<std::string> roomId = call.room ? call.room->id : std::nullopt;
  const bool secretSeen = call.room && call.room->secret;
  const std::size_t index = begin(
      {DriverCall::Method::destroy, call.id, call.threadId, roomId, DriverCall::Result::running, secretSeen});
  std::function<void(const CallWithRoom&)> hook;
  {
    const std::lock_guard lock(mutex_);
    hook = onDestroy_;
  }
  try {
    if (hook) hook(call);
    waitAtGate(holdsDestroys_);
    const ProviderAnswer answer = remove(call);
    if (isThrowing(answer)) throw DriverError("the fake provider is set to throw");
    const bool yes = answer == ProviderAnswer::yes;
    finish(index, yes ? DriverCall::Result::yes : DriverCall::Result::no, roomId);
    return yes;
  } catch (...) {
    finish(index, DriverCall::Result::threw, roomId);
    throw;
  }
}

bool FakeVideoProvider::removeSession(const CallWithRoom& call, const Secret& mediaId) {
  const std::optional<std::string> roomId = call.room ? call.room->id : std::nullopt;
  const std::string roomSecret = call.room && call.room->secret ? call.room->secret->reveal() : std::string{};
  const std::size_t index = begin({DriverCall::Method::remove, call.id, call.threadId, roomId,
                                   DriverCall::Result::running, !roomSecret.empty(), mediaId.reveal()});
  ProviderAnswer answer = ProviderAnswer::no;
  {
    const std::lock_guard lock(mutex_);
    answer = remove_;
    if (isDone(answer)) {
      removed_.push_back(mediaId.reveal());
      std::erase_if(tokens_, [&](const Token& each) { return each.mediaId == mediaId.reveal(); });
    }
  }
  if (isThrowing(answer)) {
    finish(index, DriverCall::Result::threw, roomId);
    throw DriverError("the fake provider is set to throw: " + mediaId.reveal() + ' ' + roomSecret);
  }
  const bool yes = answer == ProviderAnswer::yes;
  finish(index, yes ? DriverCall::Result::yes : DriverCall::Result::no, roomId);
  return yes;
}

std::optional<RoomCredentials> FakeVideoProvider::admitSession(const CallWithRoom& call,
                                                               const CallSession& session) {
  const std::optional<std::string> roomId = call.room ? call.room->id : std::nullopt;
  const std::string roomSecret = call.room && call.room->secret ? call.room->secret->reveal() : std::string{};
  const Secret& mediaId = session.mediaId.value();
  const std::size_t index = begin({DriverCall::Method::admit, call.id, call.threadId, roomId,
                                   DriverCall::Result::running, !roomSecret.empty(), mediaId.reveal()});
  std::function<void(const CallWithRoom&)> hook;
  {
    const std::lock_guard lock(mutex_);
    hook = onAdmit_;
  }
  try {
    if (hook) hook(call);
    ProviderAnswer answer = ProviderAnswer::no;
    RoomCredentials given{{}, Secret{{}}};
    {
      const std::lock_guard lock(mutex_);
      answer = admit_;
      if (isDone(answer)) {
        const std::string number = std::to_string(++admitted_);
        tokens_.push_back({"token " + number, mediaId.reveal()});
        given = {"identity " + number, Secret{tokens_.back().text}};
      }
    }
    if (isThrowing(answer))
      throw DriverError("the fake provider is set to throw: " + mediaId.reveal() + ' ' + roomSecret);
    const bool yes = answer == ProviderAnswer::yes;
    finish(index, yes ? DriverCall::Result::yes : DriverCall::Result::no, roomId);
    return yes ? std::optional<RoomCredentials>{std::move(given)} : std::nullopt;
  } catch (...) {
    finish(index, DriverCall::Result::threw, roomId);
    throw;
  }
}

FakeVideoDriver::FakeVideoDriver(std::shared_ptr<FakeVideoProvider> provider)
    : provider_(std::move(provider)) {
  if (!provider_) throw std::invalid_argument("FakeVideoDriver: there is no provider");
}

bool FakeVideoDriver::create(const Thread& thread, const Call& call) {
  std::optional<Room> room = provider_->create(thread, call);
  room_ = room ? std::move(*room) : Room{};
  return room.has_value();
}

bool FakeVideoDriver::destroy(const CallWithRoom& call) {
  return provider_->destroy(call);
}

ParticipantRemoval* FakeVideoDriver::removal() noexcept {
  return provider_->mayRemove() ? this : nullptr;
}

ParticipantAccess* FakeVideoDriver::access() noexcept {
  return provider_->mayAdmit() ? this : nullptr;
}

std::optional<RoomCredentials> FakeVideoDriver::admit(const CallWithRoom& call, const CallSession& session) {
  return provider_->admitSession(call, session);
}

bool FakeVideoDriver::remove(const CallWithRoom& call, const Secret& mediaId) {
  return provider_->removeSession(call, mediaId);
}

std::optional<std::string> FakeVideoDriver::getRoomSecret() const {
  return room_.secret ? std::optional<std::string>{room_.secret->reveal()} : std::nullopt;
}

}  // namespace messenger::testing
