#include "explain/kernel_shap.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include <outpost/base/random.hpp>

#include "explain/solve.hpp"

namespace outpost {
namespace {

constexpr std::size_t kOrderPairs = 4;     // random orders of the features, each also walked backwards
constexpr std::size_t kStepsAtOnce = 256;  // of such a walk
constexpr double kRidge = 1e-10;           // beside weights that add up to 1

tl::unexpected<Error> cancelled() { return fail(ErrorCode::cancelled, "Explaining was cancelled"); }

/// Every set, then Shapley's formula: the same values as the regression over all sets.
Result<void> enumerate(const MaskedScores& scores, double full, const RunContext& context, Explanation& out) {
  const std::size_t m = scores.players(), count = std::size_t{1} << m;
  Coalitions sets(count * m);
  for (std::size_t s = 0; s < count; ++s) {
    for (std::size_t i = 0; i < m; ++i) sets[s * m + i] = (s >> i & 1) != 0 ? 1 : 0;
  }
  std::vector<double> values(count);
  if (!scores.mean_scores(sets, values, context)) return cancelled();
  values.back() = full;
  // weight[s] = s! (m - s - 1)! / m!
  std::vector<double> weight(m);
  weight[0] = 1.0 / static_cast<double>(m);
  for (std::size_t s = 1; s < m; ++s) weight[s] = weight[s - 1] * static_cast<double>(s) / static_cast<double>(m - s);
  for (std::size_t i = 0; i < m; ++i) {
    double sum = 0;
    for (std::size_t s = 0; s < count; ++s) {
      if ((s >> i & 1) != 0) continue;
      std::size_t size = 0;
      for (std::size_t j = 0; j < m; ++j) size += s >> j & 1;
      sum += weight[size] * (values[s | std::size_t{1} << i] - values[s]);
    }
    out.contributions[scores.feature(i)] = sum;
  }
  out.base = values.front();
  return {};
}

/// Sets with their weights: sizes 1 and m - 1 whole, then the next sizes as far as the budget reaches, then random sets
/// of the sizes left, each with its complement.
class CoalitionPlan {
 public:
  CoalitionPlan(std::size_t players, std::size_t budget, Random& random) : m_(players) {
    const std::size_t half = m_ / 2;
    std::vector<double> size_weight(half + 1);  // of a size and its mirror image together
    double left = 0;
    for (std::size_t s = 1; s <= half; ++s) {
      size_weight[s] = 1.0 / (static_cast<double>(s) * static_cast<double>(m_ - s)) * (2 * s == m_ ? 0.5 : 1.0);
      left += size_weight[s];
    }
    std::size_t size = 1;
    for (double number = static_cast<double>(m_); size <= half; ++size) {
      const double both = 2 * size == m_ ? number : 2 * number;
      const double room = static_cast<double>(budget - std::min(budget, weights_.size()));
      if (size > 1 && both > room * size_weight[size] / left) break;
      add_all(size, size_weight[size] / both);
      left -= size_weight[size];
      number = number * static_cast<double>(m_ - size) / static_cast<double>(size + 1);
    }
    if (size <= half) add_random(size, size_weight, left, budget - std::min(budget, weights_.size()), random);
  }

  const Coalitions& sets() const { return sets_; }
  const std::vector<double>& weights() const { return weights_; }

 private:
  void add(const std::vector<std::uint8_t>& set, double weight) {
    sets_.insert(sets_.end(), set.begin(), set.end());
    weights_.push_back(weight);
  }

  /// All sets of a size in lexicographic order, and those of its mirror image.
  void add_all(std::size_t size, double weight) {
    std::vector<std::size_t> chosen(size);
    std::iota(chosen.begin(), chosen.end(), std::size_t{0});
    while (true) {
      std::vector<std::uint8_t> set(m_, 0);
      for (const std::size_t i : chosen) set[i] = 1;
      add(set, weight);
      if (2 * size != m_) {
        for (std::uint8_t& known : set) known = known == 0 ? 1 : 0;
        add(set, weight);
      }
      std::size_t place = size;
      while (place > 0 && chosen[place - 1] == m_ - size + place - 1) --place;
      if (place == 0) return;
      ++chosen[place - 1];
      for (std::size_t i = place; i < size; ++i) chosen[i] = chosen[i - 1] + 1;
    }
  }

