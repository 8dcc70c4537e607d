#include "csv_reader.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include <outpost/data/parse.hpp>

#include "base/utf8.hpp"

namespace outpost {

namespace {

/// A row longer than this is refused whatever its fields, so that memory has a bound.
constexpr std::size_t kMaxRowBytes = std::size_t{256} << 20;

constexpr const char* kOpenQuoteHint = "close the quote on that line, or double the quotes that belong to the text";
constexpr const char* kLongFieldHint = "check that this is a table of text: is a line end or a quote missing?";

constexpr std::uint64_t kOnes = 0x0101010101010101U;
constexpr std::uint64_t kHighBits = 0x8080808080808080U;

/// The high bit of each byte of `word` that equals that of `pattern`; exact, unlike the shorter subtraction.
inline std::uint64_t equal_bytes(std::uint64_t word, std::uint64_t pattern) {
  const std::uint64_t difference = word ^ pattern;
  return ~(((difference & ~kHighBits) + ~kHighBits) | difference) & kHighBits;
}

/// Eight high bits to eight neighbouring ones: bit 8i times 2^(56-7i) is bit 56+i, and no two products meet.
inline std::uint64_t packed(std::uint64_t high_bits) { return ((high_bits >> 7U) * 0x0102040810204080U) >> 56U; }

inline std::uint64_t repeated(char c) { return kOnes * static_cast<unsigned char>(c); }

#ifdef __BYTE_ORDER__
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte in memory must be the lowest of a word");
#endif

}  // namespace

CsvStructure::CsvStructure(char delimiter) : delimiter_(delimiter) {}

void CsvStructure::start(const char* bytes, std::size_t position, std::size_t end) {
  bytes_ = bytes;
  end_ = end;
  block_ = position & ~std::size_t{63};
  mask_ = block_ < end ? marks(bytes + block_) & (~std::uint64_t{0} << (position & 63U)) : 0;
}

std::uint64_t CsvStructure::marks(const char* block) const {
  const std::uint64_t delimiter = repeated(delimiter_);
  const std::uint64_t quote = repeated('"');
  const std::uint64_t lf = repeated('\n');
  const std::uint64_t cr = repeated('\r');
  std::uint64_t mask = 0;
  for (unsigned i = 0; i < 8; ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, block + std::size_t{8} * i, 8);
    const std::uint64_t hits =
        equal_bytes(word, delimiter) | equal_bytes(word, quote) | equal_bytes(word, lf) | equal_bytes(word, cr);
    mask |= packed(hits) << (8 * i);
  }
  return mask;
}

Result<std::unique_ptr<RecordReader>> CsvReader::open(std::unique_ptr<ByteSource> source,
                                                      const ReaderOptions& options) {
  std::unique_ptr<CsvReader> reader(new CsvReader(std::move(source), options));
  OUTPOST_TRY(reader->restart());
  RecordBatch first;
  OUTPOST_TRY(reader->read_rows(first, 1));
  if (first.rows == 0) {
    return fail(ErrorCode::invalid_data, reader->source().name() + " is empty: there is no row in it",
                "give a file with a header line and at least one row");
  }
  bool numbers = false;
  for (const std::string_view cell : first.cells) {
    numbers = numbers || parse_number(cell).has_value() || parse_number(cell, ',').has_value();
  }
  reader->header_ = options.header.value_or(!numbers);
  reader->columns_ = first.cells.size();
  for (const std::string_view cell : first.cells) {
    const std::size_t begin = std::min(cell.find_first_not_of(" \t"), cell.size());
    const std::size_t end = cell.find_last_not_of(" \t") + 1;  // npos + 1 = 0
    reader->names_.add(reader->header_ && end > begin ? cell.substr(begin, end - begin) : std::string_view());
  }
  OUTPOST_TRY(reader->rewind());
  return reader;
}

Result<void> CsvReader::restart() {
  OUTPOST_TRY(input_.restart());
  facts_ = {};
  facts_.format = DataFormat::csv;
  facts_.delimiter = options_.delimiter;
  facts_.header = header_;
  facts_.byte_order_mark = input_.byte_order_mark();
  line_ = 1;
  structure_.start(input_.data(), input_.begin(), input_.end());
  return {};
}

Result<void> CsvReader::rewind() {
  OUTPOST_TRY(restart());
  if (!header_) return {};
  RecordBatch header;
  OUTPOST_TRY(read_rows(header, 1));
  facts_.rows = 0;
  return {};
}

Result<bool> CsvReader::next(RecordBatch& batch) {
  OUTPOST_TRY(read_rows(batch, std::numeric_limits<std::size_t>::max()));
  return batch.rows > 0;
}

