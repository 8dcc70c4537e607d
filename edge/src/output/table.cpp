#include "output/table.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace outpost::edge {
namespace {

constexpr std::size_t kGap = 2;

std::size_t total_of(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), kGap * (widths.size() - 1));
}

void append_padded(std::string& line, const TextTable::Cell& cell, std::size_t width, Align align, bool last,
                   const Terminal& terminal) {
  const std::string text = fit_text(cell.text, width);
  const std::size_t padding = width - std::min(width, display_width(text));
  if (align == Align::right) line.append(padding, ' ');
  line += terminal.paint(text, cell.colour);
  if (align == Align::left && !last) line.append(padding, ' ');
}

std::vector<std::string> lines_of(const std::string& text, std::size_t width) {
  const std::string wrapped = wrap_text(text, width, 0);
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin <= wrapped.size();) {
    const std::size_t end = std::min(wrapped.find('\n', begin), wrapped.size());
    lines.push_back(wrapped.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace

std::vector<std::size_t> TextTable::widths(std::size_t room) const {
  std::vector<std::size_t> result;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    std::size_t width = display_width(columns_[c].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row[c].text));
    result.push_back(width);
  }
  std::size_t total = total_of(result);
  while (total > room) {
    std::size_t widest = columns_.size();
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const bool may = columns_[c].shrinks && result[c] > columns_[c].least;
      if (may && (widest == columns_.size() || result[c] > result[widest])) widest = c;
    }
    if (widest == columns_.size()) break;
    --result[widest];
    --total;
  }
  return result;
}

std::size_t TextTable::width() const { return total_of(widths(std::numeric_limits<std::size_t>::max())); }

bool TextTable::fits(const Terminal& terminal, std::size_t indent) const {
  return indent + total_of(widths(0)) <= terminal.width;
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
  const auto print_line = [&](const std::vector<Cell>& cells) {
    out.append(indent, ' ');
    std::size_t last = shown;  // of the cells that hold something, so that no line ends in spaces
    while (last > 1 && cells[last - 1].text.empty()) --last;
    for (std::size_t c = 0; c < last; ++c) {
      if (c != 0) out.append(kGap, ' ');
      append_padded(out, cells[c], width[c], columns_[c].align, c + 1 == last, terminal);
    }
    out += '\n';
  };
  std::vector<Cell> titles;
  for (const Column& column : columns_) titles.push_back({column.title, Colour::dim});
  print_line(titles);
  for (const std::vector<Cell>& row : rows_) {
    std::vector<std::vector<std::string>> parts(shown);
    std::size_t lines = 1;
    for (std::size_t c = 0; c < shown; ++c) {
      parts[c] = columns_[c].wraps ? lines_of(row[c].text, width[c]) : std::vector<std::string>{row[c].text};
      lines = std::max(lines, parts[c].size());
    }
    for (std::size_t line = 0; line < lines; ++line) {
      std::vector<Cell> cells;
      for (std::size_t c = 0; c < shown; ++c) {
        cells.push_back({line < parts[c].size() ? parts[c][line] : std::string(), row[c].colour});
      }
      print_line(cells);
    }
  }
  return out;
}

}  // namespace outpost::edge
