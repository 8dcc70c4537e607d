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
