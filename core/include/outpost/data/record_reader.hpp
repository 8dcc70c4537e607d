/// @file  RecordReader: CSV, TSV, JSON and NDJSON as batches of text cells. Memory is bounded by the batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <outpost/base/result.hpp>
#include <outpost/data/byte_source.hpp>

namespace outpost {

/// Cells of consecutive rows, row-major: row r, column c is `cells[r * columns + c]`.
/// Text only; an absent or null value is an empty cell. Views are valid until the next call of next().
struct RecordBatch {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::uint64_t first_row = 0;  ///< index of the first row in the input, header not counted
  std::vector<std::string_view> cells;
  std::vector<std::uint64_t> lines;  ///< line of the input (from 1) on which each row starts

  std::string_view cell(std::size_t row, std::size_t column) const { return cells[row * columns + column]; }
};

enum class DataFormat : std::uint8_t { csv, json, ndjson };

enum class RaggedRows : std::uint8_t {
  reject,  ///< a row with another number of fields than the header is an error
  fill,    ///< missing fields are empty, surplus fields are dropped; each such row is counted
};

struct ReaderOptions {
  std::optional<DataFormat> format;  ///< default: by content ('[' or '{' first = JSON), and name
  char delimiter = 0;                ///< 0 = sniffed among , ; tab | from the first lines
  std::optional<bool> header;        ///< default: a first row in which no cell is a number is a header
  RaggedRows ragged = RaggedRows::reject;
  std::size_t max_columns = 200'000;      ///< more is an error
  std::size_t max_field_bytes = 1 << 20;  ///< longer is an error (an unterminated quote, most often)
};

/// What the reader met that validation reports: facts about bytes and structure, not about values.
struct ReadFacts {
  DataFormat format = DataFormat::csv;
  char delimiter = ',';
  bool header = true;
  bool byte_order_mark = false;
  bool crlf = false;
  std::uint64_t rows = 0;
  std::uint64_t ragged_rows = 0;  ///< with RaggedRows::fill
  std::uint64_t blank_lines = 0;
  std::uint64_t invalid_utf8_cells = 0;  ///< read as Latin-1 and turned into UTF-8
  std::uint64_t first_invalid_utf8_line = 0;
  std::uint64_t first_ragged_line = 0;
};

/// Reads rows in order. One thread at a time. Errors name the source, the line and the column.
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  /// Column names: from the header, else c0, c1, ... Repeated or empty names are made unique (name.2, c4).
  /// For JSON the list may grow while rows are read; it is complete once next() has returned false.
  virtual const std::vector<std::string>& names() const = 0;
  /// Fills `batch` with some rows; false at the end of the input. `batch.columns` is names().size().
  virtual Result<bool> next(RecordBatch& batch) = 0;
  /// Starts again at the first row; names stay known.
  virtual Result<void> rewind() = 0;
  virtual const ReadFacts& facts() const = 0;
  virtual const ByteSource& source() const = 0;
};

/// Opens a reader: decides the format, reads the header. Errors: invalid_data (empty input, no header
/// row, NUL bytes, unterminated quote, too many columns, JSON that is not rows), io_error.
Result<std::unique_ptr<RecordReader>> open_records(std::unique_ptr<ByteSource> source,
                                                   const ReaderOptions& options = {});

}  // namespace outpost
