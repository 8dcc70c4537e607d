/// @file  What training keeps of the data beside the detector's state.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <outpost/model/pipeline.hpp>

namespace outpost {

/// Quantiles kept of each of so many features.
std::size_t quantile_count(std::size_t features);

/// Of one column, before anything is imputed or scaled. Infinite values count as the largest float32.
FeatureSummary summarise(MatrixView rows, std::size_t column, const Feature& feature);

/// XXH3-128 of names, kinds and categories, then of the rows (every NaN as the same bits), as 32 hexadecimal digits.
std::string hash_training(const FeatureSet& features, MatrixView rows);

/// Text that goes into a model file is UTF-8. Errors: invalid_argument naming the feature or note.
Result<void> check_names(const FeatureSet& features, const std::vector<std::pair<std::string, std::string>>& lineage,
                         const std::string& time);

}  // namespace outpost
