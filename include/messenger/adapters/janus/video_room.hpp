#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "messenger/adapters/janus/janus_client.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0::janus {

/// The id of a room or of a user in it: text when the server has `string_ids = true`, otherwise a number of
/// at most 53 bits. A server accepts one kind and refuses the other (430).
using JanusId = std::variant<std::string, std::uint64_t>;

/// The kinds of ids that a server may be configured for.
enum class IdKind : std::uint8_t { text, number };

/// The id as text.
MESSENGER_EXPORT [[nodiscard]] std::string toText(const JanusId& id);

/// A room to make.
struct NewRoom {
  std::optional<JanusId> id;     ///< none: the server chooses
  std::string description;       ///< shown to anyone who may list the room
  std::optional<Secret> secret;  ///< without one anyone may edit and destroy the room
  std::optional<Secret> pin;     ///< asked of everyone who joins; none: nobody is asked
  bool isPrivate = true;         ///< listed only with the `videoRoomSecret`
  bool permanent = false;        ///< written to the server's own config file
  std::size_t publishers = 3;    ///< how many may send at the same time
  std::uint64_t bitrate = 0;     ///< bits a second for each publisher; 0: unlimited
  /// Further fields as the plugin documents them, a JSON object: `{"videocodec":"vp9"}`.
  std::string more{};
};

/// Changes to a room; empty fields stay as they are.
struct RoomEdit {
  std::optional<std::string> description;  ///< as NewRoom has it
  std::optional<Secret> secret;            ///< the new one
  std::optional<Secret> pin;               ///< the new one
  std::optional<bool> isPrivate;           ///< as NewRoom has it
  std::optional<std::size_t> publishers;   ///< as NewRoom has it
  std::optional<std::uint64_t> bitrate;    ///< as NewRoom has it
  bool permanent = false;                  ///< the change is written to the server's own config file, too
};

/// What a server tells of a room. It names neither secret nor pin.
struct RoomInfo {
  JanusId id;                    ///< of the kind that the server uses
  std::string description;       ///< as NewRoom has it
  bool pinRequired = false;      ///< whoever joins must give a pin
  bool isPrivate = false;        ///< not listed for everyone
  std::size_t publishers = 0;    ///< how many may send at the same time
  std::uint64_t bitrate = 0;     ///< bits a second for each publisher; 0: unlimited
  bool recording = false;        ///< whether it is being recorded
  std::size_t participants = 0;  ///< how many are in it now
};

/// Somebody in a room.
struct RoomParticipant {
  JanusId id;              ///< in this room
  std::string display;     ///< the name that they chose
  bool publisher = false;  ///< they may send, and are not only watching
  bool talking = false;    ///< as the server hears it, where it listens for that
};

/// A stream that the room forwards as RTP.
struct Forwarder {
  JanusId publisher;           ///< whose stream it is
  std::uint64_t streamId = 0;  ///< of the forwarder, for stopping it
  std::string type;            ///< audio, video, data
  std::string host;            ///< where it goes
  std::uint16_t port = 0;      ///< where it goes
};

/// What to do with the tokens that let into a room.
enum class AllowedAction : std::uint8_t { enable, disable, add, remove };

/// The VideoRoom plugin of one server. A handle: copies share the client and the known kind of ids.
/// Thread-safe; blocks as JanusClient does. A refusal is a JanusError of kind `plugin`. Each method lists the
/// codes that matter; all may also give 433 (wrong secret) and 429 (secret missing).
class MESSENGER_EXPORT VideoRoom {
 public:
  /// Throws std::invalid_argument without a client.
  explicit VideoRoom(std::shared_ptr<JanusClient> client);

  /// The client that the requests go through.
  [[nodiscard]] JanusClient& client() const noexcept;

  /// All rooms; private ones only when `videoRoomSecret` is set. Never contains their secrets and pins.
  [[nodiscard]] JanusResult<std::vector<RoomInfo>> list() const;
  /// Whether there is such a room.
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
  /// Everyone in the room.
  [[nodiscard]] JanusResult<std::vector<RoomParticipant>> listParticipants(const JanusId& room) const;
  /// Everything that the room forwards.
  [[nodiscard]] JanusResult<std::vector<Forwarder>> listForwarders(const JanusId& room,
                                                                   const std::optional<Secret>& secret) const;
  /// Destroys the room and puts out everyone who is in it. `permanent`: also in the server's own config file.
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
  struct MESSENGER_NO_EXPORT Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace messenger::janus
