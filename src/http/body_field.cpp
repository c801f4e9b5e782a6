#include "http/body_field.hpp"

#include <string>

namespace messenger::inline v0::http {
namespace {

using Json = nlohmann::json;

/// Receives the parser's events; the field counts only at the first level of an object.
class FieldReader final : public nlohmann::json_sax<Json> {
 public:
  explicit FieldReader(std::string_view name) : name_(name) {}

  [[nodiscard]] std::optional<Json> value() && { return std::move(value_); }

  bool null() override { return take(nullptr); }
  bool boolean(bool truth) override { return take(truth); }
  bool number_integer(number_integer_t number) override { return take(number); }
  bool number_unsigned(number_unsigned_t number) override { return take(number); }
  bool number_float(number_float_t number, const string_t&) override { return take(number); }
  bool string(string_t& text) override { return take(std::move(text)); }
  bool binary(binary_t&) override { return take(nullptr); }
  bool start_object(std::size_t) override { return enter(Json::object()); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter(Json::array()); }
  bool end_array() override { return leave(); }
  bool key(string_t& name) override {
    expected_ = depth_ == 1 && inObject_ && name == name_;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override { return false; }

 private:
  static constexpr std::size_t deepest = 64;

  template <class Value>
  bool take(Value&& value) {
    if (expected_) {
      value_ = Json(std::forward<Value>(value));
    } else if (inItsArray_ && depth_ == 2) {
      Json item(std::forward<Value>(value));
      value_->push_back(item.is_string() ? std::move(item) : Json());
    }
    expected_ = false;
    return true;
  }

  bool enter(const Json& empty) {
    const bool isItsArray = expected_ && empty.is_array();
    take(empty);
    if (isItsArray) inItsArray_ = true;
    if (depth_ == 0) inObject_ = empty.is_object();
    return ++depth_ <= deepest;
  }

  bool leave() {
    if (--depth_ == 1) inItsArray_ = false;
    return true;
  }

  std::string_view name_;
  std::size_t depth_ = 0;
  bool inObject_ = false;  ///< the outermost value is an object
  bool expected_ = false;  ///< the next value is that of the field
  bool inItsArray_ = false;
  std::optional<Json> value_;
};

}  // namespace

BodyField findBodyField(std::string_view body, std::string_view name) {
  if (body.empty()) return {};
  FieldReader reader(name);
  if (!Json::sax_parse(body.begin(), body.end(), &reader)) return {.malformed = true};
  return {.value = std::move(reader).value()};
}

}  // namespace messenger::http
