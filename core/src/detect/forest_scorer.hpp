/// @file  Sums leaf values over the trees of a forest, many rows at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <outpost/base/matrix.hpp>

#include "detect/isolation_tree.hpp"

namespace outpost {

/// The forest laid out for scoring: eight bytes a node, breadth-first, the first three levels of each tree complete
/// (padded), leaves linked to themselves so that a walk needs no test for the end.
/// Leaf values must be such that their sum is exact in float32: then neither the order of trees nor the SIMD width
/// changes a bit.
class ForestScorer {
 public:
  ForestScorer() = default;
  ForestScorer(std::span<const IsolationTree> trees, std::size_t features);

  /// sums[r] = sum of the leaf values that row r reaches. rows.cols() is `features`; values finite.
  void sum(MatrixView rows, std::span<float> sums) const;
  std::size_t memory_bytes() const;

  struct PackedNode {
    float threshold;
    std::uint16_t feature;  ///< feature << block_shift: place of its column in a transposed block
    std::uint16_t left;     ///< from the tree's first node; the right child follows
  };
  /// For trees of more than 65,536 nodes, or so many features that 16 bits do not hold their place.
  struct WideNode {
    float threshold;
    std::uint32_t feature;
    std::uint32_t left;
  };
  struct TreeSpan {
    std::size_t first;     ///< index of the root in the node array
    std::uint32_t levels;  ///< steps below the complete top that the deepest leaf needs
  };
  /// What the kernels read.
  template <class Node>
  struct View {
    std::span<const TreeSpan> trees;
    const Node* nodes;
    const float* values;  ///< a node's leaf value; 0 for inner nodes
    std::uint32_t block_shift;
  };

 private:
  template <class Node>
  void pack(std::span<const IsolationTree> trees, std::vector<Node>& nodes);
  template <class Node>
  void sum_with(const View<Node>& view, MatrixView rows, std::span<float> sums) const;

  std::size_t features_ = 0;
  std::uint32_t block_shift_ = 0;  ///< rows a block: 1 << block_shift_
  std::vector<TreeSpan> trees_;
  std::vector<PackedNode> packed_;
  std::vector<WideNode> wide_;
  std::vector<float> values_;
};

}  // namespace outpost
