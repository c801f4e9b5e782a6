#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <utility>

namespace messenger::inline v0 {

/// An identifier that cannot be confused with one of another kind. Opaque text. The library makes the ids of
/// calls, participants and jobs (26 characters, sortable by creation time); ids of threads may come from the
/// host. Value type. Any text is accepted; an unknown id is simply not found.
template <class Tag>
class StrongId {
 public:
  /// From a text, as it was stored or received.
  StrongId() = default;
  explicit StrongId(std::string value) : value_(std::move(value)) {}

  /// The text.
  [[nodiscard]] const std::string& value() const noexcept { return value_; }
  /// No id: the text is empty.
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

  friend bool operator==(const StrongId&, const StrongId&) = default;
  friend std::strong_ordering operator<=>(const StrongId&, const StrongId&) = default;
  /// Writes the text.
  friend std::ostream& operator<<(std::ostream& out, const StrongId& id) { return out << id.value_; }

 private:
  std::string value_;
};

/// The id of a call, a thread, a participant or a job.
/// @{
using CallId = StrongId<struct CallTag>;
using ThreadId = StrongId<struct ThreadTag>;
using ParticipantId = StrongId<struct ParticipantTag>;
using JobId = StrongId<struct JobTag>;
/// @}
/// A device of a user, as the host or its clients name it: see CallSession.
using DeviceId = StrongId<struct DeviceTag>;

/// Identifies one Messenger object in one process, as a presence peer. Random, never zero.
enum class InstanceId : std::int64_t {};

}  // namespace messenger

template <class Tag>
struct std::hash<messenger::StrongId<Tag>> {
  std::size_t operator()(const messenger::StrongId<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.value());
  }
};
