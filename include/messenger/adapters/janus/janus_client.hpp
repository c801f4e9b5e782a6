#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "messenger/adapters/janus/janus_error.hpp"
#include "messenger/adapters/janus/janus_options.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0::janus {

/// Which of the server's two APIs requests use.
enum class WayIn : std::uint8_t {
  adminApi,  ///< `message_plugin`: no session, one request each
  httpApi,   ///< a session and a handle for each plugin; kept, and made again when the server has lost them
};

/// Whether a request may be sent a second time when the answer to the first was lost.
enum class Repeat : std::uint8_t { never, harmless };

/// A plugin of a server.
struct PluginInfo {
  std::string package;  ///< `janus.plugin.videoroom`
  std::string name;     ///< as people read it
  std::string version;  ///< as the plugin writes it
};

/// What a server reports about itself.
struct ServerInfo {
  std::string name;                 ///< of the software: `Janus WebRTC Server`
  std::string version;              ///< of the software, as a text
  std::string serverName;           ///< of this server, as its administrator named it
  std::vector<PluginInfo> plugins;  ///< in any order
};

/// Talks to one Janus server. Thread-safe: requests of several OS threads run at the same time, each on its
/// own connection, which is kept for the next request; no lock is held meanwhile. A request blocks for at
/// most `requestTimeout`, a harmless one for twice that. Redirects are not followed; only http and https are
/// used.
class MESSENGER_EXPORT JanusClient {
 public:
  /// Throws std::invalid_argument for options out of bounds. Does not connect yet.
  explicit JanusClient(JanusOptions options);
  ~JanusClient();
  JanusClient(const JanusClient&) = delete;
  JanusClient& operator=(const JanusClient&) = delete;

  /// What it was made with.
  [[nodiscard]] const JanusOptions& options() const noexcept;

  /// `adminApi` when there is an `adminEndpoint`.
  [[nodiscard]] WayIn wayIn() const noexcept;

  /// Whether the server answers. Janus requires no secret here.
  [[nodiscard]] JanusResult<void> ping();

  /// What the server says about itself.
  [[nodiscard]] JanusResult<ServerInfo> info();

  /// Sends a plugin (`janus.plugin.videoroom`) a request that it answers at once. `request` is a JSON object;
  /// returns the plugin's answer, a JSON object without an error. Throws std::invalid_argument when `request`
  /// is not a JSON object. Pass the secrets that `request` contains in `secrets`, so that they are removed
  /// from error texts.
  [[nodiscard]] JanusResult<std::string> askPlugin(const std::string& plugin, const std::string& request,
                                                   Repeat repeat, const std::vector<Secret>& secrets = {});

 private:
  class MESSENGER_NO_EXPORT Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace messenger::janus
