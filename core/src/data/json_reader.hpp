/// @file  JSON and NDJSON as batches of cells. Shapes: an array of objects, an array of arrays, an object with one
/// array of records in it, an object of equal-length arrays (columns), one record a line (NDJSON).
/// A key seen first in a later row becomes a new column: rows of earlier batches have no cell for it, rows of the
/// same batch an empty one. After rewind() all columns are known from the start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <outpost/data/record_reader.hpp>

#include "json_record.hpp"
#include "json_scanner.hpp"
#include "reader_support.hpp"

namespace outpost {

class JsonReader final : public RecordReader, private JsonCells {
 public:
  /// `options.format` is json or ndjson.
  static Result<std::unique_ptr<RecordReader>> open(std::unique_ptr<ByteSource> source, const ReaderOptions& options);

  const std::vector<std::string>& names() const override { return names_.list(); }
  Result<bool> next(RecordBatch& batch) override;
  Result<void> rewind() override;
  const ReadFacts& facts() const override { return facts_; }
  const ByteSource& source() const override { return scanner_.input().source(); }

 private:
  /// Where the records are.
  enum class Layout : std::uint8_t { lines, array, member, columns };
  /// A cell of the batch in hand: its text lies in text_.
  struct Entry {
    std::uint32_t column;
    std::size_t offset;
    std::size_t size;
  };
  /// A column of Layout::columns.
  struct Column {
    std::string name;
    std::vector<std::size_t> ends;  ///< of the cells' texts, one behind the other
    std::string text;
    std::uint64_t line = 0;
  };
  /// put_off: the record would widen the batch too much, and begins the next one.
  enum class Fit : std::uint8_t { taken, put_off };

  JsonReader(std::unique_ptr<ByteSource> source, const ReaderOptions& options)
      : scanner_(std::move(source)), options_(options) {}

  Result<void> restart();
  /// Reads the first record for its names, and decides about a header row.
  Result<void> learn_names();
  Result<void> enter_object();
  Result<void> read_column(std::string name);
  Result<std::string> read_key();
  Result<void> skip_member();
  Result<void> finish_columns();
  /// Sees that nothing but the rest of the outer object follows the records.
  Result<void> leave_records();

  /// The next record, or nothing at the end.
  Result<std::optional<JsonScanner::Value>> next_value();
  Result<std::optional<JsonScanner::Value>> next_line();
  /// Reads the cells of one record behind entries_.
  Result<JsonShape> read_one(const JsonScanner::Value& value);
  Result<Fit> take_record(const JsonScanner::Value& value, RecordBatch& batch);
  Result<void> check_width(const JsonScanner::Value& value);
  void lay_out(RecordBatch& batch);
  Result<bool> next_columns(RecordBatch& batch);
  bool cell(std::string_view key, std::size_t index, std::string_view text, bool is_string) override;
  std::optional<std::uint32_t> column_of(std::string_view key);
  void drop_new_columns();
  JsonLimits limits() const { return {options_.max_field_bytes}; }

  JsonScanner scanner_;
  ReaderOptions options_;
  ReadFacts facts_;
  Layout layout_ = Layout::array;
  JsonShape shape_ = JsonShape::object;  ///< of the records
  bool header_ = false;                  ///< the first array is the names
  ColumnNames names_;
  std::vector<std::string> keys_;  ///< one a column; those behind names_ are new with the record in hand
  std::unordered_map<std::string, std::uint32_t> index_;  ///< key to column; looked up only
  std::string member_;                                    ///< Layout::member: where the records are
  std::vector<Column> columns_;                           ///< Layout::columns
  std::size_t next_row_ = 0;                              ///< Layout::columns
  bool between_records_ = false;
  bool ended_ = false;
  std::optional<JsonScanner::Value> put_off_;
  // The batch in hand.
  std::string text_;
  std::vector<Entry> entries_;
  std::vector<std::size_t> row_ends_;  ///< into entries_
  // The record in hand.
  std::size_t expected_column_ = 0;
  std::size_t width_ = 0;  ///< cells of an array
  bool record_is_array_ = false;
  bool strings_only_ = true;
  bool too_many_columns_ = false;
  Column* filling_ = nullptr;  ///< Layout::columns: gets the cells
};

}  // namespace outpost
