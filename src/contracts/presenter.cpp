#include "messenger/contracts/presenter.hpp"

#include <utility>

#include "support/json_writer.hpp"

namespace messenger::inline v0 {

ExtraField ExtraField::text(std::string name, std::string_view value) {
  support::JsonWriter json;
  json.value(value);
  return {std::move(name), std::move(json).text()};
}

ExtraFields Presenter::userFields(const UserId& /*user*/) const {
  return {};
}

ExtraFields Presenter::threadFields(const Thread& /*thread*/, const std::optional<UserId>& /*viewer*/) const {
  return {};
}

ExtraFields Presenter::payloadFields(const std::string& /*event*/, const Call& /*call*/) const {
  return {};
}

}  // namespace messenger
