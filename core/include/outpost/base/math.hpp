/// @file  Elementary functions that give the same bits on every platform.
/// libm differs between platforms in the last digits; these use +, -, *, / and sqrt only (IEEE 754,
/// no contraction), so that what is fitted or scored with them is bit-equal over runtimes.
#pragma once

namespace outpost {

/// e^x; relative error below 2 units in the last place on the whole finite range.
/// Overflows to +infinity above 709.79, underflows gradually to 0 below -745.14; NaN gives NaN.
double portable_exp(double x);

/// Natural logarithm; error below 2 units in the last place. log(0) = -infinity, x < 0 or NaN gives NaN.
double portable_log(double x);

/// Hyperbolic tangent; error below 4 units in the last place.
double portable_tanh(double x);

/// Quantile of the standard normal distribution: the z with P(Z <= z) = p, for 0 < p < 1;
/// relative error below 1e-14 for p in [1e-300, 1 - 1e-16]. p = 0 and 1 give -/+ infinity, others NaN.
/// M. J. Wichura, "Algorithm AS 241", Applied Statistics 37 (1988).
double normal_quantile(double p);

/// 2^-x for x in [0, 64], by float32 additions and multiplications in a fixed order and nothing else, so that the same
/// steps as an ONNX graph of Add and Mul nodes give the same bits.
/// Relative error below 2e-6 on [0, 8] and below 1e-4 on [8, 64]; over every float32 it is at most 6.2e-7 up to 1,
/// 8.4e-7 up to 2, 1.3e-6 up to 4, 1.91e-6 up to 8, 3.6e-6 up to 16, 9.6e-6 up to 32 and 7.8e-5 up to 64.
/// The steps: the Taylor polynomial of 2^-y - 1 in y = x / 64, then six squarings, the first three on 2^-y - 1.
float portable_exp2_neg(float x);

}  // namespace outpost
