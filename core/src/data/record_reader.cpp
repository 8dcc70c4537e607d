#include <outpost/data/record_reader.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include "csv_reader.hpp"
#include "json_reader.hpp"
#include "reader_support.hpp"

namespace outpost {

namespace {

constexpr std::size_t kHeadBytes = std::size_t{256} << 10;
constexpr std::size_t kSniffedRows = 100;

/// The first bytes of the input, and whether that is all of it.
struct Head {
  std::string bytes;
  bool whole = false;
};

Result<Head> read_head(ByteSource& source) {
  OUTPOST_TRY(source.rewind());
  Head head;
  std::size_t used = 0;
  while (used < kHeadBytes && !head.whole) {
    if (used == head.bytes.size()) head.bytes.resize(std::min(kHeadBytes, std::max(2 * used, kHeadBytes / 16)));
    OUTPOST_TRY_ASSIGN(const std::size_t count, source.read({head.bytes.data() + used, head.bytes.size() - used}));
    used += count;
    head.whole = count == 0;
  }
  head.bytes.resize(used);
  return head;
}

/// Formats that are mistaken for text tables, by their first bytes.
Result<void> refuse_other_formats(std::string_view head, const std::string& name) {
  struct Known {
    std::string_view start;
    const char* what;
    const char* hint;
  };
  constexpr std::array<Known, 6> kKnown = {{
      {"\xFF\xFE", "UTF-16 text", "convert it first: iconv -f UTF-16 -t UTF-8"},
      {"\xFE\xFF", "UTF-16 text", "convert it first: iconv -f UTF-16 -t UTF-8"},
      {"\x1F\x8B", "gzip data", "unpack it first: gzip -d"},
      {"PK\x03\x04", "a ZIP archive (an Excel workbook is one too)", "unpack it, or save the sheet as CSV"},
      {"PAR1", "a Parquet file", "export it as CSV"},
      {"\x28\xB5\x2F\xFD", "zstd data", "unpack it first: zstd -d"},
  }};
  for (const Known& known : kKnown) {
    if (head.substr(0, known.start.size()) == known.start) {
      return fail(ErrorCode::unsupported, name + " is " + known.what + ", not a text table", known.hint);
    }
  }
  return {};
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// Place behind the JSON value that begins at `at`; npos when it does not end.
std::size_t end_of_json_value(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  bool in_string = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\')
        ++at;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth <= 1) return at + 1;
      --depth;
    }
  }
  return std::string_view::npos;
}

/// JSON or NDJSON: by what follows the first value. An object alone on its line is one record, unless it holds arrays.
DataFormat json_kind(std::string_view text, bool whole) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const std::size_t end = end_of_json_value(text, first);
  if (end == std::string_view::npos) return DataFormat::json;
  const std::size_t next = text.find_first_not_of(" \t\r\n", end);
  if (next != std::string_view::npos) {
    const bool new_line = text.substr(end, next - end).find('\n') != std::string_view::npos;
    return new_line ? DataFormat::ndjson : DataFormat::json;
  }
  const std::string_view value = text.substr(first, end - first);
  const bool one_record =
      text[first] == '{' && value.find('[') == std::string_view::npos && value.find('\n') == std::string_view::npos;
  return whole && one_record ? DataFormat::ndjson : DataFormat::json;
}

DataFormat decide_format(std::string_view text, bool whole, const std::string& source_name) {
  std::string name = lower_case(source_name);
  if (ends_with(name, ".gz")) name.resize(name.size() - 3);
  if (ends_with(name, ".ndjson") || ends_with(name, ".jsonl")) return DataFormat::ndjson;
  if (ends_with(name, ".csv") || ends_with(name, ".tsv")) return DataFormat::csv;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
  if (json) return json_kind(text, whole);
  return ends_with(name, ".json") ? DataFormat::json : DataFormat::csv;
}

/// How the first rows come apart at a delimiter.
struct Cut {
  std::vector<std::size_t> fields;  ///< of each row; blank lines and a row cut off at the end left out
  bool clean = true;                ///< no text after a closing quote, no quote left open; else only the rows before
};

Cut cut_at(std::string_view text, bool whole, char delimiter) {
  Cut cut;
  std::size_t fields = 1;
  bool in_quotes = false;
  bool field_start = true;
  bool blank = true;
  for (std::size_t i = 0; i < text.size() && cut.fields.size() < kSniffedRows; ++i) {
    const char c = text[i];
    if (in_quotes) {
      if (c != '"') continue;
      const char next = i + 1 < text.size() ? text[i + 1] : '\n';
      if (next == '"') {
        ++i;
        continue;
      }
      in_quotes = false;
      cut.clean = next == delimiter || next == '\n' || next == '\r';
      if (!cut.clean) return cut;
      continue;
    }
    if (c == '\n' || c == '\r') {
      if (!blank) cut.fields.push_back(fields);
      fields = 1;
      field_start = blank = true;
      continue;
    }
    blank = false;
    in_quotes = c == '"' && field_start;
    field_start = c == delimiter;
    if (field_start) ++fields;
  }
  if (in_quotes && whole) {
    cut.clean = false;
    return cut;
  }
  const bool last_is_whole = whole || cut.fields.empty();
  if (!blank && last_is_whole && cut.fields.size() < kSniffedRows) cut.fields.push_back(fields);
  return cut;
}

/// The delimiter that cuts every row into the same number of fields, 2 or more. A comma comes last: it may be the
/// decimal mark of a table cut by another. With none: the one for which most rows agree. A delimiter that leaves
/// broken quotes is taken only where all do.
char sniff_delimiter(std::string_view text, bool whole) {
  for (const bool clean : {true, false}) {
    char best = ',';
    std::size_t best_share = 0;
    for (const char candidate : {'\t', ';', '|', ','}) {
      const Cut cut = cut_at(text, whole, candidate);
      const std::vector<std::size_t>& counts = cut.fields;
      if (cut.clean != clean || counts.empty() || counts.front() < 2) continue;
      const auto agreeing = static_cast<std::size_t>(std::count(counts.begin(), counts.end(), counts.front()));
      if (agreeing == counts.size()) return candidate;
      const std::size_t share = agreeing * 1000 / counts.size();
      if (share > best_share || (share == best_share && candidate == ',')) {
        best = candidate;
        best_share = share;
      }
    }
    if (best_share > 0) return best;
  }
  return ',';
}

}  // namespace

Result<std::unique_ptr<RecordReader>> open_records(std::unique_ptr<ByteSource> source, const ReaderOptions& options) {
  ReaderOptions decided = options;
  if (options.delimiter == '"' || options.delimiter == '\n' || options.delimiter == '\r') {
    return fail(ErrorCode::invalid_argument, "a quote or a line end cannot be the delimiter",
                "use one of , ; | or a tab");
  }
  {
    OUTPOST_TRY_ASSIGN(const Head head, read_head(*source));
    std::string_view text = head.bytes;
    OUTPOST_TRY(refuse_other_formats(text, source->name()));
    if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos && head.whole) {
      return fail(ErrorCode::invalid_data, source->name() + " is empty: there is no row in it",
                  "give a file with a header line and at least one row");
    }
    if (!decided.format.has_value()) decided.format = decide_format(text, head.whole, source->name());
    if (decided.delimiter == 0) decided.delimiter = sniff_delimiter(text, head.whole);
  }
  switch (*decided.format) {
    case DataFormat::csv: return CsvReader::open(std::move(source), decided);
    case DataFormat::json:
    case DataFormat::ndjson: return JsonReader::open(std::move(source), decided);
  }
  return fail(ErrorCode::invalid_argument, "unknown format");
}

}  // namespace outpost
