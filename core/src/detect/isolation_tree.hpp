/// @file  One isolation tree, and how it is grown.
#pragma once

#include <cstdint>
#include <vector>

#include <outpost/base/matrix.hpp>
#include <outpost/base/random.hpp>

namespace outpost {

inline constexpr std::uint32_t kLeaf = 0xFFFFFFFFU;

/// Nodes in breadth-first order; node 0 is the root. The children of the k-th inner node (in this order) are the
/// nodes 2k + 1 and 2k + 2, so links need not be kept.
struct IsolationTree {
  std::vector<std::uint32_t> feature;  ///< kLeaf for a leaf
  std::vector<float> value;            ///< inner node: rows with x <= value go left; leaf: path length
};

/// Grows a tree on `samples` distinct rows drawn with `random`, at most ceil(log2(samples)) levels deep.
IsolationTree grow_isolation_tree(MatrixView rows, std::size_t samples, Random& random);

}  // namespace outpost
