#include <outpost/base/math.hpp>

#include <cmath>  // sqrt alone: the one function of libm that IEEE 754 rounds correctly everywhere
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "base/exp2_neg.hpp"

namespace outpost {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLog2E = 0x1.71547652b82fep0;
// ln 2 in two parts: the first has 32 significant bits, so its product with an exponent is exact.
constexpr double kLn2High = 0x1.62e42feep-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kSqrt2 = 0x1.6a09e667f3bcdp0;

std::uint64_t bits_of(double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

double from_bits(std::uint64_t bits) {
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// 2^exponent, for -1022..1023.
double power_of_two(int exponent) { return from_bits(static_cast<std::uint64_t>(exponent + 1023) << 52); }

/// c[0] + c[1] x + c[2] x^2 + ..., by Horner's rule.
template <std::size_t N>
double polynomial(const double (&c)[N], double x) {
  double value = c[N - 1];
  for (std::size_t i = N - 1; i-- > 0;) value = value * x + c[i];
  return value;
}

// Taylor: e^r = 1 + r + r^2 (1/2! + r/3! + ...). For |r| <= ln(2)/2 the first term left out is 5e-19 of the result.
constexpr double kExp[] = {1.0 / 2,       1.0 / 6,        1.0 / 24,          1.0 / 120,
                           1.0 / 720,     1.0 / 5040,     1.0 / 40320,       1.0 / 362880,
                           1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600.0, 1.0 / 6227020800.0};

// Taylor: with s = f / (2 + f), ln(1 + f) = 2 artanh(s) = s (2 + s^2 2/3 + s^4 2/5 + ...). |s| <= 0.1716, so the first
// term left out is 2e-20 of the sum.
constexpr double kLog[] = {2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11, 2.0 / 13,
                           2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21, 2.0 / 23, 2.0 / 25};

// Taylor of sinh(x)/x and cosh(x) in x^2, for |x| <= 1: the first terms left out are 4e-23 and 9e-22.
constexpr double kSinh[] = {1.0,
                            1.0 / 6,
                            1.0 / 120,
                            1.0 / 5040,
                            1.0 / 362880,
                            1.0 / 39916800,
                            1.0 / 6227020800.0,
                            1.0 / 1307674368000.0,
                            1.0 / 355687428096000.0,
                            1.0 / 121645100408832000.0,
                            1.0 / 51090942171709440000.0};
constexpr double kCosh[] = {1.0,
                            1.0 / 2,
                            1.0 / 24,
                            1.0 / 720,
                            1.0 / 40320,
                            1.0 / 3628800,
                            1.0 / 479001600.0,
                            1.0 / 87178291200.0,
                            1.0 / 20922789888000.0,
                            1.0 / 6402373705728000.0,
                            1.0 / 2432902008176640000.0};

// AS 241, PPND16: rational approximations for |p - 1/2| <= 0.425, then for sqrt(-ln min(p, 1-p)) up to 5 and above.
constexpr double kCentralTop[] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                  1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                  3.3430575583588128105e4, 2.5090809287301226727e3};
constexpr double kCentralBottom[] = {1.0,
                                     4.2313330701600911252e1,
                                     6.8718700749205790830e2,
                                     5.3941960214247511077e3,
                                     2.1213794301586595867e4,
                                     3.9307895800092710610e4,
                                     2.8729085735721942674e4,
                                     5.2264952788528545610e3};
constexpr double kMiddleTop[] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                 3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                 2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr double kMiddleBottom[] = {1.0,
                                    2.05319162663775882187e0,
                                    1.67638483018380384940e0,
                                    6.89767334985100004550e-1,
                                    1.48103976427480074590e-1,
                                    1.51986665636164571966e-2,
                                    5.47593808499534494600e-4,
                                    1.05075007164441684324e-9};
constexpr double kTailTop[] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                               2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                               2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr double kTailBottom[] = {1.0,
                                  5.99832206555887937690e-1,
                                  1.36929880922735805310e-1,
                                  1.48753612908506148525e-2,
                                  7.86869131145613259100e-4,
                                  1.84631831751005468180e-5,
                                  1.42151175831644588870e-7,
                                  2.04426310338993978564e-15};

}  // namespace

double portable_exp(double x) {
  if (x != x) return x;
  if (x > 0x1.62e42fefa39efp9) return kInfinity;
  if (x < -745.1332191019412) return 0;
  // x = k ln 2 + r with |r| <= ln(2)/2. The rounding error of r is kept in `low` and enters with the small terms.
  const int k = static_cast<int>(x * kLog2E + (x < 0 ? -0.5 : 0.5));
  const double high = x - k * kLn2High;
  const double low = k * kLn2Low;
  const double r = high - low;
  const double power = 1.0 + (high + (r * r * polynomial(kExp, r) - low));
  if (k > 1023) return power * power_of_two(1023) * power_of_two(k - 1023);
  if (k < -1022) return power * power_of_two(k + 600) * power_of_two(-600);  // only the last product rounds
  return power * power_of_two(k);
}

double portable_log(double x) {
  if (x != x || x < 0) return kNan;
  if (x == 0) return -kInfinity;
  if (x == kInfinity) return x;
  int k = 0;
  if (x < 0x1p-1022) {
    x *= 0x1p54;
    k = -54;
  }
  // x = 2^k m with m in [sqrt(1/2), sqrt(2)); f = m - 1 is exact.
  const std::uint64_t bits = bits_of(x);
  k += static_cast<int>(bits >> 52) - 1023;
  double m = from_bits((bits & 0x000fffffffffffffU) | 0x3ff0000000000000U);
  if (m > kSqrt2) {
    m *= 0.5;
    ++k;
  }
  const double f = m - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  // 2s = f - f^2/2 + s f^2/2: the large term f is exact, and only small terms are rounded before the last sums.
  const double half = 0.5 * f * f;
  const double small = s * (half + z * polynomial(kLog, z)) + k * kLn2Low;
  return k * kLn2High - ((half - small) - f);
}

double portable_tanh(double x) {
  if (x != x) return x;
  if (x > 22) return 1;
  if (x < -22) return -1;
  if (x >= -1 && x <= 1) {
    const double z = x * x;
    return x * polynomial(kSinh, z) / polynomial(kCosh, z);
  }
  const double magnitude = 1.0 - 2.0 / (portable_exp(2.0 * (x < 0 ? -x : x)) + 1.0);
  return x < 0 ? -magnitude : magnitude;
}

double normal_quantile(double p) {
  if (!(p >= 0 && p <= 1)) return kNan;
  if (p == 0) return -kInfinity;
  if (p == 1) return kInfinity;
  const double q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(kCentralTop, r) / polynomial(kCentralBottom, r);
  }
  const double r = std::sqrt(-portable_log(q < 0 ? p : 1.0 - p));
  const double z = r <= 5 ? polynomial(kMiddleTop, r - 1.6) / polynomial(kMiddleBottom, r - 1.6)
                          : polynomial(kTailTop, r - 5.0) / polynomial(kTailBottom, r - 5.0);
  return q < 0 ? -z : z;
}

namespace {

struct Float32 {
  static float constant(float value) { return value; }
  static float add(float a, float b) { return a + b; }
  static float multiply(float a, float b) { return a * b; }
};

}  // namespace

float portable_exp2_neg(float x) { return exp2_neg_steps(Float32{}, x); }

}  // namespace outpost
