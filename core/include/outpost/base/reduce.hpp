/// @file  Sums and extremes over float32 arrays in one fixed order, with SIMD where there is any.
/// Element i goes to lane i mod 8 (float64 accumulators); the lanes are folded as
/// ((0+4)+(2+6))+((1+5)+(3+7)). The result is the same bits at every SIMD width.
#pragma once

#include <cstddef>
#include <span>

namespace outpost {

/// Sum of the values; 0 when empty.
double sum(std::span<const float> values);
/// Sum of (value - center)^2, each difference and product rounded to float64.
double sum_squared_deviations(std::span<const float> values, double center);
/// Sum of a[i] * b[i]; sizes equal.
double dot(std::span<const float> a, std::span<const float> b);

struct Extremes {
  float min;
  float max;
};
/// Smallest and largest value; values not empty and free of NaN. A zero is +0.
Extremes extremes(std::span<const float> values);

}  // namespace outpost
