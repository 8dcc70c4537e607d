#include <outpost/combine/threshold.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <outpost/base/reduce.hpp>
#include <outpost/base/sort.hpp>

namespace outpost {
namespace {

constexpr double kWideGap = 1e-4;
constexpr std::size_t kFewestNearRanks = 10;

using Sorted = std::span<const float>;  // ascending

double default_factor(ThresholdMethod method) {
  switch (method) {
    case ThresholdMethod::contamination: return 1;
    case ThresholdMethod::mad: return 2.5;
    case ThresholdMethod::iqr: return 1.5;
    case ThresholdMethod::z: return 3;
    case ThresholdMethod::knee: return 1;
  }
  return 1;
}

/// Median of |score - middle|: the deviations of sorted scores are two sorted runs, met from the middle outwards.
double median_deviation(Sorted scores, double middle) {
  const std::size_t n = scores.size();
  auto right = static_cast<std::size_t>(
      std::lower_bound(scores.begin(), scores.end(), middle, [](float a, double b) { return a < b; }) - scores.begin());
  std::size_t left = right;  // scores[left - 1] is the next on that side
  double previous = 0;
  double current = 0;
  for (std::size_t i = 0; i <= n / 2; ++i) {
    previous = current;
    const double below = left > 0 ? middle - scores[left - 1] : 0;
    const double above = right < n ? scores[right] - middle : 0;
    if (right == n || (left > 0 && below <= above)) {
      current = below;
      --left;
    } else {
      current = above;
      ++right;
    }
  }
  return n % 2 == 1 ? current : previous + (current - previous) * 0.5;
}

double mean_deviation(Sorted scores, double middle) {
  double total = 0;
  for (const float score : scores) total += std::abs(score - middle);
  return total / static_cast<double>(scores.size());
}

/// Each deviation times its constant estimates the standard deviation of normal scores.
double mad_cut(Sorted scores, double factor) {
  const double median = sorted_quantile(scores, 0.5);
  const double deviation = median_deviation(scores, median);
  // More than half of the scores are equal: their spread of 0 would flag everything above them.
  if (deviation == 0) return median + factor * 1.2533 * mean_deviation(scores, median);
  return median + factor * 1.4826 * deviation;
}

double iqr_cut(Sorted scores, double factor) {
  const double upper = sorted_quantile(scores, 0.75);
  return upper + factor * (upper - sorted_quantile(scores, 0.25));
}

double z_cut(Sorted scores, double factor) {
  const auto n = static_cast<double>(scores.size());
  const double mean = sum(scores) / n;
  return mean + factor * std::sqrt(sum_squared_deviations(scores, mean) / n);
}

/// The score where the normalised curve of sorted scores lies furthest below its diagonal. It is a knee when the
/// distance exceeds `sensitivity` mean steps of the diagonal; else the largest score, so that nothing is flagged.
double knee_cut(Sorted scores, double sensitivity) {
  const double low = scores.front();
  const double range = scores.back() - low;
  if (!(range > 0)) return scores.back();
  const double step = 1.0 / static_cast<double>(scores.size() - 1);
  double furthest = sensitivity * step;
  double cut = scores.back();
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double distance = static_cast<double>(i) * step - (scores[i] - low) / range;
    if (distance >= furthest) {
      furthest = distance;
      cut = scores[i];
    }
  }
  return cut;
}

/// The gap of rank k lies between the k highest scores and the others; 1 <= k < n.
double gap_low(Sorted scores, std::size_t k) { return scores[scores.size() - k - 1]; }
double gap_high(Sorted scores, std::size_t k) { return scores[scores.size() - k]; }
double gap_width(Sorted scores, std::size_t k) { return gap_high(scores, k) - gap_low(scores, k); }

bool is_wide(Sorted scores, std::size_t k) {
  const double low = gap_low(scores, k);
  const double high = gap_high(scores, k);
  return high - low > kWideGap * (std::abs(low) + std::abs(high));
}

/// Nearest rank to k, at most `reach` away, whose gap is accepted; the smaller rank of two as near. 0 when none is.
template <class Accept>
std::size_t nearest_rank(Sorted scores, std::size_t k, std::size_t reach, const Accept& accept) {
  const std::size_t last = scores.size() - 1;
  for (std::size_t away = 0; away <= reach && (away < k || k + away <= last); ++away) {
    if (away < k && k - away <= last && accept(k - away)) return k - away;
    if (k + away <= last && accept(k + away)) return k + away;
  }
  return 0;
}

/// The rank whose gap the threshold goes into, 0 when all scores are equal.
std::size_t choose_rank(Sorted scores, std::size_t k) {
  const std::size_t n = scores.size();
  const std::size_t near = std::max(kFewestNearRanks, n / 100);
  const auto wide = [scores](std::size_t rank) { return is_wide(scores, rank); };
  if (const std::size_t rank = nearest_rank(scores, k, near, wide); rank != 0) return rank;
  std::size_t widest = 0;
  double width = 0;
  for (std::size_t rank = k > near ? k - near : 1; rank <= std::min(k + near, n - 1); ++rank) {
    if (gap_width(scores, rank) > width) {
      width = gap_width(scores, rank);
      widest = rank;
    }
  }
  if (widest != 0) return widest;
  return nearest_rank(scores, k, n, [scores](std::size_t rank) { return gap_width(scores, rank) > 0; });
}

float inside_gap(Sorted scores, std::size_t k) {
  const double low = gap_low(scores, k);
  const double high = gap_high(scores, k);
  const auto middle = static_cast<float>(low + (high - low) * 0.5);
  return middle < high ? middle : static_cast<float>(low);  // neighbouring floats have nothing between them
}

std::uint64_t count_above(Sorted scores, double cut) {
  const auto first = std::upper_bound(scores.begin(), scores.end(), cut, [](double a, float b) { return a < b; });
  return static_cast<std::uint64_t>(scores.end() - first);
}

/// The float at or above both, for a cut with no score above it.
float above_all(Sorted scores, double cut) {
  const double largest = std::numeric_limits<float>::max();
  return std::max(scores.back(), static_cast<float>(std::min(cut, largest)));
}

Result<void> check(const ThresholdOptions& options, double factor) {
  if (options.method == ThresholdMethod::contamination &&
      !(options.contamination > 0 && options.contamination <= 0.5)) {
    return fail(ErrorCode::invalid_argument,
                "contamination " + std::to_string(options.contamination) + " is out of range",
                "give a share above 0 and at most 0.5");
  }
  if (!(factor > 0 && factor <= std::numeric_limits<float>::max())) {
    return fail(ErrorCode::invalid_argument, "threshold factor " + std::to_string(factor) + " is out of range",
                "give a number above 0");
  }
  return {};
}

}  // namespace

