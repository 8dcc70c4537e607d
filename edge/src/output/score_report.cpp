#include "output/score_report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "job.hpp"
#include "output/histogram.hpp"
#include "output/number_text.hpp"
#include "output/row_writer.hpp"
#include "output/table.hpp"
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

/// What each feature adds to the score of the row, as a new one.
Result<std::vector<Reason>> contributions_of(const Verdicts& verdicts, std::span<const float> features,
                                             Session& session) {
  OUTPOST_TRY_ASSIGN(const Explanation explanation, verdicts.explainer->explain(features, session.run()));
  std::vector<Reason> reasons;
  for (const std::size_t f : strongest(explanation.contributions, kTopFeatures)) {
    const double part = explanation.contributions[f];
    if (part == 0) continue;
    const Feature& feature = verdicts.features.features[f];
    reasons.push_back({feature.name, feature_value_text(feature, features[f]) + (part > 0 ? " (+" : " (") +
                                         human_number(part, 3) + ")"});
  }
  if (reasons.empty()) reasons.push_back({"no feature by itself", ""});
  return reasons;
}

Result<std::vector<TopRow>> explain(const ScoredRows& rows, const std::vector<std::size_t>& order, Session& session) {
  const Verdicts& verdicts = rows.verdicts;
  std::vector<TopRow> top(order.size());
  std::vector<std::pair<std::size_t, std::size_t>> wanted;  // row, rank
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const std::size_t row = order[rank];
    top[rank].row = row;
    top[rank].score = column_number(verdicts.scores[row], verdicts.scores[order.front()]);
    if (verdicts.pipeline != nullptr) {
      top[rank].probability = verdicts.probability(row);
      top[rank].severity = verdicts.severity(row);
    }
    wanted.emplace_back(row, rank);
  }
  std::sort(wanted.begin(), wanted.end());
  const auto& names = rows.reader.names();
  std::size_t handle = names.size();
  if (rows.handle)
    handle = static_cast<std::size_t>(std::find(names.begin(), names.end(), *rows.handle) - names.begin());
  auto next = wanted.begin();
  if (next == wanted.end()) return top;
  std::optional<Error> problem;
  OUTPOST_TRY(
      visit_rows(rows.reader, verdicts.features, session,
                 [&](std::uint64_t row, std::span<const float> features, const RecordBatch& batch, std::size_t place) {
                   if (row != next->first) return true;
                   TopRow& found = top[next->second];
                   if (verdicts.explainer != nullptr) {
                     auto reasons = contributions_of(verdicts, features, session);
                     if (!reasons) {
                       problem = std::move(reasons).error();
                       return false;
                     }
                     found.reasons = std::move(*reasons);
                   } else if (verdicts.pipeline != nullptr) {
                     found.reasons = reasons_of(*verdicts.pipeline, features);
                   }
                   if (handle < batch.columns) found.handle = batch.cell(place, handle);
                   return ++next != wanted.end();
                 }));
  if (problem) return tl::unexpected<Error>(std::move(*problem));
  return top;
}

/// The highest rows of a foreign model, of which the score is known and perhaps a label.
std::string plain_top_rows(const std::vector<TopRow>& top, const ScoredRows& rows, const Terminal& terminal) {
  std::vector<TextTable::Column> columns = {{"rank", Align::right}, {"row", Align::right}};
  if (rows.handle) columns.push_back({fit_text(*rows.handle, 20), Align::left, true});
  columns.push_back({"score", Align::right});
  if (rows.verdicts.labelled()) columns.push_back({"label"});
  TextTable table(std::move(columns));
  for (std::size_t rank = 0; rank < top.size(); ++rank) {
    std::vector<TextTable::Cell> cells = {{std::to_string(rank + 1), Colour::dim}, {std::to_string(top[rank].row)}};
    if (rows.handle) cells.push_back({printable(top[rank].handle)});
    cells.push_back({top[rank].score});
    if (rows.verdicts.labelled()) {
      const bool anomaly = rows.verdicts.is_anomaly(top[rank].row);
      cells.push_back({anomaly ? "anomaly" : "-", anomaly ? Colour::red : Colour::none});
    }
    table.add(std::move(cells));
  }
  return terminal.paint("Most anomalous rows", Colour::bold) + "\n" + table.print(terminal, 2);
}

