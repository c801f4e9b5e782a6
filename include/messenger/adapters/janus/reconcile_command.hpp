#pragma once

#include "messenger/adapters/janus/video_room.hpp"
#include "messenger/console/command.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0::janus {

/// The command `janus:reconcile [--dry-run]` for a host's console:
///
///     console::runMain(messenger, argc, argv, {janus::reconcileCommand(videoRoom, roomKey)});
MESSENGER_EXPORT [[nodiscard]] console::HostCommand reconcileCommand(VideoRoom room, Secret roomKey);

/// The same with `JanusOptions::fromEnvironment`, read when the command runs.
MESSENGER_EXPORT [[nodiscard]] console::HostCommand reconcileCommandFromEnvironment();

}  // namespace messenger::janus
