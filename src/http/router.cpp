#include "messenger/http/router.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "actions/log.hpp"
#include "http/bodies.hpp"
#include "http/body_field.hpp"
#include "http/call_thread_cache.hpp"
#include "http/kick_body.hpp"
#include "http/names.hpp"
#include "http/page_query.hpp"
#include "http/replies.hpp"
#include "http/route.hpp"
#include "http/start_fields.hpp"
#include "messenger/adapters/defaults.hpp"
#include "messenger/errors.hpp"
#include "messenger/http/query.hpp"
#include "messenger/messenger.hpp"
#include "support/text.hpp"
#include "support/thrown.hpp"
#include "support/time_text.hpp"

namespace messenger::inline v0::http {
namespace {

constexpr std::size_t largestPage = 100'000;

RouterOptions checked(RouterOptions options) {
  const auto require = [](bool holds, const char* text) {
    if (!holds) throw std::invalid_argument{text};
  };
  const std::string& prefix = options.prefix;
  require(prefix.empty() || (prefix.front() == '/' && prefix.back() != '/'),
          "RouterOptions::prefix must be empty, or begin with a slash and end without one");
  require(options.maxPath > 0, "RouterOptions::maxPath must be at least 1");
  require(options.maxId > 0, "RouterOptions::maxId must be at least 1");
  require(options.pageSize > 0 && options.pageSize <= largestPage,
          "RouterOptions::pageSize must be from 1 to 100000");
  require(options.retryAfter >= std::chrono::seconds{1},
          "RouterOptions::retryAfter must be at least one second");
  require(options.callThreadCache > 0, "RouterOptions::callThreadCache must be at least 1");
  if (!options.logger) options.logger = stderrLogger(LogLevel::warning);
  return options;
}

/// The decoded ids of a path, as far as the route has them.
struct Ids {
  ThreadId thread;
  CallId call;
  ParticipantId participant;
};

}  // namespace

class Router::Impl {
 public:
  Impl(Messenger& messenger, RouterOptions options)
      : messenger_(messenger),
        options_(checked(std::move(options))),
        extras_(messenger.host().presenter(), *options_.logger),
        known_(options_.callThreadCache) {}

  Response handle(const Request& request) {
    Response response = respond(request);
    if (request.method == "HEAD") response.body.clear();
    return response;
  }

  std::optional<Response> tryHeartbeat(const Request& request) {
    const bool beats = request.method == "POST" || request.method == "GET";
    if (!beats || !request.user || request.path.size() > options_.maxPath) return std::nullopt;
    if (request.body.size() > options_.maxBody) return std::nullopt;
    const auto route = findRoute(belowPrefix(request.path));
    if (!route || route->endpoint != Endpoint::heartbeat) return std::nullopt;

    const auto thread = decodeId(route->thread, options_.maxId);
    auto call = decodeId(route->call, options_.maxId);
    if (!thread || !call) return std::nullopt;
    if (known_.find(*call, *thread) != CallThreadCache::Answer::sameThread) return std::nullopt;
    const auto device = findDevice(request);
    if (!device) return std::nullopt;
    if (!messenger_.tryHeartbeat(CallId{*std::move(call)}, *request.user, *device)) return std::nullopt;
    return success();
  }

 private:
  Response respond(const Request& request) {
    if (request.path.size() > options_.maxPath) return pathTooLong();
    const auto route = findRoute(belowPrefix(request.path));
    if (!route) return noSuchRoute();
    const auto method = findMethod(request.method);
    if (!method || !allows(route->endpoint, *method)) return methodNotAllowed(route->endpoint);
    if (!request.user) return unauthenticated();
    if (request.body.size() > options_.maxBody) return bodyTooLarge();

    return answer(*route, *method, request);
  }

  /// The path below the prefix, without its query; empty, which is no route, when it is not below.
  [[nodiscard]] std::string_view belowPrefix(std::string_view path) const noexcept {
    path = path.substr(0, path.find('?'));
    const std::string& prefix = options_.prefix;
    if (path.size() <= prefix.size() || !path.starts_with(prefix) || path[prefix.size()] != '/') return {};
    return path.substr(prefix.size() + 1);
  }

  Response answer(const Route& route, Method method, const Request& request) {
    try {
      Ids ids;
      if (auto missing = resolve(route, ids)) return *std::move(missing);
      return perform(route.endpoint, method, ids, request);
    } catch (const StorageError& error) {
      return failed(route.endpoint, error, "storageUnavailable");
    } catch (const Error& error) {
      return failed(route.endpoint, error, "unavailable");
    }
  }

