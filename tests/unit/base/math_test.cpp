#include <outpost/base/math.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include <outpost/base/random.hpp>

namespace outpost {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
#ifdef __EMSCRIPTEN__
// There the long double functions of the C library compute in double: the oracle itself is a unit off.
constexpr double kOracle = 1;
#else
constexpr double kOracle = 0;
#endif
constexpr double kSmallest = std::numeric_limits<double>::denorm_min();

/// Distance from the exact value in units of its last place in double.
double ulps(double value, long double exact) {
  int exponent = 0;
  std::frexp(exact, &exponent);
  const long double unit = std::ldexp(1.0L, std::max(exponent - 53, -1074));
  return static_cast<double>(std::fabs(static_cast<long double>(value) - exact) / unit);
}

/// Evenly spaced, with random places between and their neighbours.
std::vector<double> grid(double low, double high, std::size_t steps, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> points;
  for (std::size_t i = 0; i <= steps; ++i) {
    points.push_back(low + (high - low) * (static_cast<double>(i) / static_cast<double>(steps)));
    points.push_back(low + (high - low) * random.uniform());
    points.push_back(std::nextafter(points.back(), kInfinity));
  }
  std::sort(points.begin(), points.end());
  return points;
}

template <class Function, class Exact>
double worst_ulps(const std::vector<double>& points, Function function, Exact exact) {
  double worst = 0;
  for (const double x : points) worst = std::max(worst, ulps(function(x), exact(static_cast<long double>(x))));
  return worst;
}

/// Functions that rise: no step down larger than the error bound, and no step down at all over 16 places.
template <class Function>
bool rises(double start, std::size_t count, Function function) {
  std::vector<double> values;
  double x = start;
  for (std::size_t i = 0; i < count; ++i, x = std::nextafter(x, kInfinity)) values.push_back(function(x));
  for (std::size_t i = 16; i < count; ++i) {
    if (values[i] < values[i - 16]) return false;
  }
  return true;
}

long double exact_exp(long double x) { return std::exp(x); }
long double exact_log(long double x) { return std::log(x); }
long double exact_tanh(long double x) { return std::tanh(x); }

TEST_CASE("math: exp is within 2 units in the last place", "[base][oracle]") {
  CHECK(worst_ulps(grid(-745, 709.7, 100'000, 1), portable_exp, exact_exp) < 2 + kOracle);
  CHECK(worst_ulps(grid(-2, 2, 100'000, 2), portable_exp, exact_exp) < 2 + kOracle);
  CHECK(worst_ulps(grid(-745.13, -708, 20'000, 3), portable_exp, exact_exp) < 2 + kOracle);
  CHECK(worst_ulps(grid(-1e-8, 1e-8, 1'000, 4), portable_exp, exact_exp) < 2 + kOracle);
  // Around the places where the exponent of the reduction changes.
  for (int k = -1070; k < 1020; k += 7) {
    const double edge = (k + 0.5) * 0.6931471805599453;
    CHECK(worst_ulps(grid(edge - 1e-12, edge + 1e-12, 20, 5), portable_exp, exact_exp) < 2 + kOracle);
  }
}

TEST_CASE("math: exp of special values", "[base][oracle]") {
  CHECK(portable_exp(0) == 1);
  CHECK(portable_exp(-0.0) == 1);
  CHECK(portable_exp(1) == Approx(2.718281828459045).epsilon(3e-16));
  CHECK(portable_exp(kInfinity) == kInfinity);
  CHECK(portable_exp(-kInfinity) == 0);
  CHECK(portable_exp(709.79) == kInfinity);
  CHECK(portable_exp(709.78) < kInfinity);
  CHECK(portable_exp(-745.14) == 0);
  CHECK(portable_exp(-745.13) == kSmallest);
  CHECK(portable_exp(kSmallest) == 1);
  CHECK(std::isnan(portable_exp(kNan)));
}

TEST_CASE("math: log is within 2 units in the last place", "[base][oracle]") {
  CHECK(worst_ulps(grid(0.5, 2, 200'000, 6), portable_log, exact_log) < 2 + kOracle);
  CHECK(worst_ulps(grid(1 - 1e-6, 1 + 1e-6, 10'000, 7), portable_log, exact_log) < 2 + kOracle);
  CHECK(worst_ulps(grid(1e-3, 1e6, 100'000, 8), portable_log, exact_log) < 2 + kOracle);
  CHECK(worst_ulps(grid(kSmallest, 1e-307, 10'000, 9), portable_log, exact_log) < 2 + kOracle);
  Random random(10);
  std::vector<double> points;
  for (int i = 0; i < 200'000; ++i) points.push_back(std::ldexp(0.5 + 0.5 * random.uniform(), -1073 + i % 2096));
  CHECK(worst_ulps(points, portable_log, exact_log) < 2 + kOracle);
}

TEST_CASE("math: log of special values", "[base][oracle]") {
  CHECK(portable_log(1) == 0);
  CHECK(portable_log(0.0) == -kInfinity);
  CHECK(portable_log(-0.0) == -kInfinity);
  CHECK(portable_log(kInfinity) == kInfinity);
  CHECK(std::isnan(portable_log(-kSmallest)));
  CHECK(std::isnan(portable_log(-kInfinity)));
  CHECK(std::isnan(portable_log(kNan)));
  CHECK(portable_log(2) == 0.6931471805599453);
  CHECK(portable_log(std::numeric_limits<double>::max()) == Approx(709.782712893384).epsilon(1e-15));
  CHECK(portable_log(kSmallest) == Approx(-744.4400719213812).epsilon(1e-15));
}

TEST_CASE("math: tanh is within 4 units in the last place", "[base][oracle]") {
  CHECK(worst_ulps(grid(-23, 23, 200'000, 11), portable_tanh, exact_tanh) < 4 + kOracle);
  CHECK(worst_ulps(grid(-1.01, 1.01, 100'000, 12), portable_tanh, exact_tanh) < 4 + kOracle);
  CHECK(worst_ulps(grid(-1e-7, 1e-7, 1'000, 13), portable_tanh, exact_tanh) < 4 + kOracle);
  CHECK(worst_ulps(grid(-1e-310, 1e-310, 1'000, 14), portable_tanh, exact_tanh) < 4 + kOracle);
}

TEST_CASE("math: tanh of special values, and its symmetry", "[base][oracle]") {
  CHECK(std::signbit(portable_tanh(-0.0)));
  CHECK_FALSE(std::signbit(portable_tanh(0.0)));
  CHECK(portable_tanh(kSmallest) == kSmallest);
  CHECK(portable_tanh(kInfinity) == 1);
  CHECK(portable_tanh(-kInfinity) == -1);
  CHECK(std::isnan(portable_tanh(kNan)));
  for (const double x : grid(0, 25, 5'000, 15)) {
    CHECK(portable_tanh(-x) == -portable_tanh(x));
    CHECK(portable_tanh(x) <= 1);
  }
}

TEST_CASE("math: exp, log and tanh rise, also where their formula changes", "[base][property]") {
  for (const double x : {-745.0, -708.4, -0.34657359027997264, -1e-9, 0.34657359027997264, 1.0397207708399179, 700.0}) {
    CHECK(rises(x * (x > 0 ? 1 - 1e-13 : 1 + 1e-13), 4'000, portable_exp));
  }
  for (const double x : {1e-310, 0.70710678118654746, 1.0, 1.4142135623730951, 2.0, 1e300}) {
    CHECK(rises(x * (1 - 2e-13), 4'000, portable_log));
  }
  for (const double x : {1e-9, 0.5, 1.0, 21.99}) CHECK(rises(x * (1 - 2e-13), 4'000, portable_tanh));
  // The quantile is flat in the tails: steps of p that move it by more than its error bound.
  for (const double p : {1e-300, 1.3887943864964021e-11, 0.0013, 0.075, 0.5}) {
    double before = -kInfinity;
    for (int i = -500; i < 500; ++i) {
      const double z = normal_quantile(p * (1 + i * 1e-9));
      CHECK(z > before);
      before = z;
    }
  }
}

/// P(Z <= z) = p solved by Newton's method in long double, from the smaller tail.
long double exact_quantile(double p) {
  const bool lower = p < 0.5;
  const long double tail = lower ? static_cast<long double>(p) : 1.0L - static_cast<long double>(p);
  const long double root2 = std::sqrt(2.0L);
  const long double density = 1.0L / std::sqrt(2.0L * std::acos(-1.0L));
  long double z = -static_cast<long double>(std::fabs(normal_quantile(p)));
  for (int i = 0; i < 4; ++i) {
    const long double value = 0.5L * std::erfc(-z / root2);
    z -= (value - tail) / (density * std::exp(-0.5L * z * z));
  }
  return lower ? z : -z;
}

TEST_CASE("math: the normal quantile is within 1e-14 of Newton's solution", "[base][oracle]") {
  Random random(16);
  double worst = 0;
  const auto check = [&worst](double p) {
    const long double exact = exact_quantile(p);
    if (exact == 0) return;
    worst = std::max(worst, static_cast<double>(std::fabs((normal_quantile(p) - exact) / exact)));
  };
  for (int i = 0; i < 40'000; ++i) check(random.uniform() + 0x1p-60);
  for (int i = 0; i < 20'000; ++i) check(std::ldexp(0.5 + 0.5 * random.uniform(), -(i % 990)));
  for (int i = 1; i <= 52; ++i) check(1.0 - std::ldexp(1.0, -i));
  for (const double p : {1e-300, 0.0749999, 0.075, 0.0750001, 0.925, 1 - 1e-16, 1.3887943864964021e-11}) check(p);
  CHECK(worst < 1e-14);
}

TEST_CASE("math: the normal quantile's special and published values", "[base][oracle]") {
  CHECK(normal_quantile(0.5) == 0);
  CHECK(normal_quantile(0) == -kInfinity);
  CHECK(normal_quantile(1) == kInfinity);
  for (const double p : {-kSmallest, 1.0000000000000002, kNan, kInfinity, -kInfinity}) {
    CHECK(std::isnan(normal_quantile(p)));
  }
  // Wichura 1988, the check values of PPND16.
  CHECK(normal_quantile(0.25) == Approx(-0.6744897501960817).epsilon(1e-15));
  CHECK(normal_quantile(0.001) == Approx(-3.090232306167814).epsilon(1e-15));
  CHECK(normal_quantile(1e-20) == Approx(-9.262340089798408).epsilon(1e-15));
}

TEST_CASE("math: 2^-x in float32 is within 2e-6 on [0, 8]", "[base][oracle]") {
  double worst = 0;
  const auto check = [&worst](float x) {
    const double exact = std::exp2(-static_cast<double>(x));
    worst = std::max(worst, std::fabs(static_cast<double>(portable_exp2_neg(x)) - exact) / exact);
  };
  // Every 61st float32 of [2^-30, 8].
  for (std::uint32_t bits = 0x30800000U; bits <= 0x41000000U; bits += 61) {
    float x = 0;
    std::memcpy(&x, &bits, sizeof x);
    check(x);
  }
  check(8.0F);
  CHECK(worst < 2e-6);
  CHECK(portable_exp2_neg(0.0F) == 1.0F);
  CHECK(portable_exp2_neg(1e-40F) == 1.0F);
}

TEST_CASE("math: 2^-x stays positive, finite and falling up to 64", "[base][property]") {
  double worst = 0;
  float previous = 2;
  for (float x = 0; x <= 64; x += 0.03125F) {
    const float value = portable_exp2_neg(x);
    const double exact = std::exp2(-static_cast<double>(x));
    worst = std::max(worst, std::fabs(static_cast<double>(value) - exact) / exact);
    CHECK(value > 0);
    CHECK(value < previous);
    previous = value;
  }
  CHECK(worst < 1e-4);
}

}  // namespace
}  // namespace outpost
