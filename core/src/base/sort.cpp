#include <outpost/base/sort.hpp>

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <vector>

namespace outpost {
namespace {

constexpr std::size_t kShort = 1024;  // below this std::sort is faster than clearing and summing three histograms
constexpr int kDigitBits = 11;        // 3 x 11 bits cover 32; a histogram of 2048 counts stays in the first cache
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;

std::uint32_t to_key(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
}

float from_key(std::uint32_t key) {
  const std::uint32_t bits = (key & 0x80000000U) != 0 ? key & 0x7fffffffU : ~key;
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

std::size_t digit(std::uint32_t key, int pass) { return (key >> (kDigitBits * pass)) & (kDigits - 1); }

/// The values' own memory holds the keys of the second pass.
std::uint32_t raw_load(const float& place) {
  std::uint32_t key = 0;
  std::memcpy(&key, &place, sizeof key);
  return key;
}
void raw_store(float& place, std::uint32_t key) { std::memcpy(&place, &key, sizeof key); }

/// Turns counts of digits into the place where each digit's keys begin.
void counts_to_places(std::vector<std::size_t>& counts) {
  std::size_t next = 0;
  for (std::size_t d = 0; d < counts.size(); ++d) {
    if (d % kDigits == 0) next = 0;
    const std::size_t count = counts[d];
    counts[d] = next;
    next += count;
  }
}

}  // namespace

void sort_floats(std::span<float> values) {
  const std::size_t n = values.size();
  if (n < kShort) {
    std::sort(values.begin(), values.end(), [](float a, float b) { return to_key(a) < to_key(b); });
    return;
  }
  std::vector<std::size_t> places(3 * kDigits, 0);
  std::size_t* const place0 = places.data();
  std::size_t* const place1 = place0 + kDigits;
  std::size_t* const place2 = place1 + kDigits;
  for (const float value : values) {
    const std::uint32_t key = to_key(value);
    ++place0[digit(key, 0)];
    ++place1[digit(key, 1)];
    ++place2[digit(key, 2)];
  }
  counts_to_places(places);
  std::vector<std::uint32_t> other(n);
  for (const float value : values) {
    const std::uint32_t key = to_key(value);
    other[place0[digit(key, 0)]++] = key;
  }
  for (const std::uint32_t key : other) raw_store(values[place1[digit(key, 1)]++], key);
  for (const float& value : values) {
    const std::uint32_t key = raw_load(value);
    other[place2[digit(key, 2)]++] = key;
  }
  for (std::size_t i = 0; i < n; ++i) values[i] = from_key(other[i]);
}

double sorted_quantile(std::span<const float> ascending, double p) {
  assert(!ascending.empty() && p >= 0 && p <= 1);
  const double place = static_cast<double>(ascending.size() - 1) * p;
  const auto below = static_cast<std::size_t>(place);
  const double low = ascending[below];
  if (below + 1 == ascending.size()) return low;
  return low + (place - static_cast<double>(below)) * (static_cast<double>(ascending[below + 1]) - low);
}

}  // namespace outpost
