#include "detect/forest_shap.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <catch2/catch.hpp>

#include <outpost/detect/isolation_forest.hpp>

#include "detect/forest_graph.hpp"
#include "detector_graph.hpp"
#include "test_data.hpp"

using namespace outpost;

namespace {

/// The rows of the sample in each node, counted again: `order` as the grower drew it.
std::vector<double> counted_covers(const IsolationTree& tree, const Matrix& sample) {
  std::vector<double> covers(tree.feature.size());
  std::vector<std::size_t> left(tree.feature.size());
  std::size_t next = 1;
  for (std::size_t i = 0; i < left.size(); ++i) {
    left[i] = next;
    if (tree.feature[i] != kLeaf) next += 2;
  }
  for (std::size_t r = 0; r < sample.rows(); ++r) {
    std::size_t node = 0;
    while (true) {
      ++covers[node];
      if (tree.feature[node] == kLeaf) break;
      node = left[node] + (sample(r, tree.feature[node]) <= tree.value[node] ? 0 : 1);
    }
  }
  return covers;
}

/// The expected path when only the features of `known` are: algorithm 1 of Lundberg et al. 2020.
double expected_path(const IsolationTree& tree, const std::vector<double>& covers, std::span<const float> row,
                     unsigned known, std::size_t node = 0) {
  if (tree.feature[node] == kLeaf) return tree.value[node];
  std::size_t left = 1;
  for (std::size_t i = 0; i < node; ++i) left += tree.feature[i] != kLeaf ? 2 : 0;
  const auto below = [&](std::size_t child) { return expected_path(tree, covers, row, known, child); };
  const std::uint32_t feature = tree.feature[node];
  if ((known >> feature & 1) != 0) return below(row[feature] <= tree.value[node] ? left : left + 1);
  return (covers[left] * below(left) + covers[left + 1] * below(left + 1)) / covers[node];
}

/// Shapley values by their definition: the mean over all orders of what a feature changes.
std::vector<double> shapley_by_orders(const IsolationTree& tree, const std::vector<double>& covers,
                                      std::span<const float> row) {
  std::vector<std::size_t> order(row.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<double> values(row.size());
  double orders = 0;
  do {
    unsigned known = 0;
    for (const std::size_t f : order) {
      const double before = expected_path(tree, covers, row, known);
      known |= 1U << f;
      values[f] += expected_path(tree, covers, row, known) - before;
    }
    ++orders;
  } while (std::next_permutation(order.begin(), order.end()));
  for (double& value : values) value /= orders;
  return values;
}

}  // namespace

TEST_CASE("forest_shap: equals Shapley values by their definition", "[detect][oracle]") {
  constexpr std::size_t kSamples = 32;
  for (const std::size_t d : {1, 2, 3, 5}) {
    const Matrix rows = test::blobs(60, d, 4, d);
    std::vector<IsolationTree> trees;
    for (std::uint64_t t = 0; t < 3; ++t) {
      Random random(5, t);
      trees.push_back(grow_isolation_tree(rows, kSamples, random));
    }
    for (const std::size_t r : {0, 17, 58, 59}) {
      std::vector<double> expected(d);
      double base = 0;
      for (const IsolationTree& tree : trees) {
        const std::vector<double> covers = node_covers(tree, kSamples);
        const std::vector<double> part = shapley_by_orders(tree, covers, rows.view().row(r));
        for (std::size_t f = 0; f < d; ++f) expected[f] += part[f];
        base += expected_path(tree, covers, rows.view().row(r), 0);
      }
      std::vector<double> found(d);
      CHECK(split_path_length(trees, kSamples, rows.view().row(r), found) == Approx(base).epsilon(1e-12));
      for (std::size_t f = 0; f < d; ++f) CHECK(std::fabs(found[f] - expected[f]) < 1e-9);
    }
  }
}

TEST_CASE("forest_shap: deep trees and many features still add up to the path", "[detect][property]") {
  const Matrix rows = test::blobs(4096, 30, 20, 3);
  Random random(1);
  const std::vector<IsolationTree> trees = {grow_isolation_tree(rows, 4096, random)};
  REQUIRE(tree_depth(trees[0]) == 12);
  const std::vector<double> ones = counted_covers(trees[0], rows);
  for (const std::size_t r : {0, 100, 4095}) {
    std::vector<double> parts(30);
    const double base = split_path_length(trees, 4096, rows.view().row(r), parts);
    const double path = expected_path(trees[0], ones, rows.view().row(r), ~0U);
    CHECK(std::accumulate(parts.begin(), parts.end(), base) == Approx(path).epsilon(1e-12));
  }
}

TEST_CASE("forest_shap: covers made from path lengths are those of the sample", "[detect][oracle]") {
  const Matrix rows = test::blobs(256, 4, 3, 8);
  for (std::uint64_t t = 0; t < 20; ++t) {
    Random random(9, t);
    IsolationTree tree = grow_isolation_tree(rows, 256, random);  // all rows, so that covers can be counted
    const std::vector<double> counted = counted_covers(tree, rows);
    CHECK(node_covers(tree, 256) == counted);
    // Rounded as for a hundred trees.
    for (std::size_t i = 0; i < tree.value.size(); ++i) {
      if (tree.feature[i] == kLeaf) tree.value[i] = std::floor(tree.value[i] * 8192 + 0.5F) / 8192;
    }
    CHECK(node_covers(tree, 256) == counted);
  }
  // All rows in one leaf.
  const Matrix same(std::vector<float>(100, 1.0F), 100, 1);
  Random random(1);
  CHECK(node_covers(grow_isolation_tree(same, 100, random), 100) == std::vector<double>{100});
}

TEST_CASE("forest_shap: a model file with a tree deeper than one is grown is refused", "[detect][error]") {
  const auto accepts = [](std::size_t depth) {
    IsolationTree chain;  // a leaf to the left of each inner node
    chain.feature = {0};
    chain.value = {0};
    for (std::size_t level = 1; level <= depth; ++level) {
      const auto path = static_cast<float>(level);
      chain.feature.insert(chain.feature.end(), {kLeaf, level < depth ? 0 : kLeaf});
      chain.value.insert(chain.value.end(), {path, level < depth ? 0 : path});
    }
    REQUIRE(tree_depth(chain) == depth);
    const auto scale = static_cast<float>(1.0 / average_path_length(64));
    const test::GraphFile file = test::graph_file(1, [&](onnx::GraphWriter& graph, onnx::Value rows) {
      const onnx::Value sum = write_forest(graph, rows, {&chain, 1});
      graph.add_as("scores", "Mul", {sum, graph.f32("iforest.path_scale", {}, {&scale, 1})});
      graph.output("scores", onnx::DataType::float32, {{-1, "N"}, {1, {}}});
    });
    const auto detector = make_isolation_forest({1, 64});
    onnx::GraphReader reader = file.reader();
    const auto read = detector->read_graph(reader, 1);
    if (!read) CHECK(read.error().code == ErrorCode::corrupt_model);
    return read.has_value();
  };
  CHECK(accepts(kMaxTreeDepth));
  CHECK_FALSE(accepts(kMaxTreeDepth + 1));
}
