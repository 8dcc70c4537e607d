#include "explain/lime.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <outpost/base/math.hpp>
#include <outpost/base/random.hpp>

#include "explain/solve.hpp"

namespace outpost {
namespace {

constexpr double kWidth = 0.5;  // share of features replaced at which a row weighs 1/e
constexpr double kRidge = 1;    // as the authors' program has it

/// Weighted R^2 of the linear model.
double fidelity(const Coalitions& sets, const std::vector<double>& changes, const std::vector<double>& weights,
                const std::vector<double>& effects) {
  const std::size_t m = effects.size();
  double weight = 0, mean = 0;
  for (std::size_t r = 0; r < changes.size(); ++r) {
    weight += weights[r];
    mean += weights[r] * changes[r];
  }
  mean /= weight;
  double left = 0, total = 0;
  for (std::size_t r = 0; r < changes.size(); ++r) {
    double error = changes[r];
    for (std::size_t i = 0; i < m; ++i) error -= sets[r * m + i] == 0 ? effects[i] : 0.0;
    left += weights[r] * error * error;
    total += weights[r] * (changes[r] - mean) * (changes[r] - mean);
  }
  return total > 0 ? 1 - left / total : 1;
}

}  // namespace

Result<void> lime(const MaskedScores& scores, std::size_t background_rows, const ExplainOptions& options,
                  const RunContext& context, Explanation& out) {
  const std::size_t m = scores.players();
  out.base = scores.score();
  if (m == 0) return {};
  if (m > kMaxSolved) {
    return fail(ErrorCode::unsupported,
                "LIME takes at most " + std::to_string(kMaxSolved) + " features that vary, not " + std::to_string(m),
                "Explain by the method shap, or leave out features.");
  }
  const std::size_t count = options.perturbed_rows + 2 * m;
  Random random(options.seed);
  Coalitions sets(count * m, 1);
  std::vector<std::uint32_t> rows(count);
  std::vector<double> weights(count);
  for (std::size_t r = 0; r < count; ++r) {
    const auto replaced = static_cast<std::size_t>(random.uniform_index(m)) + 1;
    for (const std::uint32_t i : sample_without_replacement(random, m, replaced)) sets[r * m + i] = 0;
    rows[r] = static_cast<std::uint32_t>(random.uniform_index(background_rows));
    const double distance = static_cast<double>(replaced) / static_cast<double>(m) / kWidth;
    weights[r] = portable_exp(-distance * distance);
  }
  std::vector<double> changes(count);
  if (!scores.single_scores(sets, rows, changes, context)) {
    return fail(ErrorCode::cancelled, "Explaining was cancelled");
  }
  LeastSquares equations(m);
  std::vector<double> regressors(m);
  for (std::size_t r = 0; r < count; ++r) {
    changes[r] -= scores.score();
    for (std::size_t i = 0; i < m; ++i) regressors[i] = sets[r * m + i] == 0 ? 1 : 0;
    equations.add(regressors, changes[r], weights[r]);
  }
  const std::vector<double> effects = equations.solve(kRidge);
  for (std::size_t i = 0; i < m; ++i) {
    out.contributions[scores.feature(i)] = -effects[i];
    out.base += effects[i];
  }
  out.fidelity = fidelity(sets, changes, weights, effects);
  return {};
}

}  // namespace outpost