Result<void> write_table(const ScoredRows& rows, const Options& options, Session& session, Sink& sink) {
  const Terminal& terminal = session.out();
  OUTPOST_TRY_ASSIGN(std::vector<TopRow> top,
                     explain(rows, highest(rows.verdicts.scores, options.top_rows()), session));
  std::string out = facts_text(rows.facts, terminal);
  if (!top.empty()) {
    out += "\n" + (rows.verdicts.pipeline != nullptr ? top_rows_text(std::move(top), rows.handle.value_or(""), terminal)
                                                     : plain_top_rows(top, rows, terminal));
  }
  const std::string histogram = score_histogram(
      rows.verdicts.scores, rows.verdicts.threshold.value_or(std::numeric_limits<float>::quiet_NaN()), terminal);
  out += "\n" + terminal.paint("Scores", Colour::bold);
  out += histogram.empty() ? ": all rows score the same\n" : " and their rows (bars by square root)\n" + histogram;
  if (!rows.hint.empty()) out += "\n" + terminal.paint(rows.hint, Colour::dim) + "\n";
  sink.write(out);
  return {};
}

}  // namespace

void add_outcome(ScoredRows& rows) {
  const Verdicts& verdicts = rows.verdicts;
  nlohmann::ordered_json& json = rows.metadata;
  json["row_count"] = verdicts.scores.size();
  if (verdicts.labelled()) {
    const std::uint64_t above = verdicts.flagged();
    const double share =
        verdicts.scores.empty() ? 0 : static_cast<double>(above) / static_cast<double>(verdicts.scores.size());
    json["threshold"] = as_decimal(*verdicts.threshold);
    json["threshold_method"] = verdicts.threshold_origin;
    json["flagged"] = above;
    std::string found = above == 0 ? "no row" : counted(above, "row", "rows") + " (" + percent(share) + ")";
    found += " above " + short_number(*verdicts.threshold, 6) + " (by " + verdicts.threshold_origin + ")";
    if (verdicts.pipeline != nullptr) {
      const SeverityCounts counts = count_severities(*verdicts.pipeline, verdicts.scores);
      json["severity"] = nlohmann::ordered_json::object();
      for (std::size_t level = 1; level < counts.size(); ++level) {
        json["severity"][std::string(to_string(static_cast<Severity>(level)))] = counts[level];
      }
      if (above != 0) found += ": " + severity_words(counts);
    }
    rows.facts.emplace_back("Flagged", found);
  } else {
    rows.facts.emplace_back("Flagged",
                            "not decided: the model brings no threshold (--threshold NUMBER or --contamination SHARE)");
  }
  if (rows.quality) {
    nlohmann::ordered_json quality;
    add_quality(quality, *rows.quality);
    if (!verdicts.labelled()) {
      for (const char* key : {"f1", "precision", "recall"}) quality.erase(key);  // of a threshold that is not there
    }
    json["quality"] = quality;
    rows.facts.emplace_back(
        "Against labels", "ROC-AUC " + short_number(rows.quality->roc_auc) + ", average precision " +
                              short_number(rows.quality->average_precision) +
                              (verdicts.labelled() ? ", F1 " + short_number(rows.quality->confusion.f1()) : "") + " (" +
                              counted(rows.quality->anomalies, "labelled anomaly", "labelled anomalies") + ")");
  }
}

Result<void> write_scored_rows(const ScoredRows& rows, const Options& options, Session& session) {
  OUTPOST_TRY_ASSIGN(Sink sink, Sink::open(options.output));
  switch (options.output_format()) {
    case OutputFormat::table: OUTPOST_TRY(write_table(rows, options, session, sink)); break;
    case OutputFormat::csv: OUTPOST_TRY(write_csv_rows(rows.verdicts, session, sink)); break;
    case OutputFormat::json:
      OUTPOST_TRY(write_json_rows(rows.metadata, rows.verdicts, rows.reader, session, sink));
      break;
    case OutputFormat::ndjson: OUTPOST_TRY(write_ndjson_rows(rows.verdicts, rows.reader, session, sink)); break;
  }
  return sink.finish();
}

}  // namespace outpost::edge
