#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "cli_data.hpp"

using namespace outpost::test;

namespace {

/// base + contributions, which must be the score.
double sum_of(const nlohmann::json& row) {
  double sum = row["base"].get<double>();
  for (const auto& part : row["contributions"]) sum += part["contribution"].get<double>();
  return sum;
}

nlohmann::json explain_json(const std::string& file, std::vector<std::string> more) {
  std::vector<std::string> all = {"explain", file, "--format", "json"};
  all.insert(all.end(), more.begin(), more.end());
  const Outcome result = cli(all).run();
  INFO(result.err);
  REQUIRE(result.status == 0);
  return json_of(result.out);
}

}  // namespace

TEST_CASE("outpost explain: contributions of every detector add up to the score, by every method", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.csv", odd_one_out(120));
  for (const char* detector : {"iforest", "ecod", "hbos", "knn", "lof", "pca"}) {
    for (const char* method : {"auto", "shap", "lime"}) {
      INFO(detector << ", " << method);
      const auto json = explain_json(file, {"--label", "label", "--detector", detector, "--method", method});
      REQUIRE(json["rows"].size() == 3);
      for (const auto& row : json["rows"]) {
        const double score = row["score"].get<double>();
        CHECK(std::fabs(sum_of(row) - score) <= 1e-5 * std::fabs(score));
        CHECK(row["contributions"].size() == 2);
      }
      CHECK(json["rows"][0]["row"] == 119);
      CHECK(json["flagged"].get<int>() >= 1);
    }
  }
}

TEST_CASE("outpost explain: the table says why, shows rows like it and what would change it", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.write("t.csv", timed_rows(180));
  const Outcome result = cli({"explain", file, "--top", "1", "--detector", "knn"}).run();
  REQUIRE(result.status == 0);
  CHECK(contains(result.out, "Explained by  KernelSHAP"));
  CHECK(contains(result.out, "Row 90: score"));
  const auto lines = lines_of(result.out);
  const auto title =
      std::find_if(lines.begin(), lines.end(), [](const std::string& line) { return contains(line, "feature"); });
  REQUIRE(title != lines.end());
  CHECK(contains(*(title + 1), "load"));  // the strongest comes first
  CHECK(contains(*(title + 1), "500"));
  CHECK(contains(*(title + 1), "█"));
  CHECK(contains(result.out, "Nearest rows not flagged"));
  CHECK(contains(result.out, "Not flagged if"));
  CHECK(contains(result.out, "load were"));
  for (const std::string& line : lines) CHECK(line.size() <= 80 + 3 * 40);  // a bar's character takes three bytes
}

TEST_CASE("outpost explain --model: the counterfactual, scored with that model, is not flagged", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.csv", odd_one_out(200)), model = folder.file("m.onnx");
  REQUIRE(cli({"train", file, "--label", "label", "--detector", "ecod", "-o", model}).run().status == 0);
  const std::string fresh = folder.write("new.csv", "a,b\n10.5,20.5\n300,20.4\n");
  const auto json = explain_json(fresh, {"--model", model, "--row", "1"});
  REQUIRE(json["rows"].size() == 1);
  const auto& row = json["rows"][0];
  CHECK(row["label"] == 1);
  CHECK(row["contributions"][0]["feature"] == "a");
  REQUIRE(row["counterfactual"]["found"] == true);
  const auto& changes = row["counterfactual"]["changes"];
  REQUIRE(changes.size() == 1);
  CHECK(changes[0]["from"] == 300);
  const std::string changed = folder.write("changed.csv", "a,b\n" + changes[0]["to"].dump() + ",20.4\n");
  const Outcome scored = cli({"score", changed, "--model", model, "--format", "csv"}).run();
  REQUIRE(scored.status == 0);
  CHECK(fields_of(lines_of(scored.out)[1])[3] == "0");

  // With the odd column kept there is nothing to change.
  const auto kept = explain_json(fresh, {"--model", model, "--row", "1", "--keep", "a"});
  for (const auto& change : kept["rows"][0]["counterfactual"]["changes"]) CHECK(change["feature"] == "b");
}

TEST_CASE("outpost explain: CSV has a line a row and feature, NDJSON an object a row", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.csv", odd_one_out(80));
  const Outcome csv = cli({"explain", file, "--label", "label", "--row", "79", "--row", "0", "--format", "csv"}).run();
  REQUIRE(csv.status == 0);
  const auto lines = lines_of(csv.out);
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] == "row,score,base,feature,value,usual,contribution");
  double sum = std::stod(fields_of(lines[1])[2]);
  for (const std::size_t line : {1, 2}) {
    CHECK(fields_of(lines[line])[0] == "79");
    sum += std::stod(fields_of(lines[line])[6]);
  }
  CHECK(sum == Approx(std::stod(fields_of(lines[1])[1])).epsilon(1e-5));
  const Outcome ndjson = cli({"explain", file, "--label", "label", "--top", "2", "--format", "ndjson"}).run();
  REQUIRE(lines_of(ndjson.out).size() == 2);
  CHECK(json_of(lines_of(ndjson.out)[0])["row"] == 79);
}

TEST_CASE("outpost explain: the same on any number of threads", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.csv", odd_one_out(300));
  for (const char* detector : {"iforest", "lof"}) {
    for (const char* what : {"--global", "--top=2"}) {
      const auto run = [&](const char* threads) {
        return cli({"explain", file, "--detector", detector, what, "--format", "json", "--threads", threads}).run().out;
      };
      CHECK(run("1") == run("3"));
    }
  }
}

