// The graph of a model computes what the core computes: every detector, over plain and awkward data.
#include <outpost/host/onnx_session.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <variant>

#include <catch2/catch.hpp>

#include <outpost/detect/registry.hpp>

#include "graph_cases.hpp"
#include "onnx_tools.hpp"
#include "test_data.hpp"

using namespace outpost;
using namespace outpost::test;

namespace {

struct GraphScores {
  std::vector<float> scores, probabilities;
  std::vector<std::int64_t> labels;
};

GraphScores run_graph(const std::vector<std::uint8_t>& model, MatrixView rows, std::size_t threads) {
  const auto session = host::OnnxSession::create(model, {{}, threads});
  if (!session) UNSCOPED_INFO(session.error().message);
  REQUIRE(session);
  const std::array<std::string, 3> names = {"score", "probability", "label"};
  const auto outputs = session->run(rows, names, {});
  if (!outputs) UNSCOPED_INFO(outputs.error().message);
  REQUIRE(outputs);
  return {std::get<std::vector<float>>((*outputs)[0].values), std::get<std::vector<float>>((*outputs)[1].values),
          std::get<std::vector<std::int64_t>>((*outputs)[2].values)};
}

/// Relative to the larger of the two.
double relative_difference(float a, float b) {
  if (a == b) return 0;
  const double larger = std::max(std::abs(static_cast<double>(a)), std::abs(static_cast<double>(b)));
  return std::abs(static_cast<double>(a) - static_cast<double>(b)) / larger;
}

/// Isolation forest: same bits. Others: 1e-5 relative. Labels equal, probabilities within 1e-6.
void compare(const GraphCase& each, const Pipeline& pipeline, std::size_t threads) {
  const std::vector<std::uint8_t> model = pipeline.serialize();
  const GraphScores graph = run_graph(model, each.fresh, threads);
  std::vector<float> scores(each.fresh.rows());
  REQUIRE(pipeline.score(each.fresh, scores, {}));
  REQUIRE(graph.scores.size() == scores.size());
  const bool same = pipeline.detector().name == "iforest";
  std::size_t wrong = 0;
  for (std::size_t r = 0; r < scores.size() && wrong < 3; ++r) {
    const bool close =
        same ? same_bits(scores[r], graph.scores[r]) : relative_difference(scores[r], graph.scores[r]) <= 1e-5;
    const bool label = graph.labels[r] == (pipeline.is_anomaly(scores[r]) ? 1 : 0);
    const float probability = pipeline.calibration().probability(scores[r]);
    const bool likely = std::abs(graph.probabilities[r] - probability) <= 1e-6F;
    if (close && label && likely) continue;
    ++wrong;
    CAPTURE(each.name, r, scores[r], graph.scores[r], pipeline.threshold(), graph.labels[r], probability,
            graph.probabilities[r]);
    CHECK(close);
    CHECK(label);
    CHECK(likely);
  }
}

}  // namespace

TEST_CASE("onnx: ONNX Runtime scores every detector's model as the core does, over plain and awkward data",
          "[onnx][parity]") {
  if (!have_onnxruntime()) return;
  std::size_t compared = 0;
  for (const GraphCase& each : graph_cases()) {
    const auto pipeline = fit_case(each);
    if (!pipeline) continue;
    compare(each, *pipeline, 1);
    ++compared;
  }
  CHECK(compared >= 30 * detector_registry().size());
}

// Not a test: outpost_onnx_tests "[.matrix]" prints a line for each detector.
TEST_CASE("onnx: how far ONNX Runtime is from the core", "[.matrix]") {
  if (!have_onnxruntime()) return;
  for (const DetectorInfo& info : detector_registry()) {
    std::size_t cases = 0;
    std::size_t rows = 0;
    std::size_t equal = 0;
    double largest = 0;
    for (const GraphCase& each : graph_cases()) {
      if (each.options.detector != info.name) continue;
      const auto pipeline = fit_case(each);
      if (!pipeline) continue;
      const GraphScores graph = run_graph(pipeline->serialize(), each.fresh, 1);
      std::vector<float> scores(each.fresh.rows());
      REQUIRE(pipeline->score(each.fresh, scores, {}));
      ++cases;
      rows += scores.size();
      for (std::size_t r = 0; r < scores.size(); ++r) {
        equal += same_bits(scores[r], graph.scores[r]) ? 1 : 0;
        largest = std::max(largest, relative_difference(scores[r], graph.scores[r]));
      }
    }
    std::printf("%-10s %3zu models, %6zu rows, %6zu with equal bits, largest relative difference %.2g\n",
                std::string(info.name).c_str(), cases, rows, equal, largest);
  }
}

TEST_CASE("onnx: the number of threads changes no score in ONNX Runtime", "[onnx][parity]") {
  if (!have_onnxruntime()) return;
  for (const DetectorInfo& info : detector_registry()) {
    PipelineOptions options;
    options.detector = info.name;
    FeatureSet set;
    for (const char* name : {"a", "b", "c"}) set.features.push_back({name, name, FeatureKind::number, {}, '.'});
    std::vector<float> training;
    const auto pipeline = Pipeline::fit(blobs(600, 3, 10, 3), set, options, {}, training);
    REQUIRE(pipeline);
    const Matrix rows = blobs(9000, 3, 50, 4);
    const auto model = pipeline->serialize();
    const GraphScores one = run_graph(model, rows, 1);
    const GraphScores four = run_graph(model, rows, 4);
    INFO(info.name);
    CHECK(same_bits(one.scores, four.scores));
    CHECK(one.labels == four.labels);
  }
}
