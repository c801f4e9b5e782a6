#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "messenger/model/ids.hpp"
#include "messenger/model/room.hpp"
#include "messenger/model/time.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger::inline v0::postgres {

/// Whether PostgreSQL can store it.
[[nodiscard]] bool isStorable(std::string_view text) noexcept;

/// A text that is only looked for: one that cannot be stored is NULL, which equals nothing.
template <class Text>
struct Key {
  const Text& text;
};
template <class Text>
[[nodiscard]] Key<Text> key(const Text& text) {
  return {text};
}

/// An array parameter (`$1::text[]`), element by element.
class Array {
 public:
  void add(std::int64_t number);
  void add(bool flag) { raw(flag ? "t" : "f"); }
  /// Throws StorageError when it cannot be stored.
  void add(std::string_view text);
  void addNull() { raw("NULL"); }
  /// A text that is only looked for.
  void addKey(std::string_view text);
  void add(TimePoint time) { add(time.time_since_epoch().count()); }
  void add(StorageTime time) { add(time.time_since_epoch().count()); }
  template <class Value>
  void add(const std::optional<Value>& value) {
    if (value) {
      add(*value);
    } else {
      addNull();
    }
  }

  /// As PostgreSQL reads it.
  [[nodiscard]] std::string text() const { return text_ + "}"; }

 private:
  void raw(std::string_view element);

  std::string text_ = "{";
};

/// The parameters of a statement, as text, in the order of its numbers ($1, $2, …); a UserId takes two of
/// them. A text that is to be stored and cannot be throws StorageError.
class Values {
 public:
  template <class... Each>
  explicit Values(const Each&... each) {
    (add(each), ...);
  }

  [[nodiscard]] int count() const noexcept { return static_cast<int>(begins_.size()); }
  /// For libpq, valid until the next change.
  [[nodiscard]] std::vector<const char*> pointers() const;

 private:
  void add(bool flag) { put(flag ? "t" : "f"); }
  template <std::integral Number>
  requires(!std::same_as<Number, bool>) void add(Number number) {
    addNumber(static_cast<std::int64_t>(number));
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void add(Enum value) { addNumber(static_cast<std::int64_t>(value)); }
  void add(TimePoint time) { addNumber(time.time_since_epoch().count()); }
  void add(StorageTime time) { addNumber(time.time_since_epoch().count()); }
  void add(std::nullopt_t) { begins_.push_back(nothing); }
  void add(const std::string& text);
  void add(const Array& array) { put(array.text()); }
  void add(const Secret& secret) { add(secret.reveal()); }
  template <class Tag>
  void add(const StrongId<Tag>& id) {
    add(id.value());
  }
  void add(const UserId& user) {
    add(user.type);
    add(user.id);
  }
  void add(const Key<std::string>& wanted);
  template <class Tag>
  void add(const Key<StrongId<Tag>>& wanted) {
    add(key(wanted.text.value()));
  }
  void add(const Key<UserId>& wanted) {
    add(key(wanted.text.type));
    add(key(wanted.text.id));
  }
  template <class Value>
  void add(const std::optional<Value>& value) {
    addMaybe<Value>(value.has_value(), [&] { add(*value); });
  }
  template <class Value>
  void add(const Key<std::optional<Value>>& wanted) {
    addMaybe<Value>(wanted.text.has_value(), [&] { add(key(*wanted.text)); });
  }
  template <class Value, class Add>
  void addMaybe(bool given, Add addValue) {
    if (given) {
      addValue();
    } else {
      add(std::nullopt);
      if constexpr (std::is_same_v<Value, UserId>) add(std::nullopt);
    }
  }

  void addNumber(std::int64_t number);
  void put(std::string_view text);

  static constexpr std::size_t nothing = static_cast<std::size_t>(-1);

  std::string bytes_;                ///< each ends with a NUL
  std::vector<std::size_t> begins_;  ///< where in `bytes_`, or `nothing`
};

}  // namespace messenger::postgres