std::string_view to_string(ThresholdMethod method) {
  switch (method) {
    case ThresholdMethod::contamination: return "contamination";
    case ThresholdMethod::mad: return "mad";
    case ThresholdMethod::iqr: return "iqr";
    case ThresholdMethod::z: return "z";
    case ThresholdMethod::knee: return "knee";
  }
  return "unknown";
}

std::optional<ThresholdMethod> threshold_method_from(std::string_view name) {
  for (const auto method : {ThresholdMethod::contamination, ThresholdMethod::mad, ThresholdMethod::iqr,
                            ThresholdMethod::z, ThresholdMethod::knee}) {
    if (to_string(method) == name) return method;
  }
  return std::nullopt;
}

Result<Threshold> find_threshold(std::span<const float> training_scores, const ThresholdOptions& options) {
  const double factor = options.factor.value_or(default_factor(options.method));
  OUTPOST_TRY(check(options, factor));
  if (training_scores.empty()) {
    return fail(ErrorCode::not_enough_data, "there is no training score to put a threshold to",
                "give at least one row");
  }
  std::vector<float> scores(training_scores.begin(), training_scores.end());
  sort_floats(scores);

  double cut = scores.back();
  std::size_t rank = 0;
  switch (options.method) {
    case ThresholdMethod::contamination: {
      const double wanted = options.contamination * static_cast<double>(scores.size());
      rank = static_cast<std::size_t>(wanted);
      rank += wanted - static_cast<double>(rank) >= 0.5 ? 1 : 0;
      break;
    }
    case ThresholdMethod::mad: cut = mad_cut(scores, factor); break;
    case ThresholdMethod::iqr: cut = iqr_cut(scores, factor); break;
    case ThresholdMethod::z: cut = z_cut(scores, factor); break;
    case ThresholdMethod::knee: cut = knee_cut(scores, factor); break;
  }
  if (options.method != ThresholdMethod::contamination) rank = static_cast<std::size_t>(count_above(scores, cut));
  if (rank != 0) rank = scores.size() > 1 ? choose_rank(scores, std::min(rank, scores.size() - 1)) : 0;

  Threshold threshold;
  threshold.method = options.method;
  threshold.value = rank != 0 ? inside_gap(scores, rank) : above_all(scores, cut);
  threshold.flagged = count_above(scores, threshold.value);
  return threshold;
}

}  // namespace outpost
