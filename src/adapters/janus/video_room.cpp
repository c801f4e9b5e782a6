#include "messenger/adapters/janus/video_room.hpp"

#include <atomic>
#include <stdexcept>

#include "adapters/janus/video_room_replies.hpp"

namespace messenger::inline v0::janus {
namespace {

constexpr const char* package = "janus.plugin.videoroom";

/// A request and the secrets in it.
class Request {
 public:
  explicit Request(const char* verb) : body_{{"request", verb}} {}

  /// The further fields come first, so that the named ones override them.
  static Request withFields(const char* verb, const std::string& fields) {
    Request request(verb);
    if (fields.empty()) return request;
    Json more = parse(fields);
    if (!more.is_object()) throw std::invalid_argument("NewRoom::more is not a JSON object");
    more["request"] = verb;
    request.body_ = std::move(more);
    return request;
  }

  Request& with(const char* key, Json value) {
    body_[key] = std::move(value);
    return *this;
  }
  Request& with(const char* key, const std::optional<Secret>& secret) {
    if (!secret) return *this;
    body_[key] = secret->reveal();
    secrets_.push_back(*secret);
    return *this;
  }
  Request& withAll(const char* key, const std::vector<Secret>& secrets) {
    Json list = Json::array();
    for (const Secret& each : secrets) list.push_back(each.reveal());
    secrets_.insert(secrets_.end(), secrets.begin(), secrets.end());
    return with(key, std::move(list));
  }
  template <class Value>
  Request& withIf(const char* key, const std::optional<Value>& value) {
    if (value) body_[key] = *value;
    return *this;
  }

  [[nodiscard]] const Json& body() const noexcept { return body_; }
  [[nodiscard]] const std::vector<Secret>& secrets() const noexcept { return secrets_; }

 private:
  Json body_;
  std::vector<Secret> secrets_;
};

const char* nameOf(AllowedAction action) {
  switch (action) {
    case AllowedAction::enable:
      return "enable";
    case AllowedAction::disable:
      return "disable";
    case AllowedAction::add:
      return "add";
    case AllowedAction::remove:
      return "remove";
  }
  return "";
}

}  // namespace

std::string toText(const JanusId& id) {
  if (const auto* number = std::get_if<std::uint64_t>(&id)) return std::to_string(*number);
  return std::get<std::string>(id);
}

struct VideoRoom::Shared {
  enum class Known : std::uint8_t { nothing, text, number };

  explicit Shared(std::shared_ptr<JanusClient> talksTo) : client(std::move(talksTo)) {}

  std::shared_ptr<JanusClient> client;
  std::atomic<Known> idKind{Known::nothing};

  JanusResult<Json> ask(const Request& request, Repeat repeat = Repeat::never) const {
    const auto answer = client->askPlugin(package, write(request.body()), repeat, request.secrets());
    if (!answer) return tl::unexpected(answer.error());
    return parse(*answer);
  }

