#include "detect/graph_support.hpp"

#include <algorithm>

#include "base/exp2_neg.hpp"

namespace outpost {
namespace {

using onnx::DataType;
using onnx::GraphWriter;

struct GraphNumber {
  GraphWriter& graph;
  onnx::Value constant(float value) const { return graph.constant(value); }
  onnx::Value add(onnx::Value a, onnx::Value b) const { return graph.add("Add", {a, b}); }
  onnx::Value multiply(onnx::Value a, onnx::Value b) const { return graph.add("Mul", {a, b}); }
};

}  // namespace

std::size_t rows_within_batch(std::size_t bytes_per_row) {
  constexpr std::size_t kBatchBytes = std::size_t{32} << 20;
  return std::min(kChunkRows, std::max<std::size_t>(1, kBatchBytes / std::max<std::size_t>(1, bytes_per_row)));
}

onnx::Value clamp_to_score(GraphWriter& graph, onnx::Value value) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  const onnx::Value raised = graph.add("Max", {value, graph.constant(-kLargest)});
  return graph.cast(graph.add("Min", {raised, graph.constant(kLargest)}), DataType::float32);
}

onnx::Value sum_of_row(GraphWriter& graph, onnx::Value values, DataType type) {
  const onnx::Value wide = type == DataType::float64 ? values : graph.cast(values, DataType::float64);
  return graph.add("ReduceSum", {wide, graph.constant({1})});
}

onnx::Value columns(GraphWriter& graph, onnx::Value values, std::size_t first, std::size_t last) {
  return graph.add("Slice", {values, graph.constant({static_cast<std::int64_t>(first)}),
                             graph.constant({static_cast<std::int64_t>(last)}), graph.constant({1})});
}

onnx::Value exp2_neg(GraphWriter& graph, onnx::Value x) { return exp2_neg_steps(GraphNumber{graph}, x); }

TableEnds write_table_ends(GraphWriter& graph, std::string_view name, std::span<const std::size_t> lengths) {
  const auto features = static_cast<std::int64_t>(lengths.size());
  std::vector<std::int64_t> ends{-1};
  for (const std::size_t length : lengths) ends.push_back(ends.back() + static_cast<std::int64_t>(length));
  const onnx::Value all = graph.i64(name, {features + 1}, ends);
  const onnx::Value axis = graph.constant({0});
  return {graph.add("Slice", {all, graph.constant({0}), graph.constant({features}), axis}),
          graph.add("Slice", {all, graph.constant({1}), graph.constant({features + 1}), axis})};
}

std::vector<std::size_t> read_table_lengths(onnx::GraphReader& graph, std::string_view name, std::size_t features,
                                            std::size_t max_length) {
  const std::vector<std::int64_t> ends = graph.i64(name, {static_cast<std::int64_t>(features) + 1}, features + 1);
  if (!graph.ok()) return {};
  std::vector<std::size_t> lengths;
  if (ends.front() != -1) graph.reject("a table that does not start at the first place");
  for (std::size_t f = 0; graph.ok() && f < features; ++f) {
    // Unsigned, because the difference of ascending ends may be beyond the largest int64.
    const std::uint64_t length = static_cast<std::uint64_t>(ends[f + 1]) - static_cast<std::uint64_t>(ends[f]);
    if (ends[f + 1] <= ends[f] || length > max_length) {
      graph.reject("the length of a feature's table is out of range");
      break;
    }
    lengths.push_back(static_cast<std::size_t>(length));
  }
  return graph.ok() ? lengths : std::vector<std::size_t>{};
}

onnx::Value find_last_not_above(GraphWriter& graph, onnx::Value tables, const TableEnds& ends, std::size_t longest,
                                onnx::Value rows) {
  std::int64_t step = 1;
  while (static_cast<std::size_t>(step) * 2 <= longest) step *= 2;
  onnx::Value place = ends.before;
  // Places up to `place` are not above; a step that would leave the table is cut to its last place.
  for (; step > 0; step /= 2) {
    const onnx::Value ahead = graph.add("Add", {place, graph.constant(step)});
    const onnx::Value candidate = graph.add("Min", {ahead, ends.last});
    const onnx::Value entry = graph.add("Gather", {tables, candidate});
    place = graph.add("Where", {graph.add("LessOrEqual", {entry, rows}), candidate, place});
  }
  return place;
}

}  // namespace outpost
