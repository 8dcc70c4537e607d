/// @file  Calibration: score to probability and severity. Rank-based: it says how unusual a score is among the
/// training scores, not how often such rows are true anomalies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <outpost/base/result.hpp>
#include <outpost/onnx/graph_reader.hpp>
#include <outpost/onnx/graph_writer.hpp>

namespace outpost {

enum class Severity : std::uint8_t { none, low, medium, high, critical };
std::string_view to_string(Severity severity);

inline constexpr std::size_t kMaxCalibrationKnots = 33;

/// A monotone piecewise-linear map over at most 33 knots, constant before the first. The threshold maps to 0.5.
/// Up to it, knots are quantiles of the training scores not above it, each with half the share of these at or below.
/// Above it, knots are quantiles of the flagged training scores, each with 0.5 + half the share of these at or below,
/// so 1 from the largest on; where nothing was flagged, it rises to 1 over one range of the training scores.
class Calibration {
 public:
  /// `training_scores` finite, n >= 1; any finite threshold.
  static Calibration fit(std::span<const float> training_scores, float threshold);
  /// In [0, 1], never NaN, for any float (NaN gives 0); > 0.5 exactly when score > threshold, also at the knots.
  float probability(float score) const;
  /// none when not above the threshold; then low < 0.7 <= medium < 0.85 <= high < 0.95 <= critical.
  Severity severity(float score) const;
  float threshold() const { return threshold_; }

  /// Adds nodes that compute probability and label from `scores` (float32 [N, 1]) as the outputs `probability`
  /// (float32 [N]) and `label` (int64 [N], 1 where the score is above the threshold). Same bits as probability().
  void write_graph(onnx::GraphWriter& graph, onnx::Value scores) const;
  static Result<Calibration> read_graph(onnx::GraphReader& graph);

 private:
  void add_knots(std::span<const float> part, double base);

  float threshold_ = 0;
  std::vector<float> scores_;         ///< knots, strictly ascending; the threshold is one
  std::vector<float> probabilities_;  ///< ascending, in [0, 1]
};

}  // namespace outpost
