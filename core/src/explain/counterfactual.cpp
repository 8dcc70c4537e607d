#include <outpost/explain/counterfactual.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include <outpost/explain/nearest_normal.hpp>

namespace outpost {
namespace {

constexpr std::size_t kPairFeatures = 8;  // pairs are tried among the features that help most alone,
constexpr std::size_t kPairValues = 14;   // with so many values of each: 28 * 14 * 14 scores
constexpr std::size_t kCategories = 16;   // most frequent ones
constexpr int kHalvings = 16;

bool is_continuous(const Feature& feature) {
  return feature.kind == FeatureKind::number || feature.kind == FeatureKind::hour || feature.kind == FeatureKind::gap;
}

bool is_whole(float value) { return value == std::floor(value); }

/// At most `count` of the values, first and last among them.
std::vector<float> thinned(const std::vector<float>& values, std::size_t count) {
  if (values.size() <= count) return values;
  std::vector<float> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(values[i * (values.size() - 1) / (count - 1)]);
  return out;
}

/// A row that was tried.
struct Trial {
  std::vector<float> row;
  float score = std::numeric_limits<float>::infinity();
  double distance = 0;
  std::size_t feature = 0;  ///< the last that was changed
};

/// What was seen while one feature's values were tried.
struct Outcome {
  Trial best;    ///< of those that are not flagged, the nearest to the row
  Trial lowest;  ///< the lowest score
};

class Search {
 public:
  Search(const Pipeline& pipeline, std::span<const float> row, const CounterfactualOptions& options,
         const RunContext& context)
      : pipeline_(pipeline), row_(row.begin(), row.end()), options_(options), context_(context) {
    for (std::size_t f = 0; f < row_.size(); ++f) candidates_.push_back(candidates(f));
  }

  Result<Counterfactual> run() {
    Trial start{row_, score(row_), 0, 0};
    if (!pipeline_.is_anomaly(start.score)) return result(start);
    // Few features first: one, two (greedily only where a pair is not tried), then greedily more.
    std::vector<Outcome> singles(row_.size());
    Trial state = start;
    for (std::size_t changed = 1; changed <= options_.max_features; ++changed) {
      std::vector<Outcome> outcomes = vary_each(state);
      if (context_.cancelled()) return fail(ErrorCode::cancelled, "Looking for a counterfactual was cancelled");
      if (changed == 1) singles = outcomes;
      Trial found = nearest_of(outcomes);
      if (changed == 2) {
        const Trial pair = best_pair(singles);
        if (is_better(pair, found)) found = pair;
      }
      if (!found.row.empty()) return result(refined(std::move(found)));
      const Trial lowest = lowest_of(outcomes);
      if (lowest.row.empty() || !(lowest.score < state.score)) {
        if (changed >= 2) break;
        continue;  // no single change helps; a pair still may
      }
      state = lowest;
      context_.report(changed, options_.max_features);
    }
    if (context_.cancelled()) return fail(ErrorCode::cancelled, "Looking for a counterfactual was cancelled");
    Counterfactual none;
    none.score = start.score;
    return none;
  }

 private:
  static bool is_better(const Trial& a, const Trial& b) {
    return !a.row.empty() && (b.row.empty() || a.distance < b.distance);
  }

  float score(const std::vector<float>& row) const {
    float value = 0;
    (void)pipeline_.score(MatrixView(row.data(), 1, row.size()), {&value, 1}, RunContext());
    return value;
  }

