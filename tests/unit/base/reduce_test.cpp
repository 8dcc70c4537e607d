#include <outpost/base/reduce.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>
#ifndef HWY_COMPILE_ONLY_STATIC
#include <hwy/highway.h>
#endif

#include <outpost/base/random.hpp>

namespace outpost {
namespace {

/// The documented order, written plainly: element i into lane i mod 8, then the fold.
template <class Term>
double plain_sum(std::size_t count, Term term) {
  double lane[8] = {};
  for (std::size_t i = 0; i < count; ++i) lane[i % 8] += term(i);
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

bool same(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }
bool same(float a, float b) { return std::memcmp(&a, &b, sizeof a) == 0; }

/// Values over 40 powers of ten, so that another order of adding gives other bits.
std::vector<float> wild_values(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& value : values) {
    value = static_cast<float>(random.normal() * std::pow(10.0, 40 * random.uniform() - 20));
  }
  return values;
}

void check_all(const std::vector<float>& a, const std::vector<float>& b, double center) {
  CHECK(same(sum(a), plain_sum(a.size(), [&](std::size_t i) { return static_cast<double>(a[i]); })));
  CHECK(same(sum_squared_deviations(a, center), plain_sum(a.size(), [&](std::size_t i) {
               const double difference = static_cast<double>(a[i]) - center;
               return difference * difference;
             })));
  CHECK(same(dot(a, b), plain_sum(a.size(), [&](std::size_t i) {
               return static_cast<double>(a[i]) * static_cast<double>(b[i]);
             })));
  if (a.empty()) return;
  Extremes plain{a[0], a[0]};
  for (const float value : a) {
    if (value < plain.min) plain.min = value;
    if (value > plain.max) plain.max = value;
  }
  const Extremes ends = extremes(a);
  CHECK(same(ends.min, plain.min + 0.0F));
  CHECK(same(ends.max, plain.max + 0.0F));
}

/// Runs `body` with each SIMD target that this program was compiled for and this machine has.
template <class Body>
void on_every_target(Body body) {
#ifdef HWY_COMPILE_ONLY_STATIC
  body();
#else
  std::vector<std::int64_t> targets = hwy::SupportedAndGeneratedTargets();
  REQUIRE(!targets.empty());
  for (const std::int64_t target : targets) {
    INFO(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    body();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
#endif
}

TEST_CASE("reduce: every SIMD target gives the bits of the documented order", "[base][oracle]") {
  on_every_target([] {
    for (std::size_t count = 0; count < 70; ++count) {
      check_all(wild_values(count, count), wild_values(count, count + 1000), 0.1);
    }
    check_all(wild_values(100'003, 1), wild_values(100'003, 2), -3e7);
  });
}

TEST_CASE("reduce: addresses that are not aligned change nothing", "[base][property]") {
  const std::vector<float> values = wild_values(1000, 3);
  on_every_target([&values] {
    for (std::size_t offset = 1; offset < 20; ++offset) {
      const std::vector<float> copy(values.begin() + static_cast<std::ptrdiff_t>(offset), values.end());
      const std::span<const float> part = std::span(values).subspan(offset);
      CHECK(same(sum(part), sum(copy)));
      CHECK(same(sum_squared_deviations(part, 1), sum_squared_deviations(copy, 1)));
      CHECK(same(dot(part, copy), dot(copy, part)));
      CHECK(same(extremes(part).min, extremes(copy).min));
    }
  });
}

TEST_CASE("reduce: the wild values do tell one order from another", "[base][property]") {
  const std::vector<float> values = wild_values(1000, 4);
  double forward = 0;
  for (const float value : values) forward += static_cast<double>(value);
  CHECK_FALSE(same(forward, sum(values)));
}

TEST_CASE("reduce: zeros, infinities and denormals", "[base][oracle]") {
  const float tiny = std::numeric_limits<float>::denorm_min();
  const float infinity = std::numeric_limits<float>::infinity();
  on_every_target([tiny, infinity] {
    CHECK(same(sum({}), 0.0));
    CHECK(same(sum(std::vector<float>(17, -0.0F)), 0.0));
    CHECK(sum(std::vector<float>(1000, tiny)) == 1000.0 * static_cast<double>(tiny));
    CHECK(std::isinf(sum(std::vector<float>{1, infinity, 2})));
    for (std::size_t count = 1; count < 40; ++count) {
      std::vector<float> zeros(count, 0.0F);
      for (std::size_t i = 0; i < count; i += 3) zeros[i] = -0.0F;
      CHECK_FALSE(std::signbit(extremes(zeros).min));
      CHECK_FALSE(std::signbit(extremes(zeros).max));
      zeros[count / 2] = -infinity;
      CHECK(extremes(zeros).min == -infinity);
      zeros[count - 1] = infinity;
      CHECK(extremes(zeros).max == infinity);
    }
  });
}

}  // namespace
}  // namespace outpost