  Response failed(Endpoint endpoint, const Error& error, std::string_view reason) {
    actions::logSafely(*options_.logger, LogLevel::warning, "http: a request failed",
                       {{"endpoint", toString(endpoint)}, {"error", support::textOf(error)}});
    return unavailable(reason, options_.retryAfter);
  }

  /// Fills in the ids. Returns a response when one of them does not exist where the path says; the Messenger
  /// checks a thread without a call.
  std::optional<Response> resolve(const Route& route, Ids& ids) {
    if (route.thread.empty()) return std::nullopt;
    auto thread = decodeId(route.thread, options_.maxId);
    if (!thread) return notFound(Reason::threadNotFound);
    ids.thread = ThreadId{*std::move(thread)};
    if (route.call.empty()) return std::nullopt;

    if (auto call = decodeId(route.call, options_.maxId)) ids.call = CallId{*std::move(call)};
    if (ids.call.empty() || !isCallOf(ids.thread, ids.call)) {
      const bool threadExists = messenger_.host().directory().findThread(ids.thread).has_value();
      return notFound(threadExists ? Reason::callNotFound : Reason::threadNotFound);
    }
    if (route.participant.empty()) return std::nullopt;

    auto participant = decodeId(route.participant, options_.maxId);
    if (!participant) return notFound(Reason::participantNotFound);
    ids.participant = ParticipantId{*std::move(participant)};
    const auto row = messenger_.host().findParticipant(ids.participant);
    if (!row || row->callId != ids.call) return notFound(Reason::participantNotFound);
    return std::nullopt;
  }

  bool isCallOf(const ThreadId& thread, const CallId& call) {
    switch (known_.find(call.value(), thread.value())) {
      case CallThreadCache::Answer::sameThread:
        return true;
      case CallThreadCache::Answer::otherThread:
        return false;
      case CallThreadCache::Answer::unknown:
        break;
    }
    const auto found = messenger_.host().findCall(call);
    if (!found) return false;
    known_.remember(call, found->threadId);
    return found->threadId == thread;
  }

  /// Whether the request may name the device of its user.
  static bool namesDevice(Endpoint endpoint, Method method) {
    const bool starts = endpoint == Endpoint::calls && method == Method::post;
    return starts || endpoint == Endpoint::join || endpoint == Endpoint::leave ||
           endpoint == Endpoint::heartbeat || endpoint == Endpoint::credentials;
  }

  Response perform(Endpoint endpoint, Method method, const Ids& ids, const Request& request) {
    const UserId& user = *request.user;
    const auto device = namesDevice(endpoint, method) ? findDevice(request) : DeviceId{};
    if (!device) return unusableDevice();
    switch (endpoint) {
      case Endpoint::heartbeat:
        return method == Method::head ? wouldBeat(ids, user)
                                      : done(messenger_.heartbeat(ids.call, user, *device));
      case Endpoint::leave:
        return done(messenger_.leaveCall(ids.call, user, *device));
      case Endpoint::end:
        return done(messenger_.endCall(ids.call, user));
      case Endpoint::ignore:
        return done(messenger_.ignoreCall(ids.call, user));
      case Endpoint::join:
        return join(ids, user, *device);
      case Endpoint::calls:
        return method == Method::post ? start(ids, user, *device, request.body)
                                      : history(ids, user, std::nullopt);
      case Endpoint::page:
        return history(ids, user, ids.call);
      case Endpoint::call:
        return show(ids, user);
      case Endpoint::participants:
        return participants(ids, user, pageOf(request));
      case Endpoint::participant:
        return method == Method::put || method == Method::patch ? kick(ids, user, request.body)
                                                                : participant(ids, user);
      case Endpoint::activeCalls:
        return activeCalls(user, pageOf(request));
      case Endpoint::rings:
        return method == Method::post ? ring(ids, user, request.body) : rings(ids, user);
      case Endpoint::credentials:
        return credentials(ids, user, *device);
      case Endpoint::ringingCalls:
        return ringingCalls(user);
      case Endpoint::missedCalls:
        return missedCalls(user, request.path);
      case Endpoint::missedCallsSeen:
        return markMissedSeen(user, request.body);
    }
    return noSuchRoute();
  }

  [[nodiscard]] Names newNames() const { return {messenger_.host().directory(), extras_}; }

  Response refusedWith(const Refusal& refusal) const { return refused(refusal, options_.retryAfter); }

  [[nodiscard]] PageQuery pageOf(const Request& request) const {
    return parsePageQuery(request.path, options_.pageSize, options_.maxId);
  }

