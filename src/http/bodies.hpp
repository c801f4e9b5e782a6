#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/names.hpp"
#include "messenger/views.hpp"

namespace messenger::inline v0::http {

// The JSON of the Laravel package's responses. A room appears only as CallView::room, which has no secret.

/// `{"message":"success"}`
inline constexpr std::string_view successBody = R"({"message":"success"})";

[[nodiscard]] std::string callBody(const CallView& view, const UserId& viewer, Names& names);

/// The same with everyone who was ever in it: shown for an ended call.
[[nodiscard]] std::string endedCallBody(const CallView& view, const UserId& viewer,
                                        const std::vector<CallParticipant>& participants, Names& names);

/// An array of calls.
[[nodiscard]] std::string callsBody(const std::vector<CallView>& views, const UserId& viewer, Names& names);

/// A page of a thread's calls: those older than `before`.
[[nodiscard]] std::string historyBody(const CallHistory& history, const std::optional<CallId>& before,
                                      const UserId& viewer, Names& names);

/// The participant as they who joined see it: with the media id of their session, if it has one.
[[nodiscard]] std::string joinedBody(const Joined& joined, Names& names);

/// An array of the rings of a call.
[[nodiscard]] std::string ringsBody(const std::vector<CallRing>& rings, Names& names);

/// A page of the calls that the viewer has missed.
[[nodiscard]] std::string missedCallsBody(const MissedCalls& missed, const UserId& viewer, Names& names);

/// `{"identity", "token", "expires_in"}`: seconds, or null. For their owner alone.
[[nodiscard]] std::string credentialsBody(const RoomCredentials& credentials);

/// `{"seen": 2}`
[[nodiscard]] std::string seenBody(std::size_t seen);

[[nodiscard]] std::string participantBody(const CallParticipant& participant, Names& names);

/// An array of participants.
[[nodiscard]] std::string participantsBody(const std::vector<CallParticipant>& participants, Names& names);

/// `{"message", "reason"}`, and `"errors": {field: [text]}` when a field is named.
[[nodiscard]] std::string errorBody(std::string_view message, std::string_view reason,
                                    std::string_view field = {}, std::string_view fieldError = {});

}  // namespace messenger::http
