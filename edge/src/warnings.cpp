#include "warnings.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <outpost/data/validation.hpp>

#include "output/message_text.hpp"
#include "output/number_text.hpp"

namespace outpost::edge {
namespace {

constexpr std::size_t kMostWarnings = 3;

/// A finding about a column that no detector sees changes no result, unless it is about persons.
bool matters(const Finding& finding, const FeaturePlan& plan) {
  if (finding.category == FindingCategory::personal_data) return true;
  if (finding.severity == FindingSeverity::info) return false;
  if (finding.column.empty()) return true;
  return std::any_of(plan.set.features.begin(), plan.set.features.end(),
                     [&](const Feature& feature) { return feature.column == finding.column; });
}

/// A column that looks like the truth, and is not said to be it.
const Feature* forgotten_label(const Data& data, const FeaturePlan& plan) {
  static constexpr std::array<std::string_view, 8> kNames = {"label",   "labels",     "is_anomaly",   "anomaly",
                                                             "outlier", "is_outlier", "ground_truth", "is_fraud"};
  for (const Feature& feature : plan.set.features) {
    if (std::find(kNames.begin(), kNames.end(), feature.column) == kNames.end()) continue;
    const auto column = data.scan.schema.find(feature.column);
    if (column && data.scan.profiles[*column].distinct <= 2) return &feature;
  }
  return nullptr;
}

}  // namespace

void warn_about_data(const Data& data, const FeaturePlan& plan, Session& session) {
  if (const Feature* label = forgotten_label(data, plan)) {
    session.note("warning: column '" + label->column +
                 "' is used as a feature; if it says which rows are anomalies: " + "--label " + label->column);
  }
  std::vector<Finding> findings = validate(data.scan);
  findings.erase(
      std::remove_if(findings.begin(), findings.end(), [&](const Finding& finding) { return !matters(finding, plan); }),
      findings.end());
  if (findings.empty()) return;
  for (std::size_t i = 0; i < findings.size() && i < kMostWarnings; ++i) {
    session.note("warning: " + message_text(findings[i].message));
  }
  std::string more = findings.size() > kMostWarnings
                         ? counted(findings.size() - kMostWarnings, "more finding", "more findings") + "; all of them: "
                         : "more about it: ";
  const std::string& name = data.reader->source().name();
  session.note(more + "outpost inspect " + (name == "standard input" ? "FILE" : name));
}

}  // namespace outpost::edge
