#include <outpost/data/table.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <outpost/base/random.hpp>

#include <catch2/catch.hpp>

#include "fake_reader.hpp"

namespace outpost {
namespace {

using test::FakeReader;
using test::Rows;

Schema all_types() {
  Schema schema;
  schema.columns = {{"n", ColumnType::numeric, {}, '.'},
                    {"b", ColumnType::boolean, {}, '.'},
                    {"t", ColumnType::timestamp, {}, '.'},
                    {"c", ColumnType::categorical, {"blue", "red"}, '.'},
                    {"s", ColumnType::text, {}, '.'}};
  return schema;
}

TEST_CASE("read_table: 1,000 of 2,000 columns, in another order", "[data][regression]") {
  std::vector<std::string> names;
  Rows rows(1);
  Schema schema;
  for (std::size_t c = 0; c < 2000; ++c) {
    names.push_back("x" + std::to_string(c));
    rows[0].push_back(std::to_string(c));
    if (c % 2 == 0) schema.columns.insert(schema.columns.begin(), {names.back(), ColumnType::numeric, {}, '.'});
  }
  FakeReader reader(names, rows);
  const auto table = read_table(reader, schema, RunContext());
  REQUIRE(table.has_value());
  REQUIRE(table->columns.size() == 1000);
  for (std::size_t i = 0; i < 1000; ++i)
    CHECK(table->columns[i].numbers.at(0) == 1998.0 - 2.0 * static_cast<double>(i));
}

TEST_CASE("read_table: every type, with missing and unreadable cells", "[data]") {
  const Rows rows = {{"1.5", "true", "1970-01-02", "red", "hello"},
                     {"", "", "", "", ""},
                     {"x", "2", "soon", "green", "NA"},
                     {"inf", "0", "1970-01-01T00:00:01Z", "blue", "again"}};
  for (const std::size_t batch : {1, 3, 4}) {
    FakeReader reader({"n", "b", "t", "c", "s"}, rows, batch);
    const auto table = read_table(reader, all_types(), RunContext());
    REQUIRE(table.has_value());
    CHECK(table->rows == 4);
    const auto& columns = table->columns;
    CHECK(columns[0].numbers[0] == 1.5);
    CHECK(std::isnan(columns[0].numbers[1]));
    CHECK(std::isnan(columns[0].numbers[2]));
    CHECK(columns[0].numbers[3] == std::numeric_limits<double>::infinity());
    CHECK(columns[1].booleans == std::vector<std::int8_t>{1, kMissingBoolean, kMissingBoolean, 0});
    CHECK(columns[2].timestamps == std::vector<std::int64_t>{86'400'000, kMissingTimestamp, kMissingTimestamp, 1000});
    CHECK(columns[3].codes == std::vector<std::int32_t>{1, kMissingCode, kMissingCode, 0});
    REQUIRE(columns[4].texts.size() == 4);
    CHECK(columns[4].texts[0] == "hello");
    CHECK(columns[4].texts[1].empty());
    CHECK(columns[4].texts[2].empty());
    CHECK(columns[4].texts[3] == "again");
    for (std::size_t c = 0; c < 4; ++c) CHECK(columns[c].unreadable == 1);
    CHECK(columns[4].unreadable == 0);
    CHECK(table->memory_bytes() >= 4 * (8 + 1 + 8 + 4));
    CHECK(reader.rewinds == 2);
  }
}

TEST_CASE("read_table: takes the schema's columns in its order", "[data]") {
  Schema schema;
  schema.columns = {{"z", ColumnType::numeric, {}, ','}, {"a", ColumnType::numeric, {}, '.'}};
  FakeReader reader({"a", "b", "z"}, {{"1", "2", "3,5"}}, 1, ';');
  const auto table = read_table(reader, schema, RunContext());
  REQUIRE(table.has_value());
  CHECK(table->columns[0].numbers == std::vector<double>{3.5});
  CHECK(table->columns[1].numbers == std::vector<double>{1.0});
  FakeReader late = FakeReader::growing({"a", "z"}, {{"1"}, {"2", "7"}}, 1);
  schema.columns[0].decimal = '.';
  const auto grown = read_table(late, schema, RunContext());
  REQUIRE(grown.has_value());
  CHECK(std::isnan(grown->columns[0].numbers[0]));
  CHECK(grown->columns[0].numbers[1] == 7.0);
}

TEST_CASE("read_table: errors", "[data][error]") {
  FakeReader reader({"n", "b", "t", "c"}, {{"1", "", "", ""}});
  const auto missing = read_table(reader, all_types(), RunContext());
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == ErrorCode::schema_mismatch);
  CHECK(missing.error().message == "fake.csv has no column 's'");
  Schema schema;
  schema.columns = {{"x", ColumnType::numeric, {}, '.'}};
  for (std::size_t call = 1; call <= 3; ++call) {
    FakeReader failing = FakeReader::column({"1", "2", "3"}, 2);
    failing.fail_at = call;
    CHECK_FALSE(read_table(failing, schema, RunContext()).has_value());
  }
}

TableColumn numeric(std::vector<double> values) {
  TableColumn column;
  column.numbers = std::move(values);
  return column;
}

std::vector<double> quantiles_of(TableColumn column) {
  Table table;
  table.columns.push_back(std::move(column));
  std::vector<ColumnProfile> profiles(1);
  profile_quantiles(table, profiles);
  return profiles[0].quantiles;
}

TEST_CASE("profile_quantiles: type 7 by its definition", "[data][oracle]") {
  Random random(8);
  for (const std::size_t n : {1, 2, 3, 10, 100, 101, 997}) {
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i) values.push_back(std::floor(random.normal() * 20));
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    values.push_back(std::numeric_limits<double>::quiet_NaN());
    values.push_back(std::numeric_limits<double>::infinity());
    const std::vector<double> quantiles = quantiles_of(numeric(values));
    REQUIRE(quantiles.size() == 9);
    std::size_t place = 0;
    for (const double p : {0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0}) {
      const double h = static_cast<double>(n - 1) * p;
      const auto low = static_cast<std::size_t>(std::floor(h + 1e-9));
      const double high = sorted[std::min(low + 1, n - 1)];
      CHECK(quantiles[place++] == Approx(sorted[low] + (h - std::floor(h + 1e-9)) * (high - sorted[low])).margin(1e-9));
    }
  }
}

