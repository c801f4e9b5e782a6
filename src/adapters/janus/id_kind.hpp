#pragma once

#include "messenger/adapters/janus/video_room.hpp"

namespace messenger::inline v0::janus {

/// Does something that depends on the server's kind of ids; repeats it once when the server turns out to use
/// the other kind.
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
