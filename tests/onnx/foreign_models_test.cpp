// Models that other programs made, through the `outpost` program: run, or refused with the reason.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
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
  CHECK(has(unknown.err, "scorer.onnx.json: the data have no column 'd'"));
  CHECK(has(unknown.err, "did you mean"));
  models.folder.write("scorer.onnx.json", R"({"features": ["a", "b", "temperature"]})");
  CHECK(has(models.score("scorer").err, "the columns are: time, a, b, c, truth"));
  // The command line's own names are not the sidecar's fault.
  const Outcome included = models.score("scorer", {"--include", "a,b,temperature"});
  CHECK(included.status == 3);
  CHECK(!has(included.err, ".json"));
  models.folder.write("scorer.onnx.json", R"({"features": ["a", "b", "time"]})");
  CHECK(has(models.score("scorer").err, "column 'time' is timestamp"));
  models.folder.write("scorer.onnx.json", R"({"features": ["a", "b"]})");
  const Outcome few = models.score("scorer");
  CHECK(few.status == 3);
  CHECK(has(few.err, "scorer.onnx.json: the model takes 3 features"));
  CHECK(has(few.err, "'features' gives 2: a, b"));
}

TEST_CASE("foreign model: a sidecar that is wrong is refused, naming the key", "[onnx][cli][error]") {
  if (!ready()) return;
  const Models models;
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {R"([1, 2])", "not a JSON object"},
      {R"({"output": 3})", "'output' must be a text"},
      {R"({"featurs": ["a"]})", "'features'?"},
      {R"({"features": []})", "'features' must be"},
      {R"({"features": [1]})", "'features'"},
      {R"({"threshold": "1"})", "'threshold' must be a number"},
      {R"({"input": "z"})", "no input 'z'"},
      {R"({"reconstruction": 1})", "true or false"},
      {R"({"output": "z"})", "no output 'z'"},
      {R"({"threshold": 1e300})", "'threshold' must be a number"},
      {R"({"threshold": -1e300})", "-1e300"},
      {R"({"reconstruction": true})", "rebuilt"},
      {"", "valid JSON (line 1, column 1)"},
      {R"({"output": )", "not valid JSON (line 1, column 12)"},
      {"{\"output\":\n \"\xFF\"}", "(line 2, column 3)"},
      {"{\"threshold\":\n 1e999}", "not valid JSON (line 2, column 6)"},
      {"{\"output\": \"y\",,}", "not valid JSON (line 1, column 16)"}};
  for (const auto& [text, message] : wrong) {
    models.folder.write("scorer.onnx.json", text);
    const Outcome run = models.score("scorer");
    INFO(text << ": " << run.err);
    CHECK(run.status == 2);
    CHECK(has(run.err, "scorer.onnx.json"));
    CHECK(has(run.err, message));
    CHECK(std::count(run.err.begin(), run.err.end(), '\n') > 1);  // a hint below the message
  }
  models.folder.write("scorer.onnx.json", R"({"reconstruction": true, "output": "y"})");
  const Outcome narrow = models.score("scorer");
  CHECK(narrow.status == 6);
  CHECK(has(narrow.err, "scorer.onnx.json: output 'y' gives 1 value a row; a reconstruction has 3"));
  CHECK(has(narrow.err, "leave reconstruction out"));
}

TEST_CASE("foreign model: a number of values a row that changes between batches is refused", "[onnx][cli][error]") {
  if (!ready()) return;
  Models models;
  const std::string few = "1,2,3\n1,2,3\n";
  const std::string more = "2,2,3\n2,2,3\n";
  models.data = models.folder.write("few.csv", "a,b,c\n" + few + few);
  CHECK(Program({OUTPOST_PROGRAM, "score", models.data, "-m", models.folder.file("varying.onnx")}).run().status == 0);
  const std::vector<std::pair<std::string, std::string>> mixed = {{few + more, "from 1 to 2 values a row"},
                                                                  {more + few, "from 2 to 1 values a row"}};
  for (const auto& [text, message] : mixed) {
    models.data = models.folder.write("mixed.csv", "a,b,c\n" + text);
    const Outcome run =
        Program({OUTPOST_PROGRAM, "score", models.data, "-m", models.folder.file("varying.onnx")}).run();
    INFO(run.err);
    CHECK(run.status == 6);
    CHECK(has(run.err, "varying.onnx: output 'score' changes " + message));
    CHECK(run.out.empty());
  }
}

