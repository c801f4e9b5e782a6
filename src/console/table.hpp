#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "console/screen.hpp"

namespace messenger::inline v0::console {

struct Cell {
  std::string text;
  Tone tone = Tone::plain;
};

/// Rows under headings. When they do not fit the screen's width, each row becomes a block of `heading value`
/// lines. Nothing is cut off, so that ids can be copied.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}

  /// REQUIRES: as many cells as headings.
  void add(std::vector<Cell> cells);

  void print(Screen& screen) const;

 private:
  void printRows(Screen& screen, const std::vector<std::size_t>& widths) const;
  void printBlocks(Screen& screen) const;

  std::vector<std::string> headings_;
  std::vector<std::vector<Cell>> rows_;
};

struct Field {
  std::string name;
  Cell value;
};

/// `name value` lines with aligned values, wrapped at `width` columns; zero: not wrapped. When little space
/// is left, each value is below its name.
void printFields(Screen& screen, const std::vector<Field>& fields, std::size_t width);

}  // namespace messenger::console
