#include <catch2/catch.hpp>
#include <cmath>

#include "cli_data.hpp"

using namespace outpost::test;

TEST_CASE("outpost evaluate: one JSON object with the pinned names", "[cli]") {
  const TemporaryFolder folder;
  const std::string data = folder.write("data.csv", odd_one_out(100));
  const Outcome result =
      cli({"evaluate", data, "--label", "label", "--detector", "knn", "--threshold", "iqr", "--format", "json"}).run();
  REQUIRE(result.status == 0);
  const auto json = json_of(result.out);
  CHECK(json["detector"] == "knn");
  CHECK(json["rows"] == 100);
  CHECK(json["features"] == 2);
  CHECK(json["roc_auc"] == 1.0);
  CHECK(json["average_precision"] == 1.0);
  CHECK(json["precision_at_n"] == 1.0);
  CHECK(json["recall"] == 1.0);
  CHECK(json["anomalies"] == 1);
  CHECK(json["seed"] == 42);
  CHECK(json["scaling"] == "standard");
  CHECK(json["parameters"]["n_neighbors"] == 5);
  CHECK(json["intervals"]["roc_auc"].size() == 2);
  for (const char* name : {"fit_seconds", "score_seconds", "f1", "precision", "threshold"}) {
    CHECK(json[name].is_number());
  }
  CHECK(json["threshold_method"] == "iqr");
  const double precision = json["precision"];
  const double recall = json["recall"];
  CHECK(std::abs(json["f1"].get<double>() - 2 * precision * recall / (precision + recall)) < 1e-12);
}

TEST_CASE("outpost evaluate: --scale none leaves the detector's own preprocessing only", "[cli]") {
  const Outcome result =
      cli({"evaluate", "-", "--label", "label", "--detector", "knn", "--scale", "none", "--format", "json"})
          .input(odd_one_out(100))
          .run();
  REQUIRE(result.status == 0);
  CHECK(json_of(result.out)["scaling"] == "none");
}

TEST_CASE("outpost evaluate: the table names each measure and says what it is of", "[cli]") {
  const Outcome result = cli({"evaluate", "-", "--label", "label"}).input(odd_one_out(100)).run();
  REQUIRE(result.status == 0);
  for (const char* part :
       {"ROC-AUC", "average precision", "precision at n", "F1", "95 % interval", "1 of 1 anomalies"}) {
    CHECK(contains(result.out, part));
  }
}

TEST_CASE("outpost evaluate: without a label, with a wrong one, with one class, it says what to do", "[cli][error]") {
  const Outcome none = cli({"evaluate", "data.csv"}).run();
  CHECK(none.status == 2);
  CHECK(contains(none.err, "--label COLUMN"));
  const Outcome wrong = cli({"evaluate", "-", "--label", "lable"}).input(odd_one_out(20)).run();
  CHECK(wrong.status == 2);
  CHECK(contains(wrong.err, "label"));
  const Outcome one_class = cli({"evaluate", "-", "--label", "y"}).input("a,y\n1,0\n2,0\n3,0\n").run();
  CHECK(one_class.status == 3);
  CHECK(one_class.out.empty());
  const Outcome words = cli({"evaluate", "-", "--label", "y"}).input("a,y\n1,0\n2,maybe\n3,1\n").run();
  CHECK(words.status == 3);
  CHECK(contains(words.err, "line 3"));
}
