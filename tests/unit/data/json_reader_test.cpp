#include <outpost/data/record_reader.hpp>

#include <catch2/catch.hpp>

#include "reader_test_support.hpp"

using namespace outpost;
using namespace outpost::test;

namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Rows read_json(const std::string& text, std::size_t piece = 1 << 20) {
  ReaderOptions options;
  options.format = DataFormat::json;
  return read_all(text, options, piece, "x.json");
}

Rows read_lines(const std::string& text, std::size_t piece = 1 << 20) {
  ReaderOptions options;
  options.format = DataFormat::ndjson;
  return read_all(text, options, piece, "x.ndjson");
}

}  // namespace

TEST_CASE("json: every shape gives the same table", "[data]") {
  const Cells expected = {{"1", "x"}, {"2.5", ""}};
  const Names names = {"a", "b"};
  for (const std::string text :
       {R"([{"a": 1, "b": "x"}, {"a": 2.5, "b": null}])", R"([["a", "b"], [1, "x"], [2.5, null]])",
        R"({"a": [1, 2.5], "b": ["x", null]})",
        R"({"made": "today", "n": [1, 2], "rows": [{"a": 1, "b": "x"}, {"a": 2.5}], "next": null})",
        R"({"rows": [["a", "b"], [1, "x"], [2.5, null]]})", "{\"a\": 1, \"b\": \"x\"}\n\n{\"a\": 2.5}\n",
        "[\"a\", \"b\"]\n[1, \"x\"]\r\n[2.5, null]"}) {
    INFO(text);
    const Rows rows = read_all(text);
    CHECK(rows.error == "");
    CHECK(rows.names == names);
    CHECK(rows.cells == expected);
    for (std::size_t piece = 1; piece <= 64; ++piece) {
      const Rows pieces = read_all(text, {}, piece);
      REQUIRE(pieces.cells == expected);
      REQUIRE(pieces.lines == rows.lines);
    }
  }
}

TEST_CASE("json: the format is decided by content, then by name", "[data]") {
  CHECK(read_all("[{\"a\":1}]").facts.format == DataFormat::json);
  CHECK(read_all("{\"a\":1}\n{\"a\":2}\n").facts.format == DataFormat::ndjson);
  CHECK(read_all("{\"a\":1}\n").facts.format == DataFormat::ndjson);
  CHECK(read_all("{\"a\":[1]}\n").facts.format == DataFormat::json);
  CHECK(read_all("[a],[b]\n1,2\n", {}, 99, "x.csv").facts.format == DataFormat::csv);
  CHECK(read_all("{\"a\":1}\n", {}, 99, "X.JSONL.gz").facts.format == DataFormat::ndjson);
  CHECK(read_all("a,b\n1,2\n", {}, 99, "x.json").code == ErrorCode::invalid_data);
}

TEST_CASE("json: values become cells", "[data]") {
  const Rows rows =
      read_json(R"([{"t": true, "f": false, "n": null, "s": "a\"\u00e9\ud83d\ude00\n", "big": 18446744073709551615,
    "neg": -9223372036854775808, "more": 123456789012345678901234567890, "d": 0.1, "e": -1.50e-3, "whole": 3}])");
  CHECK(rows.error == "");
  CHECK(rows.cells == Cells{{"true", "false", "", "a\"\xC3\xA9\xF0\x9F\x98\x80\n", "18446744073709551615",
                             "-9223372036854775808", "123456789012345678901234567890", "0.1", "-1.50e-3", "3"}});
}

TEST_CASE("json: nested objects are flattened, nested arrays kept as text", "[data]") {
  const Rows rows = read_json(
      R"([{"a": {"b": 1, "c": {"d": "x"}, "g": {}}, "e": [1, {"k": [true, null, "q\"\u0001"]}, [], {}], "f": 2}])");
  CHECK(rows.error == "");
  CHECK(rows.names == Names{"a.b", "a.c.d", "e", "f"});
  CHECK(rows.cells == Cells{{"1", "x", "[1,{\"k\":[true,null,\"q\\\"\\u0001\"]},[],{}]", "2"}});
  CHECK(read_json(R"([["a", "b"], [{"k": 1}, [3, 4]]])").cells == Cells{{"{\"k\":1}", "[3,4]"}});
}

