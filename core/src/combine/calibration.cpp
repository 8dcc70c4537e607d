#include <outpost/combine/calibration.hpp>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <limits>

#include <outpost/base/sort.hpp>

namespace outpost {
namespace {

constexpr std::size_t kKnotsASide = 16;  // with the threshold's own: kMaxCalibrationKnots
constexpr float kAboveHalf = 0x1.000002p-1F;
constexpr float kLargest = std::numeric_limits<float>::max();

bool is_finite(float x) { return x >= -kLargest && x <= kLargest; }

/// Where the map reaches 1 when nothing was flagged; above the threshold, which is below kLargest.
float end_of_range(std::span<const float> ascending, float threshold) {
  const double at = threshold;
  double range = static_cast<double>(ascending.back()) - ascending.front();
  if (!(range > 0)) range = at < 0 ? -at : at;
  if (!(range > 0)) range = 1;
  // At least a few steps of float32 away, however small the range.
  const double least = (at < 0 ? -at : at) * 0x1p-20 + 1e-40;
  return static_cast<float>(std::min(at + std::max(range, least), static_cast<double>(kLargest)));
}

}  // namespace

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::none: return "none";
    case Severity::low: return "low";
    case Severity::medium: return "medium";
    case Severity::high: return "high";
    case Severity::critical: return "critical";
  }
  return "unknown";
}

/// Quantiles of one side (ascending scores), each with `base` + half the share of the side at or below it.
void Calibration::add_knots(std::span<const float> part, double base) {
  const std::size_t n = part.size();
  for (std::size_t j = 1; n != 0 && j <= kKnotsASide; ++j) {
    const std::size_t rank = n / kKnotsASide * j + (n % kKnotsASide * j + kKnotsASide - 1) / kKnotsASide;
    const float score = part[std::max<std::size_t>(rank, 1) - 1];
    if (!scores_.empty() && !(score > scores_.back())) continue;
    const auto at_or_below = std::upper_bound(part.begin(), part.end(), score) - part.begin();
    scores_.push_back(score);
    probabilities_.push_back(
        static_cast<float>(base + 0.5 * static_cast<double>(at_or_below) / static_cast<double>(n)));
  }
}

Calibration Calibration::fit(std::span<const float> training_scores, float threshold) {
  assert(!training_scores.empty() && is_finite(threshold));
  std::vector<float> sorted(training_scores.begin(), training_scores.end());
  sort_floats(sorted);
  const auto split =
      static_cast<std::size_t>(std::upper_bound(sorted.begin(), sorted.end(), threshold) - sorted.begin());
  const std::span<const float> all(sorted);

  Calibration result;
  result.threshold_ = threshold;
  result.add_knots(all.first(split), 0);
  if (!result.scores_.empty() && result.scores_.back() == threshold) {
    result.probabilities_.back() = 0.5F;
  } else {
    result.scores_.push_back(threshold);
    result.probabilities_.push_back(0.5F);
  }
  if (split < all.size()) {
    result.add_knots(all.subspan(split), 0.5);
    // The share of one row in very many must not round back to the threshold's own 0.5.
    for (std::size_t i = 0; i < result.scores_.size(); ++i) {
      if (result.scores_[i] > threshold) result.probabilities_[i] = std::max(result.probabilities_[i], kAboveHalf);
    }
  } else if (threshold < kLargest) {
    result.scores_.push_back(end_of_range(all, threshold));
    result.probabilities_.push_back(1.0F);
  }
  return result;
}

float Calibration::probability(float score) const {
  if (score != score || scores_.empty()) return 0;
  if (score <= scores_.front()) return probabilities_.front();
  const auto above =
      static_cast<std::size_t>(std::upper_bound(scores_.begin(), scores_.end(), score) - scores_.begin());
  if (above == scores_.size()) return score > threshold_ ? 1.0F : probabilities_.back();
  // float64: neither the differences of float32 knots nor the products overflow, and each step is monotone.
  const double low = scores_[above - 1];
  const double start = probabilities_[above - 1];
  const double part = (score - low) / (static_cast<double>(scores_[above]) - low);
  const auto value = static_cast<float>(start + (static_cast<double>(probabilities_[above]) - start) * part);
  // Rounding must not carry a score over the threshold's 0.5, nor beyond the next knot.
  if (score > threshold_) return std::clamp(value, kAboveHalf, probabilities_[above]);
  return std::min({value, probabilities_[above], 0.5F});
}

