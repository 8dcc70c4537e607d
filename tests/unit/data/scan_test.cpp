#include <outpost/data/scan.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <outpost/base/random.hpp>

#include <catch2/catch.hpp>

#include "fake_reader.hpp"

namespace outpost {
namespace {

using test::FakeReader;
using test::Rows;

TableScan scan(FakeReader reader, const ScanOptions& options = {}) {
  auto result = scan_table(reader, options, RunContext());
  REQUIRE(result.has_value());
  CHECK(reader.rewinds >= 1);
  return std::move(*result);
}

/// Scans one column.
TableScan scan_cells(const std::vector<std::string>& cells, const ScanOptions& options = {}) {
  return scan(FakeReader::column(cells), options);
}

ColumnType type_of(const std::vector<std::string>& cells) { return scan_cells(cells).schema.columns[0].type; }

std::vector<std::string> repeat(const std::string& cell, std::size_t count) {
  return std::vector<std::string>(count, cell);
}

std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST_CASE("scan_table: mean, deviation, range and distinct values agree with their definitions", "[data][oracle]") {
  Random random(5);
  for (const double offset : {0.0, 1e6, -3e9}) {
    std::vector<std::string> cells;
    std::vector<double> values;
    for (int i = 0; i < 5000; ++i) {
      const double value = i == 0 ? offset + 1e5 : offset + std::floor(random.normal() * 1000) / 8;
      values.push_back(value);
      char text[40];
      std::snprintf(text, sizeof text, "%.17g", value);
      cells.push_back(i % 10 == 3 ? "NA" : text);
      if (i % 10 == 3) values.pop_back();
    }
    const ColumnProfile profile = scan_cells(cells).profiles[0];
    long double sum = 0;
    for (const double v : values) sum += v;
    const long double mean = sum / values.size();
    long double squares = 0;
    for (const double v : values) squares += (v - mean) * (v - mean);
    CHECK(profile.count == 5000);
    CHECK(profile.missing == 500);
    CHECK(profile.mean == Approx(static_cast<double>(mean)).epsilon(1e-14));
    CHECK(profile.standard_deviation == Approx(std::sqrt(static_cast<double>(squares / values.size()))).epsilon(1e-12));
    CHECK(profile.min == *std::min_element(values.begin(), values.end()));
    CHECK(profile.max == *std::max_element(values.begin(), values.end()));
    CHECK(profile.distinct == std::set<double>(values.begin(), values.end()).size());
    CHECK(profile.distinct_exact);
    std::map<double, std::uint64_t> counts;
    for (const double v : values) ++counts[v];
    std::uint64_t most = 0;
    for (const auto& [value, count] : counts) most = std::max(most, count);
    CHECK(profile.dominant_count == most);
    CHECK(counts[std::stod(profile.dominant_value)] == most);
  }
}

TEST_CASE("scan_table: nothing depends on how the reader cuts its batches", "[data][property]") {
  Random random(9);
  Rows rows;
  for (int i = 0; i < 700; ++i) {
    std::vector<std::string> row;
    row.push_back(std::to_string(random.uniform()));
    row.push_back(i % 50 == 0 ? "broken" : std::to_string(random.uniform_index(5)));
    row.push_back(random.uniform() < 0.4 ? "17" : "word" + std::to_string(random.uniform_index(9)));
    row.push_back("2024-01-0" + std::to_string(1 + random.uniform_index(9)));
    row.push_back(i % 3 == 0 ? "true" : i % 7 == 0 ? "" : "false");
    row.push_back(std::to_string(i * 3 + 100));
    rows.push_back(row);
    if (i % 90 == 0) rows.push_back(row);
  }
  const std::vector<std::string> names = {"real", "mixed", "words", "day", "flag", "index"};
  const TableScan reference = scan(FakeReader(names, rows, 1));
  CHECK(reference.duplicate_rows == 8);
  for (const std::size_t batch : {2, 13, 256, 300, 100000}) {
    const TableScan other = scan(FakeReader(names, rows, batch));
    CHECK(other.duplicate_rows == reference.duplicate_rows);
    for (std::size_t c = 0; c < names.size(); ++c) {
      const ColumnProfile& a = reference.profiles[c];
      const ColumnProfile& b = other.profiles[c];
      CAPTURE(batch, names[c]);
      CHECK(other.schema.columns[c].type == reference.schema.columns[c].type);
      CHECK(other.schema.columns[c].categories == reference.schema.columns[c].categories);
      CHECK(other.decisions[c].reason == reference.decisions[c].reason);
      CHECK(a.mean == b.mean);
      CHECK(a.standard_deviation == b.standard_deviation);
      CHECK(a.distinct == b.distinct);
      CHECK(a.dominant_value == b.dominant_value);
      CHECK(a.type_conflicts == b.type_conflicts);
      CHECK(a.first_conflict_line == b.first_conflict_line);
      CHECK(a.mean_length == b.mean_length);
      CHECK(a.median_step_ms == b.median_step_ms);
    }
  }
  CHECK(reference.schema.columns[1].type == ColumnType::numeric);
  CHECK(reference.schema.columns[2].type == ColumnType::categorical);
  CHECK(reference.schema.columns[2].categories.size() == 10);
  CHECK(reference.schema.columns[3].type == ColumnType::timestamp);
  CHECK(reference.schema.columns[4].type == ColumnType::boolean);
}

TEST_CASE("scan_table: 95 % of the cells decide a type", "[data]") {
  const TableScan mostly = scan_cells(repeat("oops", 4) + repeat("1.5", 96));
  CHECK(mostly.schema.columns[0].type == ColumnType::numeric);
  CHECK(mostly.profiles[0].type_conflicts == 4);
  CHECK(mostly.profiles[0].first_conflict_line == 2);
  CHECK(mostly.profiles[0].first_conflict_value == "oops");
  CHECK(mostly.decisions[0].reason == "96 % of cells are numbers; 4 others are read as missing");
  CHECK(type_of(repeat("oops", 5) + repeat("1.5", 95)) == ColumnType::numeric);

  const TableScan mixed = scan_cells(repeat("1.5", 94) + repeat("oops", 6));
  CHECK(mixed.schema.columns[0].type == ColumnType::categorical);
  CHECK(mixed.schema.columns[0].categories == std::vector<std::string>{"1.5", "oops"});
  CHECK(mixed.profiles[0].type_conflicts == 0);
  CHECK(mixed.profiles[0].distinct == 2);
  CHECK(mixed.profiles[0].dominant_value == "1.5");
  CHECK(mixed.profiles[0].dominant_count == 94);
  // Missing cells do not count.
  CHECK(type_of(repeat("", 50) + repeat("1", 95) + repeat("x", 5)) == ColumnType::numeric);
  CHECK(type_of(repeat("true", 96) + repeat("maybe", 4)) == ColumnType::boolean);
  CHECK(type_of(repeat("true", 90) + repeat("maybe", 10)) == ColumnType::categorical);
  CHECK(type_of(repeat("2024-05-01T10:00:00Z", 96) + repeat("?x", 4)) == ColumnType::timestamp);
  CHECK(type_of(repeat("2024-05-01T10:00:00Z", 90) + repeat("12", 10)) == ColumnType::categorical);
}

TEST_CASE("scan_table: plain columns get the type a person expects", "[data]") {
  CHECK(type_of({"0", "1", "1", "0"}) == ColumnType::numeric);
  CHECK(type_of({"yes", "no", "yes"}) == ColumnType::boolean);
  CHECK(type_of({"red", "green", "red"}) == ColumnType::categorical);
  CHECK(type_of({"", "NA", "null"}) == ColumnType::numeric);
  CHECK(type_of({"1700000000", "1700000060", "1700000120"}) == ColumnType::numeric);
  std::vector<std::string> comments;
  for (int i = 0; i < 100; ++i) comments.push_back("comment number " + std::to_string(i));
  CHECK(type_of(comments) == ColumnType::text);
  CHECK(type_of(comments + comments) == ColumnType::categorical);
}

TEST_CASE("scan_table: numbers with leading zeros are codes", "[data]") {
  CHECK(type_of({"00123", "04711", "12345", "00001"}) == ColumnType::categorical);
  CHECK(type_of({"0123", "04711", "12", "7"}) == ColumnType::categorical);
  CHECK(type_of({"0", "10", "100"}) == ColumnType::numeric);
  CHECK(type_of({"0.5", "0.25", "000.5"}) == ColumnType::numeric);
  CHECK(type_of({"01", "02", "11"}) == ColumnType::numeric);  // months
  CHECK(type_of(repeat("7", 50) + repeat("123", 50) + repeat("007", 1)) == ColumnType::numeric);
  const TableScan codes = scan_cells({"00123", "04711", "00123"});
  CHECK(codes.schema.columns[0].categories == std::vector<std::string>{"00123", "04711"});
}

TEST_CASE("scan_table: a decimal comma is understood where commas do not part the fields", "[data]") {
  const std::vector<std::string> cells = {"1,5", "2", "-3,25", "4"};
  const TableScan semicolons = scan(FakeReader::column(cells, 2, ';'));
  CHECK(semicolons.schema.columns[0].type == ColumnType::numeric);
  CHECK(semicolons.schema.columns[0].decimal == ',');
  CHECK(semicolons.profiles[0].mean == Approx(1.0625));
  CHECK(semicolons.profiles[0].type_conflicts == 0);
  const TableScan commas = scan(FakeReader::column(cells, 2, ','));
  CHECK(commas.schema.columns[0].type == ColumnType::categorical);
  const TableScan points = scan(FakeReader::column({"1.5", "2", "3.25"}, 2, ';'));
  CHECK(points.schema.columns[0].decimal == '.');
  const TableScan given =
      scan(FakeReader::column({"1,5", "x", "y", "2,5"}, 2, ';'), {{{"x", ColumnType::numeric}}, 1000});
  CHECK(given.schema.columns[0].decimal == ',');
  CHECK(given.profiles[0].mean == 2.0);
  CHECK(given.profiles[0].type_conflicts == 2);
}

TEST_CASE("scan_table: given types win, and what does not fit is counted", "[data]") {
  const auto with = [](ColumnType type) { return ScanOptions{{{"x", type}}, 1000}; };
  const TableScan codes = scan_cells({"3", "1", "3", "2"}, with(ColumnType::categorical));
  CHECK(codes.schema.columns[0].categories == std::vector<std::string>{"1", "2", "3"});
  CHECK(codes.decisions[0].overridden);
  CHECK(codes.decisions[0].reason == "given");

  const TableScan flags = scan_cells({"0", "1", "2", "true", "no"}, with(ColumnType::boolean));
  CHECK(flags.schema.columns[0].type == ColumnType::boolean);
  CHECK(flags.profiles[0].type_conflicts == 1);
  CHECK(flags.profiles[0].first_conflict_value == "2");
  CHECK(flags.profiles[0].mean == 0.5);

  const TableScan times = scan_cells({"2024-01-01", "soon", "5"}, with(ColumnType::timestamp));
  CHECK(times.profiles[0].type_conflicts == 2);
  CHECK(times.profiles[0].first_conflict_line == 3);

  const TableScan numbers = scan_cells({"007", "a", "b", "c"}, with(ColumnType::numeric));
  CHECK(numbers.schema.columns[0].type == ColumnType::numeric);
  CHECK(numbers.profiles[0].type_conflicts == 3);
  CHECK(numbers.profiles[0].mean == 7.0);

  CHECK(scan_cells({"1", "2"}, with(ColumnType::text)).schema.columns[0].type == ColumnType::text);
}

TEST_CASE("scan_table: a wrong request is refused with what to do", "[data][error]") {
  FakeReader reader({"temperature", "load"}, {{"1", "2"}});
  const auto unknown = scan_table(reader, {{{"temprature", ColumnType::text}}, 1000}, RunContext());
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().code == ErrorCode::not_found);
  CHECK(unknown.error().hint == "Did you mean 'temperature'?");

