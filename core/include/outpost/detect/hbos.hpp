/// @file  HBOS: rows in thinly filled bins of single features' histograms are anomalous.
/// Source: M. Goldstein, A. Dengel, "Histogram-based Outlier Score (HBOS): A fast Unsupervised Anomaly Detection
/// Algorithm", KI 2012 (poster and demo track), section 3.
/// Differs: new rows in an empty bin, or outside the training range, get a floor height instead of none; PyOD's added
/// constant, which makes scores depend on a feature's scale, is not used.
/// Choose another: where only a combination of features is odd, use pca or knn; ecod needs no bin width.
#pragma once

#include <cstdint>
#include <memory>

#include <outpost/detect/detector.hpp>

namespace outpost {

enum class HbosMode : std::uint8_t {
  static_bins,   ///< bins of equal width
  dynamic_bins,  ///< bins of equal numbers of rows; equal values share a bin
};

struct HbosOptions {
  std::uint32_t n_bins = 0;  ///< 0 = square root of the number of rows (the paper's rule); 0..10000
  HbosMode mode = HbosMode::static_bins;
};

/// The score is the sum over features of log(1 / height): height is the density of the row's bin (rows per unit of
/// width), divided by that of the feature's highest bin. So scores are >= 0 and do not change with a feature's scale.
/// The floor height is half of the smallest height that one row gives any bin of the feature.
/// A constant feature adds 0 for its value and log(2 n) for any other. One row scores 0.
/// Dynamic bins reach from their first value to that of the next bin, the last one to the largest value; where it holds
/// one value only, it is as wide as the gap below it.
/// Cost: fit O(features * rows), dynamic bins sort; score O(features) a row, dynamic O(features * log n_bins).
std::unique_ptr<Detector> make_hbos(const HbosOptions& options);

}  // namespace outpost
