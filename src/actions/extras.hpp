#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "messenger/contracts/logger.hpp"
#include "messenger/contracts/presenter.hpp"
#include "support/json_writer.hpp"

namespace messenger::inline v0::actions {

/// Asks the host's Presenter, and returns only fields that can be written: whatever it throws or returns.
/// What is left out is logged. Without a presenter there are none. Presenter and logger must outlive it.
class Extras {
 public:
  Extras(const Presenter* presenter, Logger& logger) noexcept : presenter_(presenter), logger_(logger) {}

  [[nodiscard]] ExtraFields ofUser(const UserId& user) const;
  [[nodiscard]] ExtraFields ofThread(const Thread& thread, const std::optional<UserId>& viewer) const;
  [[nodiscard]] ExtraFields ofPayload(const std::string& event, const Call& call) const;

 private:
  template <class Ask>
  [[nodiscard]] ExtraFields checked(std::string_view what, std::initializer_list<std::string_view> taken,
                                    Ask&& ask) const;

  const Presenter* presenter_;
  Logger& logger_;
};

/// Into the object that is open.
void writeExtras(support::JsonWriter& json, const ExtraFields& fields);

}  // namespace messenger::actions