  /// Values of a feature that may be tried, ascending (categories: frequent first); without the row's own.
  std::vector<float> candidates(std::size_t f) const {
    std::vector<float> values;
    if (!options_.immutable.empty() && options_.immutable[f]) return values;
    const FeatureSummary& summary = pipeline_.summaries()[f];
    if (pipeline_.features().features[f].kind == FeatureKind::category_code) {
      std::vector<std::uint32_t> codes(summary.shares.size());
      std::iota(codes.begin(), codes.end(), 0U);
      std::stable_sort(codes.begin(), codes.end(),
                       [&](std::uint32_t a, std::uint32_t b) { return summary.shares[a] > summary.shares[b]; });
      codes.resize(std::min(codes.size(), kCategories));
      for (const std::uint32_t code : codes) {
        if (summary.shares[code] > 0) values.push_back(static_cast<float>(code));
      }
    } else if (!summary.quantiles.empty()) {
      const Bounds bounds = bounds_of(f);
      values = summary.quantiles;
      values.push_back(summary.median);
      if (!options_.bounds.empty() && bounds.low <= bounds.high && is_continuous(pipeline_.features().features[f])) {
        values.push_back(bounds.low);
        values.push_back(bounds.high);
      }
      values.erase(
          std::remove_if(values.begin(), values.end(), [&](float v) { return !(v >= bounds.low && v <= bounds.high); }),
          values.end());
      std::sort(values.begin(), values.end());
      values.erase(std::unique(values.begin(), values.end()), values.end());
    }
    values.erase(std::remove(values.begin(), values.end(), row_[f]), values.end());
    return values;
  }

  Bounds bounds_of(std::size_t f) const {
    const std::vector<float>& quantiles = pipeline_.summaries()[f].quantiles;
    Bounds bounds{quantiles.front(), quantiles.back()};
    if (!options_.bounds.empty()) {
      bounds.low = std::max(bounds.low, options_.bounds[f].low);
      bounds.high = std::min(bounds.high, options_.bounds[f].high);
    }
    return bounds;
  }

  /// Scores `state` with feature f at each of the values, and with `f2` at each of its own where there is one.
  Outcome vary(const std::vector<float>& state, std::size_t f, const std::vector<float>& values,
               std::optional<std::size_t> f2 = std::nullopt, const std::vector<float>& values2 = {0.0F}) const {
    Matrix rows(values.size() * values2.size(), state.size());
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      std::copy(state.begin(), state.end(), rows.row(r).begin());
      rows(r, f) = values[r / values2.size()];
      if (f2) rows(r, *f2) = values2[r % values2.size()];
    }
    std::vector<float> scores(rows.rows());
    (void)pipeline_.score(rows, scores, RunContext());
    Outcome outcome;
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      const std::span<const float> tried = std::as_const(rows).row(r);
      const bool lower = scores[r] < outcome.lowest.score;
      const bool normal = !pipeline_.is_anomaly(scores[r]);
      if (!lower && !normal) continue;
      Trial trial{{tried.begin(), tried.end()}, scores[r], robust_distance(pipeline_, row_, tried), f};
      if (normal && is_better(trial, outcome.best)) outcome.best = trial;
      if (lower) outcome.lowest = std::move(trial);
    }
    return outcome;
  }

  /// Each feature that is still as in the row, at each of its values.
  std::vector<Outcome> vary_each(const Trial& state) const {
    std::vector<Outcome> outcomes(row_.size());
    context_.executor().parallel_for(row_.size(), [&](std::size_t f) {
      const bool unchanged = state.row[f] == row_[f] || std::isnan(state.row[f]);
      if (context_.cancelled() || candidates_[f].empty() || !unchanged) return;
      outcomes[f] = vary(state.row, f, candidates_[f]);
    });
    return outcomes;
  }