TEST_CASE("json: keys of later rows become new columns; the second pass knows them from the start", "[data]") {
  std::string text = "[";
  for (int i = 0; i < 10'000; ++i) text += "{\"a\":" + std::to_string(i) + "},\n";
  text += "{\"b\":\"x\",\"a\":1}]";
  auto reader = open_records(make_memory_source(text)).value();
  CHECK(reader->names() == Names{"a"});
  RecordBatch batch;
  REQUIRE(reader->next(batch).value());
  CHECK(batch.columns == 1);
  REQUIRE(reader->rewind());
  const Rows first = read_pass(*reader);
  CHECK(first.names == Names{"a", "b"});
  REQUIRE(first.cells.size() == 10'001);
  CHECK(first.cells[4321] == std::vector<std::string>{"4321", ""});
  CHECK(first.cells.back() == std::vector<std::string>{"1", "x"});
  CHECK(first.lines.back() == 10'001);
  REQUIRE(reader->rewind());
  REQUIRE(reader->next(batch).value());
  CHECK(batch.columns == 2);
  CHECK(batch.first_row == 0);
}

TEST_CASE("json: one wide record among many narrow ones does not widen the batch before it", "[data]") {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "{\"a\":1}\n";
  text += "{";
  for (int i = 0; i < 5000; ++i) text += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":" + std::to_string(i);
  text += "}\n{\"a\":2}\n";
  auto reader = open_records(make_memory_source(text)).value();
  RecordBatch batch;
  std::uint64_t rows = 0;
  while (reader->next(batch).value()) {
    CHECK(batch.cells.size() <= std::size_t{1} << 18);
    CHECK(batch.columns == reader->names().size());
    rows += batch.rows;
  }
  CHECK(rows == 3002);
  CHECK(reader->names().size() == 5001);
}

TEST_CASE("json: repeated keys keep the last value; odd names are made unique", "[data]") {
  const Rows rows = read_json(R"([{"a": 1, "a": 2, "": 3, "c1": 4, "x": {"y": 5}, "x.y": 6}])");
  CHECK(rows.names == Names{"a", "c1", "c1.2", "x.y"});
  CHECK(rows.cells == Cells{{"2", "3", "4", "6"}});
}

TEST_CASE("json: arrays of numbers have no header", "[data]") {
  const Rows rows = read_json("[[1, 2], [3, 4]]");
  CHECK(rows.names == Names{"c0", "c1"});
  CHECK(rows.cells.size() == 2);
  CHECK(read_json(R"([["1", "2"], ["3", "4"]])").cells.size() == 2);
  ReaderOptions options;
  options.header = false;
  CHECK(read_all(R"([["a", "b"], ["c", "d"]])", options).cells.size() == 2);
}

TEST_CASE("json: arrays of another length are refused or filled", "[data][error]") {
  const std::string text = "[[1,2],\n[3],\n[4,5,6]]";
  const Rows refused = read_json(text);
  CHECK(refused.error == "x.json, line 2 (byte 9): 1 value where the first row has 2");
  CHECK(holds(refused.hint, "--ragged fill"));
  ReaderOptions options;
  options.ragged = RaggedRows::fill;
  const Rows filled = read_all(text, options);
  CHECK(filled.cells == Cells{{"1", "2"}, {"3", ""}, {"4", "5"}});
  CHECK(filled.facts.ragged_rows == 2);
  CHECK(filled.facts.first_ragged_line == 2);
}

TEST_CASE("json: errors say where and what", "[data][error]") {
  const auto error = [](const std::string& text) { return read_json(text).error; };
  CHECK(error("") == "x.json is empty: there is no row in it");
  CHECK(error("[]") == "x.json holds no records");
  CHECK(holds(error("nonsense"), "x.json, line 1 (byte 1): JSON that begins with 'n' is no table"));
  CHECK(holds(error("[1, 2]"), "line 1 (byte 2): a record is an object or an array, found '1'"));
  CHECK(holds(error("[{\"a\":1},\n 7]"), "line 2 (byte 12): a record is an object or an array, found '7'"));
  CHECK(holds(error("[{\"a\":1},\n {\"a\":tru}]"), "line 2"));
  CHECK(holds(error("[{\"a\":1},\n {\"a\":tru}]"), "invalid literal"));
  CHECK(holds(error("[{\"a\":NaN}]"), "invalid literal"));
  CHECK(holds(read_json("[{\"a\":NaN}]").hint, "null"));
  CHECK(holds(error("[{\"a\":1e999}]"), "number overflow"));
  CHECK(holds(error("[{\"a\":\"\xFF\"}]"), "ill-formed UTF-8"));
  CHECK(holds(error("[{\"a\":1}"), "the input ends before the array of records is closed"));
  CHECK(holds(error("[{\"a\":1},\n{\"b\":"), "line 2 (byte 11): the input ends inside the value"));
  CHECK(holds(error("[{\"a\":1},]"), "a comma before ']'"));
  CHECK(holds(error("[{\"a\":1} {\"a\":2}]"), "expected ',' or ']' between records, found '{'"));
  CHECK(holds(error("[{\"a\":1}] x"), "expected the end of the input, found 'x'"));
  CHECK(holds(error("[{\"a\":1},[1]]"), "an array where the records before are objects"));
  CHECK(holds(error("[[1],{\"a\":1}]"), "an object where the records before are arrays"));
  CHECK(holds(error("[[],[1]]"), "the first record is an empty array"));
  CHECK(holds(error(std::string("[{\"a\":1},\n\0]", 12)), "line 2 (byte 11): there is a NUL byte"));
  CHECK(holds(error(R"({"a": 1})"), "one JSON object without an array of records"));
  CHECK(holds(error(R"({"a": [1, 2], "b": [1]})"), "the arrays differ in length: 'b' has 1 value, 'a' has 2"));
  CHECK(holds(error(R"({"a": [{"x": 1}], "b": [{"x": 1}]})"), "'a' and 'b' are both arrays of records"));
  CHECK(holds(error(R"({"a": [1] "b": [1]})"), "expected ',' or '}', found '\"'"));
  CHECK(holds(error(R"({"a" [1]})"), "expected ':', found '['"));
  CHECK(holds(error(R"({a: [1]})"), "expected a name in double quotes, found 'a'"));
  for (const std::string text : {"[{\"a\":1},\n {\"a\":tru}]", "{\"a\": [1, 2], \"b\": [1]}", "[{\"a\":1}", "[1, 2]"}) {
    for (std::size_t piece = 1; piece <= 64; ++piece) CHECK(read_json(text, piece).error == error(text));
  }
}

TEST_CASE("json: nesting is bounded", "[data][error]") {
  const auto nested = [](std::size_t depth) {
    return "[{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}]";
  };
  CHECK(read_json(nested(31)).error == "");
  CHECK(holds(read_json(nested(32)).error, "nested more than 32 deep"));
  CHECK(holds(read_json(std::string(1'000'000, '[')).error, "nested more than 32 deep"));
}

TEST_CASE("json: sizes are bounded", "[data][error]") {
  ReaderOptions options;
  options.max_field_bytes = 10;
  CHECK(holds(read_all("[{\"a\":\"12345678901\"}]", options).error, "'a' has more than 10 bytes"));
  options = {};
  options.max_columns = 2;
  CHECK(holds(read_all("[{\"a\":1,\"b\":2,\"c\":3}]", options).error, "more than 2 columns"));
  CHECK(holds(read_all("[[1,2,3]]", options).error, "more than 2 columns"));
  CHECK(holds(read_json("[{\"" + std::string(2000, 'k') + "\":1}]").error, "more than 1024 bytes"));
  CHECK(holds(read_json("[{\"k\":\"" + std::string(17 << 20, 'v') + "\"}]").error, "goes on for more than"));
}

TEST_CASE("ndjson: blank lines are skipped and counted; lines are told", "[data]") {
  const Rows rows = read_lines("\n{\"a\":1}\n\n  \n{\"a\":2}\r\n\n");
  CHECK(rows.cells == Cells{{"1"}, {"2"}});
  CHECK(rows.lines == std::vector<std::uint64_t>{2, 5});
  CHECK(rows.facts.blank_lines == 4);
}

TEST_CASE("ndjson: errors say the line", "[data][error]") {
  CHECK(read_lines("{\"a\":1}\n{\"a\":\n2}\n").error ==
        "x.ndjson, line 2 (byte 9): the record does not end on its line");
  CHECK(holds(read_lines("{\"a\":1}\n{\"a\":2},\n{\"a\":3}\n").error, "line 2"));
  CHECK(holds(read_lines("{\"a\":1}\n{\"a\":2},\n{\"a\":3}\n").hint, "remove the commas"));
  CHECK(holds(read_lines("{\"a\":1} {\"a\":2}\n").error, "expected the end of the line after the record, found '{'"));
  CHECK(holds(read_lines("{\"a\":1}\n17\n").error, "line 2 (byte 9): a record is an object or an array, found '17'"));
  CHECK(holds(read_lines("{\"a\":1}\n{\"a\":2").error, "line 2"));
  CHECK(holds(read_lines("{\"a\":1}\nhello\n").error, "line 2"));
}

TEST_CASE("json: a record that fails leaves no column behind", "[data][regression]") {
  auto reader = open_records(make_memory_source("[{\"a\":1},{\"a\":2,\"c\":trueZ]")).value();
  const Rows first = read_pass(*reader);
  CHECK_FALSE(first.error.empty());
  REQUIRE(reader->rewind());
  const Rows second = read_pass(*reader);
  CHECK(second.names == Names{"a"});
  CHECK(second.error == first.error);
}
