#include "detect/forest_graph.hpp"

#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

#include "detect/graph_support.hpp"

namespace outpost {
namespace {

constexpr std::string_view kNode = "TreeEnsembleRegressor";
constexpr std::string_view kInnerMode = "BRANCH_LEQ";  // true, that is x <= value, goes left
constexpr std::string_view kLeafMode = "LEAF";

/// The node's attributes: one entry a node, in the order of trees and of their nodes, then one a leaf.
struct ForestAttributes {
  std::vector<std::int64_t> tree_ids, node_ids, feature_ids, true_ids, false_ids;
  std::vector<float> values;
  std::vector<std::int64_t> leaf_tree_ids, leaf_node_ids;
  std::vector<float> leaf_values;

  void add_tree(std::int64_t id, const IsolationTree& tree) {
    std::int64_t next = 1;
    for (std::size_t i = 0; i < tree.feature.size(); ++i) {
      const bool leaf = tree.feature[i] == kLeaf;
      tree_ids.push_back(id);
      node_ids.push_back(static_cast<std::int64_t>(i));
      feature_ids.push_back(leaf ? 0 : tree.feature[i]);
      values.push_back(leaf ? 0 : tree.value[i]);
      true_ids.push_back(leaf ? 0 : next);
      false_ids.push_back(leaf ? 0 : next + 1);
      if (!leaf) {
        next += 2;
        continue;
      }
      leaf_tree_ids.push_back(id);
      leaf_node_ids.push_back(static_cast<std::int64_t>(i));
      leaf_values.push_back(tree.value[i]);
    }
  }

  bool operator==(const ForestAttributes&) const = default;
};

/// Whether `count` trees, nothing cut off and nothing left over, were built from these modes, features and values.
bool build_trees(const ForestAttributes& found, const std::vector<std::string_view>& modes, std::size_t count,
                 std::vector<IsolationTree>& trees) {
  std::size_t at = 0, leaf = 0;
  while (at < modes.size() && trees.size() < count) {
    IsolationTree tree;
    // A tree ends where every child that its inner nodes promise is there.
    for (std::size_t promised = 1; tree.feature.size() < promised; ++at) {
      if (at == modes.size()) return false;
      if (modes[at] == kInnerMode) {
        tree.feature.push_back(static_cast<std::uint32_t>(found.feature_ids[at]));
        tree.value.push_back(found.values[at]);
        promised += 2;
      } else {
        if (modes[at] != kLeafMode || leaf == found.leaf_values.size()) return false;
        tree.feature.push_back(kLeaf);
        tree.value.push_back(found.leaf_values[leaf++]);
      }
    }
    trees.push_back(std::move(tree));
  }
  return at == modes.size() && leaf == found.leaf_values.size() && trees.size() == count;
}

bool all_finite(const std::vector<float>& values) {
  for (const float value : values) {
    if (!std::isfinite(value)) return false;
  }
  return true;
}

}  // namespace

onnx::Value write_forest(onnx::GraphWriter& graph, onnx::Value rows, std::span<const IsolationTree> trees) {
  ForestAttributes forest;
  std::vector<std::string_view> modes;
  for (std::size_t t = 0; t < trees.size(); ++t) {
    forest.add_tree(static_cast<std::int64_t>(t), trees[t]);
    for (const std::uint32_t feature : trees[t].feature) modes.push_back(feature == kLeaf ? kLeafMode : kInnerMode);
  }
  const std::vector<std::int64_t> targets(forest.leaf_values.size(), 0);
  return graph.add(kNode, {rows},
                   {{"n_targets", std::int64_t{1}},
                    {"aggregate_function", std::string_view("SUM")},
                    {"nodes_treeids", forest.tree_ids},
                    {"nodes_nodeids", forest.node_ids},
                    {"nodes_modes", modes},
                    {"nodes_featureids", forest.feature_ids},
                    {"nodes_values", forest.values},
                    {"nodes_truenodeids", forest.true_ids},
                    {"nodes_falsenodeids", forest.false_ids},
                    {"target_treeids", forest.leaf_tree_ids},
                    {"target_nodeids", forest.leaf_node_ids},
                    {"target_ids", targets},
                    {"target_weights", forest.leaf_values}},
                   onnx::kMlDomain);
}

std::vector<IsolationTree> read_forest(onnx::GraphReader& graph, std::size_t count, std::size_t max_nodes,
                                       std::size_t features) {
  const std::size_t most = saturating_product(count, max_nodes);
  ForestAttributes found;
  found.tree_ids = graph.ints(kNode, "nodes_treeids", most);
  found.node_ids = graph.ints(kNode, "nodes_nodeids", most);
  const std::vector<std::string_view> modes = graph.strings(kNode, "nodes_modes", most);
  found.feature_ids = graph.ints(kNode, "nodes_featureids", most);
  found.values = graph.floats(kNode, "nodes_values", most);
  found.true_ids = graph.ints(kNode, "nodes_truenodeids", most);
  found.false_ids = graph.ints(kNode, "nodes_falsenodeids", most);
  found.leaf_tree_ids = graph.ints(kNode, "target_treeids", most);
  found.leaf_node_ids = graph.ints(kNode, "target_nodeids", most);
  found.leaf_values = graph.floats(kNode, "target_weights", most);
  if (!graph.ok()) return {};
  if (found.feature_ids.size() != modes.size() || found.values.size() != modes.size()) {
    graph.reject("tree attributes of different lengths");
  } else if (!all_finite(found.values) || !all_finite(found.leaf_values)) {
    graph.reject("a tree value that is not finite");
  }
  for (const std::int64_t feature : found.feature_ids) {
    if (feature < 0 || static_cast<std::uint64_t>(feature) >= features) {
      graph.reject("a split on a feature that does not exist");
    }
  }
  if (!graph.ok()) return {};
  std::vector<IsolationTree> trees;
  if (!build_trees(found, modes, count, trees)) {
    graph.reject("trees with missing or surplus nodes");
    return {};
  }
  for (const IsolationTree& tree : trees) {
    if (tree.feature.size() > max_nodes) graph.reject("a tree with too many nodes");
  }
  // Ids and links follow from the shape of the trees; whatever differs is out of order, out of bounds or in a circle.
  ForestAttributes expected;
  for (std::size_t t = 0; t < trees.size(); ++t) expected.add_tree(static_cast<std::int64_t>(t), trees[t]);
  if (!(found == expected)) graph.reject("tree nodes or links that are not those of a breadth-first tree");
  return graph.ok() ? trees : std::vector<IsolationTree>{};
}

}  // namespace outpost
