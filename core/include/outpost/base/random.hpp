/// @file  Deterministic random numbers: the same on every platform, compiler and runtime.
/// Generator: xoshiro256** (D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators",
/// ACM TOMS 2021), seeded through SplitMix64. No std:: distribution is used anywhere in the core.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace outpost {

/// One stream of random numbers. Not for secrets. One thread at a time.
class Random {
 public:
  /// Streams with different (seed, stream) are independent for all practical purposes.
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0);

  /// 64 uniform bits.
  std::uint64_t next();
  /// Uniform in [0, 1), a multiple of 2^-53.
  double uniform();
  /// Uniform in [0, bound); bound >= 1. Unbiased (rejection).
  std::uint64_t uniform_index(std::uint64_t bound);
  /// Standard normal, by the inverse of the distribution function; finite.
  double normal();

 private:
  std::uint64_t state_[4];
};

/// Fisher-Yates; O(n).
void shuffle(Random& random, std::span<std::uint32_t> values);

/// `count` distinct indices from [0, population), in ascending order; count <= population < 2^32.
/// R. W. Floyd's method (CACM 30(9), 1987); O(count log count) whatever the population.
std::vector<std::uint32_t> sample_without_replacement(Random& random, std::uint64_t population, std::size_t count);

}  // namespace outpost
