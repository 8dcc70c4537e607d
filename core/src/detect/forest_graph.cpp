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

std::string write_forest(onnx::GraphWriter& graph, const std::string& rows, std::span<const IsolationTree> trees) {
  ForestAttributes forest;
  std::vector<std::string> modes;
  for (std::size_t t = 0; t < trees.size(); ++t) {
    forest.add_tree(static_cast<std::int64_t>(t), trees[t]);
    for (const std::uint32_t feature : trees[t].feature) modes.emplace_back(feature == kLeaf ? kLeafMode : kInnerMode);
  }
  const std::size_t leaves = forest.leaf_values.size();
  onnx::Attributes attributes;
  attributes.emplace_back("n_targets", std::int64_t{1});
  attributes.emplace_back("aggregate_function", std::string("SUM"));
  attributes.emplace_back("nodes_treeids", std::move(forest.tree_ids));
  attributes.emplace_back("nodes_nodeids", std::move(forest.node_ids));
  attributes.emplace_back("nodes_modes", std::move(modes));
  attributes.emplace_back("nodes_featureids", std::move(forest.feature_ids));
  attributes.emplace_back("nodes_values", std::move(forest.values));
  attributes.emplace_back("nodes_truenodeids", std::move(forest.true_ids));
  attributes.emplace_back("nodes_falsenodeids", std::move(forest.false_ids));
  attributes.emplace_back("target_treeids", std::move(forest.leaf_tree_ids));
  attributes.emplace_back("target_nodeids", std::move(forest.leaf_node_ids));
  attributes.emplace_back("target_ids", std::vector<std::int64_t>(leaves, 0));
  attributes.emplace_back("target_weights", std::move(forest.leaf_values));
  return graph.add(kNode, {rows}, attributes, onnx::kMlDomain);
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
