/// @file  Examples: the rows not flagged that are most like a given one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <outpost/base/execution.hpp>
#include <outpost/base/matrix.hpp>
#include <outpost/model/pipeline.hpp>

namespace outpost {

struct NormalRow {
  std::size_t row = 0;
  double distance = 0;
};

/// Distance in robust units: the root of the sum over features of ((a - b) / scale)^2, with the scale of training
/// (FeatureSummary); two categories differ by 1, a missing value differs from any other by 1.
double robust_distance(const Pipeline& pipeline, std::span<const float> a, std::span<const float> b);

/// The `count` rows nearest to `row` whose score is not above the threshold, nearest first, ties by row. `scores`: of
/// `rows`. `self`: the place of `row` among them, which is passed over. O(rows * features).
/// Errors: schema_mismatch, cancelled.
Result<std::vector<NormalRow>> nearest_normal_rows(const Pipeline& pipeline, std::span<const float> row,
                                                   MatrixView rows, std::span<const float> scores, std::size_t count,
                                                   std::optional<std::size_t> self, const RunContext& context);

}  // namespace outpost
