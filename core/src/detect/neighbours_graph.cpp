#include <cmath>

#include "detect/graph_support.hpp"
#include "detect/neighbours.hpp"

namespace outpost {
namespace {

constexpr int kMaxExponent = 149;  // brings the smallest float32 to 1
constexpr int kMinExponent = -128;

}  // namespace

NeighbourIndex::GraphNeighbours NeighbourIndex::write_graph(onnx::GraphWriter& graph, onnx::Value rows,
                                                            std::size_t k) const {
  using onnx::DataType;
  // One row of points a feature, so that a feature's differences are one subtraction of [1, n] and [N, 1].
  std::vector<float> values;
  values.reserve(features_ * size_);
  for (std::size_t f = 0; f < features_; ++f) {
    for (std::size_t p = 0; p < size_; ++p) {
      values.push_back(lines_[p / PointBlocks::kPoints * features_ + f].values[p % PointBlocks::kPoints]);
    }
  }
  const auto d = static_cast<std::int64_t>(features_), n = static_cast<std::int64_t>(size_);
  const double scale = std::ldexp(1.0, exponent_), limit = std::ldexp(1.0, limit_exponent(features_));
  const onnx::Value factor = graph.f64("neighbours.scale", {}, {&scale, 1});
  const onnx::Value scaled = graph.add("Mul", {graph.cast(rows, DataType::float64), factor});
  const onnx::Value raised = graph.add("Max", {scaled, graph.constant(-limit)});
  const onnx::Value held = graph.cast(graph.add("Min", {raised, graph.constant(limit)}), DataType::float32);
  const std::vector<onnx::Value> queries = graph.add_many("Split", {held}, features_, {{"axis", std::int64_t{1}}});
  const std::vector<onnx::Value> points =
      graph.add_many("Split", {graph.f32("neighbours.points", {d, n}, values)}, features_, {{"axis", std::int64_t{0}}});
  onnx::Value sum;
  for (std::size_t f = 0; f < features_; ++f) {
    const onnx::Value difference = graph.add("Sub", {points[f], queries[f]});
    const onnx::Value square = graph.add("Mul", {difference, difference});
    sum = f == 0 ? square : graph.add("Add", {sum, square});
  }
  const std::vector<onnx::Value> nearest =
      graph.add_many("TopK", {sum, graph.constant({static_cast<std::int64_t>(k)})}, 2,
                     {{"axis", std::int64_t{1}}, {"largest", std::int64_t{0}}, {"sorted", std::int64_t{1}}});
  return {nearest[0], nearest[1], factor};
}

onnx::Value NeighbourIndex::write_distances(onnx::GraphWriter& graph, onnx::Value squared, onnx::Value scale) {
  const onnx::Value held = graph.cast(graph.add("Sqrt", {squared}), onnx::DataType::float64);
  // Dividing by a power of two is exact.
  return clamp_to_score(graph, graph.add("Div", {held, scale}));
}

Result<void> NeighbourIndex::read_graph(onnx::GraphReader& graph, std::size_t features, std::size_t max_points) {
  const double scale = graph.f64("neighbours.scale");
  const std::vector<float> values = graph.f32("neighbours.points", {static_cast<std::int64_t>(features), -1},
                                              saturating_product(features, max_points));
  OUTPOST_TRY(graph.status());
  int exponent = 0;
  const bool power = std::isfinite(scale) && std::frexp(scale, &exponent) == 0.5;
  exponent_ = exponent - 1;
  if (!power || exponent_ < kMinExponent || exponent_ > kMaxExponent) graph.reject("a scale out of range");
  const std::size_t points = values.size() / features;
  if (points < 2) graph.reject("fewer than two reference rows");
  const float limit = std::ldexp(1.0F, limit_exponent(features));
  for (const float value : values) {
    if (!(std::fabs(value) <= limit)) graph.reject("a reference value out of range");
  }
  OUTPOST_TRY(graph.status());
  allocate(points, features);
  for (std::size_t f = 0; f < features; ++f) {
    for (std::size_t p = 0; p < points; ++p) at(p, f) = values[f * points + p];
  }
  return {};
}

std::size_t NeighbourIndex::graph_batch() const {
  // Differences, squares and their sum for each point, queries twice for each feature.
  return rows_within_batch(3 * size_ * sizeof(float) + 2 * features_ * sizeof(double));
}

}  // namespace outpost
