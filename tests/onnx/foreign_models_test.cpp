// Models that other programs made, through the `outpost` program: run, or refused with the reason.
#include <cmath>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "onnx_tools.hpp"
#include "program.hpp"

using namespace outpost::test;

namespace {

/// The models of make_foreign_models.py, and data of three features that they take.
class Models {
 public:
  Models() {
    const Outcome made = run_python("make_foreign_models.py", {folder.path()});
    INFO(made.err);
    REQUIRE(made.status == 0);
    data = folder.write("data.csv",
                        "time,a,b,c,truth\n"
                        "2024-01-01T00:00:00Z,1,2,3,0\n"
                        "2024-01-01T00:01:00Z,1,2,4,0\n"
                        "2024-01-01T00:02:00Z,2,2,5,0\n"
                        "2024-01-01T00:03:00Z,1,1,50,1\n"
                        "2024-01-01T00:04:00Z,1,1,-2,0\n");
  }
  Outcome score(const std::string& model, std::vector<std::string> more = {}) const {
    std::vector<std::string> command = {OUTPOST_PROGRAM, "score", data,     "--model", folder.file(model + ".onnx"),
                                        "--label",       "truth", "--quiet"};
    command.insert(command.end(), more.begin(), more.end());
    return Program(command).run();
  }
  /// The column of a CSV result, its title left out.
  std::vector<double> scores(const std::string& model, std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--format", "csv"});
    const Outcome run = score(model, more);
    INFO(model << ": " << run.err);
    REQUIRE(run.status == 0);
    std::vector<double> values;
    std::size_t line = run.out.find('\n') + 1;
    for (; line < run.out.size(); line = run.out.find('\n', line) + 1) {
      values.push_back(std::stod(run.out.substr(run.out.find(',', line) + 1)));
    }
    return values;
  }
  Outcome inspect(const std::string& model, const std::string& format) const {
    return Program({OUTPOST_PROGRAM, "inspect", folder.file(model + ".onnx"), "--format", format}).run();
  }

  TemporaryFolder folder;
  std::string data;
};

bool ready() { return have_onnxruntime() && have_python_onnx(); }
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::vector<double> kSums = {321, 421, 522, 5011, -189};  // a + 10 b + 100 c

}  // namespace

TEST_CASE("foreign model: float, double, fixed and free batches give the same scores", "[onnx][cli]") {
  if (!ready()) return;
  const Models models;
  for (const char* name : {"scorer", "double", "one_row", "four_rows"}) CHECK(models.scores(name) == kSums);
  const std::vector<double> largest = {3, 4, 5, 50, 1};
  CHECK(models.scores("flat") == largest);
  CHECK(models.scores("any_width") == largest);
}

TEST_CASE("foreign model: the last column of two is the probability", "[onnx][cli]") {
  if (!ready()) return;
  const Models models;
  const std::vector<double> scores = models.scores("probabilities");
  REQUIRE(scores.size() == 5);
  CHECK(scores[0] == Approx(1 / (1 + std::exp(-1.0))).epsilon(1e-6));
  CHECK(scores[2] == Approx(1 / (1 + std::exp(-2.0))).epsilon(1e-6));
}

TEST_CASE("foreign model: of several outputs one is chosen by name, on the command line or in the sidecar",
          "[onnx][cli]") {
  if (!ready()) return;
  const Models models;
  const Outcome undecided = models.score("two_outputs");
  CHECK(undecided.status == 2);
  CHECK(has(undecided.err, "first float32 [?, 1], second float32 [?, 1]"));
  CHECK(models.scores("two_outputs", {"--score-output", "first"}) == kSums);
  models.folder.write("two_outputs.onnx.json", R"({"output": "first"})");
  CHECK(models.scores("two_outputs") == kSums);
  CHECK(models.scores("two_outputs", {"--score-output", "second"}).at(0) == -321);
  const Outcome unknown = models.score("two_outputs", {"--score-output", "third"});
  CHECK(unknown.status == 2);
  CHECK(has(unknown.err, "no output 'third'"));
}