TEST_CASE("outpost explain --global: features by importance, in every format", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.write("t.csv", timed_rows(300));
  const auto json = explain_json(file, {"--global", "--detector", "ecod", "--sample", "50"});
  CHECK(json["rows_explained"] == 50);
  REQUIRE(json["importance"].size() >= 3);
  for (std::size_t i = 1; i < json["importance"].size(); ++i) {
    CHECK(json["importance"][i - 1]["mean_size"] >= json["importance"][i]["mean_size"]);
  }
  const Outcome table = cli({"explain", file, "--global"}).run();
  CHECK(contains(table.out, "What matters"));
  const Outcome csv = cli({"explain", file, "--global", "--format", "csv"}).run();
  CHECK(lines_of(csv.out)[0] == "feature,mean_size,mean_contribution");
  CHECK(lines_of(csv.out).size() == json["importance"].size() + 1);
  const Outcome ndjson = cli({"explain", file, "--global", "--format", "ndjson"}).run();
  CHECK(json_of(lines_of(ndjson.out)[0]).contains("mean_size"));
}

TEST_CASE("outpost detect --explain: flagged rows say what their features add", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.csv", odd_one_out(150));
  const Outcome table = cli({"detect", file, "--label", "label", "--explain", "--top", "1"}).run();
  REQUIRE(table.status == 0);
  CHECK(contains(table.out, "(+0."));
  const Outcome rows = cli({"detect", file, "--label", "label", "--explain", "--format", "ndjson"}).run();
  const auto last = json_of(lines_of(rows.out).back());
  REQUIRE(last["contributions"].size() == 2);
  double sum = last["base"].get<double>();
  for (const auto& part : last["contributions"]) sum += part["contribution"].get<double>();
  CHECK(sum == Approx(last["score"].get<double>()).epsilon(1e-4));  // six digits are written
  const auto first = json_of(lines_of(rows.out).front());
  CHECK(first.contains("contributions") == (first["label"] == 1));
  // A neighbour detector does not compare training rows with themselves: what is split is told apart.
  const Outcome knn = cli({"detect", file, "--label", "label", "--explain", "--detector", "knn", "--method", "shap",
                           "--format", "ndjson"})
                          .run();
  const auto odd = json_of(lines_of(knn.out).back());
  sum = odd["base"].get<double>();
  for (const auto& part : odd["contributions"]) sum += part["contribution"].get<double>();
  CHECK(odd["explained_score"] < odd["score"]);
  CHECK(sum == Approx(odd["explained_score"].get<double>()).epsilon(1e-4));
  CHECK(json_of(cli({"detect", file, "--explain", "--format", "json"}).run().out)["contributions"] == "own");
  CHECK(!contains(cli({"detect", file, "--format", "ndjson"}).run().out, "contributions"));
}

TEST_CASE("outpost explain: no row is flagged: it says so and explains the highest", "[cli]") {
  const TemporaryFolder folder;
  std::string even = "a,b\n";
  for (int r = 0; r < 60; ++r) even += std::to_string(r % 10) + "," + std::to_string(r / 6) + "\n";
  const std::string file = folder.write("even.csv", even);
  const Outcome result =
      cli({"explain", file, "--detector", "ecod", "--threshold", "z", "--threshold-factor", "9"}).run();
  REQUIRE(result.status == 0);
  CHECK(contains(result.err, "no row is flagged"));
  CHECK(contains(result.out, "not flagged"));
  CHECK(!contains(result.out, "Not flagged if"));
}

TEST_CASE("outpost explain: slips are told with what to do", "[cli][error]") {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.csv", odd_one_out(60)), model = folder.file("m.onnx");
  REQUIRE(cli({"train", file, "--label", "label", "-o", model}).run().status == 0);
  const std::string other = folder.write("other.csv", "x,y\n1,2\n3,4\n");
  const std::string empty = folder.write("empty.csv", "a,b\n");
  const struct {
    std::vector<std::string> arguments;
    int status;
    const char* said;
  } cases[] = {
      {{}, 2, "explain needs a file"},
      {{file, "--row", "60"}, 2, "the last is 59"},
      {{file, "--row", "-1"}, 2, "whole number"},
      {{file, "--method", "sharp"}, 2, "'shap'"},
      {{file, "--keep", "bb"}, 2, "'b'"},
      {{file, "--global", "--row", "1"}, 2, "leave one out"},
      {{file, "--global", "--top", "1"}, 2, "--sample"},
      {{file, "--row", "1", "--top", "1"}, 2, "leave one out"},
      {{file, "--sample", "5"}, 2, "--global"},
      {{file, "--model", model, "--detector", "knn"}, 2, "the model says this itself"},
      {{other, "--model", model}, 3, "'a', 'b'"},
      {{empty, "--model", model}, 3, "no row"},
      {{file, "--model", file}, 4, "not an ONNX model"},
      {{file, "--model", folder.file("none.onnx")}, 5, "No such file"},
  };
  for (const auto& each : cases) {
    std::vector<std::string> all = {"explain"};
    all.insert(all.end(), each.arguments.begin(), each.arguments.end());
    const Outcome result = cli(all).run();
    INFO(each.said << " in: " << result.err);
    CHECK(result.status == each.status);
    CHECK(result.out.empty());
    CHECK(contains(result.err, each.said));
  }
}
