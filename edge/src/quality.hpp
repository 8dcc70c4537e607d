/// @file  Quality: how well scores agree with labels.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <nlohmann/json.hpp>

#include <outpost/base/result.hpp>
#include <outpost/evaluate/metrics.hpp>

#include "session.hpp"

namespace outpost::edge {

struct Quality {
  double roc_auc = 0;
  double average_precision = 0;
  double precision_at_n = 0;  ///< n = the number of anomalies
  Confusion confusion;        ///< at the threshold
  std::uint64_t anomalies = 0;
  std::optional<Interval> roc_auc_interval;
  std::optional<Interval> average_precision_interval;
};

/// Errors: not_enough_data when the labels hold one class only.
Result<Quality> measure_quality(std::span<const float> scores, std::span<const std::uint8_t> labels, float threshold);
/// The same where there are labels; labels of one class are told on standard error and are no failure.
Result<std::optional<Quality>> quality_if_labelled(std::span<const float> scores, std::span<const std::uint8_t> labels,
                                                   float threshold, Session& session);
/// Adds 95 % bootstrap intervals.
Result<void> add_intervals(Quality& quality, std::span<const float> scores, std::span<const std::uint8_t> labels,
                           std::uint64_t seed);
/// Adds roc_auc, average_precision, precision_at_n, f1, precision, recall, anomalies to an object.
void add_quality(nlohmann::ordered_json& object, const Quality& quality);

}  // namespace outpost::edge
