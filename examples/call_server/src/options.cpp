#include "options.hpp"

#include <messenger/adapters/database/database.hpp>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

#include "host_names.hpp"
#include "ip_address.hpp"
#include "secret_file.hpp"

namespace call_server {
namespace {

constexpr const char* about =
    "A server for calls between users of a web page: HTTP and WebSocket on one port, calls in a SQLite file "
    "or a\n"
    "PostgreSQL database, media by Janus.\n\n"
    "Environment:\n"
    "  CALL_SERVER_SECRET        signs the sessions; made and kept in DATABASE.secret when unset,\n"
    "                            unless the database is PostgreSQL\n"
    "  JANUS_…                   how to reach Janus (docs/janus.md); without them calls have no media\n"
    "  JANUS_PUBLIC_URL          where browsers reach Janus's WebSocket (default: ws://HOST:8188)\n"
    "  JANUS_TOKEN_AUTH_SECRET   token_auth_secret of Janus, when it requires signed tokens\n"
    "  MESSENGER_…               everything else about calls (messenger/config.hpp)\n";

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  return value == nullptr ? "" : value;
}

/// `ws://host:8188` for `http://host:8088/janus`.
std::string webSocketOf(const std::string& endpoint) {
  const std::size_t begin = endpoint.find("://");
  if (begin == std::string::npos) return "ws://127.0.0.1:8188";
  std::string host = endpoint.substr(begin + 3);
  host = host.substr(0, host.find('/'));
  const std::size_t colon = host.rfind(':');
  if (colon != std::string::npos && host.find(']', colon) == std::string::npos) host.resize(colon);
  return "ws://" + host + ":8188";
}

/// It is written into a header as it is.
std::string checkedUrl(std::string url) {
  const bool speaks = url.starts_with("ws://") || url.starts_with("wss://");
  if (!speaks || url.find_first_of(" \t\r\n;,'\"") != std::string::npos) {
    throw std::invalid_argument(
        "the environment variable JANUS_PUBLIC_URL must be a ws:// or wss:// address");
  }
  return url;
}

bool isIpAddress(std::string_view text) {
  return ipAddressOf(text).has_value();
}

CLI::Validator checkedBy(bool (*isValid)(std::string_view), const char* otherwise) {
  return CLI::Validator{
      [isValid, otherwise](const std::string& text) { return isValid(text) ? "" : std::string{otherwise}; },
      ""};
}

/// Beside the database, when that is a file.
std::string fileOfSecret(const Settings& settings) {
  const messenger::DatabaseOptions database{.url = settings.database, .schema = settings.schema};
  if (messenger::kindOf(database) != messenger::DatabaseKind::sqlite) {
    throw std::invalid_argument(
        "CALL_SERVER_SECRET must be set: all servers on one PostgreSQL database sign with the same secret");
  }
  return messenger::databaseFile(database).string() + ".secret";
}

}  // namespace

std::variant<Settings, int> settingsFrom(int argc, const char* const* argv) {
  Settings settings;
  settings.web = CALL_SERVER_WEB;
  CLI::App app{about, "call_server"};
  app.add_option("--address", settings.address, "Address to listen on")->capture_default_str();
  app.add_option("--port", settings.port, "Port to listen on; 0 for any free port")->capture_default_str();
  app.add_option("--admin-address", settings.adminAddress,
                 "Address for /healthz and /metrics, which ask for no sign-in")
      ->capture_default_str();
  std::optional<std::uint16_t> adminPort;
  app.add_option("--admin-port", adminPort,
                 "Port for /healthz and /metrics; 0 for any free port [8081; with --port 0: any free port]");
  app.add_option("--allow-host", settings.allowedHosts,
                 "A name under which browsers reach this server, besides localhost and --address; repeat it "
                 "for more")
      ->allow_extra_args(false)
      ->check(checkedBy(isHostName, "must be a host's name or IP address, without a scheme and a port"));
  app.add_option("--trusted-proxy", settings.trustedProxies,
                 "Address of a proxy in front, whose X-Forwarded-For names the client; repeat it for more")
      ->allow_extra_args(false)
      ->check(checkedBy(isIpAddress, "must be an IP address"));
  app.add_option("--database", settings.database,
                 "SQLite file, made when missing; or postgresql://HOST/NAME, with its password in PGPASSWORD")
      ->envname("MESSENGER_DATABASE")
      ->capture_default_str();
  app.add_option("--schema", settings.schema, "Schema of a PostgreSQL database")
      ->envname("MESSENGER_DATABASE_SCHEMA")
      ->capture_default_str();
  app.add_flag("--pooled", settings.pooled,
               "The database's URL leads to a pooler in transaction mode, such as PgBouncer");
  app.add_option("--listen-url", settings.listenUrl,
                 "Where workers hear of jobs: the PostgreSQL server itself, when --pooled");
  app.add_option("--presence", settings.presence,
                 "What several servers share their heartbeats by: redis://HOST")
      ->envname("MESSENGER_PRESENCE")
      ->capture_default_str();
  app.add_option("--web", settings.web, "Folder of the page")->check(CLI::ExistingDirectory);
  app.add_option("--threads", settings.threads, "Threads that serve connections")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--workers", settings.workers, "Threads that talk to the media server")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  std::int64_t tokenSeconds = settings.mediaTokenLifetime.count();
  app.add_option("--media-token-seconds", tokenSeconds, "How long a browser's tokens for a room are valid")
      ->check(CLI::Range(10, 86'400))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    constexpr int misuse = 2;
    return app.exit(error, std::cout, std::cerr) == 0 ? 0 : misuse;
  }
  settings.mediaTokenLifetime = std::chrono::seconds{tokenSeconds};
  settings.adminPort = adminPort.value_or(settings.port == 0 ? 0 : settings.adminPort);
  return settings;
}

std::optional<messenger::janus::JanusOptions> readEnvironment(Settings& settings) {
  const std::string secret = variable("CALL_SERVER_SECRET");
  settings.secret = secret.empty() ? keptSecret(fileOfSecret(settings)) : messenger::Secret{secret};

  messenger::janus::JanusOptions janus = messenger::janus::JanusOptions::fromEnvironment();
  if (janus.endpoint.empty() && janus.adminEndpoint.empty()) return std::nullopt;
  const std::string url = variable("JANUS_PUBLIC_URL");
  const std::string& endpoint = janus.endpoint.empty() ? janus.adminEndpoint : janus.endpoint;
  settings.janusPublicUrl = checkedUrl(url.empty() ? webSocketOf(endpoint) : url);
  const std::string tokens = variable("JANUS_TOKEN_AUTH_SECRET");
  if (!tokens.empty()) settings.janusTokenSecret = messenger::Secret{tokens};
  return janus;
}

}  // namespace call_server
