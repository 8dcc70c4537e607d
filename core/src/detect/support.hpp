/// @file  Small helpers that several detectors share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include <outpost/base/matrix.hpp>
#include <outpost/base/result.hpp>

namespace outpost {

/// The nearest finite float32: what is beyond its range becomes its largest value.
inline float to_score(double value) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  return static_cast<float>(std::min(std::max(value, -kLargest), kLargest));
}

/// Refuses fewer than `needed` rows, and more than 32-bit row indices reach.
inline Result<void> check_rows(MatrixView rows, std::size_t needed, const char* detector) {
  if (rows.rows() < needed || rows.cols() == 0) {
    return fail(ErrorCode::not_enough_data,
                std::string(detector) + " needs at least " + std::to_string(needed) + (needed == 1 ? " row" : " rows") +
                    " and one feature, but there are " + std::to_string(rows.rows()) + " rows and " +
                    std::to_string(rows.cols()) + " features",
                "Give more data.");
  }
  if (rows.rows() >= std::numeric_limits<std::uint32_t>::max()) {
    return fail(ErrorCode::unsupported, std::string(detector) + " takes fewer than 4294967295 rows",
                "Fit on a sample of the rows.");
  }
  return {};
}

inline constexpr std::size_t kSearchWidth = 8;

/// counts[j] = number of sorted[0..n) that are <= x[j], for eight values at once: the steps of one binary search wait
/// for each other, those of eight do not. n >= 1.
inline void count_not_above(const float* sorted, std::uint32_t n, const float* x, std::uint32_t* counts) {
  std::uint32_t base[kSearchWidth] = {};
  for (std::uint32_t length = n; length > 1;) {
    const std::uint32_t half = length / 2;
    for (std::size_t j = 0; j < kSearchWidth; ++j) {
      // Multiplied, because a compiler may make a branch of a choice, and half of these would be guessed wrong.
      base[j] += half * static_cast<std::uint32_t>(sorted[base[j] + half - 1] <= x[j]);
    }
    length -= half;
  }
  for (std::size_t j = 0; j < kSearchWidth; ++j) {
    counts[j] = base[j] + static_cast<std::uint32_t>(sorted[base[j]] <= x[j]);
  }
}

}  // namespace outpost
