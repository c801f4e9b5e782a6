#include "http/kick_body.hpp"

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

namespace messenger::http {
namespace {

using Json = nlohmann::json;

/// Receives the parser's events; `kicked` counts only at the first level of an object.
class KickReader final : public nlohmann::json_sax<Json> {
 public:
  [[nodiscard]] KickBody flag() const noexcept { return flag_; }

  bool null() override { return take(KickBody::noFlag); }
  bool boolean(bool truth) override { return take(truth ? KickBody::kick : KickBody::unkick); }
  bool number_integer(number_integer_t number) override {  // has a minus sign
    return take(number == 0 ? KickBody::unkick : KickBody::noFlag);
  }
  bool number_unsigned(number_unsigned_t number) override { return takeNumber(number); }
  bool number_float(number_float_t, const string_t&) override { return take(KickBody::noFlag); }
  bool string(string_t& text) override {
    if (text == "1") return take(KickBody::kick);
    return take(text == "0" ? KickBody::unkick : KickBody::noFlag);
  }
  bool binary(binary_t&) override { return take(KickBody::noFlag); }
  bool start_object(std::size_t) override { return enter(/*object=*/true); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter(/*object=*/false); }
  bool end_array() override { return leave(); }
  bool key(string_t& name) override {
    expected_ = depth_ == 1 && inObject_ && name == "kicked";
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override { return false; }

 private:
  static constexpr std::size_t deepest = 64;

  bool takeNumber(number_unsigned_t number) {
    if (number == 1) return take(KickBody::kick);
    return take(number == 0 ? KickBody::unkick : KickBody::noFlag);
  }

  bool take(KickBody value) {
    if (expected_) flag_ = value;
    expected_ = false;
    return true;
  }

  bool enter(bool object) {
    take(KickBody::noFlag);
    if (depth_ == 0) inObject_ = object;
    return ++depth_ <= deepest;
  }

  bool leave() {
    --depth_;
    return true;
  }

  std::size_t depth_ = 0;
  bool inObject_ = false;  ///< the outermost value is an object
  bool expected_ = false;  ///< the next value is that of `kicked`
  KickBody flag_ = KickBody::noFlag;
};

}  // namespace

KickBody parseKickBody(std::string_view body) {
  if (body.empty()) return KickBody::noFlag;
  KickReader reader;
  if (!Json::sax_parse(body.begin(), body.end(), &reader)) return KickBody::malformed;
  return reader.flag();
}

}  // namespace messenger::http