TEST_CASE("foreign model: low outputs are anomalous where that is said; thresholds are the output's", "[onnx][cli]") {
  if (!ready()) return;
  const Models models;
  const Outcome given = models.score("forest", {"--lower-is-anomalous", "--threshold", "-500", "--format", "csv"});
  INFO(given.err);
  CHECK(given.out == "row,score,label\n0,321,0\n1,421,0\n2,522,1\n3,5011,1\n4,-189,0\n");
  models.folder.write("forest.onnx.json",
                      R"({"output": "scores", "higher_is_anomalous": false, "threshold": -5000, "input": "x"})");
  const Outcome sidecar = models.score("forest", {"--format", "ndjson"});
  INFO(sidecar.err);
  CHECK(has(sidecar.out, R"({"row":3,"score":5011,"label":1})"));
  CHECK(has(sidecar.out, R"({"row":2,"score":522,"label":0})"));
  // A label is a number as well, where it is asked for.
  CHECK(models.scores("forest", {"--score-output", "label"}) == std::vector<double>{1, 1, 1, 1, -1});
}

TEST_CASE("foreign model: without a threshold there are no labels; --contamination finds one", "[onnx][cli]") {
  if (!ready()) return;
  const Models models;
  const Outcome none = models.score("scorer", {"--format", "json"});
  REQUIRE(none.status == 0);
  const auto json = nlohmann::json::parse(none.out);
  CHECK(!json.contains("threshold"));
  CHECK(!json["rows"][0].contains("label"));
  CHECK(json["quality"]["roc_auc"] == 1.0);
  CHECK(!json["quality"].contains("f1"));
  const Outcome found = models.score("scorer", {"--contamination", "0.2", "--format", "json"});
  const auto labelled = nlohmann::json::parse(found.out);
  CHECK(labelled["flagged"] == 1);
  CHECK(labelled["rows"][3]["label"] == 1);
  CHECK(labelled["quality"]["f1"] == 1.0);
  const Outcome table = models.score("scorer");
  CHECK(has(table.out, "not decided"));
  CHECK(has(table.out, "2024-01-01T00:03:00Z"));
}

TEST_CASE("foreign model: a reconstruction's score is its mean squared error", "[onnx][cli]") {
  if (!ready()) return;
  const Models models;
  // The third of three features is lost, so the error is its square over three.
  const std::vector<double> errors = models.scores("autoencoder", {"--reconstruction-error"});
  REQUIRE(errors.size() == 5);
  CHECK(errors[0] == 3);
  CHECK(errors[3] == Approx(2500.0 / 3));
  const Outcome without = models.score("autoencoder");
  CHECK(without.status == 2);
  CHECK(has(without.err, "--reconstruction-error"));
  models.folder.write("autoencoder.onnx.json", R"({"reconstruction": true})");
  CHECK(models.scores("autoencoder") == errors);
  CHECK(models.score("scorer", {"--reconstruction-error", "--score-output", "y"}).status == 6);
}

TEST_CASE("foreign model: the sidecar's features, or --include, say which columns in which order", "[onnx][cli]") {
  if (!ready()) return;
  const Models models;
  CHECK(models.scores("scorer", {"--include", "c,b,a"}).at(0) == 3 + 20 + 100);
  models.folder.write("scorer.onnx.json", R"({"features": ["c", "b", "time.hour"]})");
  CHECK(models.scores("scorer").at(1) == Approx(4 + 20 + 100.0 / 60));
  models.folder.write("scorer.onnx.json", R"({"features": ["a", "b", "d"]})");
  const Outcome unknown = models.score("scorer");
  CHECK(unknown.status == 3);
  CHECK(has(unknown.err, "no column 'd'"));
  models.folder.write("scorer.onnx.json", R"({"features": ["a", "b", "time"]})");
  CHECK(has(models.score("scorer").err, "column 'time' is timestamp"));
  models.folder.write("scorer.onnx.json", R"({"features": ["a", "b"]})");
  const Outcome few = models.score("scorer");
  CHECK(few.status == 3);
  CHECK(has(few.err, "takes 3 features"));
  CHECK(has(few.err, "give 2: a, b"));
}

