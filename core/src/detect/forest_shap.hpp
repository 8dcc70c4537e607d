/// @file  Shapley values of the path length of an isolation forest, along its paths ("path-dependent TreeSHAP").
/// Source: S. M. Lundberg et al., "From local explanations to global understanding with explainable AI for trees",
/// Nature Machine Intelligence 2, 2020: the values of its algorithm 2.
/// Differs: the weights of coalitions are an integral over [0, 1] of a product with one factor a feature of the path
/// (G. Owen, "Multilinear extensions of games", Management Science 18, 1972), which Gauss-Legendre quadrature gives
/// exactly. So one walk over the tree is enough, with a few multiplications a node, and nothing is unwound.
#pragma once

#include <cstddef>
#include <span>

#include "detect/isolation_tree.hpp"

namespace outpost {

/// No tree is deeper: as many levels as 1,000,000 samples give.
inline constexpr std::size_t kMaxTreeDepth = 20;

/// Levels below the root.
std::size_t tree_depth(const IsolationTree& tree);

/// How many of a tree's samples are in each node. A leaf's path length is its depth plus the average path length of the
/// rows in it, rounded: the rows are the number whose average path is nearest. So the covers need not be kept.
std::vector<double> node_covers(const IsolationTree& tree, std::size_t samples);

/// Adds to `columns` the Shapley values of the path lengths' sum for `row`; returns the expected sum, so that both
/// together are the row's own sum. Trees are at most kMaxTreeDepth deep.
double split_path_length(std::span<const IsolationTree> trees, std::size_t samples, std::span<const float> row,
                         std::span<double> columns);

}  // namespace outpost
