#include <outpost/base/random.hpp>

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

#include <outpost/base/math.hpp>

namespace outpost {
namespace {

constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15U;

/// SplitMix64's output function (S. Vigna); a bijection that maps 0 to 0.
std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

/// A set of 32-bit numbers by open addressing; its content never depends on the order of its slots.
class IndexSet {
 public:
  explicit IndexSet(std::size_t capacity) {
    const std::size_t slots = std::bit_ceil(2 * capacity + 1);
    shift_ = 64 - std::countr_zero(slots);
    slots_.assign(slots, kEmpty);
  }
  /// False when it was there already.
  bool insert(std::uint32_t value) {
    std::size_t slot = static_cast<std::size_t>((value * kGolden) >> shift_);
    while (slots_[slot] != kEmpty) {
      if (slots_[slot] == value) return false;
      slot = (slot + 1) & (slots_.size() - 1);
    }
    slots_[slot] = value;
    return true;
  }

 private:
  static constexpr std::uint32_t kEmpty = 0xffffffffU;  // no index: the population is below 2^32
  std::vector<std::uint32_t> slots_;
  int shift_ = 0;
};

}  // namespace

Random::Random(std::uint64_t seed, std::uint64_t stream) {
  std::uint64_t counter = seed ^ mix(stream);
  for (std::uint64_t& word : state_) word = mix(counter += kGolden);
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

std::uint64_t Random::uniform_index(std::uint64_t bound) {
  assert(bound >= 1);
  if (bound <= 0x100000000U) {
    // D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 2019, on the upper 32 bits.
    std::uint64_t product = (next() >> 32) * bound;
    if ((product & 0xffffffffU) < bound) {
      const std::uint64_t unfair = (0x100000000U - bound) % bound;
      while ((product & 0xffffffffU) < unfair) product = (next() >> 32) * bound;
    }
    return product >> 32;
  }
  const int shift = std::countl_zero(bound - 1);
  std::uint64_t value = next() >> shift;
  while (value >= bound) value = next() >> shift;
  return value;
}

double Random::normal() {
  // An odd multiple of 2^-53, so never 0 or 1, and as often p as 1 - p.
  return normal_quantile((static_cast<double>(next() >> 12) + 0.5) * 0x1p-52);
}

void shuffle(Random& random, std::span<std::uint32_t> values) {
  for (std::size_t i = values.size(); i > 1; --i) {
    std::swap(values[i - 1], values[static_cast<std::size_t>(random.uniform_index(i))]);
  }
}

std::vector<std::uint32_t> sample_without_replacement(Random& random, std::uint64_t population, std::size_t count) {
  assert(population < 0x100000000U && count <= population);
  IndexSet chosen(count);
  std::vector<std::uint32_t> sample;
  sample.reserve(count);
  for (std::uint64_t last = population - count; last < population; ++last) {
    auto index = static_cast<std::uint32_t>(random.uniform_index(last + 1));
    if (!chosen.insert(index)) {
      index = static_cast<std::uint32_t>(last);  // not in the set: every index so far is below it
      chosen.insert(index);
    }
    sample.push_back(index);
  }
  std::sort(sample.begin(), sample.end());
  return sample;
}

}  // namespace outpost
