/// @file  The rows by which a model file proves that it scores here as it did where it was trained.
#pragma once

#include <vector>

#include <outpost/model/pipeline.hpp>

namespace outpost {

/// How many rows a model of so many features is tested with: five, fewer of very many features.
std::size_t self_test_count(std::size_t features);

/// That many rows: medians, all missing, mixed quantiles, extremes, beyond the extremes.
Matrix self_test_rows(const FeatureSet& features, const std::vector<FeatureSummary>& summaries);

/// Scores the rows again. Bits must be equal for detectors of class exact, 1e-5 relative else.
/// Errors: corrupt_model with both scores.
Result<void> run_self_test(const Pipeline& pipeline);

}  // namespace outpost