  /// The answer to a heartbeat, without the effect of one.
  Response wouldBeat(const Ids& ids, const UserId& user) const {
    const auto view = messenger_.showCall(ids.call, user);
    if (!view) return refusedWith(view.error());
    if (!view->call.active()) return refusedWith({Reason::callEnded, ""});
    if (view->kicked) return refusedWith({Reason::kicked, ""});
    return view->inCall ? success() : refusedWith({Reason::notInCall, ""});
  }

  template <class T>
  Response done(const Result<T>& result) const {
    return result ? success() : refusedWith(result.error());
  }

  // After a verb succeeded the response must say so; therefore the directory is read before.

  Response start(const Ids& ids, const UserId& user, const DeviceId& device, std::string_view body) {
    const auto type = findCallType(body);
    if (!type) return unusableCallType();
    const auto thread = messenger_.host().directory().findThread(ids.thread);
    if (!thread) return notFound(Reason::threadNotFound);
    Names names = newNames();
    names.of(user);
    names.of(*thread, user);

    auto call = messenger_.startCall(ids.thread, user, {.device = device, .type = *type});
    if (!call) return refusedWith(call.error());
    known_.remember(call->id, call->threadId);
    return withBody(201, callBody(startedView(*std::move(call), *thread, user), user, names));
  }

  /// The call as its owner sees it, in synchronous mode with its room. When it cannot be read again: the call
  /// as returned by the start.
  CallView startedView(Call call, const Thread& thread, const UserId& user) {
    try {
      auto view = messenger_.showCall(call.id, user);
      if (view) return *std::move(view);
    } catch (const Error& error) {
      actions::logSafely(*options_.logger, LogLevel::warning,
                         "http: a call was started, but could not be read again",
                         {{"call", call.id.value()}, {"error", support::textOf(error)}});
    }
    CallView view{.call = std::move(call), .thread = thread, .room = std::nullopt};
    view.joined = true;
    view.admin = true;
    view.inCall = view.call.active();
    view.leftCall = !view.inCall;
    return view;
  }

  Response join(const Ids& ids, const UserId& user, const DeviceId& device) {
    Names names = newNames();
    names.of(user);
    const auto joined = messenger_.joinCall(ids.call, user, device);
    if (!joined) return refusedWith(joined.error());
    return withBody(joined->first ? 201 : 200, joinedBody(*joined, names));
  }

  Response credentials(const Ids& ids, const UserId& user, const DeviceId& device) {
    const auto credentials = messenger_.roomCredentials(ids.call, user, device);
    return credentials ? withBody(200, credentialsBody(*credentials)) : refusedWith(credentials.error());
  }

  Response ring(const Ids& ids, const UserId& user, std::string_view body) {
    const auto callees = findCallees(body, options_.maxId);
    if (!callees) return unusableCallees();
    Names names = newNames();
    if (callees->size() <= messenger_.config().ringing.maxCallees) {  // more are refused
      for (const UserId& each : *callees) names.of(each);
    }
    const auto rung = messenger_.ring(ids.call, user, *callees);
    return rung ? withBody(200, ringsBody(*rung, names)) : refusedWith(rung.error());
  }

  Response rings(const Ids& ids, const UserId& user) const {
    const auto rings = messenger_.rings(ids.call, user);
    if (!rings) return refusedWith(rings.error());
    Names names = newNames();
    return withBody(200, ringsBody(*rings, names));
  }

  Response ringingCalls(const UserId& user) const {
    Names names = newNames();
    return withBody(200, callsBody(messenger_.ringing(user), user, names));
  }

  Response missedCalls(const UserId& user, std::string_view target) const {
    QueryParameter before = findQueryParameter(target, "before", options_.maxId);
    std::optional<CallId> from;
    if (before.state == QueryParameter::State::given) {
      from = CallId{std::move(before.value)};
    } else if (before.state != QueryParameter::State::absent) {
      return unusableCall("before");
    }
    const QueryParameter given = findQueryParameter(target, "since", options_.maxId);
    std::optional<TimePoint> since = TimePoint{};
    if (given.state != QueryParameter::State::absent) since = support::parseTime(given.value);
    if (!since) return unusableMoment("since");
    const auto missed = messenger_.missedCalls(user, *since, from);
    if (!missed) return refusedWith(missed.error());
    Names names = newNames();
    return withBody(200, missedCallsBody(*missed, user, names));
  }