Severity Calibration::severity(float score) const {
  if (!(score > threshold_)) return Severity::none;
  const float p = probability(score);
  if (p < 0.7F) return Severity::low;
  if (p < 0.85F) return Severity::medium;
  return p < 0.95F ? Severity::high : Severity::critical;
}

// Each score lies between two knots (or before the first, or after the last, where both are the same one). The steps
// are those of probability(), float64 where it is.
void Calibration::write_graph(onnx::GraphWriter& graph, onnx::Value scores) const {
  const auto knots = static_cast<std::int64_t>(scores_.size());
  const onnx::Value at = graph.f32("calibration.scores", {knots}, scores_);
  const onnx::Value p = graph.f32("calibration.probabilities", {knots}, probabilities_);
  const onnx::Value threshold = graph.f32("calibration.threshold", {}, {&threshold_, 1});
  const auto as_double = [&](onnx::Value value) { return graph.cast(value, onnx::DataType::float64); };

  const onnx::Value passed = graph.cast(graph.add("LessOrEqual", {at, scores}), onnx::DataType::int64);
  const onnx::Value above = graph.add("ReduceSum", {passed, graph.constant({1})}, {{"keepdims", std::int64_t{1}}});
  const onnx::Value low_knot =
      graph.add("Max", {graph.add("Sub", {above, graph.constant(std::int64_t{1})}), graph.constant(std::int64_t{0})});
  const onnx::Value high_knot = graph.add("Min", {above, graph.constant(knots - 1)});
  const onnx::Value low = as_double(graph.add("Gather", {at, low_knot}));
  const onnx::Value high = as_double(graph.add("Gather", {at, high_knot}));
  const onnx::Value start = as_double(graph.add("Gather", {p, low_knot}));
  const onnx::Value end_single = graph.add("Gather", {p, high_knot});

  const onnx::Value width = graph.add("Sub", {high, low});
  const onnx::Value same = graph.add("Equal", {low_knot, high_knot});
  const onnx::Value divisor = graph.add("Where", {same, graph.constant(1.0), width});
  const onnx::Value part = graph.add("Div", {graph.add("Sub", {as_double(scores), low}), divisor});
  const onnx::Value rise = graph.add("Sub", {as_double(end_single), start});
  const onnx::Value value =
      graph.cast(graph.add("Add", {start, graph.add("Mul", {rise, part})}), onnx::DataType::float32);

  const onnx::Value is_above = graph.add("Greater", {scores, threshold});
  const onnx::Value capped = graph.add("Min", {value, end_single});
  const onnx::Value flagged = graph.add("Max", {capped, graph.constant(kAboveHalf)});
  const onnx::Value normal = graph.add("Min", {capped, graph.constant(0.5F)});
  const onnx::Value axes = graph.constant({1});
  graph.add_as("probability", "Squeeze", {graph.add("Where", {is_above, flagged, normal}), axes});
  graph.add_as("label", "Squeeze", {graph.cast(is_above, onnx::DataType::int64), axes});
}

Result<Calibration> Calibration::read_graph(onnx::GraphReader& graph) {
  Calibration result;
  result.threshold_ = graph.f32("calibration.threshold");
  result.scores_ = graph.f32("calibration.scores", {-1}, kMaxCalibrationKnots);
  result.probabilities_ = graph.f32("calibration.probabilities", {-1}, kMaxCalibrationKnots);
  OUTPOST_TRY(graph.status());
  const std::vector<float>& scores = result.scores_;
  const std::vector<float>& probabilities = result.probabilities_;
  bool has_threshold = false;
  bool valid = scores.size() == probabilities.size() && is_finite(result.threshold_);
  for (std::size_t i = 0; valid && i < scores.size(); ++i) {
    const float p = probabilities[i];
    valid = is_finite(scores[i]) && p >= 0 && p <= 1 && (scores[i] > result.threshold_) == (p > 0.5F);
    if (i > 0) valid = valid && scores[i] > scores[i - 1] && p >= probabilities[i - 1];
    if (scores[i] == result.threshold_) has_threshold = p == 0.5F;
  }
  // Beyond the last knot the map is 1; only a threshold that nothing can be above may be the last knot.
  valid = valid && has_threshold && (probabilities.back() == 1 || result.threshold_ == kLargest);
  if (!valid) graph.reject("calibration knots are out of order or range");
  OUTPOST_TRY(graph.status());
  return result;
}

}  // namespace outpost
