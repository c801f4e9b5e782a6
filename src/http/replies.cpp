#include "http/replies.hpp"

#include <fmt/format.h>

#include <utility>

#include "http/bodies.hpp"
#include "messenger/model/call_session.hpp"

namespace messenger::inline v0::http {
namespace {

Response problem(int status, std::string_view reason, std::string_view message) {
  return {status, {}, errorBody(message, reason)};
}

Response retryLater(Response response, std::chrono::seconds wait) {
  response.headers.push_back({"Retry-After", std::to_string(wait.count())});
  return response;
}

int statusOf(Reason reason) noexcept {
  switch (reason) {
    case Reason::threadNotFound:
    case Reason::callNotFound:
    case Reason::participantNotFound:
      return 404;
    case Reason::invalidInput:
      return 422;
    case Reason::setupFailed:
    case Reason::roomNotReady:
    case Reason::providerFailed:
      return 503;
    case Reason::notMember:
    case Reason::callingDisabled:
    case Reason::callsDown:
    case Reason::threadCallingDisabled:
    case Reason::threadLocked:
    case Reason::threadPending:
    case Reason::mayNotStart:
    case Reason::callAlreadyActive:
    case Reason::callEnded:
    case Reason::kicked:
    case Reason::notInCall:
    case Reason::alreadyJoined:
    case Reason::notOwnerOrAdmin:
    case Reason::notGroup:
    case Reason::userNotFound:
    case Reason::threadExists:
    case Reason::callFull:
    case Reason::tooManyDevices:
    case Reason::calleeBusy:
    case Reason::ringingDisabled:
    case Reason::rangJustNow:
    case Reason::tooManyCallees:
    case Reason::noCredentials:
      return 403;
  }
  return 403;
}

Response invalid(std::string_view field, std::string_view text) {
  return {422, {}, errorBody(text, toString(Reason::invalidInput), field, text)};
}

}  // namespace

Response success() {
  return {200, {}, std::string{successBody}};
}

Response withBody(int status, std::string body) {
  return {status, {}, std::move(body)};
}

Response noSuchRoute() {
  return problem(404, "notFound", "There is nothing at this address.");
}

Response methodNotAllowed(Endpoint endpoint) {
  Response response = problem(405, "methodNotAllowed", "This address does not allow this method.");
  response.headers.push_back({"Allow", std::string{allowed(endpoint)}});
  return response;
}

Response unauthenticated() {
  return problem(401, "unauthenticated", "No user is logged in.");
}

Response bodyTooLarge() {
  return problem(413, "tooLarge", "The body is too large.");
}

Response pathTooLong() {
  return problem(414, "uriTooLong", "The address is too long.");
}

Response notFound(Reason reason) {
  return problem(404, toString(reason), describe(reason));
}

Response malformedBody() {
  return problem(400, "malformedBody", "The body is not JSON.");
}

Response kickedNotBoolean() {
  return invalid("kicked", "The field kicked is required and must be true or false.");
}

Response unusableDevice() {
  return invalid("device_id",
                 fmt::format("The device_id must be 1 to {} visible ASCII characters.", longestDevice));
}

Response unusableCallees() {
  return invalid("callees", "The callees must be an array of users, each as type:id.");
}

Response unusableCall(std::string_view field) {
  return invalid(field, fmt::format("The {} must be one id of a call.", field));
}

Response unusableMoment(std::string_view field) {
  return invalid(field, fmt::format("The {} must be one time such as 2026-01-01T00:00:00Z.", field));
}

Response unusableCallType() {
  return invalid("call_type", "The call_type must be video or audio.");
}

Response unusableParameter(std::string_view name, std::size_t mostInPage) {
  if (name == "limit") {
    return invalid(name, fmt::format("The parameter limit must be one number from 1 to {}.", mostInPage));
  }
  return invalid(name, fmt::format("The parameter {} must be one id.", name));
}

Response refused(const Refusal& refusal, std::chrono::seconds retryAfter) {
  // Without the detail, which may quote a provider.
  const int status = statusOf(refusal.reason);
  Response response = problem(status, toString(refusal.reason), describe(refusal.reason));
  return status == 503 ? retryLater(std::move(response), retryAfter) : response;
}

Response unavailable(std::string_view reason, std::chrono::seconds retryAfter) {
  return retryLater(problem(503, reason, "The service cannot answer at the moment. Try again later."),
                    retryAfter);
}

}  // namespace messenger::http
