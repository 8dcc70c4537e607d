/// @file  Local outlier factor: rows in a thinner neighbourhood than their neighbours' are anomalous.
/// Source: M. M. Breunig, H.-P. Kriegel, R. T. Ng, J. Sander, "LOF: Identifying Density-Based Local Outliers", SIGMOD
/// 2000, definitions 3 to 7.
/// Differs, as scikit-learn does: exactly k neighbours (equal distances by row index, where the paper takes all), and
/// the local reachability density is 1 / (mean reachability distance + 1e-10), so that duplicates stay finite. Beyond
/// max_samples rows, neighbours come from a random sample.
/// Choose another: where anomalies come in groups of more than k, use iforest; where density does not vary, knn is
/// cheaper and easier to read.
#pragma once

#include <cstdint>
#include <memory>

#include <outpost/detect/detector.hpp>

namespace outpost {

struct LocalOutlierFactorOptions {
  std::uint32_t n_neighbors = 20;     ///< k; 1..1000, lowered to the reference rows less one where there are fewer
  std::uint32_t max_samples = 20000;  ///< reference rows, drawn without replacement where there are more; 2..200000
};

/// The score is the factor itself: about 1 is normal, well above 1 is anomalous. Training rows are not their own
/// neighbours; rows outside the sample, and new rows, are compared with the reference rows as scikit-learn's
/// novelty mode does. Distances below about 1e-10 count as none: scale data of that size.
/// Errors of fit: not_enough_data with fewer than two rows.
/// Cost: O(rows * reference rows * features) to fit and to score; state 4 bytes a reference value and 8 a row.
std::unique_ptr<Detector> make_local_outlier_factor(const LocalOutlierFactorOptions& options);

}  // namespace outpost
