/// @file  k nearest neighbours: rows far from their nearest neighbours are anomalous.
/// Source: S. Ramaswamy, R. Rastogi, K. Shim, "Efficient Algorithms for Mining Outliers from Large Data Sets", SIGMOD
/// 2000, section 2 (`largest`); F. Angiulli, C. Pizzuti, "Fast Outlier Detection in High Dimensional Spaces", PKDD
/// 2002, definition 1 (`mean`, their sum over k).
/// Differs: exact, by a sweep over all reference rows in float32; beyond max_samples rows, over a random sample.
/// Choose another: where regions of the data differ in density, use lof; with many irrelevant features, iforest or
/// ecod.
#pragma once

#include <cstdint>
#include <memory>

#include <outpost/detect/detector.hpp>

namespace outpost {

enum class KnnMethod : std::uint8_t {
  largest,  ///< distance to the k-th neighbour
  mean,     ///< mean distance to the k neighbours
  median,   ///< median distance to the k neighbours; for even k the mean of the middle two
};

struct KnnOptions {
  std::uint32_t n_neighbors = 5;  ///< k; 1..1000, lowered to the reference rows less one where there are fewer
  KnnMethod method = KnnMethod::largest;
  std::uint32_t max_samples = 20000;  ///< reference rows, drawn without replacement where there are more; 2..200000
};

/// Scores are Euclidean distances in the units of the (scaled) features, >= 0. A training row is not its own
/// neighbour; a copy of it in another row is. Values beyond about 1e18 / sqrt(features / 32) times the training range
/// are cut there.
/// Errors of fit: not_enough_data with fewer than two rows.
/// Cost: O(rows * reference rows * features) to fit and to score; state 4 bytes a reference value.
std::unique_ptr<Detector> make_knn(const KnnOptions& options);

}  // namespace outpost
