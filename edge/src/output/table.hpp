/// @file  TextTable: columns of text that fit the terminal.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "output/terminal.hpp"

namespace outpost::edge {

enum class Align { left, right };

/// Collects rows, then prints them: columns as wide as their contents, two spaces between; where that is too wide, the
/// columns that may shrink are cut, the widest first, or wrapped.
class TextTable {
 public:
  struct Column {
    std::string title;
    Align align = Align::left;
    bool shrinks = false;
    bool wraps = false;     ///< what does not fit goes on lines of its own instead of being cut
    std::size_t least = 6;  ///< a shrunk column keeps so many columns of the terminal
  };
  struct Cell {
    std::string text;
    Colour colour = Colour::none;
  };

  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// As many cells as there are columns.
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  /// Columns of the terminal that it takes when nothing is cut.
  std::size_t width() const;
  /// Whether all columns fit when those that may shrink do.
  bool fits(const Terminal& terminal, std::size_t indent = 0) const;
  /// Title line, then the rows, each line ended, none longer than the terminal is wide.
  std::string print(const Terminal& terminal, std::size_t indent = 0) const;

 private:
  std::vector<std::size_t> widths(std::size_t room) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace outpost::edge
