/// @file  Single cells to what scan, features and table store.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include <outpost/data/parse.hpp>

namespace outpost {

/// Nearest float32; what is beyond its range, infinity included, becomes its largest value with the same sign.
inline float to_float32(double value) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  if (value > kLargest) return std::numeric_limits<float>::max();
  if (value < -kLargest) return -std::numeric_limits<float>::max();
  return static_cast<float>(value);
}

/// parse_boolean, and the numbers 0 and 1: for columns known to be boolean.
inline std::optional<bool> read_boolean(std::string_view cell) {
  if (const auto word = parse_boolean(cell)) return word;
  const auto number = parse_number(cell);
  if (number && (*number == 0.0 || *number == 1.0)) return *number == 1.0;
  return std::nullopt;
}

inline constexpr std::int64_t kMillisecondsPerDay = 86'400'000;

/// Days since 1970-01-01, rounded towards the past.
inline std::int64_t day_of(std::int64_t ms) {
  return ms / kMillisecondsPerDay - (ms % kMillisecondsPerDay < 0 ? 1 : 0);
}
/// Milliseconds since midnight, 0 .. 86,399,999.
inline std::int64_t time_of_day(std::int64_t ms) { return ms - day_of(ms) * kMillisecondsPerDay; }
/// 0 = Monday .. 6; 1970-01-01 was a Thursday.
inline int weekday_of(std::int64_t ms) { return static_cast<int>(((day_of(ms) + 3) % 7 + 7) % 7); }

}  // namespace outpost
