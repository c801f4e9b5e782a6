#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace messenger::inline v0::support {

/// A character (code point), and how many bytes of the text it takes.
struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;  ///< 0: the text is empty, or ill-formed here
};

/// The character at the beginning of a text.
[[nodiscard]] Character firstCharacter(std::string_view text) noexcept;

/// Well-formed UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF.
[[nodiscard]] bool isUtf8(std::string_view text) noexcept;

/// How many characters (code points) a well-formed text has.
[[nodiscard]] std::size_t countCharacters(std::string_view text) noexcept;

// What nobody sees has no place in a text that people or terminals get. "Control characters" are, all over
// the library:
// - C0 and C1 controls and DEL. A terminal takes U+009B for ESC [.
// - Line and paragraph separators, and what changes the writing direction: they make a text look like another
//   one.
// - Format characters and fillers that draw nothing (zero-width space, BOM, soft hyphen, tags, …): with them
// two
//   names that look the same are different, and a text hides another one.
// - Noncharacters.
//
// Not among them are the few that real names and emoji are written with, each where it has an effect:
// - The joiners U+200C and U+200D (Persian, Urdu, Hindi, families of emoji): between two characters that
// show,
//   of which one is not ASCII.
// - Variation selectors (emoji, Japanese names): one, after a character that is not ASCII; after 0-9 # * in a
//   keycap.
// - Arabic and Syriac signs that count as format characters, but are drawn (U+0600 to U+0605, U+06DD, …).

/// Whether it can be a name that people see: UTF-8 without control characters, at most `maxBytes` long.
[[nodiscard]] bool isPlainText(std::string_view text, std::size_t maxBytes) noexcept;

/// Why it is not, to be put after the name of the field: "has 300 bytes (100 characters), at most 255 bytes
/// are allowed". Empty for plain text.
[[nodiscard]] std::optional<std::string> whyNotPlainText(std::string_view text, std::size_t maxBytes);

/// The text with `instead` for each ill-formed byte and each control character.
[[nodiscard]] std::string withoutControls(std::string_view text, char instead = '?');

/// The text with "[secret]" for each of `secrets` in it that is not empty; of two where one is a part of the
/// other, for the longer one.
[[nodiscard]] std::string withoutSecrets(std::string_view text, std::vector<std::string_view> secrets);

/// A foreign error text for storing and showing: ill-formed bytes and control characters become '?', `secret`
/// (when given and not empty) becomes "[secret]", and it is cut to `maxBytes` at a character.
[[nodiscard]] std::string presentable(std::string_view text, const std::optional<std::string_view>& secret,
                                      std::size_t maxBytes = 500);

/// A JSON document for a terminal or a log: each control character in it is escaped (\u009b), which changes
/// nothing for a parser; blanks, tabs and line ends between its values stay. Ill-formed bytes become U+FFFD.
[[nodiscard]] std::string printableJson(std::string_view json);

}  // namespace messenger::support