TEST_CASE("foreign model: doubles are held against the threshold before they are rounded", "[onnx][cli]") {
  if (!ready()) return;
  const Models models;
  // 1.000000321, ...421, ...522, 1.000005011, 0.999999811; the first three are at most one float32 apart.
  const auto labels = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--format", "json"});
    const Outcome run = models.score("close_doubles", more);
    INFO(run.err);
    REQUIRE(run.status == 0);
    const auto json = nlohmann::json::parse(run.out);
    std::string text;
    for (const auto& row : json["rows"]) text += row["label"] == 1 ? '1' : '0';
    CHECK(json["flagged"] == std::count(text.begin(), text.end(), '1'));
    return std::pair(text, json["quality"]["precision"].get<double>());
  };
  CHECK(labels({"--threshold", "1.0000004"}).first == "01110");
  CHECK(labels({"--threshold", "1.00000043"}) == std::pair(std::string("00110"), 0.5));
  CHECK(labels({"--threshold", "1.000000521"}).first == "00110");
  CHECK(labels({"--threshold", "1.000000523"}) == std::pair(std::string("00010"), 1.0));
  CHECK(labels({"--threshold", "1.00000043", "--lower-is-anomalous"}).first == "11001");
  models.folder.write("close_doubles.onnx.json", R"({"threshold": 1.00000043})");
  CHECK(labels({}).first == "00110");
  CHECK(labels({"--threshold", "1e299"}).first == "00000");
  // A float32 output keeps float32's scale: what is printed as 321 is not above 321.
  CHECK(has(models.score("scorer", {"--threshold", "321", "--format", "csv"}).out, "0,321,0\n1,421,1\n"));
}

TEST_CASE("foreign model: outputs of 32 bit whole numbers are taken, half floats are refused", "[onnx][cli]") {
  if (!ready()) return;
  const Models models;
  CHECK(models.scores("int32", {"--score-output", "y"}) == kSums);
  CHECK(has(models.score("int32").err, "--score-output NAME"));
  CHECK(models.scores("half_beside") == kSums);
  const Outcome guessed = models.score("half");
  CHECK(guessed.status == 2);
  CHECK(has(guessed.err, "export it with a float32 output"));
  CHECK(!has(guessed.err, "--score-output"));
  const Outcome named = models.score("half", {"--score-output", "y"});
  CHECK(named.status == 6);
  CHECK(has(named.err, "float16 [?, 1], which is not supported"));
  CHECK(has(named.err, "export it with a float32 output"));
  const Outcome beside = models.score("half_beside", {"--score-output", "y"});
  CHECK(beside.status == 6);
  CHECK(has(beside.err, "outputs that can be read are: sum float32 [?, 1]"));
}

TEST_CASE("foreign model: data without a row are refused", "[onnx][cli][error]") {
  if (!ready()) return;
  Models models;
  models.data = models.folder.write("header.csv", "a,b,c\n");
  const Outcome run = Program({OUTPOST_PROGRAM, "score", models.data, "-m", models.folder.file("scorer.onnx")}).run();
  CHECK(run.status == 3);
  CHECK(has(run.err, "header.csv has no rows of data"));
}

TEST_CASE("foreign model: two ways to say which rows are flagged are one too many", "[onnx][cli][error]") {
  if (!ready()) return;
  const Models models;
  const Outcome both = models.score("scorer", {"--threshold", "500", "--contamination", "0.2"});
  CHECK(both.status == 2);
  CHECK(has(both.err, "--threshold and --contamination"));
  models.folder.write("scorer.onnx.json", R"({"threshold": 1})");
  const auto found = nlohmann::json::parse(models.score("scorer", {"--contamination", "0.2", "--format", "json"}).out);
  CHECK(found["flagged"] == 1);
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
                                         {"fixed_0", 6, "fixed_0.onnx: input 'x' is float32 [0, 3]: it takes no row"},
                                         {"fixed_1000001", 6, "fixed_1000001.onnx: input 'x' is fixed to 1000001 rows"},
                                         {"fixed_4611686018427387904", 6, "fixed to 4611686018427387904 rows"},
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
