/// @file  CSV and TSV (RFC 4180) as batches of cells that point into the read buffer.
/// Differs from the RFC: LF, CRLF and lone CR all end a line; blank lines are skipped; a quote inside an unquoted
/// field is an ordinary character; spaces after a closing quote are dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <outpost/data/record_reader.hpp>

#include "input_buffer.hpp"
#include "reader_support.hpp"

namespace outpost {

/// Walks the bytes that matter to CSV: delimiter, quote, CR and LF. Looks at 64 bytes at a time.
class CsvStructure {
 public:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  explicit CsvStructure(char delimiter);
  /// Starts at `position` of `bytes`; kPadding bytes after `end` may be read.
  void start(const char* bytes, std::size_t position, std::size_t end);
  /// Position of the next one, or kNone.
  std::size_t next() {
    while (mask_ == 0) {
      block_ += 64;
      if (block_ >= end_) return kNone;
      mask_ = marks(bytes_ + block_);
    }
    const std::size_t position = block_ + static_cast<std::size_t>(__builtin_ctzll(mask_));
    mask_ &= mask_ - 1;
    return position < end_ ? position : kNone;
  }

 private:
  /// One bit a byte, the first byte lowest.
  std::uint64_t marks(const char* block) const;

  const char* bytes_ = nullptr;
  std::size_t block_ = 0;
  std::size_t end_ = 0;
  std::uint64_t mask_ = 0;
  char delimiter_;
};

class CsvReader final : public RecordReader {
 public:
  /// `options.delimiter` is set. Reads the first row and decides what it is.
  static Result<std::unique_ptr<RecordReader>> open(std::unique_ptr<ByteSource> source, const ReaderOptions& options);

  const std::vector<std::string>& names() const override { return names_.list(); }
  Result<bool> next(RecordBatch& batch) override;
  Result<void> rewind() override;
  const ReadFacts& facts() const override { return facts_; }
  const ByteSource& source() const override { return input_.source(); }

 private:
  enum class Row : std::uint8_t { complete, blank, more, failed };
  /// How a quoted field ended.
  struct QuotedEnd {
    std::size_t body_end = 0;   ///< the closing quote
    std::size_t separator = 0;  ///< what follows it: delimiter, CR, LF or the end of the input
    bool escapes = false;
  };

  CsvReader(std::unique_ptr<ByteSource> source, const ReaderOptions& options)
      : input_(std::move(source)), options_(options), structure_(options.delimiter) {}

  Result<void> restart();
  /// Appends up to `max_rows` rows; fewer only when the window holds no more whole rows.
  Result<void> read_rows(RecordBatch& batch, std::size_t max_rows);
  Row scan_row(RecordBatch& batch);
  Row scan_quoted(std::size_t open, QuotedEnd& found);
  Row out_of_bytes(std::size_t field);
  bool add_field(RecordBatch& batch, std::size_t first, std::size_t last);
  /// `line_end` is the CR or LF, or the end of the input.
  Row finish_row(RecordBatch& batch, std::size_t line_end);
  void unescape(RecordBatch& batch);
  void mend_encoding(RecordBatch& batch);
  bool add_odd_field(const RecordBatch& batch, std::size_t size);
  std::string too_long() const;
  Row reject(std::uint64_t line, const std::string& what, std::string hint);
  Row reject_nul();
  Row reject_ragged();

  InputBuffer input_;
  ReaderOptions options_;
  CsvStructure structure_;
  ColumnNames names_;
  ReadFacts facts_;
  std::optional<std::size_t> columns_;  ///< nothing before the first row was read
  bool header_ = false;
  std::uint64_t line_ = 1;             ///< on which the row in hand starts
  std::deque<std::string> converted_;  ///< cells of the batch that were Latin-1
  Error error_;
  // The row in hand.
  std::size_t row_cells_ = 0;  ///< first of its cells in the batch
  std::size_t fields_ = 0;
  std::uint64_t inner_lines_ = 0;     ///< line ends inside its quotes
  std::vector<std::size_t> escaped_;  ///< its cells that hold doubled quotes
  bool quoted_ = false;
};

}  // namespace outpost
