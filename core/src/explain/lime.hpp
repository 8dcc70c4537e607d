/// @file  A linear model of the score around one row.
#pragma once

#include <outpost/explain/explanation.hpp>

#include "explain/masked_scores.hpp"

namespace outpost {

/// Weighted ridge regression over rows in which a random set of features is replaced by a background row's; rows with
/// fewer replaced weigh more. The model passes through the row itself, so that base + contributions is its score.
/// Fills base, contributions (as many as there are features already, zero) and fidelity.
/// Errors: unsupported beyond kMaxSolved features; cancelled.
Result<void> lime(const MaskedScores& scores, std::size_t background_rows, const ExplainOptions& options,
                  const RunContext& context, Explanation& out);

}  // namespace outpost
