/// @file  Small data sets for tests, made from a seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <outpost/base/matrix.hpp>

namespace outpost::test {

/// Standard normal values.
Matrix gaussian(std::size_t rows, std::size_t cols, std::uint64_t seed);

/// Normal rows around three centres with correlated features, then `anomalies` rows far from all of them (last).
Matrix blobs(std::size_t rows, std::size_t cols, std::size_t anomalies, std::uint64_t seed);

/// Rows of `matrix` in the given order.
Matrix take_rows(const Matrix& matrix, const std::vector<std::size_t>& order);

/// 0, 1, ... n - 1 in a random order.
std::vector<std::size_t> random_order(std::size_t n, std::uint64_t seed);

/// Same bits, NaN included.
bool same_bits(float a, float b);
bool same_bits(const std::vector<float>& a, const std::vector<float>& b);

}  // namespace outpost::test
