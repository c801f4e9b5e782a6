#include "http/bodies.hpp"

#include "support/json_writer.hpp"
#include "support/time_text.hpp"

namespace messenger::inline v0::http {
namespace {

using support::JsonWriter;
using support::toText;

void writeMoment(JsonWriter& json, const std::optional<TimePoint>& moment) {
  json.optionalValue(moment ? std::optional{toText(*moment)} : std::nullopt);
}

void writeUser(JsonWriter& json, const UserId& user, Names& names) {
  json.beginObject();
  json.key("name").value(names.of(user));
  json.key("provider_id").value(user.id);
  json.key("provider_alias").value(user.type);
  actions::writeExtras(json, names.extrasOf(user));
  json.endObject();
}

void writeOwner(JsonWriter& json, const UserId& owner, Names& names) {
  json.key("owner_id").value(owner.id);
  json.key("owner_type").value(owner.type);
  writeUser(json.key("owner"), owner, names);
}

/// Into the object that is open.
void writeRing(JsonWriter& json, const CallRing& ring) {
  json.key("state").value(toString(ring.state));
  json.key("rang_at").value(toText(ring.rangAt));
  json.key("updated_at").value(toText(ring.updatedAt));
}

void writeParticipant(JsonWriter& json, const CallParticipant& participant, Names& names,
                      const std::optional<Secret>& mediaId = std::nullopt) {
  json.beginObject();
  json.key("id").value(participant.id.value());
  json.key("call_id").value(participant.callId.value());
  writeOwner(json, participant.user, names);
  json.key("created_at").value(toText(participant.createdAt));
  json.key("updated_at").value(toText(participant.updatedAt));
  writeMoment(json.key("left_call"), participant.leftAt);
  if (mediaId) json.key("media_id").value(mediaId->reveal());
  json.endObject();
}

void writeParticipants(JsonWriter& json, const std::vector<CallParticipant>& participants, Names& names) {
  json.beginArray();
  for (const CallParticipant& each : participants) writeParticipant(json, each, names);
  json.endArray();
}

/// With whom the viewer was in it.
void writeWith(JsonWriter& json, const CallView& view, Names& names) {
  json.key("with").beginArray();
  for (const UserId& each : view.with) writeUser(json, each, names);
  json.endArray();
  json.key("with_more").value(view.withMore);
}

/// The viewer's options in an active call.
void writeOptions(JsonWriter& json, const CallView& view) {
  json.key("options").beginObject();
  json.key("admin").value(view.admin);
  json.key("setup_complete").value(view.call.setupComplete);
  json.key("in_call").value(view.inCall);
  json.key("left_call").value(view.leftCall);
  json.key("joined").value(view.joined);
  json.key("kicked").value(view.kicked);
  if (view.room) {
    json.key("room_id").optionalValue(view.room->id);
    json.key("room_pin").optionalValue(view.room->pin);
    json.key("payload").optionalValue(view.room->payload);
  }
  if (!view.mediaIds.empty()) {
    json.key("media_ids").beginObject();
    for (const auto& [device, mediaId] : view.mediaIds) json.key(device.value()).value(mediaId.reveal());
    json.endObject();
  }
  json.endObject();
}

void writeCall(JsonWriter& json, const CallView& view, const UserId& viewer, Names& names,
               const std::vector<CallParticipant>* participants = nullptr) {
  const Call& call = view.call;
  json.beginObject();
  json.key("id").value(call.id.value());
  json.key("active").value(call.active());
  json.key("type").value(static_cast<int>(call.type));
  json.key("type_verbose").value(call.type == CallType::audio ? "AUDIO" : "VIDEO");
  json.key("thread_id").value(call.threadId.value());
  json.key("created_at").value(toText(call.createdAt));
  json.key("updated_at").value(toText(call.updatedAt));
  writeOwner(json, call.owner, names);
  json.key("meta").beginObject();
  json.key("thread_id").value(view.thread.id.value());
  json.key("thread_type").value(static_cast<int>(view.thread.type));
  json.key("thread_type_verbose").value(view.thread.isGroup() ? "GROUP" : "PRIVATE");
  json.key("thread_name").value(names.of(view.thread, viewer));
  actions::writeExtras(json, names.extras().ofThread(view.thread, viewer));
  json.endObject();
  if (view.part != CallView::Part::none) json.key("part").value(toString(view.part));
  if (!view.with.empty()) writeWith(json, view, names);
  if (call.active()) writeOptions(json, view);
  if (participants != nullptr) {
    json.key("participants");
    writeParticipants(json, *participants, names);
  }
  actions::writeExtras(json, names.extras().ofPayload({}, call));
  json.endObject();
}

void writeCalls(JsonWriter& json, const std::vector<CallView>& views, const UserId& viewer, Names& names) {
  json.beginArray();
  for (const CallView& each : views) writeCall(json, each, viewer, names);
  json.endArray();
}

void writeId(JsonWriter& json, const std::optional<CallId>& id) {
  json.optionalValue(id ? std::optional{id->value()} : std::nullopt);
}

}  // namespace

std::string callBody(const CallView& view, const UserId& viewer, Names& names) {
  JsonWriter json;
  writeCall(json, view, viewer, names);
  return std::move(json).text();
}

std::string endedCallBody(const CallView& view, const UserId& viewer,
                          const std::vector<CallParticipant>& participants, Names& names) {
  JsonWriter json;
  writeCall(json, view, viewer, names, &participants);
  return std::move(json).text();
}

std::string callsBody(const std::vector<CallView>& views, const UserId& viewer, Names& names) {
  JsonWriter json;
  writeCalls(json, views, viewer, names);
  return std::move(json).text();
}

std::string historyBody(const CallHistory& history, const std::optional<CallId>& before, const UserId& viewer,
                        Names& names) {
  JsonWriter json;
  json.beginObject();
  json.key("data");
  writeCalls(json, history.calls, viewer, names);
  json.key("meta").beginObject();
  json.key("index").value(!before.has_value());
  writeId(json.key("page_id"), before);
  writeId(json.key("next_page_id"), history.nextPage);
  json.key("final_page").value(!history.nextPage.has_value());
  json.key("per_page").value(static_cast<std::uint64_t>(history.perPage));
  json.key("results").value(static_cast<std::uint64_t>(history.calls.size()));
  json.key("total").value(static_cast<std::uint64_t>(history.total));
  json.endObject();
  json.endObject();
  return std::move(json).text();
}

std::string joinedBody(const Joined& joined, Names& names) {
  JsonWriter json;
  writeParticipant(json, joined.participant, names, joined.mediaId);
  return std::move(json).text();
}

std::string ringsBody(const std::vector<CallRing>& rings, Names& names) {
  JsonWriter json;
  json.beginArray();
  for (const CallRing& each : rings) {
    json.beginObject();
    writeUser(json.key("callee"), each.user, names);
    writeRing(json, each);
    json.endObject();
  }
  json.endArray();
  return std::move(json).text();
}

std::string missedCallsBody(const MissedCalls& missed, const UserId& viewer, Names& names) {
  JsonWriter json;
  json.beginObject();
  json.key("data").beginArray();
  for (const MissedCalls::Missed& each : missed.calls) {
    json.beginObject();
    writeCall(json.key("call"), each.call, viewer, names);
    writeRing(json, each.ring);
    json.key("seen").value(each.ring.seen);
    json.endObject();
  }
  json.endArray();
  json.key("meta").beginObject();
  json.key("unseen").value(static_cast<std::uint64_t>(missed.unseen));
  writeId(json.key("next_page_id"), missed.nextPage);
  json.endObject();
  json.endObject();
  return std::move(json).text();
}

std::string credentialsBody(const RoomCredentials& credentials) {
  JsonWriter json;
  json.beginObject();
  json.key("identity").value(credentials.identity);
  json.key("token").value(credentials.token.reveal());
  json.key("expires_in");
  if (credentials.validFor) {
    json.value(credentials.validFor->count());
  } else {
    json.null();
  }
  json.endObject();
  return std::move(json).text();
}

std::string seenBody(std::size_t seen) {
  JsonWriter json;
  json.beginObject();
  json.key("seen").value(static_cast<std::uint64_t>(seen));
  json.endObject();
  return std::move(json).text();
}

std::string participantBody(const CallParticipant& participant, Names& names) {
  JsonWriter json;
  writeParticipant(json, participant, names);
  return std::move(json).text();
}

std::string participantsBody(const std::vector<CallParticipant>& participants, Names& names) {
  JsonWriter json;
  writeParticipants(json, participants, names);
  return std::move(json).text();
}

std::string errorBody(std::string_view message, std::string_view reason, std::string_view field,
                      std::string_view fieldError) {
  JsonWriter json;
  json.beginObject();
  json.key("message").value(message);
  json.key("reason").value(reason);
  if (!field.empty()) {
    json.key("errors").beginObject();
    json.key(field).beginArray().value(fieldError).endArray();
    json.endObject();
  }
  json.endObject();
  return std::move(json).text();
}

}  // namespace messenger::http
