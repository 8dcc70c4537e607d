/// @file  Verdicts: what is known of each scored row. Of our own models all of it; of others often the score alone.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <outpost/explain/explanation.hpp>
#include <outpost/model/pipeline.hpp>

namespace outpost::edge {

/// Everything borrowed.
struct Verdicts {
  std::span<const float> scores;
  const FeatureSet& features;                 ///< the columns that were scored
  const Pipeline* pipeline = nullptr;         ///< gives probability, severity and deviations; null for a foreign model
  std::optional<float> threshold = {};        ///< none: rows get no label
  std::string threshold_origin = {};          ///< where it comes from: "mad", "--threshold", a file
  std::span<const float> probabilities = {};  ///< as a runtime gave them; empty: the pipeline's own
  std::span<const std::int64_t> labels = {};  ///< likewise; empty: score > threshold

  const Explainer* explainer = nullptr;  ///< with a pipeline, where contributions are wanted

  static Verdicts of(const Pipeline& pipeline, std::span<const float> scores) {
    return {scores, pipeline.features(), &pipeline, pipeline.threshold(),
            std::string(to_string(pipeline.threshold_method()))};
  }

  bool labelled() const { return threshold.has_value(); }
  bool is_anomaly(std::size_t row) const {
    return labels.empty() ? threshold && scores[row] > *threshold : labels[row] != 0;
  }
  /// With a pipeline only.
  float probability(std::size_t row) const {
    return probabilities.empty() ? pipeline->calibration().probability(scores[row]) : probabilities[row];
  }
  Severity severity(std::size_t row) const { return pipeline->calibration().severity(scores[row]); }
  std::uint64_t flagged() const {
    std::uint64_t count = 0;
    for (std::size_t row = 0; row < scores.size(); ++row) count += is_anomaly(row) ? 1 : 0;
    return count;
  }
};

}  // namespace outpost::edge
