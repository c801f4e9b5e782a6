#include "actions/extras.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "actions/log.hpp"
#include "support/json_check.hpp"
#include "support/text.hpp"
#include "support/thrown.hpp"

namespace messenger::inline v0::actions {
namespace {

constexpr std::size_t maxName = 255;

/// Why the field cannot be written; empty when it can.
std::string_view whyNot(const ExtraField& field, const ExtraFields& written,
                        std::initializer_list<std::string_view> taken) {
  if (field.name.empty() || !support::isPlainText(field.name, maxName)) return "the name is no plain text";
  if (std::find(taken.begin(), taken.end(), field.name) != taken.end()) {
    return "the library writes a field of that name";
  }
  const auto isSame = [&](const ExtraField& each) { return each.name == field.name; };
  if (std::any_of(written.begin(), written.end(), isSame)) return "the name is given twice";
  if (field.json.size() > ExtraField::maxJson) return "the value is too long";
  if (!support::isJson(field.json)) return "the value is not JSON";
  return {};
}

}  // namespace

template <class Ask>
ExtraFields Extras::checked(std::string_view what, std::initializer_list<std::string_view> taken,
                            Ask&& ask) const {
  if (presenter_ == nullptr) return {};
  ExtraFields given;
  try {
    given = ask(*presenter_);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (...) {
    logSafely(logger_, LogLevel::warning, "the presenter threw, and what it adds is left out",
              {{"payload", what}, {"error", support::whatWasThrown()}});
    return {};
  }
  ExtraFields fields;
  for (ExtraField& each : given) {
    const std::string_view why = whyNot(each, fields, taken);
    if (why.empty()) {
      fields.push_back(std::move(each));
    } else {
      logSafely(
          logger_, LogLevel::warning, "a field of the presenter is left out",
          {{"payload", what}, {"field", support::presentable(each.name, std::nullopt, 80)}, {"error", why}});
    }
  }
  return fields;
}

// All names of the places where the fields of a kind go. docs/http.md lists them.

ExtraFields Extras::ofUser(const UserId& user) const {
  return checked("user", {"name", "provider_id", "provider_alias"},
                 [&](const Presenter& presenter) { return presenter.userFields(user); });
}

ExtraFields Extras::ofThread(const Thread& thread, const std::optional<UserId>& viewer) const {
  return checked("thread",
                 {"thread_id", "thread_type", "thread_type_verbose", "thread_name", "id", "type",
                  "type_verbose", "created_at", "updated_at"},
                 [&](const Presenter& presenter) { return presenter.threadFields(thread, viewer); });
}

ExtraFields Extras::ofPayload(const std::string& event, const Call& call) const {
  return checked("payload", {"id",          "active",      "type",       "type_verbose", "thread_id",
                             "thread_type", "thread_name", "created_at", "updated_at",   "owner_id",
                             "owner_type",  "owner",       "meta",       "options",      "participants",
                             "call",        "sender",      "call_id",    "kicked",       "device_id",
                             "ends_at",     "reason",      "part",       "with",         "with_more"},
                 [&](const Presenter& presenter) { return presenter.payloadFields(event, call); });
}

void writeExtras(support::JsonWriter& json, const ExtraFields& fields) {
  for (const ExtraField& each : fields) json.key(each.name).raw(each.json);
}

}  // namespace messenger::actions