TEST_CASE("foreign model: a sidecar that is wrong is refused, naming the key", "[onnx][cli][error]") {
  if (!ready()) return;
  const Models models;
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {R"([1, 2])", "not a JSON object"},       {R"({"output": 3})", "'output' must be a text"},
      {R"({"featurs": ["a"]})", "'features'?"}, {R"({"features": []})", "'features' must be"},
      {R"({"features": [1]})", "'features'"},   {R"({"threshold": "1"})", "'threshold' must be a number"},
      {R"({"input": "z"})", "no input 'z'"},    {R"({"reconstruction": 1})", "true or false"},
      {R"({"output": )", "not a JSON object"},  {R"({"output": "z"})", "no output 'z'"}};
  for (const auto& [text, message] : wrong) {
    models.folder.write("scorer.onnx.json", text);
    const Outcome run = models.score("scorer");
    INFO(text << ": " << run.err);
    CHECK(run.status == 2);
    CHECK(has(run.err, message));
  }
}

TEST_CASE("foreign model: what cannot be run is refused with its reason", "[onnx][cli][error]") {
  if (!ready()) return;
  const Models models;
  struct Refused {
    const char* model;
    int status;
    const char* reason;
  };
  static constexpr Refused kRefused[] = {{"external", 6, "tensor 'w' has its data in another file"},
                                         {"custom_domain", 6, "com.example"},
                                         {"unknown_operator", 4, "No Op registered for Guess"},
                                         {"cycle", 4, "before it is defined"},
                                         {"rank_three", 6, "float32 [?, 3, 4]"},
                                         {"whole_numbers", 6, "int64 [?, 3]"},
                                         {"whole_table", 6, "not one result a row"},
                                         {"two_inputs", 6, "2 inputs"},
                                         {"wrong_shapes", 4, "Incompatible dimensions"},
                                         {"zipmap", 2, "not a tensor"},
                                         {"logarithm", 3, "no finite score for row 4"}};
  for (const Refused& each : kRefused) {
    const Outcome run = models.score(each.model);
    INFO(each.model << ": " << run.err);
    CHECK(run.status == each.status);
    CHECK(has(run.err, each.reason));
    CHECK(run.out.empty());
  }
  const Outcome core = models.score("scorer", {"--runtime", "core"});
  CHECK(core.status == 6);
  CHECK(has(core.err, "not made by Outpost"));
  const Outcome wide =
      Program({OUTPOST_PROGRAM, "score", models.data, "--model", models.folder.file("scorer.onnx")}).run();
  CHECK(wide.status == 3);
  CHECK(has(wide.err, "takes 3 features (x float32 [?, 3])"));
  CHECK(has(wide.err, "4: a, b, c, truth"));
}

TEST_CASE("foreign model: inspect shows what it is made of, whatever its name", "[onnx][cli]") {
  if (!have_python_onnx()) return;
  const Models models;
  const std::string renamed = models.folder.write("model.csv", read_file(models.folder.file("forest.onnx")));
  const Outcome table = Program({OUTPOST_PROGRAM, "inspect", renamed}).run();
  REQUIRE(table.status == 0);
  CHECK(has(table.out, "make_foreign_models"));
  CHECK(has(table.out, "label int64 [N, 1], scores float32 [N, 1]"));
  CHECK(has(table.out, "1 tensor of 3 numbers"));
  const auto json = nlohmann::json::parse(models.inspect("zipmap", "json").out);
  CHECK(json["made_by_outpost"] == false);
  CHECK(json["graph"]["operators"]["ai.onnx.ml.ZipMap"] == 1);
  CHECK(json["graph"]["opsets"]["ai.onnx.ml"] == 2);
  CHECK(json["graph"]["runnable"] == true);
  const auto refused = nlohmann::json::parse(models.inspect("external", "ndjson").out);
  CHECK(refused["graph"]["runnable"] == false);
  CHECK(has(refused["graph"]["why_not"], "another file"));
  CHECK(has(models.inspect("scorer", "csv").out, "input,x,\"float32 [N, 3]\"\noutput,y,"));
  // A file that begins as a model and ends early is a broken model, not a table.
  models.folder.write("cut.onnx", read_file(models.folder.file("forest.onnx")).substr(0, 100));
  CHECK(models.inspect("cut", "table").status == 4);
}
