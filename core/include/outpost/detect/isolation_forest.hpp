/// @file  Isolation forest: rows that random splits separate after few steps are anomalous.
/// Source: F. T. Liu, K. M. Ting, Z.-H. Zhou, "Isolation Forest", ICDM 2008, sections 4 and 5.
/// Differs: a feature is drawn among those that are not constant in the node; leaf path lengths are rounded to a
/// multiple of a power of two (2^-13 for 100 trees), so that their sum is exact in float32 in any order and every
/// runtime gives the same bits.
/// Choose another: for anomalies that only neighbours reveal (local density), use lof; for a handful of features
/// whose margins alone tell, ecod needs no randomness.
#pragma once

#include <cstdint>
#include <memory>

#include <outpost/detect/detector.hpp>

namespace outpost {

struct IsolationForestOptions {
  std::uint32_t n_estimators = 100;  ///< trees; 1..10000
  std::uint32_t max_samples = 256;   ///< rows drawn for each tree, without replacement; 2..1000000, at most the rows
};

/// Scores are 2^(-mean path length / c(max_samples)), in (0, 1]: near 1 anomalous, well below 0.5 normal.
/// A training score is the same as the score of that row as a new one. One row gives 0.5, rows that are all equal about
/// 0.5. Cost: fit O(trees * samples * log samples), score O(trees * log samples) a row; state about 8 bytes a node,
/// twice.
std::unique_ptr<Detector> make_isolation_forest(const IsolationForestOptions& options);

/// Average path length of an unsuccessful search in a binary search tree of n rows (paper, eq. 1), with exact
/// harmonic numbers up to 4096 rows and their asymptotic series beyond; c(0) = c(1) = 0, c(2) = 1.
double average_path_length(std::uint64_t rows);

}  // namespace outpost
