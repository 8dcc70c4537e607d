#include "quality.hpp"

#include <numeric>

namespace outpost::edge {

Result<Quality> measure_quality(std::span<const float> scores, std::span<const std::uint8_t> labels, float threshold) {
  Quality quality;
  OUTPOST_TRY_ASSIGN(quality.roc_auc, roc_auc(scores, labels));
  OUTPOST_TRY_ASSIGN(quality.average_precision, average_precision(scores, labels));
  OUTPOST_TRY_ASSIGN(quality.precision_at_n, precision_at_n(scores, labels));
  OUTPOST_TRY_ASSIGN(quality.confusion, confusion(scores, labels, threshold));
  quality.anomalies = std::accumulate(labels.begin(), labels.end(), std::uint64_t{0});
  return quality;
}

Result<std::optional<Quality>> quality_if_labelled(std::span<const float> scores, std::span<const std::uint8_t> labels,
                                                   float threshold, Session& session) {
  if (labels.empty()) return std::nullopt;
  Result<Quality> quality = measure_quality(scores, labels, threshold);
  if (quality) return *quality;
  if (quality.error().code != ErrorCode::not_enough_data) return tl::unexpected<Error>(quality.error());
  session.note("note: no ROC-AUC: " + quality.error().message);
  return std::nullopt;
}

Result<void> add_intervals(Quality& quality, std::span<const float> scores, std::span<const std::uint8_t> labels,
                           std::uint64_t seed) {
  BootstrapOptions options;
  options.seed = seed;
  OUTPOST_TRY_ASSIGN(quality.roc_auc_interval, roc_auc_interval(scores, labels, options));
  OUTPOST_TRY_ASSIGN(quality.average_precision_interval, average_precision_interval(scores, labels, options));
  return {};
}

void add_quality(nlohmann::ordered_json& object, const Quality& quality) {
  object["roc_auc"] = quality.roc_auc;
  object["average_precision"] = quality.average_precision;
  object["precision_at_n"] = quality.precision_at_n;
  object["f1"] = quality.confusion.f1();
  object["precision"] = quality.confusion.precision();
  object["recall"] = quality.confusion.recall();
  object["anomalies"] = quality.anomalies;
  if (quality.roc_auc_interval && quality.average_precision_interval) {
    object["intervals"] = {
        {"level", BootstrapOptions{}.level},
        {"roc_auc", {quality.roc_auc_interval->low, quality.roc_auc_interval->high}},
        {"average_precision", {quality.average_precision_interval->low, quality.average_precision_interval->high}}};
  }
}

}  // namespace outpost::edge
