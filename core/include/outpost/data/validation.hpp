/// @file  Validation: what a scan says about the quality of the data, in plain words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <outpost/data/scan.hpp>

namespace outpost {

enum class FindingCategory : std::uint8_t {
  encoding,       ///< bytes that are not UTF-8, byte order mark
  structure,      ///< ragged rows, blank lines, no header, few rows, nothing to detect with
  types,          ///< cells that are not of their column's type
  missing,        ///< missing cells
  duplicates,     ///< equal rows
  constant,       ///< one value only, or nearly
  range,          ///< infinite numbers, beyond float32, values that float32 makes equal
  time,           ///< rows out of time order, gaps
  personal_data,  ///< texts that look like data about persons
};
std::string_view to_string(FindingCategory category);

enum class FindingSeverity : std::uint8_t {
  info,     ///< good to know; results are as good without doing anything
  warning,  ///< results may suffer
  error,    ///< results would mean little: a column mostly unreadable, nothing to detect with
};
std::string_view to_string(FindingSeverity severity);

struct Finding {
  FindingCategory category = FindingCategory::structure;
  FindingSeverity severity = FindingSeverity::info;
  std::string column;            ///< empty where it is about the table
  std::uint64_t count = 0;       ///< cells or rows concerned
  std::uint64_t first_line = 0;  ///< line of the input where it first occurs; 0 = not known
  std::string message;           ///< one sentence without a full stop
  std::string advice;            ///< what to do about it
  std::optional<PersonalData> personal_data;
};

/// Everything worth saying about `scan`: most severe first, then by category, then by column. Limits: few rows are
/// under 20; missing cells are a warning from a fifth on; duplicates from a hundredth on; nearly constant is one
/// value in 99 % of 100 cells or more; misfits are an error from a half of a column on.
std::vector<Finding> validate(const TableScan& scan);

}  // namespace outpost
