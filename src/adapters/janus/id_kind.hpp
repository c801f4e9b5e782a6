#pragma once

#include "messenger/adapters/janus/video_room.hpp"

namespace messenger::janus {

/// Does something that depends on the kind of the server's ids; once more when the server turns out to be of
/// the other kind by now.
template <class Deed>
auto withKind(const VideoRoom& room, Deed deed) -> decltype(deed(IdKind::text)) {
  const JanusResult<IdKind> kind = room.idKind();
  if (!kind) return tl::unexpected(kind.error());
  auto result = deed(*kind);
  if (result || !result.error().isPlugin(video_room_code::invalidElement)) return result;
  room.forgetIdKind();
  const JanusResult<IdKind> now = room.idKind();
  if (!now) return tl::unexpected(now.error());
  return *now == *kind ? result : deed(*now);
}

}  // namespace messenger::janus
