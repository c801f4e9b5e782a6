#include "adapters/janus/video_room_replies.hpp"

#include <limits>

namespace messenger::inline v0::janus {
namespace {

bool truthOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

std::uint64_t numberOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

/// Reads each object of the array that the answer has under `key`.
template <class Item, class Read>
JanusResult<std::vector<Item>> readAll(const Json& answer, const char* key, Read read) {
  const auto list = answer.find(key);
  if (list == answer.end() || !list->is_array()) return malformed("there is no list in the answer");
  std::vector<Item> items;
  for (const Json& each : *list) {
    if (!each.is_object()) return malformed("a list item is not an object");
    if (JanusResult<void> done = read(each, items); !done) return tl::unexpected(done.error());
  }
  return items;
}

}  // namespace

Json toJson(const JanusId& id) {
  return std::visit([](const auto& value) { return Json(value); }, id);
}

JanusResult<JanusId> readId(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_string()) return JanusId{found->get<std::string>()};
  if (found != object.end() && found->is_number_unsigned()) return JanusId{found->get<std::uint64_t>()};
  return malformed("there is no id in the answer");
}

JanusResult<std::vector<RoomInfo>> readRooms(const Json& answer) {
  return readAll<RoomInfo>(answer, "list", [](const Json& each, auto& rooms) -> JanusResult<void> {
    auto id = readId(each, "room");
    if (!id) return tl::unexpected(id.error());
    RoomInfo room;
    room.id = std::move(*id);
    room.description = textOf(each, "description");
    room.pinRequired = truthOf(each, "pin_required");
    room.isPrivate = truthOf(each, "is_private");
    room.publishers = static_cast<std::size_t>(numberOf(each, "max_publishers"));
    room.bitrate = numberOf(each, "bitrate");
    room.recording = truthOf(each, "record");
    room.participants = static_cast<std::size_t>(numberOf(each, "num_participants"));
    rooms.push_back(std::move(room));
    return {};
  });
}

JanusResult<std::vector<RoomParticipant>> readParticipants(const Json& answer) {
  return readAll<RoomParticipant>(
      answer, "participants", [](const Json& each, auto& all) -> JanusResult<void> {
        auto id = readId(each, "id");
        if (!id) return tl::unexpected(id.error());
        all.push_back(
            {std::move(*id), textOf(each, "display"), truthOf(each, "publisher"), truthOf(each, "talking")});
        return {};
      });
}

JanusResult<std::vector<Forwarder>> readForwarders(const Json& answer) {
  return readAll<Forwarder>(answer, "publishers", [](const Json& each, auto& all) -> JanusResult<void> {
    const auto publisher = readId(each, "publisher_id");
    if (!publisher) return tl::unexpected(publisher.error());
    const auto forwarders =
        readAll<Forwarder>(each, "forwarders", [&](const Json& stream, auto& streams) -> JanusResult<void> {
          const std::uint64_t port = numberOf(stream, "port");
          if (port > std::numeric_limits<std::uint16_t>::max()) return malformed("a port is out of bounds");
          streams.push_back({*publisher, numberOf(stream, "stream_id"), textOf(stream, "type"),
                             textOf(stream, "host"), static_cast<std::uint16_t>(port)});
          return {};
        });
    if (!forwarders) return tl::unexpected(forwarders.error());
    all.insert(all.end(), forwarders->begin(), forwarders->end());
    return {};
  });
}

JanusResult<std::vector<Secret>> readTokens(const Json& answer) {
  std::vector<Secret> tokens;
  const auto list = answer.find("allowed");
  if (list == answer.end() || !list->is_array()) return tokens;  // missing after `disable`
  for (const Json& each : *list) {
    if (!each.is_string()) return malformed("a token is not text");
    tokens.emplace_back(each.get<std::string>());
  }
  return tokens;
}

}  // namespace messenger::janus