  void add_random(std::size_t first, const std::vector<double>& size_weight, double left, std::size_t budget,
                  Random& random) {
    const std::size_t pairs = std::max<std::size_t>(1, budget / 2);
    for (std::size_t p = 0; p < pairs; ++p) {
      double place = random.uniform() * left;
      std::size_t size = first;
      while (size + 1 < size_weight.size() && place >= size_weight[size]) place -= size_weight[size++];
      std::vector<std::uint8_t> set(m_, 0);
      for (const std::uint32_t i : sample_without_replacement(random, m_, size)) set[i] = 1;
      add(set, left / static_cast<double>(2 * pairs));
      for (std::uint8_t& known : set) known = known == 0 ? 1 : 0;
      add(set, left / static_cast<double>(2 * pairs));
    }
  }

  std::size_t m_;
  Coalitions sets_;
  std::vector<double> weights_;
};

/// The linear model of the sets' scores, through those of the empty and of the full set.
Result<void> regress(const MaskedScores& scores, double base, double full, const ExplainOptions& options,
                     const RunContext& context, Explanation& out) {
  const std::size_t m = scores.players(), last = m - 1;
  Random random(options.seed);
  const CoalitionPlan plan(m, options.coalitions + 2 * m, random);
  std::vector<double> values(plan.weights().size());
  if (!scores.mean_scores(plan.sets(), values, context)) return cancelled();
  double total = 0;
  for (const double weight : plan.weights()) total += weight;
  // The last player's value is what the others leave, so that all add up.
  LeastSquares equations(last);
  std::vector<double> regressors(last);
  for (std::size_t s = 0; s < values.size(); ++s) {
    const std::uint8_t* set = &plan.sets()[s * m];
    for (std::size_t i = 0; i < last; ++i) regressors[i] = static_cast<double>(set[i]) - set[last];
    equations.add(regressors, values[s] - base - set[last] * (full - base), plan.weights()[s] / total);
  }
  const std::vector<double> solution = equations.solve(kRidge);
  double rest = full - base;
  for (std::size_t i = 0; i < last; ++i) {
    out.contributions[scores.feature(i)] = solution[i];
    rest -= solution[i];
  }
  out.contributions[scores.feature(last)] = rest;
  return {};
}

/// What a feature changes when it is added in a random order, mean over some orders (E. Strumbelj, I. Kononenko,
/// Knowledge and Information Systems 41, 2014).
Result<void> walk_orders(const MaskedScores& scores, double base, double full, const ExplainOptions& options,
                         const RunContext& context, Explanation& out) {
  const std::size_t m = scores.players();
  std::vector<std::uint32_t> order(m);
  std::iota(order.begin(), order.end(), 0U);
  Random random(options.seed);
  std::vector<double> values(kStepsAtOnce);
  for (std::size_t walk = 0; walk < 2 * kOrderPairs; ++walk) {
    if (walk % 2 == 0) {
      shuffle(random, order);
    } else {
      std::reverse(order.begin(), order.end());
    }
    std::vector<std::uint8_t> set(m, 0);
    double before = base;
    for (std::size_t first = 0; first < m; first += kStepsAtOnce) {
      const std::size_t count = std::min(kStepsAtOnce, m - first);
      Coalitions sets;
      for (std::size_t i = first; i < first + count; ++i) {
        set[order[i]] = 1;
        sets.insert(sets.end(), set.begin(), set.end());
      }
      if (!scores.mean_scores(sets, std::span(values).first(count), context)) return cancelled();
      if (first + count == m) values[count - 1] = full;
      for (std::size_t i = 0; i < count; ++i) {
        out.contributions[scores.feature(order[first + i])] += (values[i] - before) / (2 * kOrderPairs);
        before = values[i];
      }
      context.report(walk * m + first + count, 2 * kOrderPairs * m);
    }
  }
  return {};
}

}  // namespace

Result<void> kernel_shap(const MaskedScores& scores, const ExplainOptions& options, const RunContext& context,
                         Explanation& out) {
  const std::size_t m = scores.players();
  const double full = scores.score();
  out.base = full;
  if (m == 0) return {};
  if (m <= kMaxEnumerated) return enumerate(scores, full, context, out);
  if (!scores.mean_scores(Coalitions(m, 0), {&out.base, 1}, context)) return cancelled();
  if (m <= kMaxSolved) return regress(scores, out.base, full, options, context, out);
  return walk_orders(scores, out.base, full, options, context, out);
}

}  // namespace outpost
