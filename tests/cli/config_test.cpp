#include <catch2/catch.hpp>

#include "cli_data.hpp"

using namespace outpost::test;

namespace {

nlohmann::json evaluated(const std::string& config, std::vector<std::string> more) {
  const TemporaryFolder folder;
  const std::string path = folder.write("my.toml", config);
  std::vector<std::string> all = {"evaluate", "-", "--config", path};
  all.insert(all.end(), more.begin(), more.end());
  const Outcome result = cli(all).input(odd_one_out(60)).run();
  INFO(result.err);
  REQUIRE(result.status == 0);
  return json_of(result.out);
}

}  // namespace

TEST_CASE("outpost --config: options come from the file, and the command line beats it", "[cli]") {
  const std::string config = "format = \"json\"\nlabel = \"label\"\ndetector = \"knn\"  # near\nseed = 7\n";
  CHECK(evaluated(config, {})["detector"] == "knn");
  CHECK(evaluated(config, {})["seed"] == 7);
  CHECK(evaluated(config, {"--detector", "hbos"})["detector"] == "hbos");
}

TEST_CASE("outpost --config: parameters, flags and a command's own section", "[cli]") {
  const std::string config =
      "format = \"json\"\nlabel = \"label\"\nno-color = true\nmodel = \"other.onnx\"\n"
      "[evaluate]\ndetector = \"knn\"\nparam = [\"n_neighbors=3\", \"method=mean\"]\n[detect]\ndetector = \"pca\"\n";
  const auto json = evaluated(config, {});
  CHECK(json["detector"] == "knn");
  CHECK(json["parameters"]["n_neighbors"] == 3);
  CHECK(json["parameters"]["method"] == "mean");
}

TEST_CASE("outpost: the user's own configuration file is found", "[cli]") {
  const TemporaryFolder folder;
  REQUIRE(Program({"mkdir", folder.file("outpost")}).run().status == 0);
  folder.write("outpost/config.toml", "format = \"json\"\n");
  const Outcome result =
      cli({"detect", "-"}).environment("XDG_CONFIG_HOME", folder.path()).input(odd_one_out(30)).run();
  REQUIRE(result.status == 0);
  CHECK(json_of(result.out)["row_count"] == 30);
}

TEST_CASE("outpost --config: an unknown key or section has its line and the nearest name", "[cli][error]") {
  const TemporaryFolder folder;
  const std::string key = folder.write("key.toml", "# mine\n\ndetectr = \"knn\"\n");
  const Outcome unknown = cli({"detect", "-", "--config", key}).run();
  CHECK(unknown.status == 2);
  CHECK(contains(unknown.err, key + ": line 3"));
  CHECK(contains(unknown.err, "'detector'"));
  const std::string section = folder.write("section.toml", "[detct]\nseed = 1\n");
  const Outcome wrong = cli({"detect", "-", "--config", section}).run();
  CHECK(wrong.status == 2);
  CHECK(contains(wrong.err, "'detect'"));
  CHECK(cli({"detect", "-", "--config", folder.file("none.toml")}).run().status == 5);
  const std::string value = folder.write("value.toml", "format = \"xml\"\n");
  CHECK(cli({"detect", "-", "--config", value}).run().status == 2);
}