TEST_CASE("profile_quantiles: the sample of R's documentation style, 1 to 4", "[data][oracle]") {
  // quantile(1:4, type = 7) in R: 1.00 1.75 2.50 3.25 4.00
  const std::vector<double> quantiles = quantiles_of(numeric({4, 2, 1, 3}));
  CHECK(quantiles[0] == 1.0);
  CHECK(quantiles[3] == 1.75);
  CHECK(quantiles[4] == 2.5);
  CHECK(quantiles[5] == 3.25);
  CHECK(quantiles[8] == 4.0);
}

TEST_CASE("profile_quantiles: empty, constant and huge columns, times", "[data]") {
  CHECK(quantiles_of(numeric({})).empty());
  CHECK(quantiles_of(numeric({std::numeric_limits<double>::quiet_NaN()})).empty());
  for (const double q : quantiles_of(numeric(std::vector<double>(50, 0.1)))) CHECK(q == 0.1);
  const std::vector<double> huge = quantiles_of(numeric({-1.5e308, 1.5e308}));
  for (const double q : huge) CHECK(std::isfinite(q));
  CHECK(huge[4] == 0.0);
  TableColumn times;
  times.schema.type = ColumnType::timestamp;
  times.timestamps = {1000, kMissingTimestamp, 3000};
  CHECK(quantiles_of(times)[4] == 2000.0);
}

TEST_CASE("top_values: counted, ties in the order of the categories", "[data]") {
  TableColumn column;
  column.schema.type = ColumnType::categorical;
  column.schema.categories = {"a", "b", "c", "d"};
  column.codes = {2, 1, 2, kMissingCode, 1, 0};
  using Values = std::vector<std::pair<std::string, std::uint64_t>>;
  CHECK(top_values(column, 10) == Values{{"b", 2}, {"c", 2}, {"a", 1}});
  CHECK(top_values(column, 1) == Values{{"b", 2}});
  CHECK(top_values(column, 0).empty());
  TableColumn flags;
  flags.schema.type = ColumnType::boolean;
  flags.booleans = {1, 1, kMissingBoolean, 0};
  CHECK(top_values(flags, 10) == Values{{"true", 2}, {"false", 1}});
  CHECK(top_values(TableColumn(), 10).empty());
}

}  // namespace
}  // namespace outpost