  std::vector<std::string> many;
  for (int i = 0; i < 30; ++i) many.push_back("v" + std::to_string(i));
  FakeReader wide = FakeReader::column(many);
  const auto refused = scan_table(wide, {{{"x", ColumnType::categorical}}, 10}, RunContext());
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::invalid_argument);

  FakeReader empty({"a"}, {});
  const auto none = scan_table(empty, {}, RunContext());
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().code == ErrorCode::not_enough_data);

  const test::Cancelled cancelled;
  SerialExecutor executor;
  FakeReader some({"a"}, {{"1"}});
  const auto stopped = scan_table(some, {}, RunContext(executor, nullptr, &cancelled));
  REQUIRE_FALSE(stopped.has_value());
  CHECK(stopped.error().code == ErrorCode::cancelled);
}

TEST_CASE("scan_table: a reader that fails at any call fails the scan with its error", "[data][error]") {
  const std::vector<std::string> cells = repeat("1.5", 10) + repeat("oops", 10);  // read twice
  for (std::size_t call = 1; call <= 8; ++call) {
    FakeReader reader = FakeReader::column(cells);
    reader.fail_at = call;
    const auto result = scan_table(reader, {}, RunContext());
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().message == "the disk is gone");
  }
}

TEST_CASE("scan_table: huge, infinite and tiny numbers", "[data]") {
  const ColumnProfile huge = scan_cells({"1e308", "-1e308", "1e308", "5"}).profiles[0];
  CHECK(huge.mean == Approx(2.5e307));
  CHECK(huge.standard_deviation == Approx(std::sqrt(11.0) / 4 * 1e308));
  CHECK(huge.beyond_float32 == 3);
  CHECK(huge.max == 1e308);

  const ColumnProfile infinite = scan_cells({"inf", "1", "-inf", "3", "nan"}).profiles[0];
  CHECK(infinite.non_finite == 2);
  CHECK(infinite.missing == 1);
  CHECK(infinite.mean == 2.0);
  CHECK(infinite.distinct == 4);

  const ColumnProfile tiny = scan_cells({"0", "-0", "1e-40", "1e-300", "5e-324"}).profiles[0];
  CHECK(tiny.beyond_float32 == 3);
  CHECK(tiny.distinct == 4);  // -0 is 0
  CHECK(tiny.min == 0.0);

  const ColumnProfile close = scan_cells({"1000000000.001", "1000000000.002", "1", "2"}).profiles[0];
  CHECK(close.distinct_lost == 2);
  CHECK(scan_cells({"0.1", "0.2"}).profiles[0].distinct_lost == 0);
}

