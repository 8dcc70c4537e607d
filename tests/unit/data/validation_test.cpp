#include <outpost/data/validation.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "fake_reader.hpp"

namespace outpost {
namespace {

using test::FakeReader;
using test::Rows;

TableScan scan_cells(const std::vector<std::string>& cells, const ScanOptions& options = {}) {
  // A second column that varies, so that the findings are those of the first.
  Rows rows;
  for (std::size_t r = 0; r < cells.size(); ++r) rows.push_back({cells[r], std::to_string(r) + ".5"});
  FakeReader reader({"x", "row"}, std::move(rows));
  return scan_table(reader, options, RunContext()).value();
}

/// The findings of one category.
std::vector<Finding> of(FindingCategory category, const TableScan& scan) {
  std::vector<Finding> found;
  for (const Finding& finding : validate(scan)) {
    if (finding.category == category) found.push_back(finding);
  }
  return found;
}

std::vector<std::string> cells_of(std::size_t count, const std::function<std::string(std::size_t)>& cell) {
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < count; ++i) cells.push_back(cell(i));
  return cells;
}

std::vector<std::string> good(std::size_t count) {
  return cells_of(count, [](std::size_t i) { return std::to_string((i * 37) % 101) + ".25"; });
}

TEST_CASE("validate: good data give no findings", "[data]") { CHECK(validate(scan_cells(good(200))).empty()); }

TEST_CASE("validate: encoding and structure come from the reader's facts", "[data]") {
  TableScan scan = scan_cells(good(200));
  scan.facts.invalid_utf8_cells = 3;
  scan.facts.first_invalid_utf8_line = 17;
  scan.facts.byte_order_mark = true;
  scan.facts.ragged_rows = 2;
  scan.facts.first_ragged_line = 9;
  scan.facts.blank_lines = 1;
  scan.facts.header = false;
  const auto encoding = of(FindingCategory::encoding, scan);
  REQUIRE(encoding.size() == 2);
  CHECK(encoding[0].severity == FindingSeverity::warning);
  CHECK(encoding[0].count == 3);
  CHECK(encoding[0].first_line == 17);
  CHECK(encoding[0].message == "3 cells are not valid UTF-8 and read as Latin-1");
  CHECK(encoding[1].severity == FindingSeverity::info);
  const auto structure = of(FindingCategory::structure, scan);
  REQUIRE(structure.size() == 3);
  CHECK(structure[0].count == 2);
  CHECK(structure[0].first_line == 9);
}

TEST_CASE("validate: few rows and nothing that varies", "[data]") {
  const auto few = of(FindingCategory::structure, scan_cells(good(19)));
  REQUIRE(few.size() == 1);
  CHECK(few[0].message == "There are 19 rows only");
  CHECK(of(FindingCategory::structure, scan_cells(good(20))).empty());

  FakeReader constant({"a", "b"}, Rows(30, {"1", ""}));
  const auto findings = validate(scan_table(constant, {}, RunContext()).value());
  REQUIRE_FALSE(findings.empty());
  CHECK(findings[0].severity == FindingSeverity::error);
  CHECK(findings[0].category == FindingCategory::structure);
}

TEST_CASE("validate: cells that do not fit their type", "[data]") {
  auto cells = good(100);
  cells[4] = "broken";
  const auto few = of(FindingCategory::types, scan_cells(cells));
  REQUIRE(few.size() == 1);
  CHECK(few[0].severity == FindingSeverity::warning);
  CHECK(few[0].column == "x");
  CHECK(few[0].count == 1);
  CHECK(few[0].first_line == 6);
  CHECK(few[0].message == "1 cell is not numeric and read as missing, the first is 'broken'");

  ScanOptions options;
  options.types = {{"x", ColumnType::timestamp}};
  const auto most = of(FindingCategory::types, scan_cells(good(50), options));
  REQUIRE(most.size() == 1);
  CHECK(most[0].severity == FindingSeverity::error);
  CHECK(most[0].count == 50);
}

TEST_CASE("validate: missing cells, from few to all", "[data]") {
  const auto severity = [](std::size_t missing) {
    auto cells = good(100);
    for (std::size_t i = 0; i < missing; ++i) cells[i] = "";
    const auto found = of(FindingCategory::missing, scan_cells(cells));
    REQUIRE(found.size() == 1);
    CHECK(found[0].count == missing);
    return found[0].severity;
  };
  CHECK(severity(1) == FindingSeverity::info);
  CHECK(severity(19) == FindingSeverity::info);
  CHECK(severity(20) == FindingSeverity::warning);
  CHECK(severity(100) == FindingSeverity::warning);
}

TEST_CASE("validate: repeated rows", "[data]") {
  const auto found = [](std::size_t repeated) {
    Rows rows;
    for (std::size_t r = 0; r < 200; ++r) rows.push_back({std::to_string(r < repeated ? 1000.5 : r + 0.25)});
    FakeReader reader({"x"}, std::move(rows));
    return of(FindingCategory::duplicates, scan_table(reader, {}, RunContext()).value());
  };
  CHECK(found(1).empty());
  CHECK(found(2)[0].severity == FindingSeverity::info);
  CHECK(found(2)[0].message == "1 row equals an earlier one");
  CHECK(found(3)[0].severity == FindingSeverity::warning);
  CHECK(found(3)[0].count == 2);
}

TEST_CASE("validate: constant and nearly constant columns", "[data]") {
  const auto constant = of(FindingCategory::constant, scan_cells(cells_of(50, [](std::size_t) { return "7"; })));
  REQUIRE(constant.size() == 1);
  CHECK(constant[0].severity == FindingSeverity::warning);
  CHECK(constant[0].message == "Every value is '7'");
  const auto with_others = [](std::size_t others) {
    return of(
        FindingCategory::constant,
        scan_cells(cells_of(200, [&](std::size_t i) { return i < others ? std::to_string(i) : std::string("-1"); })));
  };
  REQUIRE(with_others(2).size() == 1);
  CHECK(with_others(2)[0].severity == FindingSeverity::info);
  CHECK(with_others(2)[0].count == 198);
  CHECK(with_others(3).empty());
}

TEST_CASE("validate: ranges", "[data]") {
  auto cells = good(100);
  cells[0] = "inf";
  cells[1] = "1e30";
  cells[2] = "1e-40";
  const auto found = of(FindingCategory::range, scan_cells(cells));
  REQUIRE(found.size() == 2);
  CHECK(found[0].count == 1);
  CHECK(found[0].message == "1 number is infinite");
  CHECK(found[1].count == 2);
  const auto merged =
      of(FindingCategory::range,
         scan_cells(cells_of(100, [](std::size_t i) { return "1700000000." + std::to_string(100 + (i * 37) % 101); })));
  REQUIRE(merged.size() == 1);
  CHECK(merged[0].severity == FindingSeverity::warning);
}

TEST_CASE("validate: times that go back, and gaps", "[data]") {
  const auto found = of(FindingCategory::time, scan_cells(cells_of(50, [](std::size_t i) {
                          const std::size_t minute = i == 30 ? 5 : i;
                          const std::string hour = i > 40 ? "15" : "10";
                          return "2024-05-01T" + hour + ":" + (minute < 10 ? "0" : "") + std::to_string(minute) + ":00";
                        })));
  REQUIRE(found.size() == 2);
  CHECK(found[0].message == "1 row is earlier than the row before");
  CHECK(found[1].count == 2);  // after the row that went back, and at 15 o'clock
  CHECK(found[1].message == "2 gaps are more than ten times the usual step of 1 min");
}

TEST_CASE("validate: personal data name their kind", "[data]") {
  const auto found = of(FindingCategory::personal_data, scan_cells(cells_of(40, [](std::size_t i) {
                          return i % 4 == 0 ? "u" + std::to_string(i) + "@example.com" : "nobody";
                        })));
  REQUIRE(found.size() == 1);
  CHECK(found[0].personal_data == PersonalData::email);
  CHECK(found[0].column == "x");
  CHECK(found[0].message == "10 cells look like an e-mail address");
}

TEST_CASE("validate: most severe first, then by category, each with something to say", "[data][property]") {
  Rows rows;
  for (int r = 0; r < 40; ++r) {
    rows.push_back({"1", r % 2 == 0 ? "" : "5", "a" + std::to_string(r) + "@b.org", "text", r == 0 ? "inf" : "2.5"});
  }
  rows.push_back(rows[1]);
  FakeReader reader({"constant", "gappy", "mail", "time", "inf"}, rows);
  ScanOptions options;
  options.types = {{"time", ColumnType::timestamp}};
  TableScan scan = scan_table(reader, options, RunContext()).value();
  scan.facts.byte_order_mark = true;
  const auto findings = validate(scan);
  CHECK(findings.size() >= 7);
  CHECK(findings.front().severity == FindingSeverity::error);
  for (std::size_t i = 0; i < findings.size(); ++i) {
    CHECK_FALSE(findings[i].message.empty());
    CHECK_FALSE(findings[i].advice.empty());
    CHECK(findings[i].count > 0);
    if (i == 0) continue;
    CHECK(findings[i - 1].severity >= findings[i].severity);
    if (findings[i - 1].severity == findings[i].severity) CHECK(findings[i - 1].category <= findings[i].category);
  }
}

}  // namespace
}  // namespace outpost
