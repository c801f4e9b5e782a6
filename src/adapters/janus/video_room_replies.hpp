#pragma once

#include <vector>

#include "adapters/janus/reply.hpp"
#include "messenger/adapters/janus/video_room.hpp"

namespace messenger::inline v0::janus {

// Readers for the answers of the VideoRoom plugin. An answer without the expected fields gives a JanusError
// of kind malformedReply.

[[nodiscard]] Json toJson(const JanusId& id);
[[nodiscard]] JanusResult<JanusId> readId(const Json& object, const char* key);

[[nodiscard]] JanusResult<std::vector<RoomInfo>> readRooms(const Json& answer);
[[nodiscard]] JanusResult<std::vector<RoomParticipant>> readParticipants(const Json& answer);
[[nodiscard]] JanusResult<std::vector<Forwarder>> readForwarders(const Json& answer);
[[nodiscard]] JanusResult<std::vector<Secret>> readTokens(const Json& answer);

}  // namespace messenger::janus
