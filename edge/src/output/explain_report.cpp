#include "output/explain_report.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "output/describe.hpp"
#include "output/number_text.hpp"
#include "output/row_writer.hpp"
#include "output/table.hpp"

namespace outpost::edge {
namespace {

constexpr std::size_t kShownFeatures = 10;
constexpr std::size_t kBarWidth = 20;
constexpr std::size_t kIndent = 2;

std::string signed_number(double value, double largest) {
  return (value < 0 ? "" : "+") + column_number(value, largest);
}

std::string heading(const Pipeline& pipeline, const ExplainedRow& row, const Terminal& terminal) {
  const float score = row.explanation.score;
  const Severity severity = pipeline.calibration().severity(score);
  const bool flagged = pipeline.is_anomaly(score);
  std::string out = terminal.paint("Row " + std::to_string(row.row), Colour::bold) + ": score " + short_number(score);
  out += ", " + terminal.paint(flagged ? std::string(to_string(severity)) : "not flagged", severity_colour(severity));
  out += " (threshold " + short_number(pipeline.threshold()) + ")\n";
  if (row.ranked_by != score) {
    const std::string note =
        "scored as a new row; as a training row, not compared with itself, it has " + short_number(row.ranked_by);
    out += "  " + terminal.paint(wrap_text(note, terminal.width - kIndent, kIndent), Colour::dim) + "\n";
  }
  return out;
}

std::string contribution_table(const Pipeline& pipeline, const ExplainedRow& row, const Terminal& terminal) {
  const Explanation& explanation = row.explanation;
  const std::vector<std::size_t> order = strongest(explanation.contributions, explanation.contributions.size());
  const double largest = order.empty() ? 0 : std::fabs(explanation.contributions[order.front()]);
  const double unit = std::max({largest, std::fabs(explanation.base), std::fabs(double{explanation.score})});
  TextTable table({{"feature", Align::left, true},
                   {"value", Align::right, true},
                   {"usual", Align::right, true},
                   {"adds", Align::right},
                   {""}});
  double others = 0;
  std::size_t left = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t f = order[i];
    const double part = explanation.contributions[f];
    // A single one left over is shown instead of "1 other".
    if (i >= kShownFeatures && order.size() > kShownFeatures + 1) {
      others += part;
      ++left;
      continue;
    }
    const Feature& feature = pipeline.features().features[f];
    table.add({{printable(feature.name)},
               {printable(feature_value_text(feature, row.values[f]))},
               {printable(feature_value_text(feature, usual_value(pipeline, f))), Colour::dim},
               {signed_number(part, unit)},
               {contribution_bar(part, largest, kBarWidth), part > 0 ? Colour::red : Colour::cyan}});
  }
  if (left != 0) table.add({{grouped(left) + " others"}, {""}, {""}, {signed_number(others, unit)}, {""}});
  table.add({{"base"}, {""}, {""}, {column_number(explanation.base, unit)}, {""}});
  table.add({{"score"}, {""}, {""}, {column_number(explanation.score, unit), Colour::bold}, {""}});
  return table.print(terminal, kIndent);
}

std::string changes_words(const Pipeline& pipeline, const ExplainedRow& row) {
  const Counterfactual& found = row.counterfactual;
  if (!found.found) {
    return "no change of up to " + grouped(CounterfactualOptions{}.max_features) + " features was found that would do";
  }
  std::string out;
  for (const FeatureChange& change : found.changes) {
    const Feature& feature = pipeline.features().features[change.feature];
    if (!out.empty()) out += &change == &found.changes.back() ? " and " : ", ";
    out += feature.name + (out.empty() ? " were " : " ") + feature_value_text(feature, change.to) + " instead of " +
           feature_value_text(feature, change.from);
  }
  return out + " (score " + short_number(found.score) + ")";
}

Facts closing_facts(const Pipeline& pipeline, const ExplainedRow& row) {
  Facts facts;
  if (row.explanation.method == ExplainMethod::lime) {
    facts.emplace_back("Fidelity", "R\u00b2 " + short_number(row.explanation.fidelity, 3) +
                                       " of the linear model on the rows around this one");
  }
  std::string nearest;
  for (const NormalRow& normal : row.nearest) {
    if (!nearest.empty()) nearest += ", ";
    nearest += std::to_string(normal.row) + " (" + human_number(normal.distance, 3) + "\u03c3 away)";
  }
  facts.emplace_back("Nearest rows not flagged", nearest.empty() ? "none: every other row is flagged" : nearest);
  if (pipeline.is_anomaly(row.explanation.score)) {
    facts.emplace_back("Not flagged if", changes_words(pipeline, row));
  }
  return facts;
}

nlohmann::ordered_json counterfactual_json(const Pipeline& pipeline, const Counterfactual& found) {
  nlohmann::ordered_json json;
  json["found"] = found.found;
  json["changes"] = nlohmann::ordered_json::array();
  for (const FeatureChange& change : found.changes) {
    const Feature& feature = pipeline.features().features[change.feature];
    json["changes"].push_back({{"feature", feature.name},
                               {"from", feature_value_json(feature, change.from)},
                               {"to", feature_value_json(feature, change.to)}});
  }
  json["score"] = as_decimal(found.score);
  json["distance"] = rounded(found.distance, 6);
  return json;
}

}  // namespace

