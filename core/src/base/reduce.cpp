// This file compiles itself once for each SIMD target (foreach_target.h); the dispatch at the end picks one at run
// time, or at compile time where there is one target only (WebAssembly).
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "base/reduce.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include <cassert>
#include <cstddef>

#include <outpost/base/reduce.hpp>

HWY_BEFORE_NAMESPACE();
namespace outpost {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

double fold(const double (&lane)[8]) {
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

// The 8 lanes are 8 / N vectors of N float64. Targets without float64 vectors, or where Highway 1.0 cannot widen
// float32 to them, take plain loops of the same shape.
#if HWY_HAVE_FLOAT64 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128 && !HWY_ARCH_WASM

using Doubles = hn::CappedTag<double, 8>;
using Vector = hn::Vec<Doubles>;
constexpr std::size_t kStep = hn::MaxLanes(Doubles());

HWY_INLINE Vector zero() { return hn::Zero(Doubles()); }
HWY_INLINE Vector set(double value) { return hn::Set(Doubles(), value); }
HWY_INLINE Vector widen(const float* values) {
  return hn::PromoteTo(Doubles(), hn::LoadU(hn::Rebind<float, Doubles>(), values));
}
HWY_INLINE Vector add(Vector a, Vector b) { return hn::Add(a, b); }
HWY_INLINE Vector subtract(Vector a, Vector b) { return hn::Sub(a, b); }
HWY_INLINE Vector multiply(Vector a, Vector b) { return hn::Mul(a, b); }
HWY_INLINE void store(Vector value, double* to) { hn::StoreU(value, Doubles(), to); }

#else

using Vector = double;
constexpr std::size_t kStep = 1;

HWY_INLINE Vector zero() { return 0; }
HWY_INLINE Vector set(double value) { return value; }
HWY_INLINE Vector widen(const float* values) { return static_cast<double>(*values); }
HWY_INLINE Vector add(Vector a, Vector b) { return a + b; }
HWY_INLINE Vector subtract(Vector a, Vector b) { return a - b; }
HWY_INLINE Vector multiply(Vector a, Vector b) { return a * b; }
HWY_INLINE void store(Vector value, double* to) { *to = value; }

#endif

constexpr std::size_t kSteps = 8 / kStep;

double sum_all(const float* values, std::size_t count) {
  Vector total[kSteps];
  for (std::size_t v = 0; v < kSteps; ++v) total[v] = zero();
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t v = 0; v < kSteps; ++v) total[v] = add(total[v], widen(values + i + v * kStep));
  }
  double lane[8];
  for (std::size_t v = 0; v < kSteps; ++v) store(total[v], lane + v * kStep);
  for (std::size_t k = 0; i < count; ++i, ++k) lane[k] += static_cast<double>(values[i]);
  return fold(lane);
}

double deviations_all(const float* values, std::size_t count, double center) {
  const Vector middle = set(center);
  Vector total[kSteps];
  for (std::size_t v = 0; v < kSteps; ++v) total[v] = zero();
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t v = 0; v < kSteps; ++v) {
      const Vector difference = subtract(widen(values + i + v * kStep), middle);
      total[v] = add(total[v], multiply(difference, difference));
    }
  }
  double lane[8];
  for (std::size_t v = 0; v < kSteps; ++v) store(total[v], lane + v * kStep);
  for (std::size_t k = 0; i < count; ++i, ++k) {
    const double difference = static_cast<double>(values[i]) - center;
    lane[k] += difference * difference;
  }
  return fold(lane);
}

double dot_all(const float* a, const float* b, std::size_t count) {
  Vector total[kSteps];
  for (std::size_t v = 0; v < kSteps; ++v) total[v] = zero();
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t v = 0; v < kSteps; ++v) {
      total[v] = add(total[v], multiply(widen(a + i + v * kStep), widen(b + i + v * kStep)));
    }
  }
  double lane[8];
  for (std::size_t v = 0; v < kSteps; ++v) store(total[v], lane + v * kStep);
  for (std::size_t k = 0; i < count; ++i, ++k) lane[k] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return fold(lane);
}

Extremes extremes_all(const float* values, std::size_t count) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  float low = values[0];
  float high = values[0];
  std::size_t i = 0;
  if (count >= lanes) {
    auto lows = hn::LoadU(d, values);
    auto highs = lows;
    for (i = lanes; i + lanes <= count; i += lanes) {
      const auto next = hn::LoadU(d, values + i);
      lows = hn::Min(lows, next);
      highs = hn::Max(highs, next);
    }
    low = hn::GetLane(hn::MinOfLanes(d, lows));
    high = hn::GetLane(hn::MaxOfLanes(d, highs));
  }
  for (; i < count; ++i) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  return {low + 0.0F, high + 0.0F};  // -0 becomes +0: which of the two zeros was met first must not show
}

}  // namespace

double sum_target(const float* values, std::size_t count) { return sum_all(values, count); }
double deviations_target(const float* values, std::size_t count, double center) {
  return deviations_all(values, count, center);
}
double dot_target(const float* a, const float* b, std::size_t count) { return dot_all(a, b, count); }
Extremes extremes_target(const float* values, std::size_t count) { return extremes_all(values, count); }

}  // namespace HWY_NAMESPACE
}  // namespace outpost
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace outpost {

HWY_EXPORT(sum_target);
HWY_EXPORT(deviations_target);
HWY_EXPORT(dot_target);
HWY_EXPORT(extremes_target);

double sum(std::span<const float> values) { return HWY_DYNAMIC_DISPATCH(sum_target)(values.data(), values.size()); }

double sum_squared_deviations(std::span<const float> values, double center) {
  return HWY_DYNAMIC_DISPATCH(deviations_target)(values.data(), values.size(), center);
}

double dot(std::span<const float> a, std::span<const float> b) {
  assert(a.size() == b.size());
  return HWY_DYNAMIC_DISPATCH(dot_target)(a.data(), b.data(), a.size());
}

Extremes extremes(std::span<const float> values) {
  assert(!values.empty());
  return HWY_DYNAMIC_DISPATCH(extremes_target)(values.data(), values.size());
}

}  // namespace outpost
#endif
