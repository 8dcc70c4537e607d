#include "warnings.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <outpost/data/validation.hpp>

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

}  // namespace

void warn_about_data(const Data& data, const FeaturePlan& plan, Session& session) {
  std::vector<Finding> findings = validate(data.scan);
  findings.erase(
      std::remove_if(findings.begin(), findings.end(), [&](const Finding& finding) { return !matters(finding, plan); }),
      findings.end());
  if (findings.empty()) return;
  for (std::size_t i = 0; i < findings.size() && i < kMostWarnings; ++i) {
    session.note("warning: " + printable(findings[i].message));
  }
  std::string more = findings.size() > kMostWarnings
                         ? counted(findings.size() - kMostWarnings, "more finding", "more findings") + "; all of them: "
                         : "more about it: ";
  const std::string& name = data.reader->source().name();
  session.note(more + "outpost inspect " + (name == "standard input" ? "FILE" : name));
}

}  // namespace outpost::edge