std::string contribution_bar(double value, double largest, std::size_t width) {
  static constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (!(largest > 0)) return "";
  const auto eighths =
      static_cast<std::size_t>(std::lround(std::fabs(value) / largest * 8 * static_cast<double>(width)));
  std::string out;
  for (std::size_t i = 0; i < eighths / 8; ++i) out += "█";
  return out + kEighths[eighths % 8];
}

float usual_value(const Pipeline& pipeline, std::size_t feature) {
  const FeatureSummary& summary = pipeline.summaries()[feature];
  if (pipeline.features().features[feature].kind == FeatureKind::category_code) {
    const auto most = std::max_element(summary.shares.begin(), summary.shares.end());
    return most == summary.shares.end() ? std::numeric_limits<float>::quiet_NaN()
                                        : static_cast<float>(most - summary.shares.begin());
  }
  return summary.quantiles.empty() ? std::numeric_limits<float>::quiet_NaN() : summary.median;
}

std::string explained_text(const Pipeline& pipeline, const ExplainedRow& row, const Terminal& terminal) {
  return heading(pipeline, row, terminal) + contribution_table(pipeline, row, terminal) +
         facts_text(closing_facts(pipeline, row), terminal);
}

nlohmann::ordered_json explained_json(const Pipeline& pipeline, const ExplainedRow& row) {
  const Explanation& explanation = row.explanation;
  const bool flagged = pipeline.is_anomaly(explanation.score);
  nlohmann::ordered_json json;
  json["row"] = row.row;
  json["score"] = as_decimal(explanation.score);
  if (row.ranked_by != explanation.score) json["training_score"] = as_decimal(row.ranked_by);
  json["probability"] = as_decimal(pipeline.calibration().probability(explanation.score));
  json["label"] = flagged ? 1 : 0;
  json["severity"] = std::string(to_string(pipeline.calibration().severity(explanation.score)));
  json["method"] = std::string(to_string(explanation.method));
  if (explanation.method == ExplainMethod::lime) json["fidelity"] = rounded(explanation.fidelity, 6);
  json["base"] = explanation.base;
  json["contributions"] = nlohmann::ordered_json::array();
  for (const std::size_t f : strongest(explanation.contributions, explanation.contributions.size())) {
    const Feature& feature = pipeline.features().features[f];
    json["contributions"].push_back({{"feature", feature.name},
                                     {"value", feature_value_json(feature, row.values[f])},
                                     {"usual", feature_value_json(feature, usual_value(pipeline, f))},
                                     {"contribution", explanation.contributions[f]}});
  }
  json["nearest_normal"] = nlohmann::ordered_json::array();
  for (const NormalRow& normal : row.nearest) {
    json["nearest_normal"].push_back({{"row", normal.row}, {"distance", rounded(normal.distance, 6)}});
  }
  if (flagged) json["counterfactual"] = counterfactual_json(pipeline, row.counterfactual);
  return json;
}

void write_explained_csv(const Pipeline& pipeline, std::span<const ExplainedRow> rows, Sink& sink) {
  sink.write("row,score,base,feature,value,usual,contribution\n");
  const auto field = [](const Feature& feature, float value) {
    const nlohmann::ordered_json json = feature_value_json(feature, value);
    if (json.is_string()) return csv_field(json.get<std::string>());
    return json.is_null() ? std::string() : json_text(json);
  };
  for (const ExplainedRow& row : rows) {
    const Explanation& explanation = row.explanation;
    for (const std::size_t f : strongest(explanation.contributions, explanation.contributions.size())) {
      const Feature& feature = pipeline.features().features[f];
      std::string& out = sink.buffer();
      append_integer(out, row.row);
      out += ',';
      append_float(out, explanation.score);
      out += ',' + short_number(explanation.base, 17) + ',' + csv_field(feature.name) + ',';
      out += field(feature, row.values[f]) + ',' + field(feature, usual_value(pipeline, f)) + ',';
      out += short_number(explanation.contributions[f], 17) + '\n';
      sink.flush_if_full();
    }
  }
}

}  // namespace outpost::edge
