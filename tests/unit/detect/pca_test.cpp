#include <outpost/detect/pca.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

#include "checks.hpp"

namespace outpost {
namespace {

using test::fit;
using test::score;

test::Maker maker(double major_variance = 0.5, double minor_eigenvalue = 0.2) {
  return [=] { return make_pca({major_variance, minor_eigenvalue}); };
}

/// Shyu et al., section 3, in double, with eigenvectors by Jacobi's rotations.
class PlainPca {
 public:
  PlainPca(const Matrix& rows, double major_variance, double minor_eigenvalue)
      : d_(rows.cols()), mean_(d_), spread_(d_) {
    const auto n = static_cast<double>(rows.rows());
    for (std::size_t f = 0; f < d_; ++f) {
      for (std::size_t r = 0; r < rows.rows(); ++r) mean_[f] += rows(r, f) / n;
      for (std::size_t r = 0; r < rows.rows(); ++r) spread_[f] += std::pow(rows(r, f) - mean_[f], 2) / (n - 1);
      spread_[f] = std::sqrt(spread_[f]);
    }
    matrix_.assign(d_ * d_, 0);
    for (std::size_t i = 0; i < d_; ++i) {
      for (std::size_t j = 0; j < d_; ++j) {
        for (std::size_t r = 0; r < rows.rows(); ++r) {
          matrix_[i * d_ + j] += z(rows.row(r), i) * z(rows.row(r), j) / (n - 1);
        }
      }
    }
    rotate();
    std::vector<std::size_t> order(d_);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return value(a) > value(b); });
    double total = 0, explained = 0;
    for (std::size_t i = 0; i < d_; ++i) total += value(i);
    for (const std::size_t i : order) {
      if (explained < major_variance * total && value(i) > 1e-9 * value(order[0])) {
        chosen_.push_back(i);
        explained += value(i);
      } else if (value(i) < minor_eigenvalue && value(i) > 1e-9 * value(order[0])) {
        chosen_.push_back(i);
      }
    }
  }
  double score(std::span<const float> row) const {
    double sum = 0;
    for (const std::size_t i : chosen_) {
      double y = 0;
      for (std::size_t f = 0; f < d_; ++f) y += z(row, f) * vectors_[f * d_ + i];
      sum += y * y / value(i);
    }
    return sum;
  }
  std::size_t components() const { return chosen_.size(); }

 private:
  double z(std::span<const float> row, std::size_t f) const {
    return spread_[f] > 0 ? (row[f] - mean_[f]) / spread_[f] : 0;
  }
  double value(std::size_t i) const { return matrix_[i * d_ + i]; }
  void rotate() {
    vectors_.assign(d_ * d_, 0);
    for (std::size_t i = 0; i < d_; ++i) vectors_[i * d_ + i] = 1;
    for (int sweep = 0; sweep < 60; ++sweep) {
      for (std::size_t p = 0; p + 1 < d_; ++p) {
        for (std::size_t q = p + 1; q < d_; ++q) {
          if (matrix_[p * d_ + q] == 0) continue;
          const double theta = 0.5 * std::atan2(2 * matrix_[p * d_ + q], value(q) - value(p));
          const double c = std::cos(theta), s = std::sin(theta);
          for (std::size_t k = 0; k < d_; ++k) turn(matrix_[k * d_ + p], matrix_[k * d_ + q], c, s);
          for (std::size_t k = 0; k < d_; ++k) turn(matrix_[p * d_ + k], matrix_[q * d_ + k], c, s);
          for (std::size_t k = 0; k < d_; ++k) turn(vectors_[k * d_ + p], vectors_[k * d_ + q], c, s);
        }
      }
    }
  }
  static void turn(double& a, double& b, double c, double s) {
    const double old = a;
    a = c * old - s * b;
    b = s * old + c * b;
  }

  std::size_t d_;
  std::vector<double> mean_, spread_, matrix_, vectors_;
  std::vector<std::size_t> chosen_;
};

/// Correlated features of different units.
Matrix correlated(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  Random random(seed);
  Matrix matrix(rows, cols);
  for (std::size_t r = 0; r < rows; ++r) {
    const double a = random.normal(), b = random.normal();
    for (std::size_t c = 0; c < cols; ++c) {
      const double mixed = (c % 2 == 0 ? a : b) * (c % 5 == 0 ? 0.2 : 1.0) + 0.3 * random.normal();
      matrix(r, c) = static_cast<float>(100.0 + mixed * (c % 3 == 0 ? 1000.0 : 0.01));
    }
  }
  return matrix;
}

void check_against_plain(const Matrix& rows, const Matrix& fresh, double major_variance, double minor_eigenvalue) {
  const auto detector = maker(major_variance, minor_eigenvalue)();
  const PlainPca plain(rows, major_variance, minor_eigenvalue);
  const std::vector<float> training = fit(*detector, rows), inductive = score(*detector, fresh);
  INFO(plain.components() << " components, major " << major_variance << ", minor " << minor_eigenvalue);
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    REQUIRE(training[r] == Approx(plain.score(rows.row(r))).epsilon(1e-4).margin(1e-6));
  }
  for (std::size_t r = 0; r < fresh.rows(); ++r) {
    REQUIRE(inductive[r] == Approx(plain.score(fresh.row(r))).epsilon(1e-4).margin(1e-6));
  }
}

}  // namespace

TEST_CASE("PCA: scores are the paper's sums over major and minor components", "[detect][oracle]") {
  for (const std::size_t cols : {1, 2, 5, 8, 17}) {
    const Matrix rows = correlated(200, cols, cols), fresh = correlated(30, cols, 99);
    check_against_plain(rows, fresh, 0.5, 0.2);
    check_against_plain(rows, fresh, 0.7, 0.0);
    check_against_plain(rows, fresh, 0.0, 0.3);
    check_against_plain(rows, fresh, 1.0, 0.2);
  }
}