TEST_CASE("scan_table: constant, single and all-missing columns", "[data]") {
  const ColumnProfile constant = scan_cells(repeat("3.5", 40)).profiles[0];
  CHECK(constant.distinct == 1);
  CHECK(constant.standard_deviation == 0.0);
  CHECK(constant.mean == 3.5);
  CHECK_FALSE(constant.all_differ);
  const ColumnProfile single = scan_cells({"7"}).profiles[0];
  CHECK(single.count == 1);
  CHECK(single.mean == 7.0);
  CHECK(single.distinct == 1);
  const TableScan missing = scan_cells({"", "NA"});
  CHECK(missing.profiles[0].missing == 2);
  CHECK(missing.profiles[0].distinct == 0);
  CHECK(missing.decisions[0].reason == "every cell is missing");
}

TEST_CASE("scan_table: more distinct values than are tracked", "[data]") {
  std::vector<std::string> numbers, words;
  for (int i = 0; i < 25000; ++i) {
    numbers.push_back(i % 4 != 0 ? "-1" : std::to_string(i) + ".5");
    words.push_back(i % 4 != 0 ? "often" : "w" + std::to_string(i));
  }
  for (int i = 0; i < 25000; ++i) {
    numbers.push_back(std::to_string(i) + ".25");
    words.push_back("v" + std::to_string(i));
  }
  numbers = numbers + repeat("-1", 10);
  words = words + repeat("often", 10);
  for (const auto& cells : {numbers, words}) {
    const ColumnProfile profile = scan_cells(cells).profiles[0];
    CHECK(profile.distinct == kMaxTrackedDistinct);
    CHECK_FALSE(profile.distinct_exact);
    CHECK(profile.dominant_count == 18750 + 10);
    CHECK_FALSE(profile.all_differ);
  }
  CHECK(scan_cells(numbers).profiles[0].dominant_value == "-1");
  CHECK(scan_cells(words).profiles[0].dominant_value == "often");
  CHECK(scan_cells(words).schema.columns[0].categories.empty());
}