  /// For requests whose answer has no data.
  JanusResult<void> tell(const Request& request) const {
    const auto answer = ask(request);
    if (!answer) return tl::unexpected(answer.error());
    return {};
  }
};

VideoRoom::VideoRoom(std::shared_ptr<JanusClient> client) {
  if (!client) throw std::invalid_argument("VideoRoom: the client must not be null");
  shared_ = std::make_shared<Shared>(std::move(client));
}

JanusClient& VideoRoom::client() const noexcept {
  return *shared_->client;
}

JanusResult<std::vector<RoomInfo>> VideoRoom::list() const {
  Request request("list");
  request.with("admin_key", client().options().videoRoomSecret);
  return shared_->ask(request, Repeat::harmless).and_then(readRooms);
}

JanusResult<bool> VideoRoom::exists(const JanusId& room) const {
  const auto answer = shared_->ask(Request("exists").with("room", toJson(room)), Repeat::harmless);
  if (!answer) return tl::unexpected(answer.error());
  const auto found = answer->find("exists");
  if (found == answer->end() || !found->is_boolean()) return malformed("the answer does not say whether");
  return found->get<bool>();
}

JanusResult<JanusId> VideoRoom::create(const NewRoom& room) const {
  Request request = Request::withFields("create", room.more);
  request.with("admin_key", client().options().videoRoomSecret);
  if (room.id) request.with("room", toJson(*room.id));
  if (!room.description.empty()) request.with("description", room.description);
  request.with("secret", room.secret).with("pin", room.pin);
  request.with("is_private", room.isPrivate).with("permanent", room.permanent);
  request.with("publishers", room.publishers).with("bitrate", room.bitrate);
  return shared_->ask(request).and_then([](const Json& answer) { return readId(answer, "room"); });
}

JanusResult<void> VideoRoom::edit(const JanusId& room, const RoomEdit& changes,
                                  const std::optional<Secret>& secret) const {
  Request request("edit");
  request.with("room", toJson(room)).with("secret", secret);
  request.with("new_secret", changes.secret).with("new_pin", changes.pin);
  request.withIf("new_description", changes.description).withIf("new_is_private", changes.isPrivate);
  request.withIf("new_publishers", changes.publishers).withIf("new_bitrate", changes.bitrate);
  if (changes.permanent) request.with("permanent", true);
  return shared_->tell(request);
}

JanusResult<std::vector<Secret>> VideoRoom::allowed(const JanusId& room, AllowedAction action,
                                                    const std::vector<Secret>& tokens,
                                                    const std::optional<Secret>& secret) const {
  Request request("allowed");
  request.with("room", toJson(room)).with("action", nameOf(action)).with("secret", secret);
  if (!tokens.empty()) request.withAll("allowed", tokens);
  return shared_->ask(request).and_then(readTokens);
}

JanusResult<void> VideoRoom::kick(const JanusId& room, const JanusId& user,
                                  const std::optional<Secret>& secret) const {
  return shared_->tell(
      Request("kick").with("room", toJson(room)).with("id", toJson(user)).with("secret", secret));
}

JanusResult<std::vector<RoomParticipant>> VideoRoom::listParticipants(const JanusId& room) const {
  return shared_->ask(Request("listparticipants").with("room", toJson(room)), Repeat::harmless)
      .and_then(readParticipants);
}

JanusResult<std::vector<Forwarder>> VideoRoom::listForwarders(const JanusId& room,
                                                              const std::optional<Secret>& secret) const {
  return shared_
      ->ask(Request("listforwarders").with("room", toJson(room)).with("secret", secret), Repeat::harmless)
      .and_then(readForwarders);
}

JanusResult<void> VideoRoom::destroy(const JanusId& room, const std::optional<Secret>& secret,
                                     bool permanent) const {
  Request request("destroy");
  request.with("room", toJson(room)).with("secret", secret);
  if (permanent) request.with("permanent", true);
  return shared_->tell(request);
}

JanusResult<void> VideoRoom::moderate(const JanusId& room, const JanusId& user, const std::string& mid,
                                      bool mute, const std::optional<Secret>& secret) const {
  Request request("moderate");
  request.with("room", toJson(room)).with("id", toJson(user)).with("mid", mid).with("mute", mute);
  return shared_->tell(request.with("secret", secret));
}

JanusResult<void> VideoRoom::enableRecording(const JanusId& room, bool record,
                                             const std::optional<Secret>& secret) const {
  return shared_->tell(
      Request("enable_recording").with("room", toJson(room)).with("record", record).with("secret", secret));
}

JanusResult<IdKind> VideoRoom::idKind() const {
  switch (shared_->idKind.load()) {
    case Shared::Known::text:
      return IdKind::text;
    case Shared::Known::number:
      return IdKind::number;
    case Shared::Known::nothing:
      break;
  }
  // A server with numeric ids does not even look for a room with this id.
  const JanusResult<bool> asked = exists(JanusId{std::string{"which kind of ids"}});
  const bool numbers = !asked && asked.error().isPlugin(video_room_code::invalidElement);
  if (!asked && !numbers) return tl::unexpected(asked.error());
  shared_->idKind = numbers ? Shared::Known::number : Shared::Known::text;
  return numbers ? IdKind::number : IdKind::text;
}

void VideoRoom::forgetIdKind() const noexcept {
  shared_->idKind = Shared::Known::nothing;
}

}  // namespace messenger::janus
