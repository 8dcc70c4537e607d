/// @file  ExplainedRow: all that `explain` says of one row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <outpost/base/matrix.hpp>
#include <outpost/base/result.hpp>
#include <outpost/explain/counterfactual.hpp>
#include <outpost/explain/explanation.hpp>
#include <outpost/explain/nearest_normal.hpp>

#include "options.hpp"
#include "session.hpp"

namespace outpost::edge {

struct ExplainedRow {
  std::size_t row = 0;
  std::vector<float> values;
  float ranked_by = 0;  ///< its score among the data: of training rows the training score, else explanation.score
  Explanation explanation;
  std::vector<NormalRow> nearest;
  Counterfactual counterfactual;
};

/// Rows scored as `explain` needs them; everything borrowed.
struct ScoredData {
  const Pipeline& pipeline;
  MatrixView rows;
  std::span<const float> scores;
};

/// Which rows: those of --row in their order, else the --top highest. Errors: invalid_argument for a row that is not
/// there.
Result<std::vector<std::size_t>> chosen_rows(const ScoredData& data, const Options& options);

/// Errors: invalid_argument for a column of --keep that is no feature; those of the explainer; cancelled.
Result<std::vector<ExplainedRow>> explain_rows(const ScoredData& data, std::span<const std::size_t> rows,
                                               const Options& options, Session& session);

}  // namespace outpost::edge