  Response markMissedSeen(const UserId& user, std::string_view body) {
    const BodyField given = findBodyField(body, "call_id");
    std::optional<CallId> upTo;
    if (given.malformed) return malformedBody();
    if (given.value && !given.value->is_null()) {
      if (!given.value->is_string()) return unusableCall("call_id");
      upTo = CallId{given.value->get<std::string>()};
      if (!support::isPlainText(upTo->value(), options_.maxId)) return unusableCall("call_id");
    }
    return withBody(200, seenBody(messenger_.markMissedSeen(user, upTo)));
  }

  Response kick(const Ids& ids, const UserId& user, std::string_view body) {
    switch (parseKickBody(body)) {
      case KickBody::kick:
        return done(messenger_.kickParticipant(ids.call, user, ids.participant));
      case KickBody::unkick:
        return done(messenger_.unkickParticipant(ids.call, user, ids.participant));
      case KickBody::noFlag:
        return kickedNotBoolean();
      case KickBody::malformed:
        break;
    }
    return malformedBody();
  }

  Response show(const Ids& ids, const UserId& user) const {
    const auto view = messenger_.showCall(ids.call, user);
    if (!view) return refusedWith(view.error());
    Names names = newNames();
    if (view->call.active()) return withBody(200, callBody(*view, user, names));
    auto everybody = messenger_.participants(ids.call, user, 0, options_.pageSize + 1);
    if (!everybody) return refusedWith(everybody.error());
    const bool more = cut(*everybody, options_.pageSize);
    Response response = withBody(200, endedCallBody(*view, user, *everybody, names));
    if (more) {
      const std::string rest = encodeId(ids.call.value()) + "/participants";
      response.headers.push_back(next(rest, everybody->back().id.value(), options_.pageSize));
    }
    return response;
  }

  Response history(const Ids& ids, const UserId& user, const std::optional<CallId>& before) const {
    const auto page = messenger_.callHistory(ids.thread, user, before);
    if (!page) return refusedWith(page.error());
    Names names = newNames();
    return withBody(200, historyBody(*page, before, user, names));
  }

  Response participants(const Ids& ids, const UserId& user, const PageQuery& page) const {
    if (!page.wrong.empty()) return unusableParameter(page.wrong, options_.pageSize);
    std::int64_t after = 0;
    if (page.after) {
      const auto row = messenger_.host().findParticipant(ParticipantId{*page.after});
      if (!row || row->callId != ids.call) return notFound(Reason::participantNotFound);
      after = row->sequence;
    }
    auto everybody = messenger_.participants(ids.call, user, after, page.limit + 1);
    if (!everybody) return refusedWith(everybody.error());
    const bool more = cut(*everybody, page.limit);
    Names names = newNames();
    Response response = withBody(200, participantsBody(*everybody, names));
    if (more) response.headers.push_back(next("", everybody->back().id.value(), page.limit));
    return response;
  }

  Response participant(const Ids& ids, const UserId& user) const {
    const auto row = messenger_.participant(ids.call, user, ids.participant);
    if (!row) return refusedWith(row.error());
    Names names = newNames();
    return withBody(200, participantBody(*row, names));
  }

  Response activeCalls(const UserId& user, const PageQuery& page) const {
    if (!page.wrong.empty()) return unusableParameter(page.wrong, options_.pageSize);
    std::int64_t after = 0;
    if (page.after) {
      // It may have ended meanwhile, and still has its place in the order.
      const auto last = messenger_.host().findCall(CallId{*page.after});
      if (!last) return notFound(Reason::callNotFound);
      after = last->sequence;
    }
    auto calls = messenger_.activeCalls(user);
    std::erase_if(calls, [after](const CallView& each) { return each.call.sequence <= after; });
    const bool more = cut(calls, page.limit);
    Names names = newNames();
    Response response = withBody(200, callsBody(calls, user, names));
    if (more) response.headers.push_back(next("", calls.back().call.id.value(), page.limit));
    return response;
  }

  /// Cuts a list off after `limit` items. Returns whether there were more.
  template <class T>
  static bool cut(std::vector<T>& list, std::size_t limit) {
    if (list.size() <= limit) return false;
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(limit), list.end());
    return true;
  }

  static Header next(std::string_view path, std::string_view last, std::size_t limit) {
    return {"Link", linkToNext(path, last, limit)};
  }

  Messenger& messenger_;
  const RouterOptions options_;
  const actions::Extras extras_;
  CallThreadCache known_;
};

Router::Router(Messenger& messenger, RouterOptions options)
    : impl_(std::make_unique<Impl>(messenger, std::move(options))) {}

Router::~Router() = default;

Response Router::handle(const Request& request) const {
  return impl_->handle(request);
}

std::optional<Response> Router::tryHeartbeat(const Request& request) const {
  return impl_->tryHeartbeat(request);
}

}  // namespace messenger::http