TEST_CASE("PCA: more features than rows", "[detect][oracle]") {
  check_against_plain(correlated(12, 30, 1), correlated(20, 30, 2), 0.5, 0.2);
  check_against_plain(correlated(5, 40, 3), correlated(20, 40, 4), 1.0, 0.0);
  const std::vector<float> wide = fit(maker(), test::gaussian(40, 5000, 5));
  CHECK(test::all_finite(wide));
}

TEST_CASE("PCA: with every component the mean training score is components * (n - 1) / n", "[detect][oracle]") {
  // The sum of squared Mahalanobis distances of a sample is known exactly.
  const Matrix rows = correlated(300, 6, 6);
  double sum = 0;
  for (const float value : fit(maker(1.0), rows)) sum += value;
  CHECK(sum / 300 == Approx(6.0 * 299 / 300).epsilon(1e-5));
}

TEST_CASE("PCA: one row, and too many rows and features at once, are errors", "[detect][error]") {
  std::vector<float> scores(2049);
  Result<void> fitted = maker()()->fit(test::gaussian(1, 3, 1), {}, std::span(scores).first(1));
  REQUIRE_FALSE(fitted);
  CHECK(fitted.error().code == ErrorCode::not_enough_data);
  CHECK(fitted.error().message.find("2 rows") != std::string::npos);
  fitted = maker()()->fit(Matrix(2049, 2049), {}, scores);
  REQUIRE_FALSE(fitted);
  CHECK(fitted.error().code == ErrorCode::unsupported);
}

TEST_CASE("PCA: the unit of a feature does not matter", "[detect][property]") {
  const Matrix rows = correlated(200, 6, 7);
  CHECK(test::same_bits(fit(maker(), test::scaled(rows, 0x1p40F)), fit(maker(), rows)));
}

TEST_CASE("PCA: permuting rows permutes scores, but for rounding", "[detect][property]") {
  const Matrix rows = correlated(5000, 6, 8);
  const std::vector<std::size_t> order = test::random_order(5000, 9);
  const std::vector<float> a = test::reorder(fit(maker(), rows), order), b = fit(maker(), test::take_rows(rows, order));
  for (std::size_t r = 0; r < 5000; ++r) REQUIRE(b[r] == Approx(a[r]).epsilon(1e-5));
}

TEST_CASE("PCA: a row that breaks a correlation ranks first though each value is usual", "[detect][property]") {
  Random random(10);
  Matrix rows(301, 2);
  for (std::size_t r = 0; r < 301; ++r) {
    const double a = random.normal();
    rows(r, 0) = static_cast<float>(a);
    rows(r, 1) = static_cast<float>(a + 0.05 * random.normal());
  }
  rows(300, 0) = 1;
  rows(300, 1) = -1;
  CHECK(test::place_of_largest(fit(maker(), rows)) == 300);
}

TEST_CASE("PCA: a row between two groups hides in the middle", "[detect][property]") {
  Random random(11);
  Matrix rows(201, 2);
  for (std::size_t r = 0; r < 200; ++r) {
    for (std::size_t c = 0; c < 2; ++c)
      rows(r, c) = static_cast<float>((r % 2 == 0 ? 5.0 : -5.0) + 0.5 * random.normal());
  }
  const std::vector<float> scores = fit(maker(), rows);
  std::vector<float> sorted = scores;
  std::sort(sorted.begin(), sorted.end());
  CHECK(scores[200] < sorted[20]);
}

TEST_CASE("PCA: constant and repeated features change nothing and give no NaN", "[detect][property]") {
  const Matrix rows = correlated(150, 4, 12);
  Matrix more(150, 6);
  for (std::size_t r = 0; r < 150; ++r) {
    for (std::size_t c = 0; c < 4; ++c) more(r, c) = rows(r, c);
    more(r, 4) = 0.1F;        // whose mean in floating point need not be 0.1
    more(r, 5) = rows(r, 0);  // an eigenvalue of rounding noise
  }
  const std::vector<float> scores = fit(maker(1.0), more);
  double sum = 0;
  for (const float value : scores) sum += value;
  CHECK(sum / 150 == Approx(4.0 * 149 / 150).epsilon(1e-5));
  Matrix equal(20, 3);
  CHECK(fit(maker(), equal) == std::vector<float>(20, 0.0F));
}

TEST_CASE("PCA: means and weights whose squares could overflow are refused", "[detect][error]") {
  const Matrix rows = correlated(50, 4, 1);
  test::check_refused(maker(), rows, "pca.means", 3, 1e20, "mean");
  test::check_refused(maker(), rows, "pca.means", 0, std::nan(""), "mean");
  test::check_refused(maker(), rows, "pca.weights", 0, -1e101, "weight");
  test::check_refused(maker(), rows, "pca.weights", 1, std::nan(""), "weight");
}

TEST_CASE("PCA: chores every detector has", "[detect][property]") {
  test::check_state(maker(), correlated(300, 9, 13), test::gaussian(30, 9, 14));
  test::check_state(maker(), correlated(6, 20, 13), test::gaussian(30, 20, 14));
  test::check_state(maker(0, 0), correlated(30, 3, 13), test::gaussian(30, 3, 14));  // no component
  test::check_execution(maker(), correlated(9000, 7, 15));
  for (const std::size_t cols : {1, 3, 50, 100}) {
    test::check_extremes(maker(), cols);
    test::check_extremes(maker(1.0), cols);
  }
}

}  // namespace outpost
