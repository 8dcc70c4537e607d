/// @file  KernelSHAP: Shapley values of the score from the scores of sets of features.
#pragma once

#include <cstdint>

#include <outpost/explain/explanation.hpp>

#include "explain/masked_scores.hpp"

namespace outpost {

/// Fills base and contributions (as many as there are features already, zero).
/// Errors: cancelled.
Result<void> kernel_shap(const MaskedScores& scores, const ExplainOptions& options, const RunContext& context,
                         Explanation& out);

}  // namespace outpost
