#include <algorithm>
#include <catch2/catch.hpp>

#include "cli_data.hpp"

using namespace outpost::test;

TEST_CASE("outpost inspect: types, ranges, features and what is left out", "[cli]") {
  const Outcome result = cli({"inspect", "-", "--format", "json"}).input(timed_rows(300)).run();
  REQUIRE(result.status == 0);
  const auto json = json_of(result.out);
  CHECK(json["rows"] == 300);
  REQUIRE(json["columns"].size() == 3);
  CHECK(json["columns"][0]["type"] == "timestamp");
  CHECK(json["columns"][1]["type"] == "numeric");
  CHECK(json["columns"][1]["max"] == 500);
  CHECK(json["columns"][1]["quantiles"].size() == 9);
  CHECK(json["columns"][2]["type"] == "categorical");
  CHECK(json["columns"][2]["categories"] == nlohmann::json({"busy", "idle"}));
  std::vector<std::string> names;
  for (const auto& feature : json["features"]) names.push_back(feature["name"]);
  CHECK(std::find(names.begin(), names.end(), "load") != names.end());
}

TEST_CASE("outpost inspect: the table has a row a column, findings and the next command", "[cli]") {
  const TemporaryFolder folder;
  const std::string data =
      folder.write("people.csv", "mail,age,same\nann@example.org,30,1\nbob@example.org,41,1\ncy@example.org,29,1\n");
  const Outcome result = cli({"inspect", data}).run();
  INFO(result.out);
  REQUIRE(result.status == 0);
  CHECK(contains(result.out, "3 rows, 3 columns"));
  CHECK(contains(result.out, "  age "));
  CHECK(contains(result.out, "personal"));
  CHECK(contains(result.out, "same (constant"));
  CHECK(contains(result.out, "Next: outpost detect " + data));
  for (const std::string& line : lines_of(result.out)) {
    std::size_t columns = 0;
    for (const char c : line) columns += (c & 0xC0) != 0x80;
    CHECK((columns <= 80 || contains(line, data)));
  }
}

TEST_CASE("outpost inspect: a file without a usable feature is shown, not refused", "[cli]") {
  const Outcome result = cli({"inspect", "-"}).input("a,b\n1,2\n1,2\n1,2\n").run();
  REQUIRE(result.status == 0);
  CHECK(contains(result.out, "nothing:"));
}

TEST_CASE("outpost inspect: a model is recognised and shown", "[cli]") {
  const TemporaryFolder folder;
  const std::string model = folder.file("m.bin");
  REQUIRE(cli({"train", "-", "-o", model, "--detector", "ecod"}).input(timed_rows(300)).run().status == 0);
  const Outcome text = cli({"inspect", model}).run();
  REQUIRE(text.status == 0);
  CHECK(contains(text.out, "ecod"));
  CHECK(contains(text.out, "300 rows"));
  CHECK(contains(text.out, "busy, idle"));
  const auto json = json_of(cli({"inspect", model, "--format", "json"}).run().out);
  CHECK(json["detector_id"] == "ecod.v1");
  CHECK(json["bytes"] == read_file(model).size());
}

TEST_CASE("outpost inspect: names of up to 24 characters stay whole, however narrow", "[cli]") {
  const std::string name = "disk_write_kb_per_second";
  std::string rows = "timestamp," + name + ",mode,gaps\n";
  for (int r = 0; r < 60; ++r) {
    rows += "2024-03-01T12:00:" + std::to_string(10 + r % 50) + "Z," + std::to_string(100'000 + r * 7'919) + "." +
            std::to_string(r) + "," + (r % 2 == 0 ? "idle" : "busy") + "," + (r % 3 == 0 ? "" : std::to_string(r)) +
            "\n";
  }
  for (const char* width : {"50", "60", "80", "120"}) {
    const Outcome result = cli({"inspect", "-"}).input(rows).environment("COLUMNS", width).run();
    REQUIRE(result.status == 0);
    const std::size_t table = result.out.find("\nColumns\n");
    REQUIRE(table != std::string::npos);
    const std::string shown = result.out.substr(table, result.out.find("\n\n", table + 1) - table);
    INFO(shown);
    CHECK(contains(shown, "  " + name + "  numeric"));
    CHECK(contains(shown, "missing"));
    CHECK(contains(shown, "33 %"));
    CHECK(!contains(shown, "\u2026"));
    CHECK(contains(shown, "distinct") == (std::string(width) == "120"));
  }
}

TEST_CASE("outpost inspect: where nothing is missing the heading says so", "[cli]") {
  const Outcome result = cli({"inspect", "-"}).input(timed_rows(50)).run();
  CHECK(contains(result.out, "Columns (no value is missing)"));
  CHECK(contains(result.out, "median"));
}
