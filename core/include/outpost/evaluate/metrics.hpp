/// @file  Ranking metrics against labels. Ties are handled exactly: a result depends on the scores alone, never on
/// the order of rows. Costs O(n) but for the intervals. Labels are 0 or 1 (1 = anomaly), scores are not NaN.
/// Errors of all: invalid_argument for sizes that differ, a label above 1 (with its row) or a NaN score (with its row).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <outpost/base/result.hpp>

namespace outpost {

struct Interval {
  double low = 0, high = 0;
};

/// Area under the ROC curve = P(score of an anomaly > score of a normal) + half of ties (Hanley and McNeil 1982).
/// Errors: not_enough_data without both classes.
Result<double> roc_auc(std::span<const float> scores, std::span<const std::uint8_t> labels);

/// Sum over distinct scores of (recall step) * precision, tied rows entering together (as scikit-learn).
/// Errors: not_enough_data without both classes.
Result<double> average_precision(std::span<const float> scores, std::span<const std::uint8_t> labels);

/// Share of anomalies among the n highest scores; n = 0 means the number of anomalies. Rows tied at the border count
/// by their expected share. Errors: not_enough_data without a row, or without an anomaly where n = 0;
/// invalid_argument for more than there are rows.
Result<double> precision_at_n(std::span<const float> scores, std::span<const std::uint8_t> labels, std::size_t n = 0);

struct Confusion {
  std::uint64_t true_positive = 0, false_positive = 0, true_negative = 0, false_negative = 0;
  double precision() const;  ///< 0 when nothing was flagged
  double recall() const;     ///< 0 without anomalies
  double f1() const;         ///< 0 when precision and recall are
};
/// Flagged are the rows with score > threshold.
Result<Confusion> confusion(std::span<const float> scores, std::span<const std::uint8_t> labels, float threshold);

/// Percentile bootstrap (Efron 1979), stratified by class so that every resample has both. O(resamples * n).
/// Errors: not_enough_data without both classes; invalid_argument for options out of range.
struct BootstrapOptions {
  std::size_t resamples = 1000;  ///< 1..1,000,000
  double level = 0.95;           ///< share of resamples inside, in (0, 1)
  std::uint64_t seed = 42;
};
Result<Interval> roc_auc_interval(std::span<const float> scores, std::span<const std::uint8_t> labels,
                                  const BootstrapOptions& options = {});
Result<Interval> average_precision_interval(std::span<const float> scores, std::span<const std::uint8_t> labels,
                                            const BootstrapOptions& options = {});

}  // namespace outpost
