#include "messenger/adapters/janus/janus_client.hpp"

#include <atomic>
#include <stdexcept>

#include <fmt/format.h>

#include "adapters/janus/http_transport.hpp"
#include "adapters/janus/reply.hpp"
#include "adapters/janus/session.hpp"

namespace messenger::inline v0::janus {
namespace {

constexpr int noSuchSession = 458;
constexpr int noSuchHandle = 459;

JanusOptions checked(JanusOptions options) {
  options.validate();
  for (std::string* url : {&options.endpoint, &options.adminEndpoint}) {
    while (!url->empty() && url->back() == '/') url->pop_back();
  }
  return options;
}

bool isStale(const JanusError& error) {
  return error.kind == ErrorKind::core && (error.code == noSuchSession || error.code == noSuchHandle);
}

}  // namespace

class JanusClient::Impl {
 public:
  explicit Impl(JanusOptions options)
      : options_(checked(std::move(options))),
        wayIn_(options_.adminEndpoint.empty() ? WayIn::httpApi : WayIn::adminApi),
        transport_(options_) {}

  [[nodiscard]] const JanusOptions& options() const noexcept { return options_; }
  [[nodiscard]] WayIn wayIn() const noexcept { return wayIn_; }

  /// A request to Janus itself. `path` is appended to the HTTP API's address.
  JanusResult<Json> ask(Json request, const std::string& path, Repeat repeat,
                        const std::vector<Secret>& secrets = {}) {
    const std::string transaction = fmt::format("m{}", ++transactions_);
    request["transaction"] = transaction;
    const bool admin = wayIn_ == WayIn::adminApi;
    const auto& secret = admin ? options_.adminSecret : options_.apiSecret;
    if (secret) request[admin ? "admin_secret" : "apisecret"] = secret->reveal();
    const std::string url = (admin ? options_.adminEndpoint : options_.endpoint) + path;
    return transport_.post(url, write(request), repeat).and_then([&](const std::string& body) {
      return readReply(body, transaction, withOwn(secrets));
    });
  }

  JanusResult<Json> askPlugin(const std::string& plugin, Json request, Repeat repeat,
                              const std::vector<Secret>& secrets) {
    JanusResult<Json> reply = wayIn_ == WayIn::adminApi
                                  ? askByAdmin(plugin, std::move(request), repeat, secrets)
                                  : askBySession(plugin, request, repeat, secrets);
    if (!reply) return reply;
    return readPluginReply(std::move(*reply), withOwn(secrets));
  }

 private:
  /// All secrets that must not appear in an error.
  [[nodiscard]] std::vector<Secret> withOwn(std::vector<Secret> secrets) const {
    for (const auto* each :
         {&options_.apiSecret, &options_.adminSecret, &options_.videoRoomSecret, &options_.roomKey}) {
      if (*each) secrets.push_back(**each);
    }
    return secrets;
  }

  JanusResult<Json> askByAdmin(const std::string& plugin, Json request, Repeat repeat,
                               const std::vector<Secret>& secrets) {
    return ask({{"janus", "message_plugin"}, {"plugin", plugin}, {"request", std::move(request)}}, "", repeat,
               secrets);
  }

  JanusResult<Json> askBySession(const std::string& plugin, const Json& request, Repeat repeat,
                                 const std::vector<Secret>& secrets) {
    const auto askWith = [&](const Attached& at) {
      return ask({{"janus", "message"}, {"body", request}}, fmt::format("/{}/{}", at.session, at.handle),
                 repeat, secrets);
    };
    if (const Attached kept = attached_.find(plugin); kept.session != 0) {
      JanusResult<Json> reply = askWith(kept);
      if (reply || !isStale(reply.error())) return reply;
      // A request that failed because of a missing session or handle was not executed, so any request may be
      // repeated.
      attached_.forget(plugin, kept);
    }
    const JanusResult<Attached> made = attach(plugin);
    if (!made) return tl::unexpected(made.error());
    attached_.store(plugin, *made);
    return askWith(*made);
  }

  JanusResult<Attached> attach(const std::string& plugin) {
    // An unused session times out on the server.
    Attached at;
    const auto session = idOf(ask({{"janus", "create"}}, "", Repeat::harmless));
    if (!session) return tl::unexpected(session.error());
    at.session = *session;
    const auto handle = idOf(
        ask({{"janus", "attach"}, {"plugin", plugin}}, fmt::format("/{}", at.session), Repeat::harmless));
    if (!handle) return tl::unexpected(handle.error());
    at.handle = *handle;
    return at;
  }

  static JanusResult<std::uint64_t> idOf(const JanusResult<Json>& reply) {
    if (!reply) return tl::unexpected(reply.error());
    const auto data = reply->find("data");
    if (data == reply->end() || !data->is_object()) return malformed("there is no id in the answer");
    const auto id = data->find("id");
    if (id == data->end() || !id->is_number_unsigned()) return malformed("there is no id in the answer");
    return id->get<std::uint64_t>();
  }

  const JanusOptions options_;
  const WayIn wayIn_;
  HttpTransport transport_;
  AttachedPlugins attached_;
  std::atomic<std::uint64_t> transactions_{0};
};

JanusClient::JanusClient(JanusOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

JanusClient::~JanusClient() = default;

const JanusOptions& JanusClient::options() const noexcept {
  return impl_->options();
}

WayIn JanusClient::wayIn() const noexcept {
  return impl_->wayIn();
}

JanusResult<void> JanusClient::ping() {
  const JanusResult<Json> reply = impl_->ask({{"janus", "ping"}}, "", Repeat::harmless);
  if (!reply) return tl::unexpected(reply.error());
  if (textOf(*reply, "janus") != "pong") return malformed("a ping was not answered with a pong");
  return {};
}

JanusResult<ServerInfo> JanusClient::info() {
  const JanusResult<Json> reply = impl_->ask({{"janus", "info"}}, "", Repeat::harmless);
  if (!reply) return tl::unexpected(reply.error());
  if (textOf(*reply, "janus") != "server_info") return malformed("the answer is not a server_info");
  ServerInfo info{
      textOf(*reply, "name"), textOf(*reply, "version_string"), textOf(*reply, "server-name"), {}};
  const auto plugins = reply->find("plugins");
  if (plugins != reply->end() && plugins->is_object()) {
    for (const auto& [package, plugin] : plugins->items()) {
      if (!plugin.is_object()) continue;
      info.plugins.push_back({package, textOf(plugin, "name"), textOf(plugin, "version_string")});
    }
  }
  return info;
}

JanusResult<std::string> JanusClient::askPlugin(const std::string& plugin, const std::string& request,
                                                Repeat repeat, const std::vector<Secret>& secrets) {
  Json body = parse(request);
  if (!body.is_object())
    throw std::invalid_argument("JanusClient::askPlugin: the request is not a JSON object");
  const auto answer = impl_->askPlugin(plugin, std::move(body), repeat, secrets);
  if (!answer) return tl::unexpected(answer.error());
  return write(*answer);
}

}  // namespace messenger::janus