Result<void> CsvReader::read_rows(RecordBatch& batch, std::size_t max_rows) {
  batch.cells.clear();
  batch.lines.clear();
  batch.rows = 0;
  batch.first_row = facts_.rows;
  converted_.clear();
  while (batch.rows < max_rows) {
    const std::uint64_t line = line_;
    const Row row = scan_row(batch);
    if (row == Row::complete) {
      batch.lines.push_back(line);
      ++batch.rows;
    } else if (row == Row::failed) {
      // The rows before the bad one are good: they are given out first, and the error is met again.
      if (batch.rows == 0) return tl::unexpected<Error>(error_);
      batch.cells.resize(row_cells_);
      structure_.start(input_.data(), input_.begin(), input_.end());
      break;
    } else if (row == Row::more) {
      batch.cells.resize(row_cells_);
      // Cells point into the window, so it moves only while the batch is empty.
      if (batch.rows > 0 && !input_.at_end()) {
        structure_.start(input_.data(), input_.begin(), input_.end());
        break;
      }
      if (input_.at_end()) break;
      OUTPOST_TRY(input_.more());
      structure_.start(input_.data(), input_.begin(), input_.end());
    }
  }
  batch.columns = columns_.value_or(batch.cells.size());
  facts_.rows += batch.rows;
  return {};
}

inline bool CsvReader::add_field(RecordBatch& batch, std::size_t first, std::size_t last) {
  ++fields_;
  if (last - first > options_.max_field_bytes || fields_ > columns_.value_or(options_.max_columns)) {
    return add_odd_field(batch, last - first);
  }
  batch.cells.emplace_back(input_.data() + first, last - first);
  return true;
}

bool CsvReader::add_odd_field(const RecordBatch& batch, std::size_t size) {
  if (size > options_.max_field_bytes) {
    reject(line_ + inner_lines_, too_long(), kLongFieldHint);
    return false;
  }
  if (!columns_.has_value()) {
    reject(line_, "there are more than " + std::to_string(options_.max_columns) + " columns",
           "check the delimiter and the line ends; a table this wide must be turned round or cut");
    return false;
  }
  // A surplus field is counted for the message, or dropped.
  if (!escaped_.empty() && escaped_.back() == batch.cells.size()) escaped_.pop_back();
  return true;
}

std::string CsvReader::too_long() const {
  return "column " + std::to_string(fields_) + " has more than " + std::to_string(options_.max_field_bytes) + " bytes";
}

CsvReader::Row CsvReader::scan_row(RecordBatch& batch) {
  const char* data = input_.data();
  std::size_t field = input_.begin();
  row_cells_ = batch.cells.size();
  fields_ = 0;
  inner_lines_ = 0;
  quoted_ = false;
  escaped_.clear();
  for (;;) {
    const std::size_t at = structure_.next();
    if (at == CsvStructure::kNone) {
      const Row row = out_of_bytes(field);
      if (row != Row::complete) return row;
      return add_field(batch, field, input_.end()) ? finish_row(batch, input_.end()) : Row::failed;
    }
    const char c = data[at];
    if (c == options_.delimiter) {
      if (!add_field(batch, field, at)) return Row::failed;
      field = at + 1;
    } else if (c != '"') {
      return add_field(batch, field, at) ? finish_row(batch, at) : Row::failed;
    } else if (at == field) {
      QuotedEnd end;
      const Row row = scan_quoted(at, end);
      if (row != Row::complete) return row;
      if (end.escapes) escaped_.push_back(batch.cells.size());
      if (!add_field(batch, at + 1, end.body_end)) return Row::failed;
      if (end.separator == input_.end() || data[end.separator] != options_.delimiter) {
        return finish_row(batch, end.separator);
      }
      field = end.separator + 1;
    }
  }
}

CsvReader::Row CsvReader::scan_quoted(std::size_t open, QuotedEnd& found) {
  const char* data = input_.data();
  const std::size_t end = input_.end();
  const std::uint64_t opened = line_ + inner_lines_;
  quoted_ = true;
  for (;;) {
    const std::size_t at = structure_.next();
    const bool none = at == CsvStructure::kNone;
    // The same whether the end of a field that is too long has been read already or not.
    if ((none ? end : at) - open - 1 > options_.max_field_bytes) {
      return reject(opened,
                    "the quote that opens in column " + std::to_string(fields_ + 1) + " is not closed within " +
                        std::to_string(options_.max_field_bytes) + " bytes",
                    kOpenQuoteHint);
    }
    if (none) {
      if (input_.stopped_at_nul()) return reject_nul();
      if (!input_.at_end()) return Row::more;
      return reject(opened, "the quote that opens in column " + std::to_string(fields_ + 1) + " is not closed",
                    kOpenQuoteHint);
    }
    if (data[at] == '\n') {
      ++inner_lines_;
    } else if (data[at] == '\r') {
      if (at + 1 == end || data[at + 1] != '\n') ++inner_lines_;
    } else if (data[at] == '"') {
      if (at + 1 == end && !input_.at_end()) return Row::more;
      if (at + 1 < end && data[at + 1] == '"') {
        structure_.next();
        found.escapes = true;
        continue;
      }
      found.body_end = at;
      break;
    }
  }
  std::size_t after = found.body_end + 1;
  while (after < end && data[after] == ' ' && options_.delimiter != ' ') ++after;
  found.separator = after;
  if (after == end) return input_.at_end() && !input_.stopped_at_nul() ? Row::complete : out_of_bytes(after);
  if (data[after] == options_.delimiter || data[after] == '\n' || data[after] == '\r') {
    structure_.next();
    return Row::complete;
  }
  return reject(line_ + inner_lines_,
                quoted_text(std::string_view(data + after, 1)) + " follows the closing quote in column " +
                    std::to_string(fields_ + 1),
                "double the quotes that belong to the text (\"\"), or remove what follows the quote");
}

