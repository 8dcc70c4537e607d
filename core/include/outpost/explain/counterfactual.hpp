/// @file  Counterfactual: what would have to be different for a row not to be flagged.
/// Source: S. Wachter, B. Mittelstadt, C. Russell, "Counterfactual Explanations without Opening the Black Box", Harvard
/// Journal of Law & Technology 31(2), 2018; here searched over values that training saw, few features first.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <outpost/base/execution.hpp>
#include <outpost/base/result.hpp>
#include <outpost/model/pipeline.hpp>

namespace outpost {

struct Bounds {
  float low = 0, high = 0;
};

struct CounterfactualOptions {
  std::vector<bool> immutable;  ///< one a feature: not to be changed; empty = all may change
  std::vector<Bounds> bounds;   ///< one a feature (not of categories); empty = the range of training; cut to that range
  std::size_t max_features = 10;  ///< most features that are changed; 1..100
};

struct FeatureChange {
  std::size_t feature = 0;
  float from = 0;  ///< NaN = missing
  float to = 0;
};

struct Counterfactual {
  bool found = false;
  std::vector<FeatureChange> changes;  ///< by feature; empty where the row is not flagged, or nothing was found
  float score = 0;                     ///< after the changes; without any, the row's own
  double distance = 0;                 ///< of the changed row, in robust units (robust_distance)
};

/// The smallest change that was found: fewest features, then least distance. Tried are, for one feature and for pairs,
/// quantiles of training and frequent categories, then a greedy search up to max_features; what is found is brought
/// back towards the row as far as the score allows. New values lie within the bounds. A search, not a proof: that none
/// is found does not mean that there is none. Same bits on every platform. Cost: about 64 scores a feature for each
/// feature that is changed, and 6,000 for pairs.
/// Errors: schema_mismatch for another number of values; invalid_argument (options); cancelled.
Result<Counterfactual> find_counterfactual(const Pipeline& pipeline, std::span<const float> row,
                                           const CounterfactualOptions& options, const RunContext& context);

}  // namespace outpost
