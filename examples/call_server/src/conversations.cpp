#include "conversations.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <iterator>

#include "demo_users.hpp"

namespace call_server {
namespace {

using nlohmann::json;

constexpr std::size_t mostMembers = 100;  ///< shown of one conversation

json personOf(const messenger::Messenger& messenger, const messenger::UserId& user) {
  return {{"id", user.id}, {"name", messenger.host().directory().findUserName(user).value_or("")}};
}

json momentOf(const std::optional<messenger::TimePoint>& moment) {
  return moment ? json(timeText(*moment)) : json(nullptr);
}

/// When a call that everyone has left ends, unless somebody comes back.
std::optional<messenger::TimePoint> emptyUntil(const messenger::Call& call,
                                               const std::vector<messenger::CallParticipant>& everyone) {
  std::optional<messenger::TimePoint> last;
  for (const messenger::CallParticipant& each : everyone) {
    if (each.inCall()) return std::nullopt;
    if (!last || *each.leftAt > *last) last = each.leftAt;
  }
  if (!last || call.limits.emptyGrace.count() == 0) return std::nullopt;
  return *last + call.limits.emptyGrace;
}

/// When a call reaches its longest duration, minus what is `before` that.
std::optional<messenger::TimePoint> longest(const messenger::Call& call, std::chrono::milliseconds before) {
  if (call.limits.duration.count() == 0) return std::nullopt;
  return call.createdAt + (call.limits.duration - before);
}

json activeCall(const messenger::Messenger& messenger, const messenger::CallView& view) {
  const auto everyone = messenger.host().participants(view.call.id);
  const auto inside =
      std::count_if(everyone.begin(), everyone.end(), [](const auto& each) { return each.inCall(); });
  return {{"id", view.call.id.value()},
          {"type", toString(view.call.type)},
          {"owner", personOf(messenger, view.call.owner)},
          {"created_at", timeText(view.call.createdAt)},
          {"in_call", view.inCall},
          {"kicked", view.kicked},
          {"participants", inside},
          {"empty_until", momentOf(emptyUntil(view.call, everyone))},
          {"warns_at", momentOf(longest(view.call, view.call.limits.warning))},
          {"ends_at", momentOf(longest(view.call, {}))}};
}

json conversation(const messenger::Messenger& messenger, const messenger::Thread& thread,
                  const std::string& user, const std::vector<messenger::CallView>& active) {
  json members = json::array();
  std::string name = thread.subject;
  const auto all = messenger.host().directory().members(thread.id);
  for (const messenger::ThreadMember& each : all) {
    if (members.size() < mostMembers) {
      members.push_back({{"id", each.user.id}, {"name", each.name}, {"admin", each.admin}});
    }
    if (thread.isPrivate() && each.user.id != user) name = each.name;
  }
  const auto call = std::find_if(active.begin(), active.end(), [&](const messenger::CallView& each) {
    return each.call.threadId == thread.id;
  });
  return {{"id", thread.id.value()},
          {"type", thread.isPrivate() ? "private" : "group"},
          {"name", name},
          {"members", std::move(members)},
          {"member_count", all.size()},
          {"active_call", call == active.end() ? json(nullptr) : activeCall(messenger, *call)}};
}

json pastCall(const messenger::Messenger& messenger, const messenger::CallView& view) {
  const messenger::Call& call = view.call;
  json with = json::array();
  for (const messenger::UserId& each : view.with) with.push_back(personOf(messenger, each));
  json shown{{"id", call.id.value()},
             {"type", toString(call.type)},
             {"part", toString(view.part)},
             {"with", std::move(with)},
             {"with_more", view.withMore},
             {"owner", personOf(messenger, call.owner)},
             {"started_at", timeText(call.createdAt)},
             {"duration_seconds", nullptr},
             {"end_reason", nullptr},
             {"ended_by", nullptr}};
  if (const auto took = call.duration()) {
    shown["duration_seconds"] = std::chrono::floor<std::chrono::seconds>(*took).count();
  }
  if (call.endReason) shown["end_reason"] = toString(*call.endReason);
  if (call.endedBy) shown["ended_by"] = personOf(messenger, *call.endedBy);
  return shown;
}

}  // namespace

std::string timeText(messenger::TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::milliseconds>(time - day)};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return text.data();
}

ConversationList conversationsOf(const messenger::Messenger& messenger, const std::string& user,
                                 const std::optional<std::string>& after, std::size_t limit) {
  const messenger::UserId viewer = userId(user);
  auto threads = messenger.host().directory().threadsOf(viewer);
  std::sort(threads.begin(), threads.end());
  const auto begin =
      after ? std::upper_bound(threads.begin(), threads.end(), messenger::ThreadId{*after}) : threads.begin();
  const auto active = messenger.activeCalls(viewer);
  ConversationList list{.shown = json::array(), .next = std::nullopt};
  for (auto each = begin; each != threads.end(); ++each) {
    if (list.shown.size() == limit) {
      list.next = std::prev(each)->value();
      break;
    }
    const auto thread = messenger.host().directory().findThread(*each);
    if (thread) list.shown.push_back(conversation(messenger, *thread, user, active));
  }
  return list;
}

messenger::Result<json> historyOf(const messenger::Messenger& messenger, const std::string& user,
                                  const messenger::ThreadId& thread,
                                  const std::optional<messenger::CallId>& before) {
  const auto page = messenger.callHistory(thread, userId(user), before);
  if (!page) return tl::unexpected(page.error());
  json calls = json::array();
  for (const messenger::CallView& each : page->calls) {
    calls.push_back(pastCall(messenger, each));
  }
  return json{{"calls", std::move(calls)},
              {"next", page->nextPage ? json(page->nextPage->value()) : json(nullptr)}};
}

}  // namespace call_server
