#include "json_reader.hpp"

#include <algorithm>
#include <utility>

#include <outpost/data/parse.hpp>

namespace outpost {

namespace {

constexpr std::size_t kMaxBatchRows = 4096;
constexpr std::size_t kMaxBatchText = std::size_t{256} << 10;
constexpr std::size_t kMaxBatchCells = std::size_t{1} << 18;
/// One record may have this many bytes; so may one array of an object of arrays, and all of these together.
constexpr std::size_t kMaxRecordBytes = std::size_t{16} << 20;
constexpr std::size_t kMaxColumnBytes = std::size_t{256} << 20;

constexpr const char* kShapesHint =
    "give an array of records ([{...}, {...}]), one record a line (NDJSON), or an object of equal-length arrays";

std::string shown(int c) {
  return c == JsonScanner::kEnd ? "the end of the input" : quoted_text(std::string(1, static_cast<char>(c)));
}

/// Takes note of one text and of nothing else.
class OneText final : public JsonCells {
 public:
  bool cell(std::string_view, std::size_t, std::string_view value, bool) override {
    text = value;
    return true;
  }
  std::string text;
};

}  // namespace

Result<std::unique_ptr<RecordReader>> JsonReader::open(std::unique_ptr<ByteSource> source,
                                                       const ReaderOptions& options) {
  std::unique_ptr<JsonReader> reader(new JsonReader(std::move(source), options));
  OUTPOST_TRY(reader->restart());
  OUTPOST_TRY(reader->learn_names());
  OUTPOST_TRY(reader->rewind());
  return reader;
}

Result<void> JsonReader::restart() {
  OUTPOST_TRY(scanner_.restart());
  facts_ = {};
  facts_.format = options_.format.value_or(DataFormat::json);
  facts_.header = shape_ == JsonShape::object || header_;
  facts_.byte_order_mark = scanner_.input().byte_order_mark();
  columns_.clear();
  put_off_.reset();
  between_records_ = ended_ = false;
  OUTPOST_TRY_ASSIGN(const int first, scanner_.peek());
  if (first == JsonScanner::kEnd) {
    return fail(ErrorCode::invalid_data, source().name() + " is empty: there is no record in it", kShapesHint);
  }
  if (facts_.format == DataFormat::ndjson) {
    layout_ = Layout::lines;
    return {};
  }
  if (first != '[' && first != '{') {
    return scanner_.error("JSON that begins with " + shown(first) + " is no table", kShapesHint);
  }
  scanner_.take();
  layout_ = Layout::array;
  return first == '[' ? Result<void>{} : enter_object();
}

Result<void> JsonReader::rewind() {
  if (layout_ == Layout::columns) {
    next_row_ = 0;
    facts_.rows = 0;
    return {};
  }
  OUTPOST_TRY(restart());
  if (header_) OUTPOST_TRY(next_value());
  return {};
}

Result<void> JsonReader::learn_names() {
  if (layout_ == Layout::columns) {
    for (const Column& column : columns_) names_.add(column.name);
    return {};
  }
  OUTPOST_TRY_ASSIGN(const auto value, next_value());
  if (!value.has_value()) {
    return fail(ErrorCode::invalid_data, source().name() + " holds no records", kShapesHint);
  }
  OUTPOST_TRY_ASSIGN(shape_, read_one(*value));
  if (shape_ == JsonShape::object) {
    for (const std::string& key : keys_) names_.add(key);
    return {};
  }
  if (width_ == 0) {
    return json_error(source(), value->line, value->offset, "the first record is an empty array", kShapesHint);
  }
  header_ = options_.header.value_or(strings_only_);
  for (const Entry& entry : entries_) {
    names_.add(header_ ? std::string_view(text_).substr(entry.offset, entry.size) : std::string_view());
  }
  return {};
}

Result<void> JsonReader::enter_object() {
  std::size_t bytes = 0;
  for (;;) {
    OUTPOST_TRY_ASSIGN(int c, scanner_.peek());
    if (c == '}' && columns_.empty() && bytes == 0) break;
    OUTPOST_TRY_ASSIGN(std::string key, read_key());
    OUTPOST_TRY_ASSIGN(c, scanner_.peek());
    if (c == '[') {
      OUTPOST_TRY_ASSIGN(const int second, scanner_.peek_second());
      if (second == '{' || second == '[') {
        scanner_.take();
        layout_ = Layout::member;
        member_ = std::move(key);
        columns_.clear();
        return {};
      }
      OUTPOST_TRY(read_column(std::move(key)));
      bytes += columns_.back().text.size() + columns_.back().ends.size() * sizeof(std::size_t);
      if (bytes > kMaxColumnBytes || columns_.size() > options_.max_columns) {
        return fail(ErrorCode::out_of_memory, source().name() + " holds arrays that are too large to be kept whole",
                    "give one record a line (NDJSON), which is read in pieces");
      }
    } else {
      OUTPOST_TRY(skip_member());
    }
    OUTPOST_TRY_ASSIGN(c, scanner_.peek());
    if (c == '}') break;
    if (c != ',') return scanner_.error("expected ',' or '}', found " + shown(c), "mend the JSON there");
    scanner_.take();
    bytes += 1;
  }
  scanner_.take();
  return finish_columns();
}

Result<std::string> JsonReader::read_key() {
  OUTPOST_TRY_ASSIGN(int c, scanner_.peek());
  if (c != '"') return scanner_.error("expected a name in double quotes, found " + shown(c), "mend the JSON there");
  OUTPOST_TRY_ASSIGN(const auto value, scanner_.value(options_.max_field_bytes, false));
  OneText name;
  OUTPOST_TRY(read_json_record(source(), value, limits(), name));
  OUTPOST_TRY_ASSIGN(c, scanner_.peek());
  if (c != ':') return scanner_.error("expected ':', found " + shown(c), "mend the JSON there");
  scanner_.take();
  return std::move(name.text);
}

Result<void> JsonReader::read_column(std::string name) {
  OUTPOST_TRY_ASSIGN(const auto value, scanner_.value(kMaxColumnBytes, false));
  columns_.push_back({std::move(name), {}, {}, value.line});
  filling_ = &columns_.back();
  auto shape = read_json_record(source(), value, limits(), *this);
  filling_ = nullptr;
  OUTPOST_TRY(std::move(shape));
  return {};
}

Result<void> JsonReader::skip_member() {
  OUTPOST_TRY_ASSIGN(const auto value, scanner_.value(kMaxRecordBytes, false));
  OneText ignored;
  OUTPOST_TRY(read_json_record(source(), value, limits(), ignored));
  return {};
}

Result<void> JsonReader::finish_columns() {
  OUTPOST_TRY_ASSIGN(const int c, scanner_.peek());
  if (c != JsonScanner::kEnd) {
    return scanner_.error("expected the end of the input, found " + shown(c), kShapesHint);
  }
  if (columns_.empty()) {
    return fail(ErrorCode::invalid_data, source().name() + " is one JSON object without an array of records",
                kShapesHint);
  }
  for (const Column& column : columns_) {
    if (column.ends.size() == columns_.front().ends.size()) continue;
    return fail(ErrorCode::invalid_data,
                at_line(source().name(), column.line) + ": the arrays differ in length: " + quoted_text(column.name) +
                    " has " + count_of(column.ends.size(), "value") + ", " + quoted_text(columns_.front().name) +
                    " has " + std::to_string(columns_.front().ends.size()),
                "give arrays of one length, null where a value is missing");
  }
  layout_ = Layout::columns;
  next_row_ = 0;
  return {};
}

Result<void> JsonReader::leave_records() {
  ended_ = true;
  while (layout_ == Layout::member) {
    OUTPOST_TRY_ASSIGN(int c, scanner_.peek());
    scanner_.take();
    if (c == '}') break;
    if (c != ',') return scanner_.error("expected ',' or '}', found " + shown(c), "mend the JSON there");
    OUTPOST_TRY_ASSIGN(const std::string key, read_key());
    OUTPOST_TRY_ASSIGN(c, scanner_.peek());
    if (c == '[') {
      OUTPOST_TRY_ASSIGN(const int second, scanner_.peek_second());
      if (second == '{' || second == '[') {
        return scanner_.error(quoted_text(member_) + " and " + quoted_text(key) + " are both arrays of records",
                              "leave one of them in the file");
      }
    }
    OUTPOST_TRY(skip_member());
  }
  OUTPOST_TRY_ASSIGN(const int c, scanner_.peek());
  if (c == JsonScanner::kEnd) return {};
  return scanner_.error("expected the end of the input, found " + shown(c), kShapesHint);
}

Result<std::optional<JsonScanner::Value>> JsonReader::next_value() {
  if (ended_) return std::nullopt;
  if (layout_ == Layout::lines) return next_line();
  OUTPOST_TRY_ASSIGN(int c, scanner_.peek());
  if (between_records_ && c == ',') {
    scanner_.take();
    OUTPOST_TRY_ASSIGN(c, scanner_.peek());
    if (c == ']') return scanner_.error("a comma before ']'", "remove the comma");
  } else if (c == ']') {
    scanner_.take();
    OUTPOST_TRY(leave_records());
    return std::nullopt;
  } else if (between_records_ && c != JsonScanner::kEnd) {
    return scanner_.error("expected ',' or ']' between records, found " + shown(c), "mend the JSON there");
  }
  if (c == JsonScanner::kEnd) {
    return scanner_.error("the input ends before the array of records is closed",
                          "was the file cut short? copy it again");
  }
  between_records_ = true;
  OUTPOST_TRY_ASSIGN(const auto value, scanner_.value(kMaxRecordBytes, false));
  return value;
}

Result<std::optional<JsonScanner::Value>> JsonReader::next_line() {
  const std::uint64_t line_before = scanner_.line();
  OUTPOST_TRY_ASSIGN(const int c, scanner_.peek());
  facts_.blank_lines = scanner_.blank_lines();
  if (c == JsonScanner::kEnd) {
    ended_ = true;
    return std::nullopt;
  }
  if (between_records_ && scanner_.line() == line_before) {
    return scanner_.error("expected the end of the line after the record, found " + shown(c),
                          c == ',' ? "remove the commas between the lines" : "give one record a line");
  }
  between_records_ = true;
  OUTPOST_TRY_ASSIGN(const auto value, scanner_.value(kMaxRecordBytes, true));
  return value;
}

Result<JsonShape> JsonReader::read_one(const JsonScanner::Value& value) {
  expected_column_ = 0;
  width_ = 0;
  strings_only_ = true;
  too_many_columns_ = false;
  const char first = value.bytes.empty() ? '\0' : value.bytes.front();
  if (first != '{' && first != '[') {
    // Numbers, words and texts are no records; anything else is no JSON, and the parser says so.
    OneText ignored;
    OUTPOST_TRY(read_json_record(source(), value, limits(), ignored));
    return json_error(source(), value.line, value.offset,
                      "a record is an object or an array, found " + quoted_text(value.bytes), kShapesHint);
  }
  record_is_array_ = first == '[';
  auto shape = read_json_record(source(), value, limits(), *this);
  if (too_many_columns_) {
    return json_error(source(), value.line, value.offset,
                      "there are more than " + std::to_string(options_.max_columns) + " columns",
                      "give records with the same keys, and values rather than names in the keys");
  }
  return shape;
}

Result<JsonReader::Fit> JsonReader::take_record(const JsonScanner::Value& value, RecordBatch& batch) {
  const std::size_t first_entry = entries_.size();
  const std::size_t first_byte = text_.size();
  const auto read = read_one(value);
  if (!read.has_value()) {
    drop_new_columns();
    return tl::unexpected<Error>(read.error());
  }
  const JsonShape shape = *read;
  if (shape != shape_) {
    drop_new_columns();
    return json_error(source(), value.line, value.offset,
                      shape == JsonShape::array ? "an array where the records before are objects"
                                                : "an object where the records before are arrays",
                      "give records of one shape");
  }
  if (shape == JsonShape::array) OUTPOST_TRY(check_width(value));
  if (keys_.size() > names_.list().size()) {
    if (batch.rows > 0 && (batch.rows + 1) * keys_.size() > kMaxBatchCells) {
      // Widening the rows at hand would take much memory: this record begins the next batch.
      drop_new_columns();
      entries_.resize(first_entry);
      text_.resize(first_byte);
      return Fit::put_off;
    }
    for (std::size_t i = names_.list().size(); i < keys_.size(); ++i) names_.add(keys_[i]);
  }
  row_ends_.push_back(entries_.size());
  batch.lines.push_back(value.line);
  ++batch.rows;
  return Fit::taken;
}

Result<void> JsonReader::check_width(const JsonScanner::Value& value) {
  const std::size_t columns = names_.list().size();
  if (width_ == columns) return {};
  if (options_.ragged == RaggedRows::reject) {
    return json_error(source(), value.line, value.offset,
                      count_of(width_, "value") + " where " + (header_ ? "the header" : "the first row") + " has " +
                          std::to_string(columns),
                      "mend the record, or use --ragged fill to fill short rows and cut long ones");
  }
  if (facts_.ragged_rows++ == 0) facts_.first_ragged_line = value.line;
  return {};
}

Result<bool> JsonReader::next(RecordBatch& batch) {
  batch.rows = 0;
  batch.first_row = facts_.rows;
  batch.lines.clear();
  if (layout_ == Layout::columns) return next_columns(batch);
  text_.clear();
  entries_.clear();
  row_ends_.clear();
  while (batch.rows < kMaxBatchRows && text_.size() < kMaxBatchText && entries_.size() < kMaxBatchCells &&
         (batch.rows + 1) * names_.list().size() <= std::max(kMaxBatchCells, names_.list().size())) {
    std::optional<JsonScanner::Value> value = std::exchange(put_off_, std::nullopt);
    if (!value.has_value()) {
      OUTPOST_TRY_ASSIGN(value, next_value());
    }
    if (!value.has_value()) break;
    OUTPOST_TRY_ASSIGN(const Fit fit, take_record(*value, batch));
    if (fit == Fit::put_off) {
      put_off_ = value;
      break;
    }
  }
  lay_out(batch);
  facts_.rows += batch.rows;
  return batch.rows > 0;
}

void JsonReader::lay_out(RecordBatch& batch) {
  batch.columns = names_.list().size();
  batch.cells.assign(batch.rows * batch.columns, std::string_view());
  std::size_t entry = 0;
  for (std::size_t row = 0; row < batch.rows; ++row) {
    for (; entry < row_ends_[row]; ++entry) {
      const Entry& found = entries_[entry];
      batch.cells[row * batch.columns + found.column] = std::string_view(text_).substr(found.offset, found.size);
    }
  }
}

Result<bool> JsonReader::next_columns(RecordBatch& batch) {
  batch.columns = columns_.size();
  const std::size_t left = columns_.front().ends.size() - next_row_;
  const std::size_t most = std::clamp<std::size_t>(kMaxBatchCells / batch.columns, 1, kMaxBatchRows);
  batch.rows = std::min(left, most);
  batch.cells.resize(batch.rows * batch.columns);
  batch.lines.assign(batch.rows, columns_.front().line);
  for (std::size_t c = 0; c < batch.columns; ++c) {
    const Column& column = columns_[c];
    std::size_t begin = next_row_ == 0 ? 0 : column.ends[next_row_ - 1];
    for (std::size_t r = 0; r < batch.rows; ++r) {
      const std::size_t end = column.ends[next_row_ + r];
      batch.cells[r * batch.columns + c] = std::string_view(column.text).substr(begin, end - begin);
      begin = end;
    }
  }
  next_row_ += batch.rows;
  facts_.rows += batch.rows;
  return batch.rows > 0;
}

bool JsonReader::cell(std::string_view key, std::size_t index, std::string_view text, bool is_string) {
  if (filling_ != nullptr) {
    filling_->text += text;
    filling_->ends.push_back(filling_->text.size());
    return true;
  }
  std::uint32_t column = 0;
  if (record_is_array_) {
    width_ = index + 1;
    strings_only_ = strings_only_ && is_string && !parse_number(text).has_value();
    const bool learning = names_.list().empty();
    too_many_columns_ = learning && index >= options_.max_columns;
    if (too_many_columns_) return false;
    if (!learning && index >= names_.list().size()) return true;  // counted for the message, or dropped
    column = static_cast<std::uint32_t>(index);
  } else {
    const auto found = column_of(key);
    too_many_columns_ = !found.has_value();
    if (too_many_columns_) return false;
    column = *found;
  }
  entries_.push_back({column, text_.size(), text.size()});
  text_ += text;
  return true;
}

std::optional<std::uint32_t> JsonReader::column_of(std::string_view key) {
  // Records mostly hold the same keys in the same order.
  if (expected_column_ < keys_.size() && keys_[expected_column_] == key) {
    return static_cast<std::uint32_t>(expected_column_++);
  }
  const auto [place, is_new] = index_.try_emplace(std::string(key), static_cast<std::uint32_t>(keys_.size()));
  if (is_new) {
    if (keys_.size() >= options_.max_columns) {
      index_.erase(place);
      return std::nullopt;
    }
    keys_.emplace_back(key);
  }
  expected_column_ = std::size_t{place->second} + 1;
  return place->second;
}

void JsonReader::drop_new_columns() {
  for (std::size_t i = names_.list().size(); i < keys_.size(); ++i) index_.erase(keys_[i]);
  keys_.resize(names_.list().size());
}

}  // namespace outpost
