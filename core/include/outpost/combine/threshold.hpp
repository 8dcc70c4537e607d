/// @file  Thresholds on training scores; label = score > threshold.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <outpost/base/result.hpp>

namespace outpost {

enum class ThresholdMethod : std::uint8_t {
  contamination,  ///< the score above which the given share of training rows lies
  mad,            ///< median + factor * 1.4826 * median absolute deviation (Leys et al., J. Exp. Soc. Psychol. 2013);
                  ///< where that deviation is 0, 1.2533 * the mean one instead (Iglewicz and Hoaglin 1993)
  iqr,            ///< third quartile + factor * interquartile range (Tukey 1977)
  z,              ///< mean + factor * standard deviation
  knee,           ///< the knee of the sorted scores (Satopaa et al., "Finding a Kneedle in a Haystack", 2011)
};
std::string_view to_string(ThresholdMethod method);
std::optional<ThresholdMethod> threshold_method_from(std::string_view name);

struct ThresholdOptions {
  ThresholdMethod method = ThresholdMethod::mad;
  double contamination = 0.1;    ///< contamination: share in (0, 0.5]
  std::optional<double> factor;  ///< mad 2.5, iqr 1.5, z 3, knee 1 (Kneedle's sensitivity) unless given; > 0
};

struct Threshold {
  ThresholdMethod method = ThresholdMethod::mad;
  float value = 0;
  std::uint64_t flagged = 0;  ///< training rows above it
};

/// The method gives a cut, and the rank k of the cut: how many scores lie above it. The threshold is then put into a
/// gap between sorted scores, so that a last digit never flips a label: the midpoint of the gap nearest to rank k
/// (ties: the higher threshold) that is wider than 1e-4 relative to |lo| + |hi| of its two sides and at most
/// max(10, n / 100) ranks away. Dense scores have none there: then the widest gap as near is taken; and where all
/// scores as near are equal, the nearest place where scores differ. With k = 0 nothing is flagged: the threshold is the
/// cut itself, or the largest score where that is higher, as it is when all scores are equal. Contamination rounds its
/// share to a rank. Depends on the scores alone, not on their order. Scores finite. O(n), 8 bytes a score.
/// Errors: not_enough_data (no score), invalid_argument (contamination or factor out of range).
Result<Threshold> find_threshold(std::span<const float> training_scores, const ThresholdOptions& options);

}  // namespace outpost
