#include "output/table.hpp"

#include <algorithm>
#include <numeric>

namespace outpost::edge {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 6;  // a shrunk column still says something

void append_padded(std::string& line, const TextTable::Cell& cell, std::size_t width, Align align, bool last,
                   const Terminal& terminal) {
  const std::string text = fit_text(cell.text, width);
  const std::size_t padding = width - std::min(width, display_width(text));
  if (align == Align::right) line.append(padding, ' ');
  line += terminal.paint(text, cell.colour);
  if (align == Align::left && !last) line.append(padding, ' ');
}

}  // namespace

std::vector<std::size_t> TextTable::widths(std::size_t room) const {
  std::vector<std::size_t> result;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    std::size_t width = display_width(columns_[c].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row[c].text));
    result.push_back(width);
  }
  std::size_t total = std::accumulate(result.begin(), result.end(), kGap * (columns_.size() - 1));
  while (total > room) {
    std::size_t widest = columns_.size();
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const bool may = columns_[c].shrinks && result[c] > kNarrowest;
      if (may && (widest == columns_.size() || result[c] > result[widest])) widest = c;
    }
    if (widest == columns_.size()) break;
    --result[widest];
    --total;
  }
  return result;
}

std::string TextTable::print(const Terminal& terminal, std::size_t indent) const {
  const std::size_t room = terminal.width - std::min(terminal.width, indent);
  const std::vector<std::size_t> width = widths(room);
  // Columns that do not fit even when shrunk are left away, from the right.
  std::size_t shown = 0;
  for (std::size_t used = 0; shown < width.size(); ++shown) {
    used += width[shown] + (shown == 0 ? 0 : kGap);
    if (used > room && shown != 0) break;
  }
  std::string out;
  const auto print_row = [&](const auto& cell_of) {
    out.append(indent, ' ');
    for (std::size_t c = 0; c < shown; ++c) {
      if (c != 0) out.append(kGap, ' ');
      append_padded(out, cell_of(c), width[c], columns_[c].align, c + 1 == shown, terminal);
    }
    out += '\n';
  };
  print_row([&](std::size_t c) { return Cell{columns_[c].title, Colour::dim}; });
  for (const auto& row : rows_) {
    print_row([&](std::size_t c) -> const Cell& { return row[c]; });
  }
  return out;
}

}  // namespace outpost::edge
