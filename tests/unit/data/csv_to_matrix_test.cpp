/// @file  Data end to end: from bytes to typed columns, findings, features and the matrix a detector sees.
#include <outpost/data/features.hpp>

#include <cmath>
#include <limits>
#include <string>

#include <outpost/data/table.hpp>
#include <outpost/data/validation.hpp>

#include <catch2/catch.hpp>

#include "test_data.hpp"

namespace outpost {
namespace {

/// 48 rows, one every half hour: index, time, reading with a gap, state, door, note, constant, label.
std::string machine_log() {
  std::string csv = "\xEF\xBB\xBFnr,time,reading,state,door open,note,site,label\r\n";
  for (int r = 0; r < 48; ++r) {
    const std::string two = (r / 2 < 10 ? "0" : "") + std::to_string(r / 2);
    csv += std::to_string(r) + ",2024-05-01T" + two + (r % 2 == 0 ? ":00:00Z," : ":30:00Z,");
    csv += r == 7 ? "," : std::to_string((r * 13) % 50) + ".5,";
    csv += r % 3 == 0 ? "\"idle, warm\"," : "running,";
    csv += r % 5 == 0 ? "yes," : "no,";
    csv += "\"seen by \"\"A\"\"\n on round " + std::to_string(r) + "\",B7,";
    csv += r == 40 ? "anomaly\r\n" : "normal\r\n";
  }
  return csv;
}

TEST_CASE("data: CSV text becomes the matrix a person would write down", "[data][oracle]") {
  const std::string csv = machine_log();
  auto reader = open_records(make_memory_source(csv, "machine.csv"));
  REQUIRE(reader.has_value());
  const auto scan = scan_table(**reader, {}, RunContext());
  REQUIRE(scan.has_value());
  CHECK(scan->rows == 48);
  CHECK(scan->duplicate_rows == 0);
  const std::vector<ColumnType> types = {ColumnType::numeric,     ColumnType::timestamp,  ColumnType::numeric,
                                         ColumnType::categorical, ColumnType::boolean,    ColumnType::text,
                                         ColumnType::categorical, ColumnType::categorical};
  for (std::size_t c = 0; c < types.size(); ++c) {
    CAPTURE(scan->schema.columns[c].name);
    CHECK(scan->schema.columns[c].type == types[c]);
  }

  FeatureOptions options;
  options.label = "label";
  const auto plan = plan_features(scan->schema, scan->profiles, options);
  REQUIRE(plan.has_value());
  std::string names, left_out;
  for (const Feature& feature : plan->set.features) names += feature.name + ";";
  for (const LeftOutColumn& column : plan->left_out) left_out += column.column + ";";
  CHECK(names == "time.hour;reading;state;door open;");
  CHECK(left_out == "nr;note;site;label;");

  const auto table = encode_table(**reader, plan->set, "label", scan->rows, RunContext());
  REQUIRE(table.has_value());
  REQUIRE(table->features.rows() == 48);
  for (int r = 0; r < 48; ++r) {
    const auto row = static_cast<std::size_t>(r);
    CAPTURE(r);
    CHECK(table->features(row, 0) == static_cast<float>(r) / 2);
    if (r == 7) {
      CHECK(std::isnan(table->features(row, 1)));
    } else {
      CHECK(table->features(row, 1) == static_cast<float>((r * 13) % 50) + 0.5F);
    }
    CHECK(table->features(row, 2) == (r % 3 == 0 ? 0.0F : 1.0F));
    CHECK(table->features(row, 3) == (r % 5 == 0 ? 1.0F : 0.0F));
    CHECK(table->labels[row] == (r == 40 ? 1 : 0));
  }
  CHECK(table->unreadable_cells == 0);

  const auto columns = read_table(**reader, scan->schema, RunContext());
  REQUIRE(columns.has_value());
  CHECK(columns->columns[5].texts[3] == "seen by \"A\"\n on round 3");
  const auto states = top_values(columns->columns[3], 1);
  REQUIRE(states.size() == 1);
  CHECK(states[0] == std::pair<std::string, std::uint64_t>("running", 32));

  bool mark = false, missing = false, constant = false;
  for (const Finding& finding : validate(*scan)) {
    mark = mark || finding.category == FindingCategory::encoding;
    missing = missing || (finding.category == FindingCategory::missing && finding.column == "reading");
    constant = constant || (finding.category == FindingCategory::constant && finding.column == "site");
    CHECK(finding.severity != FindingSeverity::error);
  }
  CHECK(mark);
  CHECK(missing);
  CHECK(constant);
}

TEST_CASE("data: NDJSON with late columns gives the same numbers as CSV", "[data][property]") {
  std::string csv = "a,b\n";
  std::string ndjson;
  for (int r = 0; r < 300; ++r) {
    const std::string a = std::to_string((r * 17) % 101) + ".5";
    const std::string b = r < 100 || r % 4 == 0 ? "" : std::to_string((r * 29) % 97) + ".25";
    csv += a;
    csv += ",";
    csv += b;
    csv += "\n";
    ndjson += "{\"a\": ";
    ndjson += a;
    if (!b.empty()) {
      ndjson += ", \"b\": ";
      ndjson += b;
    }
    ndjson += "}\n";
  }
  std::vector<std::vector<float>> matrices;
  for (const std::string* text : {&csv, &ndjson}) {
    auto reader = open_records(make_memory_source(*text, "rows"));
    REQUIRE(reader.has_value());
    const auto scan = scan_table(**reader, {}, RunContext());
    REQUIRE(scan.has_value());
    CHECK(scan->profiles[1].missing == 150);
    const auto plan = plan_features(scan->schema, scan->profiles, {});
    REQUIRE(plan.has_value());
    auto again = open_records(make_memory_source(*text, "rows"));  // a reader that has not seen the rows yet
    REQUIRE(again.has_value());
    const auto table = encode_table(**again, plan->set, std::nullopt, scan->rows, RunContext());
    REQUIRE(table.has_value());
    matrices.emplace_back(table->features.data(), table->features.data() + 600);
  }
  CHECK(test::same_bits(matrices[0], matrices[1]));
}

}  // namespace
}  // namespace outpost
