#include "test_data.hpp"

#include <cstring>
#include <numeric>

#include <outpost/base/random.hpp>

namespace outpost::test {

Matrix gaussian(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  Random random(seed);
  Matrix matrix(rows, cols);
  for (std::size_t i = 0; i < rows * cols; ++i) matrix.data()[i] = static_cast<float>(random.normal());
  return matrix;
}

Matrix blobs(std::size_t rows, std::size_t cols, std::size_t anomalies, std::uint64_t seed) {
  Random random(seed);
  Matrix matrix(rows, cols);
  for (std::size_t r = 0; r < rows; ++r) {
    const bool anomaly = r + anomalies >= rows;
    const double center = static_cast<double>(random.uniform_index(3)) * 4.0;
    const double common = random.normal();
    for (std::size_t c = 0; c < cols; ++c) {
      const double value = anomaly ? 40.0 * (random.uniform() < 0.5 ? -1 : 1) + 3.0 * random.normal()
                                   : center + 0.7 * common + 0.5 * random.normal();
      matrix(r, c) = static_cast<float>(value);
    }
  }
  return matrix;
}

Matrix take_rows(const Matrix& matrix, const std::vector<std::size_t>& order) {
  Matrix out(order.size(), matrix.cols());
  for (std::size_t r = 0; r < order.size(); ++r) {
    for (std::size_t c = 0; c < matrix.cols(); ++c) out(r, c) = matrix(order[r], c);
  }
  return out;
}

std::vector<std::size_t> random_order(std::size_t n, std::uint64_t seed) {
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  Random random(seed);
  shuffle(random, order);
  return {order.begin(), order.end()};
}

bool same_bits(float a, float b) { return std::memcmp(&a, &b, sizeof a) == 0; }

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

}  // namespace outpost::test
