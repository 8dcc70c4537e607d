/// @file  TableScan: one pass over the rows that decides column types and gathers what the rest needs to
/// know (counts, ranges, distinct values, personal data), in memory independent of the number of rows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <outpost/base/execution.hpp>
#include <outpost/base/result.hpp>
#include <outpost/data/personal_data.hpp>
#include <outpost/data/record_reader.hpp>
#include <outpost/data/schema.hpp>

namespace outpost {

inline constexpr std::size_t kMaxTrackedDistinct = 10'000;
inline constexpr std::size_t kMinTrackedDistinct = 64;
inline constexpr std::size_t kDistinctBytes = std::size_t{64} << 20;

/// How many different values are tracked in each column of a table of that many columns: kMaxTrackedDistinct up to
/// 256 columns (256 KiB each); beyond, what kDistinctBytes divided evenly hold (at 16 bytes a slot, a power of two of
/// slots, at most 5/8 of them in use), but kMinTrackedDistinct at least (2 KiB a column). Of texts never fewer than
/// ScanOptions::max_categories, so that types are the same in tables of any width.
std::size_t max_tracked_distinct(std::size_t columns);

/// Summary of one column. Counts are exact; `distinct` is exact up to max_tracked_distinct, then that number.
/// Values are those of the column's type: numbers, milliseconds, true and false, or the texts of the cells.
struct ColumnProfile {
  std::uint64_t count = 0;  ///< rows, missing included
  std::uint64_t missing = 0;
  std::uint64_t distinct = 0;
  bool distinct_exact = true;
  std::uint64_t non_finite = 0;      ///< numeric cells that are infinite (NaN text is missing)
  std::uint64_t beyond_float32 = 0;  ///< finite, but outside +-1e18 (clipped) or not zero and below 1e-37
  std::uint64_t distinct_lost = 0;   ///< of the tracked distinct values, those float32 merges with another
  bool integers = false;             ///< every number is whole
  bool ascending = false;            ///< numeric or timestamp: never decreases, in row order
  double min = 0, max = 0, mean = 0, standard_deviation = 0;  ///< of finite numbers; milliseconds for timestamps
  double mean_length = 0;                                     ///< characters of a non-missing cell
  std::uint64_t dominant_count = 0;  ///< of the value most frequent while values were tracked, in all rows
  std::string dominant_value;
  std::uint64_t time_backwards = 0;  ///< timestamp: rows earlier than the row before
  std::uint64_t time_gaps = 0;       ///< timestamp: steps more than 10 times the median step (estimated)
  double median_step_ms = 0;         ///< timestamp
  std::uint64_t type_conflicts = 0;  ///< cells that do not fit the type given or decided; read as missing
  std::uint64_t first_conflict_line = 0;
  std::string first_conflict_value;                                   ///< cut to 40 characters
  std::vector<std::pair<PersonalData, std::uint64_t>> personal_data;  ///< kind, cells
  bool all_differ = false;        ///< no value occurs twice; where not distinct_exact: among `distinct` first rows
  bool steps_vary = false;        ///< ascending whole numbers, timestamps: the steps from row to row are not all equal
  double steady_steps = 0;        ///< the same: share of steps from half to twice the median step
  bool hour_varies = false;       ///< timestamp: the time of day is not the same in all rows
  bool weekday_varies = false;    ///< timestamp: the same of the day of the week
  std::vector<double> quantiles;  ///< 0, 1, 5, 25, 50, 75, 95, 99, 100 %; filled by profile_quantiles only
};

/// Why a column has its type: shown by `inspect`.
struct TypeDecision {
  std::string column;
  ColumnType type = ColumnType::numeric;
  bool overridden = false;
  std::string reason;  ///< "98.2 % of cells are numbers; 12 others are read as missing"
};

struct ScanOptions {
  std::vector<std::pair<std::string, ColumnType>> types;  ///< --type column=type
  std::size_t max_categories = 1'000;  ///< more distinct texts than this: the column is text, not categorical
};

struct TableScan {
  std::uint64_t rows = 0;
  std::uint64_t duplicate_rows = 0;  ///< equal to an earlier row; counted over the first kMaxDuplicateRows rows
  Schema schema;
  std::vector<ColumnProfile> profiles;  ///< one a column of the schema
  std::vector<TypeDecision> decisions;  ///< one a column of the schema
  ReadFacts facts;
};

inline constexpr std::size_t kMaxDuplicateRows = 200'000;

/// Reads all rows (then rewinds). Type rules, in order: all missing -> numeric; at least 95 % of the non-missing
/// cells fit boolean / numeric / timestamp -> that type (others become missing, and are a finding); few distinct
/// texts -> categorical; else text. Few: at most max_categories, none longer than 256 bytes, and either at most 20
/// or at most half as many as there are cells. Numbers with leading zeros are codes ("00123"), so the column is not
/// numeric, where all its numbers are whole and of one width of 3 or more, or at least 5 % of them have such zeros
/// and are 3 digits or longer. A comma is the decimal mark when the delimiter is not a comma and only that makes the
/// column numeric. A column that holds numbers or times but turns out to be categories or text, or to have decimal
/// commas, needs its cells once more: then the rows are read a second time (at worst a third). The types that were
/// decided, and all else, do not depend on how the reader cuts its batches; but in a JSON table of more than 256
/// columns that meets some of them late, max_tracked_distinct is that of the columns known when a column is met.
/// Card numbers are looked for among the first 1,000 whole numbers of 13 digits or more of a numeric column, and are
/// reported where at least half of these are; phone numbers and national ids, where at least a fifth of a column's
/// texts are.
/// Errors: those of the reader; not_found for a type given to a column that does not exist; invalid_argument for
/// a column declared categorical with more than max_categories (at most kMaxTrackedDistinct) texts; cancelled;
/// not_enough_data when there is no row.
Result<TableScan> scan_table(RecordReader& reader, const ScanOptions& options, const RunContext& context);

}  // namespace outpost
