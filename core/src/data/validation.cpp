#include <outpost/data/validation.hpp>

#include <algorithm>
#include <utility>

#include <outpost/base/json_text.hpp>

#include "messages.hpp"

namespace outpost {
namespace {

constexpr std::uint64_t kFewRows = 20;
constexpr std::uint64_t kMinNearlyConstant = 100;  // cells; below, 99 % says little

/// Length of time in its largest fitting unit: "1.5 s", "3 h".
std::string duration_text(double ms) {
  constexpr std::pair<double, const char*> kUnits[] = {
      {86'400'000, " d"}, {3'600'000, " h"}, {60'000, " min"}, {1'000, " s"}};
  for (const auto& [length, name] : kUnits) {
    if (ms >= length)
      return shortest_text(static_cast<double>(static_cast<std::int64_t>(ms / length * 10)) / 10) + name;
  }
  return shortest_text(ms) + " ms";
}

class Findings {
 public:
  Finding& add(FindingCategory category, FindingSeverity severity, std::uint64_t count, std::string message,
               std::string advice) {
    Finding finding;
    finding.category = category;
    finding.severity = severity;
    finding.column = column;
    finding.count = count;
    finding.message = std::move(message);
    finding.advice = std::move(advice);
    all.push_back(std::move(finding));
    return all.back();
  }

