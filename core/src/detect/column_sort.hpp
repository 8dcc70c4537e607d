/// @file  Sorts one column of float32 with its row indices: a total order (value, then row), by radix.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include <outpost/base/matrix.hpp>

namespace outpost {

/// A value and its row in one word that compares as (value, row) does. -0 counts as 0.
inline std::uint64_t pack_value(float value, std::uint32_t row) {
  const float plain = value + 0.0F;
  std::uint32_t bits = 0;
  std::memcpy(&bits, &plain, sizeof bits);
  const std::uint32_t key = (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
  return static_cast<std::uint64_t>(key) << 32 | row;
}
inline std::uint32_t packed_row(std::uint64_t packed) { return static_cast<std::uint32_t>(packed); }
inline float packed_value(std::uint64_t packed) {
  const auto key = static_cast<std::uint32_t>(packed >> 32);
  const std::uint32_t bits = (key & 0x80000000U) != 0 ? key & 0x7FFFFFFFU : ~key;
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Leaves column `feature`, sorted and packed, in `sorted`; `scratch` is room. Values finite, fewer than 2^32 rows.
inline void sort_column(MatrixView rows, std::size_t feature, std::vector<std::uint64_t>& sorted,
                        std::vector<std::uint64_t>& scratch) {
  constexpr std::size_t kRadixRows = 1024;  // below this, comparing is faster than clearing three histograms
  constexpr std::uint32_t kBits = 11, kBuckets = 1U << kBits;
  const std::size_t n = rows.rows();
  const float* values = rows.data() + feature;
  sorted.resize(n);
  for (std::size_t r = 0; r < n; ++r) sorted[r] = pack_value(values[r * rows.cols()], static_cast<std::uint32_t>(r));
  if (n < kRadixRows) {
    std::sort(sorted.begin(), sorted.end());
    return;
  }
  // Rows start in order and each pass is stable, so only the value's 32 bits need sorting.
  std::array<std::array<std::uint32_t, kBuckets>, 3> counts{};
  const auto digit = [](std::uint64_t packed, std::uint32_t pass) {
    return static_cast<std::uint32_t>(packed >> (32 + pass * kBits)) & (kBuckets - 1);
  };
  for (const std::uint64_t packed : sorted) {
    for (std::uint32_t pass = 0; pass < 3; ++pass) ++counts[pass][digit(packed, pass)];
  }
  scratch.resize(n);
  for (std::uint32_t pass = 0; pass < 3; ++pass) {
    auto& places = counts[pass];
    if (places[digit(sorted[0], pass)] == n) continue;  // one bucket holds all
    std::uint32_t next = 0;
    for (std::uint32_t& place : places) {
      const std::uint32_t count = place;
      place = next;
      next += count;
    }
    for (const std::uint64_t packed : sorted) scratch[places[digit(packed, pass)]++] = packed;
    sorted.swap(scratch);
  }
}

}  // namespace outpost
