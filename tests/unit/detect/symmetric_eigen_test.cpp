#include "detect/symmetric_eigen.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <Eigen/Eigenvalues>
#include <catch2/catch.hpp>

#include <outpost/base/random.hpp>

namespace outpost {
namespace {

constexpr double kTolerance = 1e-12;  // of the largest absolute eigenvalue

std::vector<double> triangle_of(const Eigen::MatrixXd& matrix) {
  std::vector<double> triangle;
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
    for (Eigen::Index j = 0; j <= i; ++j) triangle.push_back(matrix(i, j));
  }
  return triangle;
}

Eigen::MatrixXd random_matrix(Eigen::Index rows, Eigen::Index cols, Random& random) {
  Eigen::MatrixXd matrix(rows, cols);
  for (Eigen::Index i = 0; i < rows; ++i) {
    for (Eigen::Index j = 0; j < cols; ++j) matrix(i, j) = random.normal();
  }
  return matrix;
}

Eigen::MatrixXd random_symmetric(Eigen::Index order, Random& random) {
  const Eigen::MatrixXd any = random_matrix(order, order, random);
  return any + any.transpose();
}

/// Q diag(values) Q^T with a random orthogonal Q.
Eigen::MatrixXd with_eigenvalues(const Eigen::VectorXd& values, Random& random) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> basis(random_symmetric(values.size(), random));
  const Eigen::MatrixXd& q = basis.eigenvectors();
  const Eigen::MatrixXd product = q * values.asDiagonal() * q.transpose();
  return 0.5 * (product + product.transpose());
}

