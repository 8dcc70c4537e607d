#include "explained_row.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>

#include <outpost/base/names.hpp>

#include "output/number_text.hpp"

namespace outpost::edge {
namespace {

constexpr std::size_t kDefaultRows = 3;
constexpr std::size_t kNearestRows = 3;

/// One flag a feature; a column stands for all features made of it.
Result<std::vector<bool>> kept_features(const FeatureSet& set, const std::vector<std::string>& columns) {
  std::vector<bool> kept(set.size());
  std::vector<std::string_view> names;
  for (const Feature& feature : set.features) names.emplace_back(feature.name);
  for (const std::string& column : columns) {
    bool found = false;
    for (std::size_t f = 0; f < set.size(); ++f) {
      if (set.features[f].column != column && set.features[f].name != column) continue;
      kept[f] = found = true;
    }
    if (found) continue;
    const std::string_view near = nearest_name(column, names);
    return fail(ErrorCode::invalid_argument, "--keep: no feature comes from a column '" + column + "'",
                near.empty() ? "name columns that are used as features"
                             : "did you mean '" + std::string(near) + "'? name columns that are used as features");
  }
  return kept;
}

}  // namespace

Result<std::vector<std::size_t>> chosen_rows(const ScoredData& data, const Options& options) {
  const std::size_t n = data.rows.rows();
  std::vector<std::size_t> rows;
  for (const std::uint64_t row : options.rows) {
    if (row >= n) {
      return fail(ErrorCode::invalid_argument,
                  "--row: there is no row " + std::to_string(row) + "; the data have " + counted(n, "row", "rows"),
                  "rows are counted from 0, so the last is " + std::to_string(n == 0 ? 0 : n - 1));
    }
    rows.push_back(static_cast<std::size_t>(row));
  }
  if (!rows.empty()) return rows;
  rows.resize(n);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const std::size_t count = std::min(n, options.top.value_or(kDefaultRows));
  std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count), rows.end(),
                    [&](std::size_t a, std::size_t b) {
                      return data.scores[a] != data.scores[b] ? data.scores[a] > data.scores[b] : a < b;
                    });
  rows.resize(count);
  return rows;
}

Result<std::vector<ExplainedRow>> explain_rows(const ScoredData& data, std::span<const std::size_t> rows,
                                               const Options& options, Session& session) {
  ExplainOptions how = options.explain;
  how.seed = options.seed;
  OUTPOST_TRY_ASSIGN(const Explainer explainer, Explainer::create(data.pipeline, how));
  CounterfactualOptions changes;
  OUTPOST_TRY_ASSIGN(changes.immutable, kept_features(data.pipeline.features(), options.keep));
  const RunContext run = session.run();
  const RunContext quiet(run.executor(), nullptr, &session.cancellation());
  session.progress().begin("Explaining", "rows");
  std::vector<ExplainedRow> explained;
  for (const std::size_t row : rows) {
    const std::span<const float> values = data.rows.row(row);
    ExplainedRow found;
    found.row = row;
    found.values.assign(values.begin(), values.end());
    found.ranked_by = data.scores[row];
    OUTPOST_TRY_ASSIGN(found.explanation, explainer.explain(values, quiet));
    OUTPOST_TRY_ASSIGN(found.nearest,
                       nearest_normal_rows(data.pipeline, values, data.rows, data.scores, kNearestRows, row, quiet));
    OUTPOST_TRY_ASSIGN(found.counterfactual, find_counterfactual(data.pipeline, values, changes, quiet));
    explained.push_back(std::move(found));
    run.report(explained.size(), rows.size());
  }
  session.progress().clear();
  return explained;
}

}  // namespace outpost::edge
