// Bytes of numeric CSV per second: to a batch of cells, and to a float32 matrix.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include <outpost/base/random.hpp>
#include <outpost/data/features.hpp>
#include <outpost/data/parse.hpp>
#include <outpost/data/record_reader.hpp>

namespace {

constexpr std::size_t kColumns = 10;
constexpr std::size_t kRows = 200'000;

/// Numbers as sensors give them: six digits behind the point.
std::string numeric_csv(bool quote) {
  outpost::Random random(7);
  std::string text;
  for (std::size_t c = 0; c < kColumns; ++c) text += (c > 0 ? ",f" : "f") + std::to_string(c);
  text += '\n';
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t c = 0; c < kColumns; ++c) {
      if (c > 0) text += ',';
      if (quote) text += '"';
      text += std::to_string(random.normal() * 100.0);
      if (quote) text += '"';
    }
    text += '\n';
  }
  return text;
}

void csv_to_cells(benchmark::State& state, bool quote) {
  const std::string text = numeric_csv(quote);
  outpost::RecordBatch batch;
  for (auto _ : state) {
    auto reader = outpost::open_records(outpost::make_memory_source(text)).value();
    std::size_t cells = 0;
    while (reader->next(batch).value()) cells += batch.cells.size();
    benchmark::DoNotOptimize(cells);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

void csv_to_matrix(benchmark::State& state, bool quote) {
  const std::string text = numeric_csv(quote);
  outpost::FeatureSet set;
  for (std::size_t c = 0; c < kColumns; ++c) {
    outpost::Feature feature;
    feature.name = feature.column = "f" + std::to_string(c);
    set.features.push_back(feature);
  }
  std::vector<float> matrix;
  outpost::RecordBatch batch;
  for (auto _ : state) {
    auto reader = outpost::open_records(outpost::make_memory_source(text)).value();
    auto encoder = outpost::FeatureEncoder::create(set, reader->names()).value();
    matrix.clear();
    while (reader->next(batch).value()) encoder.encode(batch, matrix);
    benchmark::DoNotOptimize(matrix.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

void parse_number_only(benchmark::State& state) {
  outpost::Random random(7);
  std::vector<std::string> cells;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < 10'000; ++i) bytes += cells.emplace_back(std::to_string(random.normal() * 100.0)).size();
  for (auto _ : state) {
    double total = 0;
    for (const std::string& cell : cells) total += outpost::parse_number(cell).value_or(0);
    benchmark::DoNotOptimize(total);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes));
}

BENCHMARK_CAPTURE(csv_to_cells, plain, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(csv_to_cells, all_quoted, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(csv_to_matrix, plain, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(csv_to_matrix, all_quoted, true)->Unit(benchmark::kMillisecond);
BENCHMARK(parse_number_only);

}  // namespace
