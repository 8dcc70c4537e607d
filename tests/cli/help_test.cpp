#include <catch2/catch.hpp>

#include "cli_data.hpp"

using namespace outpost::test;

TEST_CASE("outpost: alone it greets, shows what to type and succeeds", "[cli]") {
  const Outcome result = cli({}).run();
  CHECK(result.status == 0);
  CHECK(contains(result.out, "outpost detect data.csv"));
}

TEST_CASE("outpost --help: every command has examples, exit statuses and lines of 80 columns", "[cli]") {
  const Outcome all = cli({"--help"}).run();
  REQUIRE(all.status == 0);
  for (const char* command :
       {"detect", "train", "score", "explain", "evaluate", "detectors", "inspect", "completion", "version"}) {
    CHECK(contains(all.out, std::string("  ") + command + " "));
    const Outcome help = cli({command, "--help"}).run();
    CHECK(help.status == 0);
    CHECK(help.err.empty());
    CHECK(contains(help.out, std::string("Usage: outpost ") + command));
    CHECK(contains(help.out, "Examples:"));
    CHECK(contains(help.out, "130  interrupted"));
    for (const std::string& line : lines_of(help.out)) {
      INFO(line);
      CHECK(line.size() <= 80);
    }
  }
}

TEST_CASE("outpost version: the number, for people and programs", "[cli]") {
  CHECK(contains(cli({"version"}).run().out, "outpost 0."));
  CHECK(json_of(cli({"version", "--format", "json"}).run().out)["name"] == "outpost");
}

TEST_CASE("outpost: slips get the nearest name and status 2, and nothing on standard output", "[cli][error]") {
  const struct {
    std::vector<std::string> arguments;
    const char* said;
  } cases[] = {
      {{"detct", "a.csv"}, "outpost detect"},
      {{"detect", "a.csv", "--detectr", "knn"}, "--detector"},
      {{"detect", "a.csv", "--detector", "knm"}, "'knn'"},
      {{"detectors", "ifrest"}, "'iforest'"},
      {{"detect", "a.csv", "--format", "jsn"}, "'json'"},
      {{"detect", "a.csv", "--scale", "robst"}, "'robust'"},
      {{"detect", "a.csv", "--threshold", "irq"}, "'iqr'"},
      {{"detect", "a.csv", "--detector", "knn", "--param", "n_neighbours=3"}, "n_neighbors"},
      {{"detect", "a.csv", "--detector", "knn", "--param", "n_neighbors=0"}, "1 to"},
      {{"detect", "a.csv", "--param", "n_estimators"}, "name=value"},
      {{"detect", "a.csv", "--contamination", "0.9"}, "at most 0.5"},
      {{"detect", "a.csv", "--threads", "0"}, "from 1"},
      {{"detect", "a.csv", "--seed", "-3"}, "whole number"},
      {{"detect", "a.csv", "--type", "x=numerc"}, "'numeric'"},
      {{"detect", "a.csv", "--top"}, "--top needs a value"},
      {{"detect", "a.csv", "b.csv"}, "'b.csv'"},
      {{"detect"}, "standard input"},
      {{"--fromat"}, "command comes first"},
      {{"completion", "bsh"}, "bash"},
  };
  for (const auto& each : cases) {
    const Outcome result = cli(each.arguments).run();
    INFO(each.said << " in: " << result.err);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK(contains(result.err, each.said));
  }
}

TEST_CASE("outpost detectors: lists the registry, shows one with its parameters", "[cli]") {
  const Outcome list = cli({"detectors"}).run();
  REQUIRE(list.status == 0);
  for (const char* name : {"iforest", "ecod", "hbos", "knn", "lof", "pca"}) CHECK(contains(list.out, name));
  const Outcome one = cli({"detectors", "knn"}).run();
  CHECK(contains(one.out, "n_neighbors"));
  CHECK(contains(one.out, "largest, mean, median"));
  const auto json = json_of(cli({"detectors", "--format", "json"}).run().out);
  REQUIRE(json.size() == 6);
  CHECK(json[0]["name"] == "iforest");
  CHECK(json[0]["parameters"][0]["name"] == "n_estimators");
  CHECK(json[0]["parameters"][0]["min"] == 1);
}