TEST_CASE("max_tracked_distinct: one budget over all columns", "[data][property]") {
  CHECK(max_tracked_distinct(0) == kMaxTrackedDistinct);
  CHECK(max_tracked_distinct(1) == kMaxTrackedDistinct);
  CHECK(max_tracked_distinct(256) == kMaxTrackedDistinct);
  std::size_t before = kMaxTrackedDistinct;
  for (std::size_t columns = 1; columns <= 200'000; columns += 1 + columns / 10) {
    const std::size_t values = max_tracked_distinct(columns);
    CHECK(values >= kMinTrackedDistinct);
    CHECK(values <= before);
    before = values;
    if (columns > 32'768) continue;  // beyond, the smallest tables pass the budget
    std::size_t slots = 8;           // the counter's own rule: doubled when more than 5/8 are in use
    while (values * 8 > slots * 5) slots *= 2;
    CHECK(std::uint64_t{slots} * 16 * columns <= kDistinctBytes);
  }
  CHECK(max_tracked_distinct(257) < kMaxTrackedDistinct);
}

TEST_CASE("scan_table: a wide table tracks fewer numbers, and says so; its types stay", "[data][regression]") {
  constexpr std::size_t kColumns = 2000;
  constexpr std::size_t kRows = 1400;
  std::vector<std::string> names;
  Rows rows(kRows);
  for (std::size_t c = 0; c < kColumns; ++c) names.push_back("x" + std::to_string(c));
  for (std::size_t r = 0; r < kRows; ++r) {
    rows[r].assign(kColumns, "7");
    rows[r][0] = std::to_string(r) + ".5";         // 1400 different numbers
    rows[r][1] = "w" + std::to_string(r % 650);    // 650 categories
    rows[r][2] = std::to_string(r % 100) + ".25";  // 100 different numbers
    rows[r][3] = r % 20 == 0 ? "-1.5" : std::to_string(r) + ".5";
  }
  const TableScan wide = scan(FakeReader(names, rows));
  const std::size_t tracked = max_tracked_distinct(kColumns);
  REQUIRE(tracked > 100);
  REQUIRE(tracked < 1400);
  CHECK(wide.profiles[0].distinct == tracked);
  CHECK_FALSE(wide.profiles[0].distinct_exact);
  CHECK(wide.profiles[0].all_differ);
  CHECK(wide.profiles[1].distinct == 650);
  CHECK(wide.profiles[1].distinct_exact);
  CHECK(wide.schema.columns[1].type == ColumnType::categorical);
  CHECK(wide.schema.columns[1].categories.size() == 650);
  CHECK(wide.profiles[2].distinct == 100);
  CHECK(wide.profiles[2].distinct_exact);
  CHECK_FALSE(wide.profiles[3].distinct_exact);
  CHECK(wide.profiles[3].dominant_count == 70);  // counted on in all rows
  CHECK(wide.profiles[3].dominant_value == "-1.5");
  CHECK(wide.profiles[kColumns - 1].distinct == 1);
}

TEST_CASE("scan_table: repeated rows are counted, cell borders matter", "[data]") {
  CHECK(
      scan(FakeReader({"a", "b"}, {{"ab", "c"}, {"a", "bc"}, {"ab", "c"}, {"", "abc"}, {"abc", ""}})).duplicate_rows ==
      1);
  CHECK(scan(FakeReader({"a"}, {{"1"}, {"1"}, {"1"}, {"2"}})).duplicate_rows == 2);
  CHECK(scan(FakeReader({"a", "b"}, {{"", ""}, {"", ""}})).duplicate_rows == 1);
}

TEST_CASE("scan_table: times", "[data]") {
  std::vector<std::string> cells;
  for (int minute = 0; minute < 60; ++minute) {
    cells.push_back("2024-05-01T10:" + std::string(minute < 10 ? "0" : "") + std::to_string(minute) + ":00Z");
  }
  const ColumnProfile even = scan_cells(cells).profiles[0];
  CHECK(even.median_step_ms == 60000.0);
  CHECK_FALSE(even.steps_vary);
  CHECK(even.ascending);
  CHECK(even.time_gaps == 0);
  CHECK(even.hour_varies);
  CHECK_FALSE(even.weekday_varies);
  CHECK(even.min == 1714557600000.0);
  CHECK(even.max - even.min == 59.0 * 60000);

  const ColumnProfile odd =
      scan_cells(cells + std::vector<std::string>{"2024-05-02T10:00:00Z", "2024-05-01T10:00:00Z"}).profiles[0];
  CHECK(odd.time_gaps == 1);
  CHECK(odd.time_backwards == 1);
  CHECK(odd.steps_vary);
  CHECK_FALSE(odd.ascending);
  CHECK(odd.weekday_varies);
  // Ten times the step is not yet a gap.
  CHECK(scan_cells(cells + std::vector<std::string>{"2024-05-01T11:09:00Z"}).profiles[0].time_gaps == 0);
  CHECK(scan_cells(cells + std::vector<std::string>{"2024-05-01T11:15:00Z"}).profiles[0].time_gaps == 1);
}

TEST_CASE("scan_table: steps of ascending whole numbers", "[data]") {
  std::vector<std::string> index, counter, noise;
  Random random(3);
  std::uint64_t total = 0;
  for (int i = 0; i < 15000; ++i) {
    index.push_back(std::to_string(1000 + i + i / 50));
    total += 1 + (std::uint64_t{1} << random.uniform_index(20));
    counter.push_back(std::to_string(total));
    noise.push_back(std::to_string(random.uniform_index(1000)));
  }
  const ColumnProfile steady = scan_cells(index).profiles[0];
  CHECK(steady.all_differ);
  CHECK(steady.ascending);
  CHECK(steady.steady_steps > 0.97);
  const ColumnProfile varied = scan_cells(counter).profiles[0];
  CHECK(varied.all_differ);
  CHECK(varied.steady_steps < 0.5);
  CHECK_FALSE(scan_cells(noise).profiles[0].ascending);
  // Beyond the tracked values a repetition in ascending numbers is still seen.
  index.push_back(index.back());
  CHECK_FALSE(scan_cells(index).profiles[0].all_differ);
}

TEST_CASE("scan_table: personal data are counted, plain numbers are not suspected", "[data]") {
  const auto kinds = [](const std::vector<std::string>& cells) { return scan_cells(cells).profiles[0].personal_data; };
  const auto emails = kinds({"a@b.org", "c@d.org", "none", "a@b.org"});
  REQUIRE(emails.size() == 1);
  CHECK(emails[0] == std::pair(PersonalData::email, std::uint64_t{3}));
  const auto cards = kinds({"4111111111111111", "5555555555554444", "4012888888881881"});
  REQUIRE(cards.size() == 1);
  CHECK(cards[0].first == PersonalData::card_number);
  CHECK(cards[0].second == 3);

  Random random(4);
  std::vector<std::string> numbers, epochs;
  for (int i = 0; i < 5000; ++i) {
    numbers.push_back(std::to_string(4'000'000'000'000'000 + random.uniform_index(900'000'000'000'000)));
    epochs.push_back(std::to_string(1'700'000'000'000 + i * 1000));
  }
  CHECK(kinds(numbers).empty());
  CHECK(kinds(epochs).empty());
  // One text of ten that looks like a phone number says little, one of four more.
  CHECK(kinds(repeat("abc", 9) + repeat("+49 30 901820", 1)).empty());
  CHECK(kinds(repeat("abc", 3) + repeat("+49 30 901820", 1)).size() == 1);
}

TEST_CASE("scan_table: a column that appears late is missing before", "[data]") {
  const Rows rows = {{"1"}, {"2"}, {"3", "x"}, {"4"}, {"5", "y"}, {"1"}};
  for (const std::size_t batch : {1, 2, 6}) {
    const TableScan result = scan(FakeReader::growing({"a", "b"}, rows, batch));
    REQUIRE(result.schema.columns.size() == 2);
    CHECK(result.profiles[1].missing == 4);
    CHECK(result.profiles[1].count == 6);
    CHECK(result.schema.columns[1].categories == std::vector<std::string>{"x", "y"});
    CHECK(result.duplicate_rows == 1);
  }
}

TEST_CASE("scan_table: 100,000 columns", "[data]") {
  std::vector<std::string> names, cells;
  for (int c = 0; c < 100'000; ++c) {
    names.push_back("c" + std::to_string(c));
    cells.push_back(c % 2 == 0 ? std::to_string(c) : "t" + std::to_string(c));
  }
  const TableScan result = scan(FakeReader(names, {cells, cells, cells}));
  CHECK(result.duplicate_rows == 2);
  CHECK(result.profiles[99'998].mean == 99'998.0);
  CHECK(result.schema.columns[99'999].type == ColumnType::categorical);
}

}  // namespace
}  // namespace outpost