  std::vector<Finding> all;
  std::string column;  // of the findings that come
};

void check_bytes(const ReadFacts& facts, Findings& findings) {
  if (facts.invalid_utf8_cells > 0) {
    findings
        .add(FindingCategory::encoding, FindingSeverity::warning, facts.invalid_utf8_cells,
             counted(facts.invalid_utf8_cells, "cell is", "cells are") + " not valid UTF-8 and read as Latin-1",
             "Save the file as UTF-8 if accented letters look wrong.")
        .first_line = facts.first_invalid_utf8_line;
  }
  if (facts.byte_order_mark) {
    findings.add(FindingCategory::encoding, FindingSeverity::info, 1, "The file begins with a byte order mark",
                 "Nothing: it is passed over.");
  }
}

/// Can a detector use nothing of this column?
bool says_nothing(const ColumnProfile& profile) { return profile.distinct <= 1; }

void check_structure(const TableScan& scan, Findings& findings) {
  const ReadFacts& facts = scan.facts;
  if (facts.ragged_rows > 0) {
    findings
        .add(FindingCategory::structure, FindingSeverity::warning, facts.ragged_rows,
             counted(facts.ragged_rows, "row has", "rows have") + " more or fewer fields than the header",
             "Look at the line: an unquoted delimiter shifts every value behind it.")
        .first_line = facts.first_ragged_line;
  }
  if (facts.blank_lines > 0) {
    findings.add(FindingCategory::structure, FindingSeverity::info, facts.blank_lines,
                 counted(facts.blank_lines, "blank line is", "blank lines are") + " passed over", "Nothing.");
  }
  if (facts.format == DataFormat::csv && !facts.header) {
    findings.add(FindingCategory::structure, FindingSeverity::info, 1,
                 "There is no header: columns are named by their place", "Add a first line with names.");
  }
  if (scan.rows < kFewRows) {
    findings.add(FindingCategory::structure, FindingSeverity::warning, scan.rows,
                 "There " + std::string(scan.rows == 1 ? "is " : "are ") + counted(scan.rows, "row", "rows") + " only",
                 "Collect more: what is usual cannot be learned from so few.");
  }
  if (std::all_of(scan.profiles.begin(), scan.profiles.end(), says_nothing)) {
    findings.add(FindingCategory::structure, FindingSeverity::error, scan.profiles.size(),
                 "No column has two different values", "Check that this is the right file.");
  }
}

void check_types(const ColumnSchema& column, const ColumnProfile& profile, Findings& findings) {
  if (profile.type_conflicts == 0) return;
  const std::uint64_t present = profile.count - profile.missing;
  const bool most = profile.type_conflicts * 2 >= present;
  findings
      .add(FindingCategory::types, most ? FindingSeverity::error : FindingSeverity::warning, profile.type_conflicts,
           counted(profile.type_conflicts, "cell is", "cells are") + " not " + std::string(to_string(column.type)) +
               " and read as missing, the first is " + quoted_cell(profile.first_conflict_value),
           most ? "Give the column another type." : "Correct these cells, or give the column another type.")
      .first_line = profile.first_conflict_line;
}

void check_missing(const ColumnProfile& profile, Findings& findings) {
  if (profile.missing == 0) return;
  if (profile.missing == profile.count) {
    findings.add(FindingCategory::missing, FindingSeverity::warning, profile.missing, "Every cell is missing",
                 "Nothing: the column is left out. If it should hold values, check where they are lost.");
    return;
  }
  const bool many = profile.missing * 5 >= profile.count;
  findings.add(FindingCategory::missing, many ? FindingSeverity::warning : FindingSeverity::info, profile.missing,
               percent(profile.missing, profile.count) + " of cells are missing",
               many ? "They count as the median: think of leaving the column out, or of a missing indicator."
                    : "Nothing: they count as the median.");
}

void check_constant(const ColumnProfile& profile, Findings& findings) {
  const std::uint64_t present = profile.count - profile.missing - profile.type_conflicts;
  if (present == 0 || profile.count == 1) return;
  if (profile.distinct == 1) {
    findings.add(FindingCategory::constant, FindingSeverity::warning, present,
                 "Every value is " + quoted_cell(profile.dominant_value),
                 "Nothing: the column is left out. If it should vary, check the sensor or the export.");
  } else if (present >= kMinNearlyConstant && (present - profile.dominant_count) * 100 <= present) {
    findings.add(FindingCategory::constant, FindingSeverity::info, profile.dominant_count,
                 percent(profile.dominant_count, present) + " of values are " + quoted_cell(profile.dominant_value),
                 "Nothing, if that is how the column behaves: the few others will stand out.");
  }
}

void check_range(const ColumnProfile& profile, Findings& findings) {
  if (profile.non_finite > 0) {
    findings.add(FindingCategory::range, FindingSeverity::warning, profile.non_finite,
                 counted(profile.non_finite, "number is", "numbers are") + " infinite",
                 "They count as very large numbers; make them empty cells if they mean 'not measured'.");
  }
  if (profile.beyond_float32 > 0) {
    findings.add(FindingCategory::range, FindingSeverity::warning, profile.beyond_float32,
                 counted(profile.beyond_float32, "number is", "numbers are") + " beyond 1e18 or nearer to 0 than 1e-37",
                 "The former count as 1e18, the latter as about 0: choose another unit.");
  }
  if (profile.distinct_lost > 0) {
    const bool most = profile.distinct_lost >= profile.distinct - profile.distinct / 2;
    findings.add(FindingCategory::range, most ? FindingSeverity::warning : FindingSeverity::info, profile.distinct_lost,
                 grouped(profile.distinct_lost) + " different values become equal to others in single precision",
                 "Subtract a constant from the column (its first value, for one) so that fewer digits matter.");
  }
}

void check_time(const ColumnProfile& profile, Findings& findings) {
  if (profile.time_backwards > 0) {
    findings.add(FindingCategory::time, FindingSeverity::warning, profile.time_backwards,
                 counted(profile.time_backwards, "row is", "rows are") + " earlier than the row before",
                 "Sort the rows by this column if their order matters.");
  }
  if (profile.time_gaps > 0) {
    findings.add(FindingCategory::time, FindingSeverity::warning, profile.time_gaps,
                 counted(profile.time_gaps, "gap is", "gaps are") + " more than ten times the usual step of " +
                     duration_text(profile.median_step_ms),
                 "Check whether data were lost there.");
  }
}

void check_personal_data(const ColumnProfile& profile, Findings& findings) {
  for (const auto& [kind, count] : profile.personal_data) {
    findings
        .add(FindingCategory::personal_data, FindingSeverity::warning, count,
             counted(count, "cell looks", "cells look") + " like " +
                 (kind == PersonalData::email || kind == PersonalData::ip_address ? "an " : "a ") +
                 std::string(to_string(kind)),
             "Leave the column out before you pass data or results on.")
        .personal_data = kind;
  }
}

}  // namespace

std::string_view to_string(FindingCategory category) {
  switch (category) {
    case FindingCategory::encoding: return "encoding";
    case FindingCategory::structure: return "structure";
    case FindingCategory::types: return "types";
    case FindingCategory::missing: return "missing";
    case FindingCategory::duplicates: return "duplicates";
    case FindingCategory::constant: return "constant";
    case FindingCategory::range: return "range";
    case FindingCategory::time: return "time";
    case FindingCategory::personal_data: return "personal_data";
  }
  return "unknown";
}

std::string_view to_string(FindingSeverity severity) {
  switch (severity) {
    case FindingSeverity::info: return "info";
    case FindingSeverity::warning: return "warning";
    case FindingSeverity::error: return "error";
  }
  return "unknown";
}

std::vector<Finding> validate(const TableScan& scan) {
  Findings findings;
  check_bytes(scan.facts, findings);
  check_structure(scan, findings);
  if (scan.duplicate_rows > 0) {
    const std::uint64_t looked_at = std::min<std::uint64_t>(scan.rows, kMaxDuplicateRows);
    const bool many = scan.duplicate_rows * 100 >= looked_at;
    const std::string where = scan.rows > looked_at ? " (of the first " + grouped(looked_at) + ")" : "";
    findings.add(FindingCategory::duplicates, many ? FindingSeverity::warning : FindingSeverity::info,
                 scan.duplicate_rows,
                 counted(scan.duplicate_rows, "row equals", "rows equal") + " an earlier one" + where,
                 "Remove them if they were written twice: repeated rows look usual to every detector.");
  }
  for (std::size_t c = 0; c < scan.schema.columns.size(); ++c) {
    const ColumnSchema& column = scan.schema.columns[c];
    const ColumnProfile& profile = scan.profiles[c];
    findings.column = column.name;
    check_types(column, profile, findings);
    check_missing(profile, findings);
    check_constant(profile, findings);
    check_range(profile, findings);
    check_time(profile, findings);
    check_personal_data(profile, findings);
  }
  std::stable_sort(findings.all.begin(), findings.all.end(), [](const Finding& a, const Finding& b) {
    return a.severity != b.severity ? a.severity > b.severity : a.category < b.category;
  });
  return std::move(findings.all);
}

}  // namespace outpost
