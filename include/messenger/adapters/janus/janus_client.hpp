#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "messenger/adapters/janus/janus_error.hpp"
#include "messenger/adapters/janus/janus_options.hpp"

namespace messenger::janus {

/// Which of a server's two doors requests go through.
enum class WayIn : std::uint8_t {
  adminApi,  ///< `message_plugin`: no session, one request each
  httpApi,   ///< a session and a handle for each plugin, kept, and made again when the server has lost them
};

/// Whether a request may be sent a second time when the answer to the first was lost.
enum class Repeat : std::uint8_t { never, harmless };

struct PluginInfo {
  std::string package;  ///< `janus.plugin.videoroom`
  std::string name;
  std::string version;
};

/// What a server says of itself.
struct ServerInfo {
  std::string name;
  std::string version;
  std::string serverName;
  std::vector<PluginInfo> plugins;
};

/// Talks to one Janus server. Thread-safe: requests of several threads run side by side, each on a connection
/// of its own that is kept for the next one; no lock is held meanwhile. A request blocks for at most
/// `requestTimeout`, a harmless one for twice that. No redirects are followed, and nothing but http and https
/// is spoken.
class JanusClient {
 public:
  /// Throws std::invalid_argument for options out of bounds. Connects to nobody yet.
  explicit JanusClient(JanusOptions options);
  ~JanusClient();
  JanusClient(const JanusClient&) = delete;
  JanusClient& operator=(const JanusClient&) = delete;

  [[nodiscard]] const JanusOptions& options() const noexcept;

  /// `adminApi` where there is an `adminEndpoint`.
  [[nodiscard]] WayIn wayIn() const noexcept;

  /// Whether the server answers. Janus asks for no secret here.
  [[nodiscard]] JanusResult<void> ping();

  [[nodiscard]] JanusResult<ServerInfo> info();

  /// Asks a plugin (`janus.plugin.videoroom`) something that it answers at once. `request` is a JSON object;
  /// returns the plugin's answer, a JSON object without an error. Throws std::invalid_argument when `request`
  /// is no JSON object. Secrets in `request` must not come back in an answer's error: say which they are.
  [[nodiscard]] JanusResult<std::string> askPlugin(const std::string& plugin, const std::string& request,
                                                   Repeat repeat, const std::vector<Secret>& secrets = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace messenger::janus
