// Speed of explanations on one thread: one row of ten features.
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include <outpost/base/random.hpp>
#include <outpost/explain/counterfactual.hpp>
#include <outpost/explain/explanation.hpp>

namespace {

using namespace outpost;

constexpr std::size_t kRows = 2000;
constexpr std::size_t kFeatures = 10;

Matrix gaussian() {
  Random random(1);
  Matrix matrix(kRows, kFeatures);
  for (std::size_t i = 0; i < kRows * kFeatures; ++i) matrix.data()[i] = static_cast<float>(random.normal());
  return matrix;
}

Result<Pipeline> train(const char* detector) {
  FeatureSet set;
  for (std::size_t f = 0; f < kFeatures; ++f) set.features.push_back({"f", "f", FeatureKind::number, {}, '.'});
  PipelineOptions options;
  options.detector = detector;
  std::vector<float> scores;
  return Pipeline::fit(gaussian(), set, options, {}, scores);
}

void explain_bench(benchmark::State& state, const char* detector, ExplainMethod method) {
  const auto pipeline = train(detector);
  ExplainOptions options;
  options.method = method;
  const auto explainer = Explainer::create(*pipeline, options);
  if (!explainer) return state.SkipWithError("no explainer");
  const Matrix rows = gaussian();
  std::size_t row = 0;
  for (auto _ : state) {
    auto explanation = explainer->explain(rows.row(row = (row + 1) % kRows), {});
    benchmark::DoNotOptimize(explanation->contributions.data());
  }
}

void counterfactual_bench(benchmark::State& state, const char* detector) {
  const auto pipeline = train(detector);
  std::vector<float> row(kFeatures, 0.1F);
  for (const std::size_t f : {1, 3, 7}) row[f] = 9;
  for (auto _ : state) {
    auto found = find_counterfactual(*pipeline, row, {}, {});
    benchmark::DoNotOptimize(found->score);
  }
}

BENCHMARK_CAPTURE(explain_bench, iforest, "iforest", ExplainMethod::own)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(explain_bench, ecod, "ecod", ExplainMethod::own)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(explain_bench, hbos, "hbos", ExplainMethod::own)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(explain_bench, pca, "pca", ExplainMethod::own)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(explain_bench, knn_shap, "knn", ExplainMethod::shap)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(explain_bench, lof_shap, "lof", ExplainMethod::shap)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(explain_bench, iforest_shap, "iforest", ExplainMethod::shap)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(explain_bench, iforest_lime, "iforest", ExplainMethod::lime)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(counterfactual_bench, iforest, "iforest")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(counterfactual_bench, knn, "knn")->Unit(benchmark::kMillisecond);

}  // namespace