  Trial best_pair(const std::vector<Outcome>& singles) const {
    std::vector<std::size_t> helpful;
    for (std::size_t f = 0; f < singles.size(); ++f) {
      if (!singles[f].lowest.row.empty()) helpful.push_back(f);
    }
    std::stable_sort(helpful.begin(), helpful.end(),
                     [&](std::size_t a, std::size_t b) { return singles[a].lowest.score < singles[b].lowest.score; });
    helpful.resize(std::min(helpful.size(), kPairFeatures));
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t i = 0; i < helpful.size(); ++i) {
      for (std::size_t j = i + 1; j < helpful.size(); ++j) pairs.emplace_back(helpful[i], helpful[j]);
    }
    std::vector<Outcome> outcomes(pairs.size());
    context_.executor().parallel_for(pairs.size(), [&](std::size_t i) {
      if (context_.cancelled()) return;
      const auto [a, b] = pairs[i];
      outcomes[i] = vary(row_, a, thinned(candidates_[a], kPairValues), b, thinned(candidates_[b], kPairValues));
    });
    return nearest_of(outcomes);
  }

  static Trial nearest_of(const std::vector<Outcome>& outcomes) {
    Trial best;
    for (const Outcome& outcome : outcomes) {
      if (is_better(outcome.best, best)) best = outcome.best;
    }
    return best;
  }

  static Trial lowest_of(const std::vector<Outcome>& outcomes) {
    Trial lowest;
    for (const Outcome& outcome : outcomes) {
      if (!outcome.lowest.row.empty() && outcome.lowest.score < lowest.score) lowest = outcome.lowest;
    }
    return lowest;
  }

  bool try_value(Trial& trial, std::size_t f, float value) const {
    std::vector<float> row = trial.row;
    row[f] = value;
    const float found = score(row);
    if (pipeline_.is_anomaly(found)) return false;
    trial.row = std::move(row);
    trial.score = found;
    return true;
  }

  /// Takes back what is not needed, then halves the way towards the row as long as the row stays unflagged.
  Trial refined(Trial trial) const {
    for (std::size_t f = 0; f < row_.size(); ++f) {
      if (trial.row[f] == row_[f] || std::isnan(trial.row[f]) || try_value(trial, f, row_[f])) continue;
      const Feature& feature = pipeline_.features().features[f];
      if (!is_continuous(feature) || std::isnan(row_[f])) continue;
      const Bounds bounds = bounds_of(f);
      const std::vector<float>& quantiles = pipeline_.summaries()[f].quantiles;
      const bool whole = is_whole(row_[f]) && std::all_of(quantiles.begin(), quantiles.end(), is_whole);
      double flagged = std::min(std::max(row_[f], bounds.low), bounds.high);
      for (int step = 0; step < kHalvings; ++step) {
        const double good = trial.row[f];
        double middle = good + (flagged - good) / 2;
        if (whole) middle = std::floor(middle + 0.5);
        const auto value = static_cast<float>(middle);
        if (value == trial.row[f] || middle == flagged) break;
        if (!try_value(trial, f, value)) flagged = middle;
      }
    }
    return trial;
  }

  Counterfactual result(const Trial& trial) const {
    Counterfactual out;
    out.found = true;
    out.score = trial.score;
    out.distance = robust_distance(pipeline_, row_, trial.row);
    for (std::size_t f = 0; f < row_.size(); ++f) {
      const bool same = trial.row[f] == row_[f] || (std::isnan(trial.row[f]) && std::isnan(row_[f]));
      if (!same) out.changes.push_back({f, row_[f], trial.row[f]});
    }
    return out;
  }

  const Pipeline& pipeline_;
  std::vector<float> row_;
  const CounterfactualOptions& options_;
  const RunContext& context_;
  std::vector<std::vector<float>> candidates_;  ///< of each feature
};

Result<void> check(const Pipeline& pipeline, std::span<const float> row, const CounterfactualOptions& options) {
  const std::size_t d = pipeline.features().size();
  if (row.size() != d) {
    return fail(ErrorCode::schema_mismatch, "The row has " + std::to_string(row.size()) +
                                                " values; the model was trained on " + std::to_string(d) + " features");
  }
  if ((!options.immutable.empty() && options.immutable.size() != d) ||
      (!options.bounds.empty() && options.bounds.size() != d)) {
    return fail(ErrorCode::invalid_argument,
                "immutable and bounds have one entry a feature, of which there are " + std::to_string(d));
  }
  for (std::size_t f = 0; f < options.bounds.size(); ++f) {
    if (options.bounds[f].low <= options.bounds[f].high) continue;
    return fail(ErrorCode::invalid_argument,
                "The bounds of '" + pipeline.features().features[f].name + "' are not a range",
                "Give the lower one first.");
  }
  if (options.max_features < 1 || options.max_features > 100) {
    return fail(ErrorCode::invalid_argument,
                "max_features is " + std::to_string(options.max_features) + ", not from 1 to 100");
  }
  return {};
}

}  // namespace

Result<Counterfactual> find_counterfactual(const Pipeline& pipeline, std::span<const float> row,
                                           const CounterfactualOptions& options, const RunContext& context) {
  OUTPOST_TRY(check(pipeline, row, options));
  return Search(pipeline, row, options, context).run();
}

}  // namespace outpost
