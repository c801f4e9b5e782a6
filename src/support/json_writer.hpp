#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace messenger::inline v0::support {

/// Writes JSON front to back into a string: no tree, no parsing, no dependency. It adds commas and colons
/// itself.
///
///     JsonWriter json;
///     json.beginObject();
///     json.key("id").value("c1");
///     json.endObject();
///
/// Text is escaped as RFC 8259 requires; ill-formed UTF-8 becomes U+FFFD. REQUIRES: begins and ends match,
/// keys only in objects.
class JsonWriter {
 public:
  JsonWriter& beginObject();
  JsonWriter& endObject();
  JsonWriter& beginArray();
  JsonWriter& endArray();
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view{text}); }
  JsonWriter& value(bool truth);
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(std::uint64_t number);
  JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
  JsonWriter& value(double number);
  JsonWriter& null();
  JsonWriter& optionalValue(const std::optional<std::string>& text) {
    return text ? value(std::string_view{*text}) : null();
  }

  /// JSON made elsewhere, written as it is.
  JsonWriter& raw(std::string_view json);

  [[nodiscard]] const std::string& text() const& noexcept { return out_; }
  [[nodiscard]] std::string text() && noexcept { return std::move(out_); }

 private:
  void separate();

  std::string out_;
  bool needsComma_ = false;
};

}  // namespace messenger::support
