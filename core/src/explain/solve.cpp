#include "explain/solve.hpp"

#include <algorithm>
#include <cmath>

namespace outpost {

void LeastSquares::add(const std::vector<double>& regressors, double target, double weight) {
  double* row = matrix_.data();
  for (std::size_t i = 0; i < unknowns_; row += ++i) {
    const double weighted = weight * regressors[i];
    if (weighted == 0) continue;
    for (std::size_t j = 0; j <= i; ++j) row[j] += weighted * regressors[j];
    right_[i] += weighted * target;
  }
}

std::vector<double> LeastSquares::solve(double ridge) {
  const auto row = [this](std::size_t i) { return matrix_.data() + i * (i + 1) / 2; };
  double largest = 0;
  for (std::size_t i = 0; i < unknowns_; ++i) {
    row(i)[i] += ridge;
    largest = std::max(largest, row(i)[i]);
  }
  for (std::size_t i = 0; i < unknowns_; ++i) {
    double* current = row(i);
    for (std::size_t j = 0; j <= i; ++j) {
      const double* other = row(j);
      double sum = current[j];
      for (std::size_t k = 0; k < j; ++k) sum -= current[k] * other[k];
      // Rounding may leave nothing of a pivot where regressors say the same.
      current[j] = j < i ? sum / other[j] : std::sqrt(std::max(sum, 1e-15 * largest));
    }
  }
  std::vector<double> solution = right_;
  for (std::size_t i = 0; i < unknowns_; ++i) {
    for (std::size_t k = 0; k < i; ++k) solution[i] -= row(i)[k] * solution[k];
    solution[i] /= row(i)[i];
  }
  for (std::size_t i = unknowns_; i-- > 0;) {
    for (std::size_t k = i + 1; k < unknowns_; ++k) solution[i] -= row(k)[i] * solution[k];
    solution[i] /= row(i)[i];
  }
  return solution;
}

}  // namespace outpost
