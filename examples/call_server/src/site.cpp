#include "site.hpp"

#include <messenger/errors.hpp>
#include <messenger/http/query.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "conversations.hpp"
#include "demo_users.hpp"
#include "log.hpp"
#include "query.hpp"
#include "thrown.hpp"

namespace call_server {
namespace {

using messenger::LogLevel;
using messenger::Reason;
using nlohmann::json;

constexpr std::string_view apiPrefix = "/api/messenger";
constexpr long storageRetry = 5;
constexpr std::size_t mostInList = 100;
constexpr std::size_t longestId = 255;

bool isRead(const Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

/// By POST, or as old clients do it by GET.
bool isHeartbeat(const Request& request) {
  const std::string_view path = pathOf(request.target);
  return (request.method == "POST" || request.method == "GET") && path.starts_with(apiPrefix) &&
         path.ends_with("/heartbeat");
}

/// Whether it may change anything.
bool hasEffect(const Request& request) {
  return isHeartbeat(request) || !(isRead(request) || request.method == "OPTIONS");
}

Response jsonReply(const json& body) {
  Response response;
  response.body = body.dump(-1, ' ', /*ensure_ascii=*/false, json::error_handler_t::replace);
  return response;
}

Response refusalReply(const messenger::Refusal& refusal) {
  const bool unknown = refusal.reason == Reason::threadNotFound || refusal.reason == Reason::callNotFound;
  return errorReply(unknown ? 404 : 403, toString(refusal.reason), refusal.text());
}

Response notFound() {
  return errorReply(404, "notFound", "There is nothing at this address.");
}

Response methodNotAllowed(const char* allowed) {
  Response response = errorReply(405, "methodNotAllowed", "This address does not allow this method.");
  response.headers.emplace_back("Allow", allowed);
  return response;
}

Response foreignOrigin() {
  return errorReply(403, "foreignOrigin", "A page of another site may not do this.");
}

/// 421: the name is somebody else's, whatever it resolves to.
Response unknownHost() {
  return errorReply(421, "unknownHost",
                    "This server does not answer to that name. If it should, start it with --allow-host.");
}

Response invalidPage() {
  return errorReply(422, "invalidInput",
                    "limit must be a number from 1 to " + std::to_string(mostInList) +
                        ", and limit and after may be given once.");
}

Response unauthenticated() {
  return errorReply(401, "unauthenticated", "Please sign in.");
}

/// A part of a list, and where the rest is.
Response listReply(const json& shown, const std::optional<std::string>& next, std::size_t limit) {
  Response response = jsonReply(shown);
  if (next) response.headers.emplace_back("Link", linkToNext(*next, limit));
  return response;
}

Response usersReply(std::string_view target) {
  const auto page = pageQueryOf(target, mostInList);
  if (!page) return invalidPage();
  const auto& all = demoUsers();
  auto each = all.begin();
  if (page->after) {
    each =
        std::find_if(all.begin(), all.end(), [&](const DemoUser& user) { return user.id == *page->after; });
    if (each != all.end()) ++each;
  }
  json users = json::array();
  for (; each != all.end() && users.size() < page->limit; ++each) {
    users.push_back({{"id", each->id}, {"name", each->name}});
  }
  const bool more = each != all.end() && !users.empty();
  return listReply(users, more ? std::optional{std::prev(each)->id} : std::nullopt, page->limit);
}

/// The part between a prefix and a suffix, when it is one segment.
std::optional<std::string_view> segmentBetween(std::string_view path, std::string_view prefix,
                                               std::string_view suffix) {
  if (!path.starts_with(prefix) || !path.ends_with(suffix)) return std::nullopt;
  if (path.size() <= prefix.size() + suffix.size()) return std::nullopt;
  path = path.substr(prefix.size(), path.size() - prefix.size() - suffix.size());
  if (path.find('/') != std::string_view::npos) return std::nullopt;
  return path;
}

json idJson(const messenger::janus::JanusId& id) {
  return std::visit([](const auto& value) { return json(value); }, id);
}

json textOrNull(const std::string& text) {
  return text.empty() ? json(nullptr) : json(text);
}

/// For the router. The request must outlive it.
messenger::http::Request forRouter(const Request& request, const Session& session) {
  return {
      .method = request.method, .path = request.target, .user = userId(session.user), .body = request.body};
}

Response fromRouter(messenger::http::Response answer) {
  Response response;
  response.status = answer.status;
  response.contentType = messenger::http::Response::contentType;
  for (auto& [name, value] : answer.headers) response.headers.emplace_back(std::move(name), std::move(value));
  response.body = std::move(answer.body);
  return response;
}

/// The device that a request is from: empty when it names none, nothing when it names none that can be.
std::optional<messenger::DeviceId> deviceIn(const std::string& body) {
  const json fields = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!fields.is_object()) return messenger::DeviceId{};
  const auto field = fields.find("device_id");
  if (field == fields.end() || field->is_null()) return messenger::DeviceId{};
  if (!field->is_string() || !messenger::isDevice(field->get<std::string>())) return std::nullopt;
  return messenger::DeviceId{field->get<std::string>()};
}

}  // namespace

Site::Site(messenger::Messenger& messenger, const Settings& settings, Media* media, Hub& hub,
           Metrics& metrics, std::shared_ptr<messenger::Logger> logger,
           std::shared_ptr<messenger::Clock> clock)
    : messenger_(messenger),
      media_(media),
      hub_(hub),
      metrics_(metrics),
      logger_(std::move(logger)),
      clock_(std::move(clock)),
      router_(messenger,
              {.prefix = std::string{apiPrefix}, .maxBody = settings.limits.body, .logger = logger_}),
      tokens_(settings.secret),
      files_(settings.web, settings.janusPublicUrl),
      names_(settings.address, settings.allowedHosts),
      adminNames_(settings.adminAddress, settings.allowedHosts),
      addresses_(settings.trustedProxies),
      requests_(settings.limits.requests),
      heartbeats_(settings.limits.heartbeats),
      signIns_(settings.limits.signIns),
      answersHeartbeatsAtOnce_(heartbeatsStayHere(settings)),
      sessionLifetime_(settings.sessionLifetime),
      mediaTokenLifetime_(settings.mediaTokenLifetime) {}

bool Site::isOwnName(const Request& request) const {
  return (request.listener == Listener::admin ? adminNames_ : names_).allow(request.host);
}

// The rate is limited after the attempt, because a heartbeat that goes on to `handle` must not count twice.
std::optional<Response> Site::answerAtOnce(const Request& request) {
  const auto begun = std::chrono::steady_clock::now();
  if (request.listener != Listener::everyone || !isHeartbeat(request)) return std::nullopt;
  if (!answersHeartbeatsAtOnce_) return std::nullopt;
  const auto session = sessionOf(request);
  if (!session || !isOwnName(request) || isForeign(request)) return handle(request);
  auto answered = router_.tryHeartbeat(forRouter(request, *session));
  if (!answered) return std::nullopt;
  auto refused = refuseFlood(heartbeats_, session->user);
  Response response = refused ? *std::move(refused) : fromRouter(*std::move(answered));
  metrics_.request("heartbeat", response.status, std::chrono::steady_clock::now() - begun);
  return response;
}

Site::Needs Site::needsOf(const Request& request) const {
  const std::string_view path = pathOf(request.target);
  if (request.listener == Listener::admin) return Needs::reading;
  if (!sessionOf(request)) return Needs::nothing;
  const bool reads = !hasEffect(request);
  if (path.starts_with(apiPrefix)) return reads ? Needs::reading : Needs::writing;
  if (path.starts_with("/calls/")) return Needs::mediaServer;
  const bool asksStorage = (path == "/session" && reads) || path.starts_with("/conversations");
  return asksStorage ? Needs::reading : Needs::nothing;
}

Response Site::handle(const Request& request) {
  const auto begun = std::chrono::steady_clock::now();
  std::string_view route = "other";
  Response response;
  try {
    response = answer(request, route);
  } catch (const messenger::Error& error) {
    note(*logger_, LogLevel::warning, "a request failed", {{"route", route}, {"error", textOf(error)}});
    response =
        retryReply(503, "unavailable", "The server cannot do this now. Please try again.", storageRetry);
  } catch (const std::exception& error) {
    note(*logger_, LogLevel::error, "a request failed", {{"route", route}, {"error", textOf(error)}});
    response = errorReply(500, "internal", "The server could not do this.");
  }
  metrics_.request(route, response.status, std::chrono::steady_clock::now() - begun);
  return response;
}

std::optional<Session> Site::sessionOf(const Request& request) const {
  auto session = tokens_.check(cookieValue(request.cookie, sessionCookie), clock_->now().wall);
  if (session && hub_.isSignedOut(*session)) return std::nullopt;
  return session;
}

std::optional<Response> Site::refuseFlood(RateLimiter& limiter, const std::string& key) {
  const auto wait = limiter.refuse(key, std::chrono::steady_clock::now());
  if (!wait) return std::nullopt;
  metrics_.tooManyRequests();
  return retryReply(429, "tooManyRequests", "Too many requests. Please wait a moment.", *wait);
}

Response Site::answerOperator(const Request& request, std::string_view path, std::string_view& route) {
  if (path != "/healthz" && path != "/metrics") return notFound();
  const bool isHealth = path == "/healthz";
  route = isHealth ? "healthz" : "metrics";
  if (!isRead(request)) return methodNotAllowed("GET, HEAD");
  return isHealth ? health() : metricsText();
}

Response Site::answer(const Request& request, std::string_view& route) {
  const std::string_view path = pathOf(request.target);
  if (!isOwnName(request)) return unknownHost();
  if (request.listener == Listener::admin) return answerOperator(request, path, route);
  if (hasEffect(request) && isForeign(request)) return foreignOrigin();
  const bool reads = isRead(request);

  if (path == "/users") {
    route = "users";
    return reads ? usersReply(request.target) : methodNotAllowed("GET, HEAD");
  }
  if (path == "/session" && request.method == "POST") {
    route = "signIn";
    return signIn(request);
  }
  if (path == "/session" && request.method == "DELETE") {
    route = "signOut";
    return signOut(request);
  }
  if (reads) {
    if (auto file = files_.find(path)) {
      route = "static";
      return std::move(*file);
    }
  }
  const auto session = sessionOf(request);
  if (!session) return unauthenticated();
  return answerSignedIn(request, *session, path, route);
}

Response Site::answerSignedIn(const Request& request, const Session& session, std::string_view path,
                              std::string_view& route) {
  const bool beat = isHeartbeat(request);
  if (auto refused = refuseFlood(beat ? heartbeats_ : requests_, session.user)) return *refused;
  if (path == apiPrefix || path.starts_with(std::string{apiPrefix} + '/')) {
    route = beat ? "heartbeat" : "messenger";
    return routed(request, session);
  }
  const bool reads = isRead(request);
  if (path == "/session") {
    route = "session";
    return reads ? whoAmI(session) : methodNotAllowed("GET, HEAD, POST, DELETE");
  }
  if (path == "/conversations") {
    route = "conversations";
    return reads ? conversations(session, request.target) : methodNotAllowed("GET, HEAD");
  }
  if (const auto thread = segmentBetween(path, "/conversations/", "/history")) {
    route = "history";
    return reads ? history(session, *thread, request.target) : methodNotAllowed("GET, HEAD");
  }
  if (const auto call = segmentBetween(path, "/calls/", "/media")) {
    route = "media";
    return request.method == "POST" ? mediaDetails(request, session, *call) : methodNotAllowed("POST");
  }
  return notFound();
}

Response Site::health() {
  if (stopping_) return retryReply(503, "stopping", "The server is stopping.", storageRetry);
  (void)messenger_.host().callsAreDown();  // asks the storage
  return jsonReply({{"status", "ok"}});
}

Response Site::metricsText() {
  metrics_.setSockets(hub_.clients());
  try {
    messenger_.host().measure();
  } catch (const messenger::Error& error) {
    // An operator needs the other ones now more than ever.
    note(*logger_, LogLevel::warning, "the gauges of the storage are those of before",
         {{"error", textOf(error)}});
  }
  Response response;
  response.contentType = "text/plain; version=0.0.4; charset=utf-8";
  response.body = metrics_.text();
  return response;
}

Response Site::signIn(const Request& request) {
  const json body = json::parse(request.body, nullptr, /*allow_exceptions=*/false);
  const bool named = body.is_object() && body.contains("user") && body["user"].is_string();
  if (!named) return errorReply(422, "unknownUser", "The field user must name a user.");
  // Before the name is looked at, so that an answer tells nothing about it.
  const std::string client = addresses_.clientOf(request.peer, request.forwardedFor);
  if (auto refused = refuseFlood(signIns_, client)) return *refused;
  const DemoUser* user = findDemoUser(body["user"].get<std::string>());
  if (user == nullptr) return errorReply(422, "unknownUser", "There is no such user.");
  // The browser forgets the session that it had.
  if (const auto before = sessionOf(request)) hub_.signOut(*before);
  Response response = jsonReply({{"user", {{"id", user->id}, {"name", user->name}}}});
  const auto expires = clock_->now().wall + sessionLifetime_;
  response.headers.emplace_back("Set-Cookie", setCookie(tokens_.issue(user->id, expires), sessionLifetime_));
  note(*logger_, LogLevel::info, "signed in", {{"user", user->id}});
  return response;
}

Response Site::signOut(const Request& request) {
  if (const auto session = sessionOf(request)) {
    hub_.signOut(*session);
    note(*logger_, LogLevel::info, "signed out", {{"user", session->user}});
  }
  Response response;
  response.status = 204;
  response.headers.emplace_back("Set-Cookie", setCookie("", std::chrono::seconds{0}));
  return response;
}

Response Site::whoAmI(const Session& session) {
  const DemoUser* user = findDemoUser(session.user);
  // Two heartbeats in each TTL, so that one may be lost.
  const std::chrono::duration<double> heartbeat = messenger_.config().presence.ttl / 2;
  const auto& ringing = messenger_.config().ringing;
  const std::chrono::duration<double> ringTime = ringing.noAnswerAfter;
  return jsonReply({{"user", {{"id", session.user}, {"name", user != nullptr ? user->name : session.user}}},
                    {"media", media_ != nullptr},
                    {"heartbeat_seconds", heartbeat.count()},
                    {"calls_down", messenger_.host().callsAreDown()},
                    {"ring_seconds", ringTime.count()},
                    {"device_replaces", messenger_.config().sessions.newDeviceReplaces}});
}

Response Site::conversations(const Session& session, std::string_view target) {
  const auto page = pageQueryOf(target, mostInList);
  if (!page) return invalidPage();
  const ConversationList list = conversationsOf(messenger_, session.user, page->after, page->limit);
  return listReply(list.shown, list.next, page->limit);
}

Response Site::history(const Session& session, std::string_view thread, std::string_view target) {
  using messenger::http::QueryParameter;
  std::optional<messenger::CallId> before;
  QueryParameter parameter = messenger::http::findQueryParameter(target, "before", longestId);
  switch (parameter.state) {
    case QueryParameter::State::absent:
      break;
    case QueryParameter::State::given:
      before = messenger::CallId{std::move(parameter.value)};
      break;
    case QueryParameter::State::repeated:
      return errorReply(400, "malformedQuery", "The query has the parameter before more than once.");
    case QueryParameter::State::malformed:
      return errorReply(400, "malformedQuery", "The query's parameter before is not valid.");
  }
  const auto page = historyOf(messenger_, session.user, messenger::ThreadId{percentDecoded(thread)}, before);
  return page ? jsonReply(*page) : refusalReply(page.error());
}

Response Site::mediaDetails(const Request& request, const Session& session, std::string_view call) {
  const auto device = deviceIn(request.body);
  if (!device) return errorReply(422, "invalidInput", "The field device_id must name a device.");
  const messenger::CallId id{percentDecoded(call)};
  const messenger::UserId viewer = userId(session.user);
  const auto view = messenger_.showCall(id, viewer);
  if (!view) return refusalReply(view.error());
  if (!view->call.active()) return refusalReply({Reason::callEnded, ""});
  if (view->kicked) return refusalReply({Reason::kicked, ""});
  if (!view->inCall) return refusalReply({Reason::notInCall, ""});
  if (media_ == nullptr) return errorReply(404, "noMediaServer", "No media server is configured.");
  if (!view->room || !view->room->id) return retryReply(409, "notReady", "The room is being made.", 1);

  const auto credentials = messenger_.roomCredentials(id, viewer, *device);
  if (!credentials) {
    const bool mayPass = credentials.error().reason == Reason::providerFailed ||
                         credentials.error().reason == Reason::roomNotReady;
    if (mayPass) return retryReply(503, toString(credentials.error().reason), credentials.error().text(), 1);
    return refusalReply(credentials.error());
  }
  const MediaDetails details = media_->detailsFor(*view->room, *credentials);
  return jsonReply({{"server", details.server},
                    {"token", textOrNull(details.token)},
                    {"room_token", details.roomToken},
                    {"room", idJson(details.room)},
                    {"pin", textOrNull(details.pin)},
                    {"participant", idJson(details.participant)},
                    {"expires_in", mediaTokenLifetime_.count()}});
}

Response Site::routed(const Request& request, const Session& session) {
  return fromRouter(router_.handle(forRouter(request, session)));
}

std::variant<Session, Response> Site::admitSocket(const Request& request) {
  if (!isOwnName(request)) return unknownHost();
  const bool isHere = request.listener == Listener::everyone && pathOf(request.target) == "/ws";
  if (request.method != "GET" || !isHere) return notFound();
  if (!isSameOrigin(request)) return foreignOrigin();
  const auto session = sessionOf(request);
  if (!session) return unauthenticated();
  if (auto refused = refuseFlood(requests_, session->user)) return *refused;
  return *session;
}

}  // namespace call_server
