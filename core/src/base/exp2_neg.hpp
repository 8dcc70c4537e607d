/// @file  The steps of portable_exp2_neg, for numbers and for the nodes of a graph alike.
#pragma once

namespace outpost {

/// 2^-x by the operations of `Number`: constant(float), add(a, b), multiply(a, b), called in one fixed order.
template <class Number, class Value>
Value exp2_neg_steps(Number&& number, const Value& x) {
  // Taylor of 2^-y - 1 = y (c1 + c2 y + ...), c_k = (-ln 2)^k / k!, on y = x / 64 in [0, 1].
  constexpr float kC[] = {-0.693147181F,   0.240226507F,      -0.0555041087F,    0.00961812911F,     -0.00133335581F,
                          0.000154035304F, -0.0000152527338F, 0.00000132154868F, -0.000000101780860F};
  // One call a statement: the order in which a compiler evaluates arguments must not reach a graph.
  const Value scale = number.constant(0x1p-6F);
  const Value y = number.multiply(x, scale);
  Value u = number.constant(kC[8]);
  for (int i = 7; i >= 0; --i) {
    u = number.multiply(u, y);
    const Value next = number.constant(kC[i]);
    u = number.add(u, next);
  }
  u = number.multiply(u, y);
  // (1 + u)^2 - 1 = 2u + u^2: while u is small this squares without losing the digits that 1 + u would round away.
  // Three steps of this kind, then three of the plain kind, had the least error on [0, 8] that stays small up to 64.
  for (int i = 0; i < 3; ++i) {
    const Value twice = number.add(u, u);
    const Value square = number.multiply(u, u);
    u = number.add(twice, square);
  }
  const Value one = number.constant(1.0F);
  Value power = number.add(u, one);
  for (int i = 0; i < 3; ++i) power = number.multiply(power, power);
  return power;
}

}  // namespace outpost
