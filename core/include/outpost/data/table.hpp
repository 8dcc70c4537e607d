/// @file  Table: typed columns in memory, for exact quantiles and frequencies. Detectors do not need it: they read
/// rows through FeatureEncoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <outpost/base/execution.hpp>
#include <outpost/base/result.hpp>
#include <outpost/data/record_reader.hpp>
#include <outpost/data/scan.hpp>
#include <outpost/data/schema.hpp>

namespace outpost {

inline constexpr std::int8_t kMissingBoolean = -1;
inline constexpr std::int64_t kMissingTimestamp = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int32_t kMissingCode = -1;

/// Texts one after the other in one buffer; a missing one is empty.
class TextColumn {
 public:
  void push_back(std::string_view text) {
    bytes_ += text;
    ends_.push_back(bytes_.size());
  }
  std::size_t size() const { return ends_.size(); }
  std::string_view operator[](std::size_t row) const {
    const std::size_t first = row == 0 ? 0 : ends_[row - 1];
    return std::string_view(bytes_).substr(first, ends_[row] - first);
  }
  std::size_t memory_bytes() const { return bytes_.capacity() + ends_.capacity() * sizeof(std::size_t); }

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

/// One column; of the arrays, the one of its type has a value a row, the others are empty.
struct TableColumn {
  ColumnSchema schema;
  std::vector<double> numbers;           ///< numeric; NaN = missing, infinities as they are
  std::vector<std::int8_t> booleans;     ///< 0, 1, kMissingBoolean
  std::vector<std::int64_t> timestamps;  ///< milliseconds since 1970, kMissingTimestamp
  std::vector<std::int32_t> codes;       ///< categorical: place in schema.categories, kMissingCode
  TextColumn texts;                      ///< text
  std::uint64_t unreadable = 0;          ///< cells not missing, but not of the type (or no known category)
};

struct Table {
  std::size_t rows = 0;
  std::vector<TableColumn> columns;
  std::size_t memory_bytes() const;
};

/// Reads every row of the columns in `schema` (others are passed over); rewinds before and after. Memory: 8 bytes a
/// number or time, 4 a category, 1 a boolean, the bytes of a text and 8. Errors: those of the reader; schema_mismatch
/// for columns that are not there; cancelled.
Result<Table> read_table(RecordReader& reader, const Schema& schema, const RunContext& context);

/// Places of the nine quantiles that profiles hold, in percent.
inline constexpr int kQuantilePercents[] = {0, 1, 5, 25, 50, 75, 95, 99, 100};

/// Fills `quantiles` of numeric columns (finite numbers) and of timestamps, one profile a column of the table; exact,
/// linear between neighbours (type 7 of R. J. Hyndman, Y. Fan, "Sample quantiles", 1996). Stays empty where a column
/// has no value. O(n log n) a column, one column's values copied at a time.
void profile_quantiles(const Table& table, std::vector<ColumnProfile>& profiles);

/// The `count` most frequent values of a categorical or boolean column with how often they occur, most frequent
/// first, equally frequent ones in the order of the categories (false before true). Missing cells do not count.
std::vector<std::pair<std::string, std::uint64_t>> top_values(const TableColumn& column, std::size_t count);

}  // namespace outpost
