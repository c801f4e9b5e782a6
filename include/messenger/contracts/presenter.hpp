#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messenger/export.hpp"
#include "messenger/model/call.hpp"
#include "messenger/model/thread.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger::inline v0 {

/// A field that a host adds to a JSON object.
struct MESSENGER_EXPORT ExtraField {
  /// 1 to 255 bytes of text, and no name that the library itself writes.
  std::string name;
  /// The value, as JSON in UTF-8: `true`, `"text"` with its quotes, `{"sm": "/a.png"}`. At most `maxJson`
  /// bytes.
  std::string json;

  static constexpr std::size_t maxJson = std::size_t{64} * 1024;  ///< bytes that `json` may have

  /// A field with a text: it is quoted and escaped here.
  [[nodiscard]] static ExtraField text(std::string name, std::string_view value);

  friend bool operator==(const ExtraField&, const ExtraField&) = default;
};

/// The fields of one object.
using ExtraFields = std::vector<ExtraField>;

/// Adds a host's own fields (avatars, links to profiles, roles) to what clients get: the responses of
/// `http::Router` and the payloads of broadcasts. Without one they have the library's fields only. Set by
/// `Dependencies::presenter`; override what you need.
///
/// Called on the OS thread that handles the request or made the change, several at once, with no lock held
/// and outside every transaction: implementations must be thread-safe, and should answer from memory. It must
/// not call back into the Messenger.
///
/// It can break nothing: an exception leaves out all fields of that call, and a field is left out that is no
/// valid JSON, is too long, or has a name that is taken (docs/http.md lists them) or given twice. Each is
/// logged as a warning. It is never given a room.
class MESSENGER_EXPORT Presenter {
 public:
  Presenter() = default;
  Presenter(const Presenter&) = delete;
  Presenter& operator=(const Presenter&) = delete;
  virtual ~Presenter() = default;

  /// For a user: in every `owner` of a response, and in the `sender` of `incoming.call`. Asked once a user
  /// for each response.
  [[nodiscard]] virtual ExtraFields userFields(const UserId& user) const;

  /// For a thread: in the `meta` of a call in a response, as the user who asks may see it; and in the `call`
  /// of `incoming.call`, where `viewer` is empty because one payload goes to everyone who is rung.
  [[nodiscard]] virtual ExtraFields threadFields(const Thread& thread,
                                                 const std::optional<UserId>& viewer) const;

  /// For a payload as a whole: that of a broadcast (`event` is its name, as `call.ended`), and each call in a
  /// response (`event` is empty).
  [[nodiscard]] virtual ExtraFields payloadFields(const std::string& event, const Call& call) const;
};

}  // namespace messenger
