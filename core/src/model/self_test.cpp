#include "model/self_test.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include <outpost/base/json_text.hpp>

namespace outpost {
namespace {

constexpr std::size_t kRows = 5;
constexpr std::size_t kMaxValues = 1 << 16;  // half a megabyte of text
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

float value_of(const Feature& feature, const FeatureSummary& summary, std::size_t row, std::size_t f) {
  if (feature.kind == FeatureKind::category_code) {
    if (row == 1 || summary.shares.empty()) return kNan;
    const auto usual = std::max_element(summary.shares.begin(), summary.shares.end()) - summary.shares.begin();
    if (row == 0) return static_cast<float>(usual);
    return static_cast<float>(row == 4 ? summary.shares.size() : (f + row) % summary.shares.size());
  }
  if (row == 1 || summary.quantiles.empty()) return kNan;
  const std::vector<float>& quantiles = summary.quantiles;
  switch (row) {
    case 0: return summary.median;
    case 2: return quantiles[(7 * f + 11) % quantiles.size()];  // 7 and 64 have no common factor: all levels occur
    case 3: return f % 2 == 0 ? quantiles.front() : quantiles.back();
    default: {
      const float range = quantiles.back() - quantiles.front();
      return f % 2 == 0 ? quantiles.back() + range + 1 : quantiles.front() - range - 1;
    }
  }
}

bool same_bits(float a, float b) {
  std::uint32_t x = 0, y = 0;
  std::memcpy(&x, &a, sizeof x);
  std::memcpy(&y, &b, sizeof y);
  return x == y;
}

}  // namespace

std::size_t self_test_count(std::size_t features) {
  return std::min(kRows, kMaxValues / std::max<std::size_t>(1, features));
}

Matrix self_test_rows(const FeatureSet& features, const std::vector<FeatureSummary>& summaries) {
  const std::size_t count = self_test_count(features.size());
  Matrix rows(count, features.size());
  for (std::size_t r = 0; r < count; ++r) {
    for (std::size_t f = 0; f < features.size(); ++f) rows(r, f) = value_of(features.features[f], summaries[f], r, f);
  }
  return rows;
}

Result<void> run_self_test(const Pipeline& pipeline) {
  const SelfTest& test = pipeline.self_test();
  std::vector<float> scores(test.rows.rows());
  OUTPOST_TRY(pipeline.score(test.rows, scores, {}));
  const bool exact = pipeline.detector().determinism == DeterminismClass::exact;
  for (std::size_t r = 0; r < scores.size(); ++r) {
    const float difference = std::fabs(scores[r] - test.scores[r]);
    if (same_bits(scores[r], test.scores[r])) continue;
    if (!exact && difference <= 1e-5F * std::fabs(test.scores[r])) continue;
    return fail(ErrorCode::corrupt_model,
                "the model's self-test fails: row " + std::to_string(r + 1) + " scores " + shortest_text(scores[r]) +
                    " here, " + shortest_text(test.scores[r]) + " where it was trained",
                "The file is altered, or this build computes differently: train the model again and report it.");
  }
  return {};
}

}  // namespace outpost
