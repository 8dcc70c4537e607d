/// @file  ECOD: rows far out in the tails of single features are anomalous.
/// Source: Z. Li, Y. Zhao, X. Hu, N. Botta, C. Ionescu, G. H. Chen, "ECOD: Unsupervised Outlier Detection Using
/// Empirical Cumulative Distribution Functions", IEEE TKDE 2022, section 3 and algorithm 1.
/// Differs: the default adds up each feature's rarer tail, as the reference implementation (PyOD) does; `paper` takes
/// the largest of the paper's three sums. New rows are compared with the training rows alone, never with each other.
/// Choose another: where only a combination of features is odd (each value usual by itself), use pca or knn.
#pragma once

#include <cstdint>
#include <memory>

#include <outpost/detect/detector.hpp>

namespace outpost {

enum class EcodAggregation : std::uint8_t {
  sum_of_maxima,  ///< sum over features of max(left tail, right tail)
  paper,          ///< max of three sums: left tails, right tails, the tail on each feature's longer (skewed) side
};

struct EcodOptions {
  EcodAggregation aggregation = EcodAggregation::sum_of_maxima;
  std::uint32_t max_knots = 20000;  ///< distinct values kept for each feature; 16..1000000
};

/// A tail is -log of the share of training values <= x (left) or >= x (right), ties included. Beyond the training
/// range the share counts as 1/(n + 1), so every score is finite; scores are >= 0 and have no upper limit but
/// features * log(n + 1).
/// A feature with more distinct values than max_knots keeps its max_knots/4 smallest and as many largest, and the rest
/// evenly by rank; between kept values a tail counts up to the nearest kept value on its side (too rare by at most
/// 2/max_knots of the rows, and never in the kept ends). Training scores always use every value.
/// One row, and features that are constant, score 0; another value of a constant feature scores log(n + 1).
/// Cost: fit O(features * rows), score O(features * log max_knots) a row; state at most 12 bytes a knot.
std::unique_ptr<Detector> make_ecod(const EcodOptions& options);

}  // namespace outpost
