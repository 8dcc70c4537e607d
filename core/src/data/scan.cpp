#include <outpost/data/scan.hpp>

#include <algorithm>
#include <span>
#include <string_view>

#include "base/hash.hpp"
#include "column_scanner.hpp"
#include "messages.hpp"
#include "name_index.hpp"
#include "reading.hpp"

namespace outpost {
namespace {

constexpr std::size_t kBlockRows = 256;  // a column's cells of a block are read while they are in the cache

/// Counts rows equal to an earlier one by a 64-bit hash of their cells.
class DuplicateCounter {
 public:
  void add(std::uint64_t hash) {
    hash += hash == 0 ? 1 : 0;  // 0 marks an empty slot
    if ((size_ + 1) * 2 > slots_.size()) grow();
    std::uint64_t& slot = find(hash);
    if (slot == hash) {
      ++duplicates_;
    } else {
      slot = hash;
      ++size_;
    }
  }
  std::uint64_t duplicates() const { return duplicates_; }

 private:
  std::uint64_t& find(std::uint64_t hash) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t place = static_cast<std::size_t>(hash) & mask;
    while (slots_[place] != 0 && slots_[place] != hash) place = (place + 1) & mask;
    return slots_[place];
  }
  void grow() {
    std::vector<std::uint64_t> old(std::max<std::size_t>(64, slots_.size() * 2), 0);
    old.swap(slots_);
    for (const std::uint64_t hash : old) {
      if (hash != 0) find(hash) = hash;
    }
  }

  std::vector<std::uint64_t> slots_;
  std::size_t size_ = 0;
  std::uint64_t duplicates_ = 0;
};

/// Each cell's hash is seeded with that of the cells before, and XXH3 takes in the length: "ab","c" is not "a","bc".
/// Empty cells at the end do not count, so that it does not matter when a JSON reader met a column first.
std::uint64_t hash_row(std::span<const std::string_view> cells) {
  std::size_t end = cells.size();
  while (end > 0 && cells[end - 1].empty()) --end;
  std::uint64_t hash = 1;
  for (const std::string_view cell : cells.first(end)) hash = hash_bytes(cell, hash);
  return hash;
}

/// One column through all passes.
struct ColumnState {
  ColumnScanner scanner;
  std::optional<ColumnType> given;
  TypeVerdict verdict;
};

std::vector<std::string> names_last_first(const std::vector<std::pair<std::string, ColumnType>>& types) {
  std::vector<std::string> names;
  names.reserve(types.size());
  for (auto type = types.rbegin(); type != types.rend(); ++type) names.push_back(type->first);
  return names;
}

class Scan {
 public:
  Scan(RecordReader& reader, const ScanOptions& options, const RunContext& context)
      : reader_(reader),
        options_(options),
        context_(context),
        max_categories_(std::min(options.max_categories, kMaxTrackedDistinct)),
        given_names_(names_last_first(options.types)),
        given_index_(given_names_) {}

  Result<TableScan> run() {
    OUTPOST_TRY(first_pass());
    OUTPOST_TRY(check_given_types());
    OUTPOST_TRY(further_passes());
    OUTPOST_TRY(finish());
    return std::move(table_);
  }

 private:
  Result<void> first_pass() {
    DuplicateCounter duplicates;
    OUTPOST_TRY(for_each_batch(reader_, context_, [&](const RecordBatch& batch) -> Result<void> {
      while (columns_.size() < batch.columns) add_column(reader_.names()[columns_.size()]);
      scan_batch(batch, [](const ColumnState&) { return true; });
      const auto hashed = static_cast<std::size_t>(std::min<std::uint64_t>(
          batch.rows, kMaxDuplicateRows - std::min<std::uint64_t>(table_.rows, kMaxDuplicateRows)));
      for (std::size_t r = 0; r < hashed; ++r) {
        duplicates.add(hash_row({batch.cells.data() + r * batch.columns, batch.columns}));
      }
      table_.rows += batch.rows;
      return {};
    }));
    // A reader may know columns that no batch has shown.
    while (columns_.size() < reader_.names().size()) add_column(reader_.names()[columns_.size()]);
    table_.duplicate_rows = duplicates.duplicates();
    table_.facts = reader_.facts();
    if (table_.rows == 0) {
      return fail(ErrorCode::not_enough_data, reader_.source().name() + " has no rows of data",
                  table_.facts.header ? "There is a header only: check that the data were written to it."
                                      : "Check that the data were written to it.");
    }
    return {};
  }

