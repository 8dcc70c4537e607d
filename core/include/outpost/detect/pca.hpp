/// @file  PCA: rows far out along the major components, or off the correlations (minor components), are anomalous.
/// Source: M.-L. Shyu, S.-C. Chen, K. Sarinnapakorn, L. Chang, "A Novel Anomaly Detection Scheme Based on Principal
/// Component Classifier", IEEE foundations and new directions of data mining workshop at ICDM 2003, section 3.
/// Differs: the paper flags a row when the sum of y_i^2 / lambda_i over the major components or that over the minor
/// ones passes its own limit; here the two sums are added into one score (for normal data chi-square, with as many
/// degrees of freedom as there are components). Training rows are not trimmed first. Choose another: for anomalies
/// inside the range of every component (between groups of rows), use knn or lof.
#pragma once

#include <cstdint>
#include <memory>

#include <outpost/detect/detector.hpp>

namespace outpost {

struct PcaOptions {
  double major_variance = 0.5;  ///< major components: the first that explain this share of the variance; 0..1, 1 = all
  double minor_eigenvalue =
      0.2;  ///< minor components: eigenvalue below this (a feature's variance is 1); 0..1, 0 = none
};

/// Features are standardised inside (correlation matrix), so scores do not change with a feature's scale. Constant
/// features are left out, in training and in new rows; components whose eigenvalue is below 1e-9 of the largest are
/// rounding noise and left out too. Scores are >= 0; 0 where nothing varies.
/// Errors of fit: not_enough_data with fewer than two rows; unsupported when both the rows and the features exceed
/// 2048. Cost: fit O(rows * features^2 + features^3), with more features than rows O(features * rows^2 + rows^3); score
/// O(features * components) a row; state 8 bytes a weight.
std::unique_ptr<Detector> make_pca(const PcaOptions& options);

}  // namespace outpost
