/// @file  Sorting of float32 arrays for ranks, quantiles and thresholds.
#pragma once

#include <cstddef>
#include <span>

namespace outpost {

/// Ascending, -0 before +0, so that the result is the same bits everywhere; free of NaN. O(n): a radix sort in three
/// passes that takes 4 bytes a value; short arrays are sorted in place.
void sort_floats(std::span<float> values);

/// The p-quantile, p in [0, 1], of ascending values (n >= 1), by linear interpolation between the order statistics at
/// (n - 1) p (type 7 of Hyndman and Fan 1996, the default of R and NumPy).
double sorted_quantile(std::span<const float> ascending, double p);

}  // namespace outpost
