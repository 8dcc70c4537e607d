#include <outpost/data/record_reader.hpp>

#include <catch2/catch.hpp>
#include <outpost/base/random.hpp>

#include "reader_test_support.hpp"

using namespace outpost;
using namespace outpost::test;

namespace {

ReaderOptions with_header(bool header) {
  ReaderOptions options;
  options.header = header;
  return options;
}

ReaderOptions with_ragged(RaggedRows ragged) {
  ReaderOptions options;
  options.ragged = ragged;
  return options;
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A random cell of letters, quotes, delimiters, line ends and two-byte characters.
std::string random_cell(Random& random) {
  static const std::vector<std::string> kPieces = {"a", "7", ".", ",", "\"", "\n", "\r\n", " ", "\xC3\xA9", ";"};
  std::string cell;
  for (std::uint64_t left = random.uniform_index(6); left > 0; --left) {
    cell += kPieces[random.uniform_index(kPieces.size())];
  }
  return cell;
}

/// As RFC 4180 writes a cell; quoted where it must be, and sometimes where it need not be.
std::string written(const std::string& cell, Random& random) {
  if (cell.find_first_of(",\"\r\n ") == std::string::npos && random.uniform() < 0.7) return cell;
  std::string out = "\"";
  for (const char c : cell) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

TEST_CASE("csv: the examples of RFC 4180 section 2", "[data][oracle]") {
  CHECK(read_all("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n", with_header(false)).cells ==
        Cells{{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}});
  CHECK(read_all("aaa,bbb,ccc\r\nzzz,yyy,xxx", with_header(false)).cells ==
        Cells{{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}});
  const Rows header = read_all("field_name,field_name2\r\naaa,bbb\r\n", with_header(true));
  CHECK(header.names == Names{"field_name", "field_name2"});
  CHECK(header.cells == Cells{{"aaa", "bbb"}});
  CHECK(read_all("\"aaa\",\"b\r\nbb\",\"ccc\"\r\nzzz,yyy,xxx", with_header(false)).cells ==
        Cells{{"aaa", "b\r\nbb", "ccc"}, {"zzz", "yyy", "xxx"}});
  CHECK(read_all("\"aaa\",\"b\"\"bb\",\"ccc\"", with_header(false)).cells == Cells{{"aaa", "b\"bb", "ccc"}});
}

TEST_CASE("csv: what is written by the rules is read back, whatever the piece size", "[data][property]") {
  Random random(11);
  for (int round = 0; round < 40; ++round) {
    const std::size_t columns = 1 + random.uniform_index(5);
    const std::string line_end = round % 3 == 0 ? "\n" : round % 3 == 1 ? "\r\n" : "\r";
    Cells cells;
    std::string text;
    for (std::size_t r = 0; r < 1 + random.uniform_index(12); ++r) {
      std::vector<std::string> row;
      for (std::size_t c = 0; c < columns; ++c) {
        row.push_back(c == 0 ? "x" + random_cell(random) : random_cell(random));
        text += (c > 0 ? "," : "") + written(row.back(), random);
      }
      text += line_end;
      cells.push_back(row);
    }
    ReaderOptions options = with_header(false);
    options.delimiter = ',';
    const Rows whole = read_all(text, options);
    INFO(text);
    REQUIRE(whole.error.empty());
    REQUIRE(whole.cells == cells);
    for (std::size_t piece = 1; piece <= 64; ++piece) {
      const Rows pieces = read_all(text, options, piece);
      REQUIRE(pieces.cells == cells);
      REQUIRE(pieces.lines == whole.lines);
    }
  }
}

TEST_CASE("csv: errors and counts do not depend on the piece size", "[data][property]") {
  const std::vector<std::string> texts = {"a,b\n1,2\n3\n4,5\n",
                                          "a,b\n1,\"2\n3,4\n",
                                          std::string("a,b\n1,2\n3,\0 4\n", 14),
                                          "a,b\r1,2\r\r3,4",
                                          "a,b\n\n  \n1,\"x\" \n2,y\n",
                                          "a,b\n1,\xE9t\xE9\n",
                                          "\xEF\xBB\xBF"
                                          "a,b\n1,2",
                                          "a,b\n1,\"x\"y\n"};
  for (const std::string& text : texts) {
    const Rows whole = read_all(text);
    for (std::size_t piece = 1; piece <= 64; ++piece) {
      const Rows pieces = read_all(text, {}, piece);
      INFO(text << " in pieces of " << piece);
      CHECK(pieces.names == whole.names);
      CHECK(pieces.cells == whole.cells);
      CHECK(pieces.lines == whole.lines);
      CHECK(pieces.error == whole.error);
      CHECK(pieces.facts.blank_lines == whole.facts.blank_lines);
      CHECK(pieces.facts.crlf == whole.facts.crlf);
      CHECK(pieces.facts.byte_order_mark == whole.facts.byte_order_mark);
      CHECK(pieces.facts.invalid_utf8_cells == whole.facts.invalid_utf8_cells);
    }
  }
}

TEST_CASE("csv: a large file in many batches keeps order, line numbers and row indices", "[data]") {
  std::string text = "a,b\n";
  for (int r = 0; r < 60'000; ++r) text += std::to_string(r) + (r % 1000 == 7 ? ",\"x\ny\"\n" : ",xxxxxxxxxx\n");
  const Rows rows = read_all(text);
  REQUIRE(rows.error.empty());
  REQUIRE(rows.cells.size() == 60'000);
  std::uint64_t line = 2;
  for (std::size_t r = 0; r < rows.cells.size(); ++r) {
    REQUIRE(rows.cells[r][0] == std::to_string(r));
    REQUIRE(rows.lines[r] == line);
    line += r % 1000 == 7 ? 2 : 1;
  }
  CHECK(rows.facts.rows == 60'000);
}

TEST_CASE("csv: rows longer than a chunk are read", "[data]") {
  std::string text = "a,b\n";
  const std::string long_cell(700'000, 'x');
  text += "1," + long_cell + "\n2,\"" + long_cell + "\"\n3,y\n";
  const Rows rows = read_all(text);
  REQUIRE(rows.error.empty());
  CHECK(rows.cells == Cells{{"1", long_cell}, {"2", long_cell}, {"3", "y"}});
}

TEST_CASE("csv: the delimiter is found", "[data]") {
  CHECK(read_all("a,b\n1,2\n").facts.delimiter == ',');
  CHECK(read_all("a;b\n1;2\n").facts.delimiter == ';');
  CHECK(read_all("a\tb\n1\t2\n").facts.delimiter == '\t');
  CHECK(read_all("a|b\n1|2\n").facts.delimiter == '|');
  CHECK(read_all("1,5;2,5\n3,5;4,5\n").facts.delimiter == ';');  // decimal commas
  CHECK(read_all("a,b\n\"x;y\",2\n\"z;w\",3\n").facts.delimiter == ',');
  CHECK(read_all("a\n1\n2\n").facts.delimiter == ',');
  // Cut at the semicolon, the second field would open a quote that never closes.
  const Rows quoted = read_all("\"a\",\"b \"\";\"\"\"\n3,4&\n");
  CHECK(quoted.facts.delimiter == ',');
  CHECK(quoted.error.empty());
  // Broken quotes under every delimiter: the rows before them decide.
  CHECK(read_all("a;b\n1;2\n\"x\"y;3\n").error.find("line 3") != std::string::npos);
  ReaderOptions options;
  options.delimiter = ':';
  CHECK(read_all("a:b\n1:2\n", options).cells == Cells{{"1", "2"}});
  options.delimiter = '"';
  CHECK(read_all("a:b\n1:2\n", options).code == ErrorCode::invalid_argument);
}

TEST_CASE("csv: a first row without a number is a header", "[data]") {
  CHECK(read_all("a,b\n1,2\n").names == Names{"a", "b"});
  const Rows numbers = read_all("1,b\n2,c\n");
  CHECK(numbers.names == Names{"c0", "c1"});
  CHECK(numbers.cells == Cells{{"1", "b"}, {"2", "c"}});
  CHECK_FALSE(numbers.facts.header);
  CHECK(read_all("1,b\n2,c\n", with_header(true)).names == Names{"1", "b"});
  CHECK(read_all("a,b\nc,d\n", with_header(false)).cells.size() == 2);
}

TEST_CASE("csv: names are unique, trimmed and never empty", "[data]") {
  const Rows rows = read_all("a,a, a ,,a.2,\"q \"\"x\"\"\"\n1,2,3,4,5,6\n");
  CHECK(rows.names == Names{"a", "a.2", "a.3", "c3", "a.2.2", "q \"x\""});
}

TEST_CASE("csv: header only, one row, one cell", "[data]") {
  const Rows header = read_all("a,b\n");
  CHECK(header.error.empty());
  CHECK(header.names == Names{"a", "b"});
  CHECK(header.cells.empty());
  CHECK(read_all("5").cells == Cells{{"5"}});
  CHECK(read_all("a\n\"\"\n").cells == Cells{{""}});
  CHECK(read_all("a,b\n,\n").cells == Cells{{"", ""}});
}

TEST_CASE("csv: blank lines are skipped and counted", "[data]") {
  const Rows rows = read_all("\n\na,b\n\n1,2\n   \n\n3,4\n\n");
  CHECK(rows.cells == Cells{{"1", "2"}, {"3", "4"}});
  CHECK(rows.lines == std::vector<std::uint64_t>{5, 8});
  CHECK(rows.facts.blank_lines == 6);
}

TEST_CASE("csv: ragged rows are refused with line and counts, or filled", "[data][error]") {
  const std::string text = "a,b,c\n1,2,3\n4,5\n6,7,8,9\n";
  const Rows refused = read_all(text, {}, 1 << 20, "x.csv");
  CHECK(refused.code == ErrorCode::invalid_data);
  CHECK(refused.error == "x.csv, line 3: 2 fields where the header has 3");
  CHECK(holds(refused.hint, "--ragged fill"));
  CHECK(refused.cells == Cells{{"1", "2", "3"}});
  const Rows filled = read_all(text, with_ragged(RaggedRows::fill));
  CHECK(filled.error.empty());
  CHECK(filled.cells == Cells{{"1", "2", "3"}, {"4", "5", ""}, {"6", "7", "8"}});
  CHECK(filled.facts.ragged_rows == 2);
  CHECK(filled.facts.first_ragged_line == 3);
  CHECK(read_all("a,b\n1,2,\"x\"\"y\"\n\"p\"\"q\",4\n", with_ragged(RaggedRows::fill)).cells ==
        Cells{{"1", "2"}, {"p\"q", "4"}});
}

TEST_CASE("csv: an unterminated quote names the line where it opened", "[data][error]") {
  const Rows rows = read_all("a,b\n1,2\n3,\"4\n5,6\n7,8\n", {}, 1 << 20, "x.csv");
  CHECK(rows.error == "x.csv, line 3: the quote that opens in column 2 is not closed");
  CHECK(holds(rows.hint, "close the quote"));
  const Rows inner = read_all("a,b\n\"1\n1\",\"4\n5,6\n", {}, 1 << 20, "x.csv");
  CHECK(holds(inner.error, "x.csv, line 3: the quote that opens in column 2"));
  ReaderOptions options;
  options.max_field_bytes = 1000;
  const Rows early = read_all("a,b\n1,\"" + std::string(1'000'000, 'x') + "\n", options, 100, "x.csv");
  CHECK(holds(early.error, "x.csv, line 2"));
  CHECK(holds(early.error, "within 1000 bytes"));
}

TEST_CASE("csv: text after a closing quote is an error with its column", "[data][error]") {
  const Rows rows = read_all("a,b\n1,\"x\"y\n", {}, 1 << 20, "x.csv");
  CHECK(rows.error == "x.csv, line 2: 'y' follows the closing quote in column 2");
  CHECK(read_all("a,b\n1,\"x\"  \n").cells == Cells{{"1", "x"}});
  CHECK(read_all("a,b\n1,x\"y\"\n").cells == Cells{{"1", "x\"y\""}});
}

TEST_CASE("csv: NUL bytes are an error with their line", "[data][error]") {
  const Rows rows = read_all(std::string("a,b\n1,2\n3,\0\n", 12), {}, 1 << 20, "x.csv");
  CHECK(rows.error == "x.csv, line 3: there is a NUL byte (byte 11 of the input)");
  CHECK(holds(rows.hint, "UTF-8"));
  CHECK(rows.cells == Cells{{"1", "2"}});
  CHECK(holds(read_all(std::string("a,\"b\n\0\"", 7)).error, "line 2: there is a NUL byte"));
}

TEST_CASE("csv: fields and tables that are too large are refused", "[data][error]") {
  ReaderOptions options;
  options.max_field_bytes = 100;
  const Rows field = read_all("a,b\n1," + std::string(101, 'x') + "\n", options, 1 << 20, "x.csv");
  CHECK(field.error == "x.csv, line 2: column 2 has more than 100 bytes");
  CHECK(read_all("a,b\n1," + std::string(100, 'x') + "\n", options).error.empty());
  options.max_columns = 3;
  CHECK(read_all("a,b,c\n1,2,3\n", options).error.empty());
  const Rows wide = read_all("a,b,c,d\n1,2,3,4\n", options, 1 << 20, "x.csv");
  CHECK(wide.error == "x.csv, line 1: there are more than 3 columns");
  std::string endless;
  for (int i = 0; i < 300'000; ++i) endless += "1,";
  CHECK(holds(read_all(endless).error, "more than 200000 columns"));
}

TEST_CASE("csv: 100,000 columns are read", "[data]") {
  std::string text;
  for (int row = 0; row < 3; ++row) {
    for (int c = 0; c < 100'000; ++c) text += (c > 0 ? "," : "") + std::to_string(row * 7 + c);
    text += '\n';
  }
  const Rows rows = read_all(text);
  REQUIRE(rows.error.empty());
  CHECK(rows.names.size() == 100'000);
  CHECK(rows.cells.size() == 3);
  CHECK(rows.cells[2][99'999] == "100013");
}

TEST_CASE("csv: encodings: marks, UTF-16, Latin-1", "[data][error]") {
  const Rows marked = read_all(
      "\xEF\xBB\xBF"
      "a,b\n1,2\n");
  CHECK(marked.names == Names{"a", "b"});
  CHECK(marked.facts.byte_order_mark);
  for (const std::string bom : {"\xFF\xFE", "\xFE\xFF"}) {
    const Rows utf16 = read_all(bom + "a", {}, 1 << 20, "x.csv");
    CHECK(utf16.code == ErrorCode::unsupported);
    CHECK(holds(utf16.error, "x.csv is UTF-16 text"));
    CHECK(holds(utf16.hint, "iconv"));
  }
  const Rows latin = read_all("name,x\ncaf\xE9,1\ncaf\xC3\xA9,2\n\"\xFC\"\"\",3\n");
  CHECK(latin.cells == Cells{{"caf\xC3\xA9", "1"}, {"caf\xC3\xA9", "2"}, {"\xC3\xBC\"", "3"}});
  CHECK(latin.facts.invalid_utf8_cells == 2);
  CHECK(latin.facts.first_invalid_utf8_line == 2);
  // Overlong, surrogate, beyond U+10FFFF: not UTF-8.
  for (const std::string bad : {"\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"}) {
    CHECK(read_all("a,b\n1,x" + bad + "\n").facts.invalid_utf8_cells == 1);
  }
}

TEST_CASE("csv: other kinds of files are named", "[data][error]") {
  CHECK(holds(read_all("\x1F\x8B\x08").hint, "gzip -d"));
  CHECK(holds(read_all("PK\x03\x04zip").error, "ZIP archive"));
  CHECK(holds(read_all("PAR1xx").error, "Parquet"));
}

TEST_CASE("csv: empty inputs are an error that names the source", "[data][error]") {
  for (const std::string text : {"", "\n\n", "  \r\n", "\xEF\xBB\xBF"}) {
    const Rows rows = read_all(text, {}, 1 << 20, "x.csv");
    CHECK(rows.code == ErrorCode::invalid_data);
    CHECK(holds(rows.error, "x.csv is empty"));
    CHECK_FALSE(rows.hint.empty());
  }
}

TEST_CASE("csv: a second pass gives the same rows and counts", "[data]") {
  const std::string text = "a,b\n\n1,\"x\"\"y\"\n2,\xE9\n3\n";
  auto reader = open_records(make_memory_source(text), with_ragged(RaggedRows::fill)).value();
  const Rows first = read_pass(*reader);
  REQUIRE(reader->rewind());
  const Rows second = read_pass(*reader);
  CHECK(first.cells == Cells{{"1", "x\"y"}, {"2", "\xC3\xA9"}, {"3", ""}});
  CHECK(second.cells == first.cells);
  CHECK(second.lines == first.lines);
  CHECK(second.facts.rows == 3);
  CHECK(second.facts.ragged_rows == 1);
  CHECK(second.facts.blank_lines == 1);
  CHECK(second.facts.invalid_utf8_cells == 1);
}

TEST_CASE("csv: a field that is too long is reported as that, whatever bad byte comes behind it",
          "[data][regression]") {
  ReaderOptions options;
  options.max_field_bytes = 20;
  const std::string plain = "a,b\n1," + std::string(30, 'x') + std::string("\0\n", 2);
  const std::string open = "a,b\n1,\"" + std::string(30, 'x') + "\"\n";
  for (std::size_t piece = 1; piece <= 64; ++piece) {
    CHECK(read_all(plain, options, piece).error == "input, line 2: column 2 has more than 20 bytes");
    CHECK(read_all(open, options, piece).error ==
          "input, line 2: the quote that opens in column 2 is not closed within 20 bytes");
  }
}
