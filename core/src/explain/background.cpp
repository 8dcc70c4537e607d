#include "explain/background.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <outpost/base/random.hpp>

namespace outpost {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

/// The value at `place` in (0, 1) of a feature's training values; missing ones come last.
float value_at(const FeatureSummary& summary, bool category, double place) {
  const double present = 1.0 - summary.missing;
  if (place >= present) return kMissing;
  if (category) {
    double below = 0;
    for (std::size_t code = 0; code < summary.shares.size(); ++code) {
      below += summary.shares[code];
      if (place < below) return static_cast<float>(code);
    }
    return kMissing;
  }
  if (summary.quantiles.empty()) return kMissing;
  // `place` lies below `present`, so the index below the number of quantiles.
  const auto parts = static_cast<double>(summary.quantiles.size());
  return summary.quantiles[std::min(summary.quantiles.size() - 1, static_cast<std::size_t>(place / present * parts))];
}

}  // namespace

Matrix background_columns(const Pipeline& pipeline, std::size_t count, std::uint64_t seed) {
  Matrix kept = pipeline.fitted_detector().kept_rows(count);
  if (kept.rows() != 0) return kept;
  const std::size_t d = pipeline.features().size();
  Matrix rows(count, d);
  std::vector<std::uint32_t> order(count);
  for (std::size_t f = 0; f < d; ++f) {
    std::iota(order.begin(), order.end(), 0U);
    Random random(seed, f);
    shuffle(random, order);
    const bool category = pipeline.features().features[f].kind == FeatureKind::category_code;
    for (std::size_t r = 0; r < count; ++r) {
      const double place = (order[r] + 0.5) / static_cast<double>(count);
      rows(r, f) = value_at(pipeline.summaries()[f], category, place);
    }
  }
  Matrix columns(count, pipeline.preprocessor().output_features());
  pipeline.preprocessor().transform(rows, {columns.data(), columns.rows() * columns.cols()});
  return columns;
}

}  // namespace outpost
