// Speed of the detectors on one thread. Rows are standard normal, as tools/bench gives them to the peers.
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include <outpost/base/random.hpp>
#include <outpost/detect/registry.hpp>

namespace {

using namespace outpost;

Matrix gaussian(std::size_t rows, std::size_t cols) {
  Random random(1);
  Matrix matrix(rows, cols);
  for (std::size_t i = 0; i < rows * cols; ++i) matrix.data()[i] = static_cast<float>(random.normal());
  return matrix;
}

std::unique_ptr<Detector> make(const char* name, std::vector<std::pair<std::string, std::string>> parameters) {
  const DetectorInfo& info = *find_detector(name).value();
  return info.make(resolve_parameters(info, parameters).value());
}

/// Fits once, then times scoring of the same rows as new ones.
void score_bench(benchmark::State& state, const char* name, std::size_t fit_rows, std::size_t rows, std::size_t cols) {
  const Matrix data = gaussian(rows, cols);
  const auto detector = make(name, {});
  std::vector<float> scores(rows);
  const MatrixView train = data.view().slice(0, fit_rows);
  if (!detector->fit(train, {}, std::span(scores).first(fit_rows))) return state.SkipWithError("fit failed");
  for (auto _ : state) {
    detector->score(data, scores);
    benchmark::DoNotOptimize(scores.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
}

/// Times fit, training scores included.
void fit_bench(benchmark::State& state, const char* name, std::size_t rows, std::size_t cols) {
  const Matrix data = gaussian(rows, cols);
  std::vector<float> scores(rows);
  for (auto _ : state) {
    const auto detector = make(name, {});
    if (!detector->fit(data, {}, scores)) return state.SkipWithError("fit failed");
    benchmark::DoNotOptimize(scores.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
}

/// One event at a time, as the agent scores them.
void event_bench(benchmark::State& state, const char* name) {
  const Matrix data = gaussian(4096, 10);
  const auto detector = make(name, {});
  std::vector<float> scores(4096);
  if (!detector->fit(data, {}, scores)) return state.SkipWithError("fit failed");
  std::size_t row = 0;
  for (auto _ : state) {
    float score = 0;
    detector->score(data.view().slice(row, 1), {&score, 1});
    benchmark::DoNotOptimize(score);
    row = (row + 1) % 4096;
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK_CAPTURE(score_bench, iforest_1000000x10, "iforest", 20'000, 1'000'000, 10)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fit_bench, iforest_256x10, "iforest", 256, 10)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(event_bench, iforest, "iforest")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(fit_bench, knn_20000x10, "knn", 20'000, 10)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fit_bench, lof_20000x10, "lof", 20'000, 10)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(score_bench, lof_20000x10, "lof", 20'000, 20'000, 10)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fit_bench, ecod_100000x10, "ecod", 100'000, 10)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(score_bench, ecod_100000x10, "ecod", 100'000, 100'000, 10)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fit_bench, hbos_100000x10, "hbos", 100'000, 10)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(score_bench, hbos_100000x10, "hbos", 100'000, 100'000, 10)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fit_bench, pca_100000x10, "pca", 100'000, 10)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(score_bench, pca_100000x10, "pca", 100'000, 100'000, 10)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
