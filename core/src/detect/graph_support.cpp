#include "detect/graph_support.hpp"

#include <algorithm>

#include "base/exp2_neg.hpp"

namespace outpost {
namespace {

using onnx::DataType;
using onnx::GraphWriter;

struct GraphNumber {
  GraphWriter& graph;
  std::string constant(float value) const { return graph.constant(value); }
  std::string add(const std::string& a, const std::string& b) const { return graph.add("Add", {a, b}); }
  std::string multiply(const std::string& a, const std::string& b) const { return graph.add("Mul", {a, b}); }
};

}  // namespace

std::size_t rows_within_batch(std::size_t bytes_per_row) {
  constexpr std::size_t kBatchBytes = std::size_t{32} << 20;
  return std::min(kChunkRows, std::max<std::size_t>(1, kBatchBytes / std::max<std::size_t>(1, bytes_per_row)));
}

std::string clamp_to_score(GraphWriter& graph, const std::string& value) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  const std::string raised = graph.add("Max", {value, graph.constant(-kLargest)});
  return graph.cast(graph.add("Min", {raised, graph.constant(kLargest)}), DataType::float32);
}

std::string sum_of_row(GraphWriter& graph, const std::string& values, DataType type) {
  const std::string wide = type == DataType::float64 ? values : graph.cast(values, DataType::float64);
  return graph.add("ReduceSum", {wide, graph.constant({1})});
}

std::string columns(GraphWriter& graph, const std::string& values, std::size_t first, std::size_t last) {
  return graph.add("Slice", {values, graph.constant({static_cast<std::int64_t>(first)}),
                             graph.constant({static_cast<std::int64_t>(last)}), graph.constant({1})});
}

std::string exp2_neg(GraphWriter& graph, const std::string& x) { return exp2_neg_steps(GraphNumber{graph}, x); }

TableEnds write_table_ends(GraphWriter& graph, std::string_view name, std::span<const std::size_t> lengths) {
  const auto features = static_cast<std::int64_t>(lengths.size());
  std::vector<std::int64_t> ends{-1};
  for (const std::size_t length : lengths) ends.push_back(ends.back() + static_cast<std::int64_t>(length));
  const std::string all = graph.i64(name, {features + 1}, ends);
  const std::string axis = graph.constant({0});
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

std::string find_last_not_above(GraphWriter& graph, const std::string& tables, const TableEnds& ends,
                                std::size_t longest, const std::string& rows) {
  std::int64_t step = 1;
  while (static_cast<std::size_t>(step) * 2 <= longest) step *= 2;
  std::string place = ends.before;
  // Places up to `place` are not above; a step that would leave the table is cut to its last place.
  for (; step > 0; step /= 2) {
    const std::string ahead = graph.add("Add", {place, graph.constant(step)});
    const std::string candidate = graph.add("Min", {ahead, ends.last});
    const std::string entry = graph.add("Gather", {tables, candidate});
    place = graph.add("Where", {graph.add("LessOrEqual", {entry, rows}), candidate, place});
  }
  return place;
}

}  // namespace outpost