/// `matrix` times `scale` is decomposed; what comes out, divided by `scale`, must decompose `matrix`.
void check(const Eigen::MatrixXd& matrix, double scale = 1) {
  const auto n = static_cast<std::size_t>(matrix.rows());
  std::vector<double> triangle = triangle_of(matrix);
  for (double& entry : triangle) entry *= scale;
  const auto spectrum = decompose_symmetric(triangle, n);
  REQUIRE(spectrum);
  REQUIRE(spectrum->values.size() == n);
  REQUIRE(spectrum->vectors.size() == n * n);

  Eigen::VectorXd values(matrix.rows());
  Eigen::MatrixXd vectors(matrix.rows(), matrix.rows());
  for (Eigen::Index i = 0; i < values.size(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    values(i) = spectrum->values[at] / scale;
    for (Eigen::Index j = 0; j < values.size(); ++j) {
      vectors(j, i) = spectrum->vectors[at * n + static_cast<std::size_t>(j)];
    }
  }
  CHECK(std::is_sorted(spectrum->values.rbegin(), spectrum->values.rend()));
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> oracle(matrix);
  const double tolerance = kTolerance * oracle.eigenvalues().cwiseAbs().maxCoeff();
  CHECK((values.reverse() - oracle.eigenvalues()).cwiseAbs().maxCoeff() <= tolerance);
  CHECK((matrix * vectors - vectors * values.asDiagonal()).cwiseAbs().maxCoeff() <= tolerance);
  const auto identity = Eigen::MatrixXd::Identity(matrix.rows(), matrix.rows());
  CHECK((vectors.transpose() * vectors - identity).cwiseAbs().maxCoeff() <= kTolerance);
}

TEST_CASE("symmetric eigen: random matrices of every order to 60 agree with Eigen", "[detect][oracle]") {
  Random random(11);
  for (Eigen::Index order = 1; order <= 60; ++order) {
    INFO("order " << order);
    check(random_symmetric(order, random));
  }
}

TEST_CASE("symmetric eigen: an order above a strip of columns agrees with Eigen", "[detect][oracle]") {
  Random random(12);
  check(random_symmetric(270, random));
}

TEST_CASE("symmetric eigen: repeated eigenvalues, zeros and missing rank", "[detect][oracle]") {
  Random random(13);
  for (Eigen::Index order = 2; order <= 60; order += 7) {
    INFO("order " << order);
    Eigen::VectorXd values(order);
    for (Eigen::Index i = 0; i < order; ++i) values(i) = static_cast<double>(i % 3) - 1;  // -1, 0 and 1, many times
    check(with_eigenvalues(values, random));
    for (Eigen::Index i = 0; i < order; ++i) values(i) = std::pow(10.0, -static_cast<double>(i % 20));
    check(with_eigenvalues(values, random));
    const Eigen::MatrixXd thin = random_matrix(order, (order + 2) / 3, random);
    check(thin * thin.transpose());
    check(Eigen::MatrixXd::Ones(order, order));
  }
}

TEST_CASE("symmetric eigen: diagonal, block, tridiagonal and zero matrices", "[detect][oracle]") {
  Random random(14);
  for (Eigen::Index order = 1; order <= 60; order += 5) {
    INFO("order " << order);
    check(Eigen::MatrixXd::Zero(order, order));
    check(Eigen::MatrixXd::Identity(order, order));
    check(random_matrix(order, 1, random).asDiagonal().toDenseMatrix());
    Eigen::MatrixXd blocks = random_symmetric(order, random);
    blocks.topRightCorner(order / 2, order - order / 2).setZero();
    blocks.bottomLeftCorner(order - order / 2, order / 2).setZero();
    check(blocks);
    Eigen::MatrixXd chain = Eigen::MatrixXd::Zero(order, order);  // 0 beside the diagonal's zeros: +- pairs
    for (Eigen::Index i = 0; i + 1 < order; ++i) chain(i, i + 1) = chain(i + 1, i) = 1;
    check(chain);
    chain.diagonal().setLinSpaced(order, -10, 10);  // eigenvalues in close pairs
    chain.diagonal() = chain.diagonal().cwiseAbs();
    check(chain);
  }
}

TEST_CASE("symmetric eigen: the size of the entries does not matter", "[detect][oracle]") {
  Random random(15);
  for (const double scale : {1e-300, 1e-160, 1e160, 1e300}) {
    for (const Eigen::Index order : {1, 2, 3, 10, 60}) {
      INFO("order " << order << ", scale " << scale);
      check(random_symmetric(order, random), scale);
      const Eigen::MatrixXd thin = random_matrix(order, 2, random);
      check(thin * thin.transpose(), scale);
    }
  }
}

TEST_CASE("symmetric eigen: entries of very different size in one matrix", "[detect][oracle]") {
  Random random(16);
  for (const double step : {1e-3, 1e-20, 1e-70, 1e-130, 1e-150}) {
    for (const bool ascending : {false, true}) {
      INFO("step " << step << ", ascending " << ascending);
      Eigen::MatrixXd graded = random_symmetric(12, random);
      for (Eigen::Index i = 0; i < 12; ++i) {
        const Eigen::Index third = (ascending ? 11 - i : i) / 4;
        const double factor = std::pow(step, static_cast<double>(third));
        graded.row(i) *= factor;
        graded.col(i) *= factor;
      }
      check(graded);
    }
  }
}

TEST_CASE("symmetric eigen: equal eigenvalues keep their order, vectors go with their values", "[detect][property]") {
  const std::vector<double> triangle = {2, 0, 5, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 0, 7};
  const auto spectrum = decompose_symmetric(triangle, 5);
  REQUIRE(spectrum);
  CHECK(spectrum->values == std::vector<double>{7, 5, 5, 2, 2});
  std::vector<double> expected(25);
  const std::size_t axes[] = {4, 1, 3, 0, 2};
  for (std::size_t i = 0; i < 5; ++i) expected[i * 5 + axes[i]] = 1;
  CHECK(spectrum->vectors == expected);
  CHECK(decompose_symmetric({}, 0));
}

TEST_CASE("symmetric eigen: what has no answer is refused", "[detect][error]") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinite = std::numeric_limits<double>::infinity();
  for (const double bad : {nan, infinite, -infinite}) {
    CHECK_FALSE(decompose_symmetric({bad}, 1));
    CHECK_FALSE(decompose_symmetric({1, bad, 1}, 2));
    CHECK_FALSE(decompose_symmetric({1, 0, bad}, 2));
  }
  const double largest = std::numeric_limits<double>::max();
  CHECK(decompose_symmetric({largest}, 1));
  CHECK_FALSE(decompose_symmetric({largest, largest, largest}, 2));  // has the eigenvalue 2 * largest
}

/// FNV-1a of the bits.
std::uint64_t digest(const std::vector<double>& values, std::uint64_t hash) {
  for (const double value : values) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    for (int byte = 0; byte < 8; ++byte) hash = (hash ^ (bits >> (8 * byte) & 0xff)) * 0x100000001b3u;
  }
  return hash;
}

TEST_CASE("symmetric eigen: every platform gives the same bits", "[detect][property]") {
  constexpr std::size_t kOrder = 53;
  Random random(17);
  std::vector<double> triangle(kOrder * (kOrder + 1) / 2);
  for (double& entry : triangle) entry = random.uniform() - 0.25;
  const auto spectrum = decompose_symmetric(triangle, kOrder);
  REQUIRE(spectrum);
  CHECK(digest(spectrum->vectors, digest(spectrum->values, 0xcbf29ce484222325u)) == 0xce32b522111dbed5u);
}

}  // namespace
}  // namespace outpost
