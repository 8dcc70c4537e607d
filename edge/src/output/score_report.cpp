#include "output/score_report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "job.hpp"
#include "output/histogram.hpp"
#include "output/number_text.hpp"
#include "output/row_writer.hpp"
#include "output/top_rows.hpp"

namespace outpost::edge {
namespace {

/// Rows with the highest scores, highest first; ties by row.
std::vector<std::size_t> highest(std::span<const float> scores, std::size_t count) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t kept = std::min(count, order.size());
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
      [&](std::size_t a, std::size_t b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a < b; });
  order.resize(kept);
  return order;
}

std::vector<Reason> reasons_of(const Pipeline& pipeline, std::span<const float> features) {
  std::vector<Reason> reasons;
  for (const Pipeline::Deviation& deviation : pipeline.deviations(features, kTopFeatures)) {
    if (!(std::abs(deviation.robust_z) >= 1)) continue;  // not far from the middle: nothing that stands out
    const Feature& feature = pipeline.features().features[deviation.feature];
    std::string value = feature_value_text(feature, features[deviation.feature]);
    if (feature.kind == FeatureKind::category_code) {
      value += " (rare)";
    } else {
      value += (deviation.robust_z > 0 ? " \u2191 " : " \u2193 ") +
               human_number(rounded(std::abs(deviation.robust_z), 2)) + "\u03c3";
    }
    reasons.push_back({feature.name, std::move(value)});
  }
  if (reasons.empty()) reasons.push_back({"the combination of values", ""});
  return reasons;
}

Result<std::vector<TopRow>> explain(const ScoredRows& rows, const std::vector<std::size_t>& order, Session& session) {
  std::vector<TopRow> top(order.size());
  std::vector<std::pair<std::size_t, std::size_t>> wanted;  // row, rank
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const float score = rows.scores[order[rank]];
    const Calibration& calibration = rows.pipeline.calibration();
    top[rank].row = order[rank];
    top[rank].score = column_number(score, rows.scores[order.front()]);
    top[rank].probability = calibration.probability(score);
    top[rank].severity = calibration.severity(score);
    wanted.emplace_back(order[rank], rank);
  }
  std::sort(wanted.begin(), wanted.end());
  const auto& names = rows.reader.names();
  std::size_t handle = names.size();
  if (rows.handle)
    handle = static_cast<std::size_t>(std::find(names.begin(), names.end(), *rows.handle) - names.begin());
  auto next = wanted.begin();
  if (next == wanted.end()) return top;
  OUTPOST_TRY(
      visit_rows(rows.reader, rows.pipeline.features(), session,
                 [&](std::uint64_t row, std::span<const float> features, const RecordBatch& batch, std::size_t place) {
                   if (row != next->first) return true;
                   TopRow& found = top[next->second];
                   found.reasons = reasons_of(rows.pipeline, features);
                   if (handle < batch.columns) found.handle = batch.cell(place, handle);
                   return ++next != wanted.end();
                 }));
  return top;
}

Result<void> write_table(const ScoredRows& rows, const Options& options, Session& session, Sink& sink) {
  const Terminal& terminal = session.out();
  OUTPOST_TRY_ASSIGN(std::vector<TopRow> top, explain(rows, highest(rows.scores, options.top_rows()), session));
  std::string out = facts_text(rows.facts, terminal);
  if (!top.empty()) {
    out += "\n" + top_rows_text(std::move(top), rows.handle.value_or(""), terminal);
  }
  const std::string histogram = score_histogram(rows.scores, rows.pipeline.threshold(), terminal);
  out += "\n" + terminal.paint("Scores", Colour::bold);
  out += histogram.empty() ? ": all rows score the same\n" : " and their rows (bars by square root)\n" + histogram;
  if (!rows.hint.empty()) out += "\n" + terminal.paint(rows.hint, Colour::dim) + "\n";
  sink.write(out);
  return {};
}

}  // namespace

void add_outcome(ScoredRows& rows) {
  const SeverityCounts counts = count_severities(rows.pipeline, rows.scores);
  const std::uint64_t above = flagged(counts);
  const double share = rows.scores.empty() ? 0 : static_cast<double>(above) / static_cast<double>(rows.scores.size());
  nlohmann::ordered_json& json = rows.metadata;
  json["row_count"] = rows.scores.size();
  json["threshold"] = as_decimal(rows.pipeline.threshold());
  json["threshold_method"] = std::string(to_string(rows.pipeline.threshold_method()));
  json["flagged"] = above;
  json["severity"] = nlohmann::ordered_json::object();
  for (std::size_t level = 1; level < counts.size(); ++level) {
    json["severity"][std::string(to_string(static_cast<Severity>(level)))] = counts[level];
  }
  std::string found = above == 0 ? "no row" : counted(above, "row", "rows") + " (" + percent(share) + ")";
  found += " above " + short_number(rows.pipeline.threshold(), 6) + " (by " +
           std::string(to_string(rows.pipeline.threshold_method())) + ")";
  if (above != 0) found += ": " + severity_words(counts);
  rows.facts.emplace_back("Flagged", found);
  if (rows.quality) {
    nlohmann::ordered_json quality;
    add_quality(quality, *rows.quality);
    json["quality"] = quality;
    rows.facts.emplace_back("Against labels",
                            "ROC-AUC " + short_number(rows.quality->roc_auc) + ", average precision " +
                                short_number(rows.quality->average_precision) + ", F1 " +
                                short_number(rows.quality->confusion.f1()) + " (" +
                                counted(rows.quality->anomalies, "labelled anomaly", "labelled anomalies") + ")");
  }
}

Result<void> write_scored_rows(const ScoredRows& rows, const Options& options, Session& session) {
  OUTPOST_TRY_ASSIGN(Sink sink, Sink::open(options.output));
  switch (options.output_format()) {
    case OutputFormat::table: OUTPOST_TRY(write_table(rows, options, session, sink)); break;
    case OutputFormat::csv: OUTPOST_TRY(write_csv_rows(rows.pipeline, rows.scores, session, sink)); break;
    case OutputFormat::json:
      OUTPOST_TRY(write_json_rows(rows.metadata, rows.pipeline, rows.scores, rows.reader, session, sink));
      break;
    case OutputFormat::ndjson:
      OUTPOST_TRY(write_ndjson_rows(rows.pipeline, rows.scores, rows.reader, session, sink));
      break;
  }
  return sink.finish();
}

}  // namespace outpost::edge