  /// Columns that turned out otherwise than their scanner was made for are read again: as numbers with decimal
  /// commas, then as text.
  Result<void> further_passes() {
    for (;;) {
      bool any = false;
      for (ColumnState& column : columns_) {
        column.verdict = column.scanner.decide(column.given);
        if (!column.verdict.again) continue;
        column.scanner = ColumnScanner(*column.verdict.again, may_use_commas(), limits());
        any = true;
      }
      if (!any) return {};
      OUTPOST_TRY(reader_.rewind());
      OUTPOST_TRY(for_each_batch(reader_, context_, [&](const RecordBatch& batch) -> Result<void> {
        scan_batch(batch, [](const ColumnState& column) { return column.verdict.again.has_value(); });
        return {};
      }));
    }
  }

  Result<void> finish() {
    const std::size_t count = columns_.size();
    table_.schema.columns.resize(count);
    table_.profiles.resize(count);
    table_.decisions.resize(count);
    for (std::size_t c = 0; c < count; ++c) {
      ColumnState& column = columns_[c];
      ColumnSchema& schema = table_.schema.columns[c];
      schema.name = reader_.names()[c];
      if (column.given == ColumnType::categorical && column.scanner.too_many_categories()) {
        return fail(ErrorCode::invalid_argument,
                    "Column '" + schema.name + "' of " + reader_.source().name() + " cannot be categorical: it has " +
                        (column.scanner.distinct_texts() > max_categories_
                             ? "more than " + grouped(max_categories_) + " different values"
                             : "values longer than 256 bytes"),
                    "Declare it as text, or leave it out.");
      }
      column.scanner.finish(column.verdict, table_.rows, schema, table_.profiles[c]);
      table_.decisions[c] = {schema.name, schema.type, column.given.has_value(), std::move(column.verdict.reason)};
    }
    columns_.clear();
    return reader_.rewind();
  }

  template <class Wanted>
  void scan_batch(const RecordBatch& batch, const Wanted& wanted) {
    for (std::size_t first = 0; first < batch.rows; first += kBlockRows) {
      const std::size_t count = std::min(kBlockRows, batch.rows - first);
      for (std::size_t c = 0; c < batch.columns; ++c) {
        if (wanted(columns_[c])) columns_[c].scanner.add(batch, first, count, c);
      }
    }
  }

  void add_column(const std::string& name) {
    std::optional<ColumnType> given;
    if (const auto place = given_index_.find(name)) given = options_.types[given_names_.size() - 1 - *place].second;
    ScanMode mode = ScanMode::automatic;
    if (given == ColumnType::boolean) mode = ScanMode::boolean;
    if (given == ColumnType::categorical || given == ColumnType::text) mode = ScanMode::text;
    columns_.push_back({ColumnScanner(mode, may_use_commas(), limits()), given, {}});
  }

  ScanLimits limits() const { return {max_categories_, max_tracked_distinct(reader_.names().size())}; }

  bool may_use_commas() const { return reader_.facts().format == DataFormat::csv && reader_.facts().delimiter != ','; }

  Result<void> check_given_types() const {
    if (options_.types.empty()) return {};
    const std::vector<std::string>& names = reader_.names();
    const NameIndex index(names);
    for (const auto& [column, type] : options_.types) {
      if (index.contains(column)) continue;
      const std::vector<std::string_view> known(names.begin(), names.end());
      return fail(ErrorCode::not_found,
                  "There is no column '" + column + "' in " + reader_.source().name() + " to be " +
                      std::string(to_string(type)),
                  unknown_name_hint(column, known));
    }
    return {};
  }

  RecordReader& reader_;
  const ScanOptions& options_;
  const RunContext& context_;
  std::size_t max_categories_;
  std::vector<std::string> given_names_;  // the last first: of two types for a column the last holds
  NameIndex given_index_;
  std::vector<ColumnState> columns_;
  TableScan table_;
};

}  // namespace

Result<TableScan> scan_table(RecordReader& reader, const ScanOptions& options, const RunContext& context) {
  return Scan(reader, options, context).run();
}

}  // namespace outpost