CsvReader::Row CsvReader::out_of_bytes(std::size_t field) {
  const std::size_t end = input_.end();
  if (end - field > options_.max_field_bytes) {
    ++fields_;
    return reject(line_ + inner_lines_, too_long(), kLongFieldHint);
  }
  if (input_.stopped_at_nul()) return reject_nul();
  if (end - input_.begin() > kMaxRowBytes) {
    return reject(line_, "the row has more than " + std::to_string(kMaxRowBytes) + " bytes", kLongFieldHint);
  }
  if (!input_.at_end()) return Row::more;
  // The last line needs no line end; nothing at all is no line.
  return end == input_.begin() ? Row::more : Row::complete;
}

CsvReader::Row CsvReader::finish_row(RecordBatch& batch, std::size_t line_end) {
  const char* data = input_.data();
  std::size_t next_row = line_end;
  if (line_end < input_.end()) {
    next_row = line_end + 1;
    if (data[line_end] == '\r') {
      if (next_row == input_.end() && !input_.at_end()) return Row::more;  // an LF may follow
      if (next_row < input_.end() && data[next_row] == '\n') {
        structure_.next();
        ++next_row;
        facts_.crlf = true;
      }
    }
  }
  const bool blank = fields_ == 1 && !quoted_ &&
                     std::all_of(data + input_.begin(), data + line_end, [](char c) { return c == ' ' || c == '\t'; });
  if (blank) {
    batch.cells.resize(row_cells_);
    ++facts_.blank_lines;
  } else if (columns_.has_value() && fields_ != *columns_) {
    if (options_.ragged == RaggedRows::reject) return reject_ragged();
    batch.cells.resize(row_cells_ + *columns_);
    if (facts_.ragged_rows++ == 0) facts_.first_ragged_line = line_;
  }
  if (!blank) {
    if (!escaped_.empty()) unescape(batch);
    if (input_.may_hold_non_ascii()) mend_encoding(batch);
  }
  input_.consume_to(next_row);
  line_ += inner_lines_ + 1;
  return blank ? Row::blank : Row::complete;
}

void CsvReader::unescape(RecordBatch& batch) {
  for (const std::size_t index : escaped_) {
    std::string_view& cell = batch.cells[index];
    // The cell lies in our own window, and this row is not scanned again.
    char* out = input_.data() + (cell.data() - input_.data());
    char* const first = out;
    for (std::size_t i = 0; i < cell.size(); ++i) {
      *out++ = cell[i];
      if (cell[i] == '"') ++i;
    }
    cell = {first, static_cast<std::size_t>(out - first)};
  }
}

void CsvReader::mend_encoding(RecordBatch& batch) {
  for (std::size_t i = row_cells_; i < batch.cells.size(); ++i) {
    std::string_view& cell = batch.cells[i];
    if (is_valid_utf8(cell)) continue;
    if (facts_.invalid_utf8_cells++ == 0) facts_.first_invalid_utf8_line = line_;
    cell = converted_.emplace_back(utf8_from_latin1(cell));
  }
}

CsvReader::Row CsvReader::reject(std::uint64_t line, const std::string& what, std::string hint) {
  error_ = {ErrorCode::invalid_data, at_line(source().name(), line) + ": " + what, std::move(hint)};
  return Row::failed;
}

CsvReader::Row CsvReader::reject_nul() {
  const char* data = input_.data();
  std::uint64_t line = line_;
  for (std::size_t i = input_.begin(); i < input_.end(); ++i) {
    const bool lone_cr = data[i] == '\r' && (i + 1 == input_.end() || data[i + 1] != '\n');
    if (data[i] == '\n' || lone_cr) ++line;
  }
  return reject(line,
                "there is a NUL byte (byte " + std::to_string(input_.offset() + input_.end() + 1) + " of the input)",
                "this is not plain text: save it as UTF-8 text (from UTF-16: iconv -f UTF-16 -t UTF-8)");
}

CsvReader::Row CsvReader::reject_ragged() {
  return reject(line_,
                count_of(fields_, "field") + " where " + (header_ ? "the header" : "the first row") + " has " +
                    std::to_string(*columns_),
                "mend the line, or use --ragged fill to fill short rows and cut long ones");
}

}  // namespace outpost
