#include <outpost/data/features.hpp>

#include <cfloat>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <outpost/base/random.hpp>
#include <outpost/data/parse.hpp>

#include <catch2/catch.hpp>

#include "fake_reader.hpp"
#include "test_data.hpp"

namespace outpost {
namespace {

using test::FakeReader;
using test::Rows;
using test::same_bits;

/// A table made column by column.
struct Columns {
  std::vector<std::string> names;
  Rows rows;

  explicit Columns(std::size_t count) : rows(count) {}
  template <class Cell>
  Columns& add(const std::string& name, const Cell& cell) {
    names.push_back(name);
    for (std::size_t r = 0; r < rows.size(); ++r) rows[r].push_back(cell(r));
    return *this;
  }
  TableScan scan() const {
    FakeReader reader(names, rows);
    return scan_table(reader, {}, RunContext()).value();
  }
};

Result<FeaturePlan> plan(const Columns& columns, const FeatureOptions& options = {}) {
  const TableScan scanned = columns.scan();
  return plan_features(scanned.schema, scanned.profiles, options);
}

/// Why a column is left out, "" when it is not.
std::string reason(const Columns& columns, const std::string& name, const FeatureOptions& options = {}) {
  const auto planned = plan(columns, options);
  REQUIRE(planned.has_value());
  for (const LeftOutColumn& left : planned->left_out) {
    if (left.column == name) return left.reason;
  }
  return "";
}

std::vector<std::string> feature_names(const FeaturePlan& planned) {
  std::vector<std::string> names;
  for (const Feature& feature : planned.set.features) names.push_back(feature.name);
  return names;
}

std::string measured(std::size_t row) {
  Random random(row + 1);
  return std::to_string(random.normal());
}

Columns with_measurement(std::size_t rows) {
  Columns columns(rows);
  columns.add("level", measured);
  return columns;
}

TEST_CASE("plan_features: 2,000 columns with 1,000 included and 10 excluded by name", "[data][regression]") {
  constexpr std::size_t kColumns = 2000;
  Columns columns(25);
  FeatureOptions options;
  for (std::size_t c = 0; c < kColumns; ++c) {
    const std::string name = "x" + std::to_string(c);
    columns.add(name, [c](std::size_t r) { return std::to_string((r * 7 + c) % 11) + ".5"; });
    // Odd columns, the last first: the order of the table counts, not that of the list.
    if (c % 2 == 1) options.include.insert(options.include.begin(), name);
    if (c % 200 == 1) options.exclude.push_back(name);
  }
  const TableScan scanned = columns.scan();
  const auto planned = plan_features(scanned.schema, scanned.profiles, options);
  REQUIRE(planned.has_value());
  REQUIRE(planned->set.size() == 990);
  CHECK(planned->left_out.size() == 1010);
  std::size_t next = 0;
  for (std::size_t c = 1; c < kColumns; c += 2) {
    if (c % 200 != 1) CHECK(planned->set.features[next++].column == "x" + std::to_string(c));
  }
  FakeReader reader(columns.names, columns.rows);
  const auto encoded = encode_table(reader, planned->set, std::nullopt, 25, RunContext());
  REQUIRE(encoded.has_value());
  for (std::size_t f = 0; f < 990; ++f) {
    const std::size_t c = std::stoul(planned->set.features[f].column.substr(1));
    CHECK(encoded->features(24, f) == static_cast<float>((24 * 7 + c) % 11) + 0.5F);
  }
  options.include.push_back("x2000");
  const auto unknown = plan_features(scanned.schema, scanned.profiles, options);
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().message.find("'x2000'") != std::string::npos);
}

TEST_CASE("plan_features: columns that say nothing are left out with the reason", "[data]") {
  Columns columns = with_measurement(40);
  columns.add("fixed", [](std::size_t) { return "3"; });
  columns.add("empty", [](std::size_t) { return ""; });
  columns.add("gappy", [](std::size_t r) { return r % 2 == 0 ? "3" : ""; });
  columns.add("always", [](std::size_t) { return "true"; });
  columns.add("merged", [](std::size_t r) { return "1000000000.0" + std::to_string(r); });
  columns.add("rarely", [](std::size_t r) { return r == 7 ? "1" : "0"; });
  columns.add("comment",
              [](std::size_t r) { return "a text that a person wrote by hand, number " + std::to_string(r); });
  CHECK(reason(columns, "fixed") == "constant");
  CHECK(reason(columns, "empty") == "all values are missing");
  CHECK(reason(columns, "gappy") == "constant where not missing");
  CHECK(reason(columns, "always") == "constant");
  CHECK(reason(columns, "merged") == "constant in single precision");
  CHECK(reason(columns, "comment") == "free text");
  CHECK(feature_names(*plan(columns)) == std::vector<std::string>{"level", "rarely"});
}

TEST_CASE("plan_features: identifiers are recognised by rule", "[data]") {
  Columns columns = with_measurement(60);
  columns.add("n", [](std::size_t r) { return std::to_string(r); });
  columns.add("epoch_s", [](std::size_t r) { return std::to_string(1'700'000'000 + 60 * r + r % 3); });
  columns.add("device_id", [](std::size_t r) { return std::to_string((r * 37) % 1009); });
  columns.add("deviceId", [](std::size_t r) { return std::to_string((r * 37) % 1009); });
  columns.add("name", [](std::size_t r) { return "unit-" + std::to_string(r); });
  columns.add("time", [](std::size_t r) { return std::to_string(static_cast<double>(r / 2) * 0.5); });
  CHECK(reason(columns, "n") == "identifier: whole numbers that all differ and ascend at steady steps");
  CHECK(reason(columns, "epoch_s") == "identifier: whole numbers that all differ and ascend at steady steps");
  CHECK(reason(columns, "device_id") == "identifier: whole numbers that all differ, and the name says so");
  CHECK(reason(columns, "deviceId") == "identifier: whole numbers that all differ, and the name says so");
  CHECK(reason(columns, "name") == "identifier: all texts differ");
  CHECK(reason(columns, "time") == "time of the row: never decreases, and the name says so");
}

TEST_CASE("plan_features: measurements are never taken for identifiers", "[data]") {
  Columns columns(200);
  Random random(1);
  std::vector<std::string> counter;
  std::uint64_t total = 0;
  for (int i = 0; i < 200; ++i)
    counter.push_back(std::to_string(total += 1 + (std::uint64_t{1} << random.uniform_index(24))));
  columns.add("temperature", measured);
  columns.add("ramp", [](std::size_t r) { return std::to_string(static_cast<double>(r) * 0.25 + 0.125); });
  columns.add("bytes_sent", [&](std::size_t r) { return counter[r]; });
  columns.add("shuffled", [](std::size_t r) { return std::to_string((r * 37) % 1009); });
  columns.add("grid", [](std::size_t r) { return std::to_string(r % 7 == 0 ? -5 : static_cast<int>(r)); });
  columns.add("void", [](std::size_t r) { return std::to_string((r * 37) % 1009); });
  columns.add("paid", [](std::size_t r) { return std::to_string((r * 39) % 1009); });
  columns.add("uptime_id", [](std::size_t r) { return std::to_string(r / 2); });
  CHECK(plan(columns)->left_out.empty());
  CHECK(plan(columns)->set.size() == 8);
}

TEST_CASE("plan_features: under 20 rows nothing is called an identifier", "[data]") {
  for (const std::size_t rows : {std::size_t{19}, std::size_t{20}}) {
    Columns columns = with_measurement(rows);
    columns.add("n", [](std::size_t r) { return std::to_string(r); });
    columns.add("unit", [](std::size_t r) { return "u" + std::to_string(r); });
    CHECK(plan(columns)->set.size() == (rows < 20 ? 3 : 1));
  }
}

TEST_CASE("plan_features: a timestamp gives the parts that vary", "[data]") {
  const auto parts = [](const std::function<std::string(std::size_t)>& cell) {
    Columns columns = with_measurement(60);
    columns.add("t", cell);
    auto names = feature_names(*plan(columns));
    names.erase(names.begin());
    return names;
  };
  const auto two = [](std::size_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  using Names = std::vector<std::string>;
  // One minute apart for an hour: even steps, and under an hour in all.
  CHECK(parts([&](std::size_t r) { return "2024-05-01T10:" + two(r) + ":00Z"; }).empty());
  CHECK(parts([&](std::size_t r) { return "2024-05-01T" + two(r / 3) + ":" + two(r % 3 * 20) + ":00Z"; }) ==
        Names{"t.hour"});
  CHECK(parts([&](std::size_t r) { return "2024-05-" + two(r / 3 + 1) + "T" + two(r % 3 * 8) + ":00:00Z"; }) ==
        Names{"t.hour", "t.weekday"});
  CHECK(parts([&](std::size_t r) { return "2024-05-" + two(r / 3 + 1) + "T" + two(r % 3 * 7) + ":00:00Z"; }) ==
        Names{"t.hour", "t.weekday", "t.gap"});
  // Whole days: no hour. Steps vary.
  CHECK(parts([&](std::size_t r) { return "2024-0" + std::to_string(1 + r / 15) + "-" + two(1 + r % 15); }) ==
        Names{"t.weekday", "t.gap"});
  // Not in order: no gap.
  CHECK(parts([&](std::size_t r) { return "2024-05-" + two((r * 5) % 28 + 1) + "T" + two(r % 24) + ":00:00Z"; }) ==
        Names{"t.hour", "t.weekday"});
  Columns columns = with_measurement(60);
  columns.add("t", [&](std::size_t r) { return "2024-05-01T10:00:" + two(r); });
  CHECK(reason(columns, "t") == "time: neither its hour, its weekday nor its steps vary");
}

TEST_CASE("plan_features: label, exclude and include", "[data]") {
  Columns columns = with_measurement(40);
  columns.add("n", [](std::size_t r) { return std::to_string(r); });
  columns.add("fixed", [](std::size_t) { return "3"; });
  columns.add("word", [](std::size_t r) { return "w" + std::to_string(r * r % 31); });
  columns.add("label", [](std::size_t r) { return r == 3 ? "1" : "0"; });
  FeatureOptions options;
  options.label = "label";
  CHECK(reason(columns, "label", options) == "label");
  options.exclude = {"level"};
  options.include = {"n", "fixed", "level", "label", "word"};
  CHECK(reason(columns, "level", options) == "excluded");
  CHECK(reason(columns, "label", options) == "label");
  CHECK(feature_names(*plan(columns, options)) == std::vector<std::string>{"n", "fixed", "word"});
  options.include = {"n"};
  CHECK(reason(columns, "word", options) == "not included");
}

TEST_CASE("plan_features: included text becomes categories, where it can", "[data]") {
  Columns columns = with_measurement(100);
  columns.add("name", [](std::size_t r) { return "unit-" + std::to_string(r); });
  FeatureOptions options;
  options.include = {"name"};
  const auto planned = plan(columns, options);
  REQUIRE(planned.has_value());
  CHECK(planned->set.features[0].kind == FeatureKind::category_code);
  CHECK(planned->set.features[0].categories.size() == 100);

  Columns many = with_measurement(2000);
  many.add("name", [](std::size_t r) { return "unit-" + std::to_string(r); });
  const auto refused = plan(many, options);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == ErrorCode::invalid_argument);
  CHECK(refused.error().message.find("2,000 different values") != std::string::npos);
}

TEST_CASE("plan_features: unknown names and an empty plan are errors", "[data][error]") {
  const Columns columns = with_measurement(40);
  for (int use = 0; use < 3; ++use) {
    FeatureOptions options;
    if (use == 0) options.label = "lebel";
    if (use == 1) options.include = {"lebel"};
    if (use == 2) options.exclude = {"lebel"};
    const auto planned = plan(columns, options);
    REQUIRE_FALSE(planned.has_value());
    CHECK(planned.error().code == ErrorCode::not_found);
    CHECK(planned.error().hint == "Did you mean 'level'?");
  }
  FeatureOptions options;
  options.exclude = {"level"};
  const auto nothing = plan(columns, options);
  REQUIRE_FALSE(nothing.has_value());
  CHECK(nothing.error().code == ErrorCode::not_enough_data);
  CHECK(nothing.error().message.find("level (excluded)") != std::string::npos);
}

FeatureSet one(FeatureKind kind, std::vector<std::string> categories = {}, char decimal = '.') {
  return {{Feature{"x", "x", kind, std::move(categories), decimal}}};
}

/// Encodes one column in batches of `batch` rows.
std::vector<float> encode(const FeatureSet& set, const std::vector<std::string>& cells, std::size_t batch = 3) {
  FakeReader reader = FakeReader::column(cells, batch);
  const auto table = encode_table(reader, set, std::nullopt, cells.size(), RunContext());
  REQUIRE(table.has_value());
  REQUIRE(table->features.cols() == set.size());
  const float* first = table->features.data();
  return std::vector<float>(first, first + table->features.rows() * set.size());
}

const float kNaN = std::numeric_limits<float>::quiet_NaN();

TEST_CASE("FeatureEncoder: numbers, their limits and what is not one", "[data]") {
  const std::vector<float> values = encode(
      one(FeatureKind::number), {"1.5", "", "NA", "oops", "1e308", "-1e308", "inf", "-inf", "3.4028235e38", "1e-50"});
  CHECK(same_bits(values, {1.5F, kNaN, kNaN, kNaN, FLT_MAX, -FLT_MAX, FLT_MAX, -FLT_MAX, FLT_MAX, 0.0F}));
  CHECK(same_bits(encode(one(FeatureKind::number, {}, ','), {"1,5", "2"}), {1.5F, 2.0F}));

  FakeReader reader = FakeReader::column({"1", "oops", "", "bad"});
  CHECK(encode_table(reader, one(FeatureKind::number), std::nullopt, 0, RunContext())->unreadable_cells == 2);
}

TEST_CASE("FeatureEncoder: booleans and categories", "[data]") {
  CHECK(same_bits(encode(one(FeatureKind::boolean), {"true", "no", "1", "0", "", "2", "maybe"}),
                  {1, 0, 1, 0, kNaN, kNaN, kNaN}));
  CHECK(same_bits(encode(one(FeatureKind::category_code, {"a", "b", "c"}), {"b", "a", "c", "d", "", "b"}),
                  {1, 0, 2, kNaN, kNaN, 1}));
  std::vector<std::string> categories, cells;
  std::vector<float> codes;
  for (int i = 0; i < 1000; ++i) categories.push_back("k" + std::to_string(10000 + i));
  for (int i = 0; i < 3000; ++i) {
    cells.push_back(categories[static_cast<std::size_t>(i * 7 % 1000)]);
    codes.push_back(static_cast<float>(i * 7 % 1000));
  }
  CHECK(same_bits(encode(one(FeatureKind::category_code, categories), cells), codes));
  FakeReader reader = FakeReader::column({"a", "z", "", "y"});
  CHECK(
      encode_table(reader, one(FeatureKind::category_code, {"a"}), std::nullopt, 0, RunContext())->unseen_categories ==
      2);
}

TEST_CASE("FeatureEncoder: hour, weekday and gap, across batches", "[data]") {
  FeatureSet set;
  set.features = {Feature{"x.hour", "x", FeatureKind::hour, {}, '.'},
                  Feature{"x.weekday", "x", FeatureKind::weekday, {}, '.'},
                  Feature{"x.gap", "x", FeatureKind::gap, {}, '.'}};
  // 1970-01-01 was a Thursday, 2000-02-29 a Tuesday, 1969-12-28 a Sunday.
  const std::vector<std::string> cells = {"1970-01-01T00:00:00Z", "1970-01-01T06:30:00Z", "", "oops",
                                          "2000-02-29T23:59:59Z", "1969-12-28T12:00:00Z"};
  const double long_gap = 951868799.0 - 23400.0;
  const std::vector<float> expected = {0,
                                       3,
                                       kNaN,
                                       6.5F,
                                       3,
                                       23400,
                                       kNaN,
                                       kNaN,
                                       kNaN,
                                       kNaN,
                                       kNaN,
                                       kNaN,
                                       static_cast<float>(23 + 3599.0 / 3600),
                                       1,
                                       static_cast<float>(long_gap),
                                       12,
                                       6,
                                       static_cast<float>(-302400.0 - 951868799.0)};
  for (const std::size_t batch : {1, 2, 100}) CHECK(same_bits(encode(set, cells, batch), expected));
  FakeReader reader = FakeReader::column(cells);
  CHECK(encode_table(reader, set, std::nullopt, 0, RunContext())->unreadable_cells == 1);
}

TEST_CASE("FeatureEncoder: can be moved and copied between batches", "[data][regression]") {
  FakeReader reader = FakeReader::column({"b", "a"});
  auto made = FeatureEncoder::create(one(FeatureKind::category_code, {"a", "b"}), {"x"});
  REQUIRE(made.has_value());
  std::vector<FeatureEncoder> encoders;
  encoders.push_back(std::move(*made));
  encoders.push_back(encoders[0]);
  encoders.reserve(50);
  encoders.erase(encoders.begin());
  RecordBatch batch;
  REQUIRE(reader.next(batch).value());
  std::vector<float> out = {9};
  encoders[0].encode(batch, out);
  CHECK(same_bits(out, {9, 1, 0}));
}

TEST_CASE("FeatureEncoder: missing columns are named", "[data][error]") {
  FeatureSet set;
  set.features = {Feature{"load", "load", FeatureKind::number, {}, '.'},
                  Feature{"heat", "heat", FeatureKind::number, {}, '.'},
                  Feature{"ok", "ok", FeatureKind::number, {}, '.'}};
  const auto made = FeatureEncoder::create(set, {"ok", "laod"});
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().code == ErrorCode::schema_mismatch);
  CHECK(made.error().message == "The data lack columns 'load', 'heat'");
  CHECK(made.error().hint == "Did you mean 'laod'?");
}

TEST_CASE("encode_table: equals cell by cell reading, whatever the batches", "[data][oracle][property]") {
  Random random(2);
  Rows rows;
  std::vector<float> expected;
  for (int r = 0; r < 1000; ++r) {
    std::vector<std::string> row;
    for (int c = 0; c < 4; ++c) row.push_back(random.uniform() < 0.1 ? "NA" : std::to_string(random.normal() * 100));
    for (const int c : {2, 0}) {
      const auto value = parse_number(row[static_cast<std::size_t>(c)]);
      expected.push_back(value ? static_cast<float>(*value) : kNaN);
    }
    rows.push_back(row);
  }
  FeatureSet set;
  set.features = {Feature{"c", "c", FeatureKind::number, {}, '.'}, Feature{"a", "a", FeatureKind::number, {}, '.'}};
  for (const std::size_t batch : {1, 255, 257, 5000}) {
    for (const std::uint64_t expected_rows : {std::uint64_t{0}, std::uint64_t{1000}, std::uint64_t{3}}) {
      FakeReader reader({"a", "b", "c", "d"}, rows, batch);
      const auto table = encode_table(reader, set, std::nullopt, expected_rows, RunContext());
      REQUIRE(table.has_value());
      CHECK(table->features.rows() == 1000);
      CHECK(same_bits({table->features.data(), table->features.data() + 2000}, expected));
      CHECK(reader.rewinds == 2);
    }
  }
}

TEST_CASE("encode_table: labels in words and numbers", "[data]") {
  FeatureSet set = one(FeatureKind::number);
  const std::vector<std::string> words = {"0",       "1",      "true",   "No",        "Anomaly", "normal",
                                          "outlier", "INLIER", "benign", "malicious", "1.0"};
  Rows rows;
  for (const std::string& word : words) rows.push_back({"1", word});
  FakeReader reader({"x", "label"}, rows);
  const auto table = encode_table(reader, set, "label", words.size(), RunContext());
  REQUIRE(table.has_value());
  CHECK(table->labels == std::vector<std::uint8_t>{0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1});

  for (const char* bad : {"", "2", "unsure"}) {
    FakeReader broken({"x", "label"}, {{"1", "0"}, {"2", bad}});
    const auto refused = encode_table(broken, set, "label", 2, RunContext());
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::invalid_data);
    CHECK(refused.error().message.find("fake.csv, line 3") == 0);
  }
  FakeReader unlabelled({"x", "lable"}, {{"1", "0"}});
  const auto missing = encode_table(unlabelled, set, "label", 2, RunContext());
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == ErrorCode::not_found);
  CHECK(missing.error().hint == "Did you mean 'lable'?");
}

TEST_CASE("encode_table: columns that come late, no rows, failures, cancellation", "[data][error]") {
  FeatureSet set = one(FeatureKind::number);
  FakeReader late = FakeReader::growing({"y", "x"}, {{"1"}, {"2"}, {"3", "4"}}, 1);
  const auto table = encode_table(late, set, std::nullopt, 3, RunContext());
  REQUIRE(table.has_value());
  CHECK(same_bits({table->features.data(), table->features.data() + 3}, {kNaN, kNaN, 4}));

  FakeReader empty({"x"}, {});
  const auto nothing = encode_table(empty, set, std::nullopt, 0, RunContext());
  REQUIRE(nothing.has_value());
  CHECK(nothing->features.rows() == 0);

  for (std::size_t call = 1; call <= 3; ++call) {
    FakeReader failing = FakeReader::column({"1", "2", "3"}, 2);
    failing.fail_at = call;
    const auto result = encode_table(failing, set, std::nullopt, 3, RunContext());
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == ErrorCode::io_error);
  }
  const test::Cancelled cancelled;
  SerialExecutor executor;
  FakeReader some = FakeReader::column({"1"});
  const auto stopped = encode_table(some, set, std::nullopt, 1, RunContext(executor, nullptr, &cancelled));
  REQUIRE_FALSE(stopped.has_value());
  CHECK(stopped.error().code == ErrorCode::cancelled);
}

}  // namespace
}  // namespace outpost
