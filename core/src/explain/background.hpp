/// @file  Background: rows that stand for "this feature is not known".
#pragma once

#include <cstddef>
#include <cstdint>

#include <outpost/base/matrix.hpp>
#include <outpost/model/pipeline.hpp>

namespace outpost {

/// At most `count` rows in the space of the detector's columns: rows that the detector keeps, else for each feature
/// `count` evenly spaced quantiles (categories by their shares, missing values by theirs) in an order drawn with
/// `seed`.
Matrix background_columns(const Pipeline& pipeline, std::size_t count, std::uint64_t seed);

}  // namespace outpost
