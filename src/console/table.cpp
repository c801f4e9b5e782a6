#include "console/table.hpp"

#include <algorithm>

#include "console/layout.hpp"

namespace messenger::inline v0::console {
namespace {

constexpr std::size_t gap = 2;

}  // namespace

void Table::add(std::vector<Cell> cells) {
  // Before they are measured.
  for (Cell& each : cells) each.text = printable(each.text, unlimited);
  rows_.push_back(std::move(cells));
}

void Table::print(Screen& screen) const {
  std::vector<std::size_t> widths;
  std::size_t total = 0;
  for (std::size_t i = 0; i < headings_.size(); ++i) {
    std::size_t widest = columns(headings_[i]);
    for (const auto& row : rows_) widest = std::max(widest, columns(row[i].text));
    widths.push_back(widest);
    total += widest + (i == 0 ? 0 : gap);
  }
  if (screen.width() == 0 || total <= screen.width()) {
    printRows(screen, widths);
  } else {
    printBlocks(screen);
  }
}

void Table::printRows(Screen& screen, const std::vector<std::size_t>& widths) const {
  const auto printRow = [&](const std::vector<Cell>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool last = i + 1 == row.size();
      line += screen.paint(row[i].tone, row[i].text);
      if (!last) line += std::string(widths[i] - columns(row[i].text) + gap, ' ');
    }
    screen.line(line);
  };
  std::vector<Cell> headings;
  for (const std::string& each : headings_) headings.push_back({each, Tone::strong});
  printRow(headings);
  for (const auto& row : rows_) printRow(row);
}

void Table::printBlocks(Screen& screen) const {
  bool first = true;
  for (const auto& row : rows_) {
    if (!first) screen.line();
    first = false;
    std::vector<Field> fields;
    for (std::size_t i = 0; i < row.size(); ++i) fields.push_back({headings_[i], row[i]});
    printFields(screen, fields, screen.width());
  }
}

void printFields(Screen& screen, const std::vector<Field>& fields, std::size_t width) {
  std::size_t widest = 0;
  for (const Field& each : fields) widest = std::max(widest, columns(each.name));
  // With less space beside the names, the values are below them.
  constexpr std::size_t narrowest = 20;
  constexpr std::size_t below = 4;
  const bool stacked = width != 0 && widest + gap + narrowest > width;
  const std::size_t indent = stacked ? below : widest + gap;
  const std::size_t room = width == 0 ? unlimited : std::max(narrowest, width - std::min(width, indent));
  for (const Field& each : fields) {
    const std::string name = screen.paint(Tone::strong, each.name);
    std::string label(indent, ' ');
    if (stacked) {
      screen.line(name);
    } else {
      label = name + std::string(indent - columns(each.name), ' ');
    }
    for (const std::string& line : wrap(printable(each.value.text, unlimited), room)) {
      screen.line(label + screen.paint(each.value.tone, line));
      label = std::string(indent, ' ');
    }
  }
}

}  // namespace messenger::console
