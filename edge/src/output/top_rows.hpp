/// @file  The table of the most anomalous rows, fitted to the terminal.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <outpost/combine/calibration.hpp>

#include "output/terminal.hpp"

namespace outpost::edge {

/// Why a row stands out: a feature's name, and "500 ↑ 212σ".
struct Reason {
  std::string name;
  std::string value;
};

struct TopRow {
  std::size_t row = 0;
  std::string handle;  ///< what names the row for people: a time or a text
  std::string score;
  double probability = 0;
  Severity severity = Severity::none;
  std::vector<Reason> reasons;  ///< strongest first
};

/// Heading, table and legend; `rows` in their order. `handle_title` empty = no handles. The reasons matter most: where
/// it is narrow the rank is left out, then the probability, and at last the reasons go on lines of their own. Reasons
/// are shown whole, as many as there is room for; of the first the name may be cut, a number never. Times of a single
/// day are shown without their date, which is then in the heading.
std::string top_rows_text(std::vector<TopRow> rows, std::string handle_title, const Terminal& terminal);

}  // namespace outpost::edge
