#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "messenger/adapters/janus/janus_client.hpp"

namespace messenger::janus {

/// The id of a room or of a user in it: text when the server has `string_ids = true`, otherwise a number of
/// at most 53 bits. A server accepts one kind and refuses the other (430).
using JanusId = std::variant<std::string, std::uint64_t>;

enum class IdKind : std::uint8_t { text, number };

/// The id as text.
[[nodiscard]] std::string toText(const JanusId& id);

struct NewRoom {
  std::optional<JanusId> id;  ///< none: the server chooses
  std::string description;
  std::optional<Secret> secret;  ///< without one anyone may edit and destroy the room
  std::optional<Secret> pin;
  bool isPrivate = true;   ///< listed only with the `videoRoomSecret`
  bool permanent = false;  ///< written to the server's own config file
  std::size_t publishers = 3;
  std::uint64_t bitrate = 0;  ///< bits a second for each publisher; 0: unlimited
  /// Further fields as the plugin documents them, a JSON object: `{"videocodec":"vp9"}`.
  std::string more{};
};

/// Changes to a room; empty fields stay as they are.
struct RoomEdit {
  std::optional<std::string> description;
  std::optional<Secret> secret;
  std::optional<Secret> pin;
  std::optional<bool> isPrivate;
  std::optional<std::size_t> publishers;
  std::optional<std::uint64_t> bitrate;
  bool permanent = false;
};

struct RoomInfo {
  JanusId id;
  std::string description;
  bool pinRequired = false;
  bool isPrivate = false;
  std::size_t publishers = 0;
  std::uint64_t bitrate = 0;
  bool recording = false;
  std::size_t participants = 0;
};

struct RoomParticipant {
  JanusId id;
  std::string display;
  bool publisher = false;
  bool talking = false;
};

/// A stream that the room forwards as RTP.
struct Forwarder {
  JanusId publisher;
  std::uint64_t streamId = 0;
  std::string type;  ///< audio, video, data
  std::string host;
  std::uint16_t port = 0;
};

enum class AllowedAction : std::uint8_t { enable, disable, add, remove };

/// The VideoRoom plugin of one server. A handle: copies share the client and the known kind of ids.
/// Thread-safe; blocks as JanusClient does. A refusal is a JanusError of kind `plugin`. Each method lists the
/// codes that matter; all may also give 433 (wrong secret) and 429 (secret missing).
class VideoRoom {
 public:
  /// Throws std::invalid_argument without a client.
  explicit VideoRoom(std::shared_ptr<JanusClient> client);

  [[nodiscard]] JanusClient& client() const noexcept;

  /// All rooms; private ones only when `videoRoomSecret` is set. Never contains their secrets and pins.
  [[nodiscard]] JanusResult<std::vector<RoomInfo>> list() const;
  [[nodiscard]] JanusResult<bool> exists(const JanusId& room) const;
  /// Returns the room's id. 427: a room with that id exists and stays as it is.
  [[nodiscard]] JanusResult<JanusId> create(const NewRoom& room) const;
  /// 426: no such room; the same for all methods below.
  [[nodiscard]] JanusResult<void> edit(const JanusId& room, const RoomEdit& changes,
                                       const std::optional<Secret>& secret) const;
  /// Changes which tokens may join, and returns the tokens allowed afterwards. `tokens` is for `add` and
  /// `remove`.
  [[nodiscard]] JanusResult<std::vector<Secret>> allowed(const JanusId& room, AllowedAction action,
                                                         const std::vector<Secret>& tokens,
                                                         const std::optional<Secret>& secret) const;
  /// 428: no such user.
  [[nodiscard]] JanusResult<void> kick(const JanusId& room, const JanusId& user,
                                       const std::optional<Secret>& secret) const;
  [[nodiscard]] JanusResult<std::vector<RoomParticipant>> listParticipants(const JanusId& room) const;
  [[nodiscard]] JanusResult<std::vector<Forwarder>> listForwarders(const JanusId& room,
                                                                   const std::optional<Secret>& secret) const;
  [[nodiscard]] JanusResult<void> destroy(const JanusId& room, const std::optional<Secret>& secret,
                                          bool permanent = false) const;
  /// Mutes or unmutes one stream (`mid`) of a user for everybody. 428: no such user.
  [[nodiscard]] JanusResult<void> moderate(const JanusId& room, const JanusId& user, const std::string& mid,
                                           bool mute, const std::optional<Secret>& secret) const;
  /// Starts or stops recording everybody in the room.
  [[nodiscard]] JanusResult<void> enableRecording(const JanusId& room, bool record,
                                                  const std::optional<Secret>& secret) const;

  /// Which kind of id the server accepts: asked once, then remembered.
  [[nodiscard]] JanusResult<IdKind> idKind() const;
  /// Forgets the kind of ids, for when a server of the other kind may answer now.
  void forgetIdKind() const noexcept;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace messenger::janus
