/// @file  Weighted least squares by the normal equations, in a fixed order of operations.
#pragma once

#include <cstddef>
#include <vector>

namespace outpost {

/// Sums up weighted observations of `unknowns` regressors, then solves.
class LeastSquares {
 public:
  explicit LeastSquares(std::size_t unknowns)
      : unknowns_(unknowns), matrix_(unknowns * (unknowns + 1) / 2), right_(unknowns) {}

  /// `regressors` holds one value an unknown; weight >= 0.
  void add(const std::vector<double>& regressors, double target, double weight);
  /// The solution with `ridge` > 0 added to the diagonal (Cholesky).
  std::vector<double> solve(double ridge);

 private:
  std::size_t unknowns_;
  std::vector<double> matrix_;  ///< lower triangle, by rows
  std::vector<double> right_;
};

}  // namespace outpost
