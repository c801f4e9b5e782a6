#pragma once

#include "messenger/adapters/janus/video_room.hpp"
#include "messenger/console/command.hpp"

namespace messenger::janus {

/// The command `janus:reconcile [--dry-run]` for a host's console:
///
///     console::runMain(messenger, argc, argv, {janus::reconcileCommand(videoRoom, roomKey)});
[[nodiscard]] console::HostCommand reconcileCommand(VideoRoom room, Secret roomKey);

/// The same with `JanusOptions::fromEnvironment`, read when the command runs.
[[nodiscard]] console::HostCommand reconcileCommandFromEnvironment();

}  // namespace messenger::janus
