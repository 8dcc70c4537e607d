#include <outpost/detect/knn.hpp>

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "checks.hpp"

namespace outpost {
namespace {

using test::fit;
using test::score;

test::Maker maker(std::uint32_t k = 5, KnnMethod method = KnnMethod::largest, std::uint32_t max_samples = 20000) {
  return [=] { return make_knn({k, method, max_samples}); };
}

/// Ramaswamy et al., Angiulli and Pizzuti: distances to all other rows, sorted.
double plain_knn(const Matrix& points, std::span<const float> query, std::size_t own, std::size_t k, KnnMethod method) {
  std::vector<long double> distances;
  for (std::size_t p = 0; p < points.rows(); ++p) {
    if (p == own) continue;
    long double sum = 0;
    for (std::size_t f = 0; f < points.cols(); ++f) {
      const long double difference = static_cast<long double>(points(p, f)) - query[f];
      sum += difference * difference;
    }
    distances.push_back(std::sqrt(sum));
  }
  std::sort(distances.begin(), distances.end());
  distances.resize(k);
  if (method == KnnMethod::largest) return static_cast<double>(distances.back());
  if (method == KnnMethod::median) return static_cast<double>((distances[(k - 1) / 2] + distances[k / 2]) / 2);
  long double sum = 0;
  for (const long double distance : distances) sum += distance;
  return static_cast<double>(sum / static_cast<long double>(k));
}

}  // namespace

TEST_CASE("kNN: scores are the k-th, mean and median distance of the papers", "[detect][oracle]") {
  const Matrix rows = test::blobs(180, 4, 6, 1), fresh = test::gaussian(50, 4, 2);
  for (const KnnMethod method : {KnnMethod::largest, KnnMethod::mean, KnnMethod::median}) {
    for (const std::uint32_t k : {1U, 5U, 6U, 40U}) {
      const auto detector = make_knn({k, method});
      const std::vector<float> training = fit(*detector, rows), inductive = score(*detector, fresh);
      for (std::size_t r = 0; r < rows.rows(); ++r) {
        REQUIRE(training[r] == Approx(plain_knn(rows, rows.row(r), r, k, method)).epsilon(1e-5));
      }
      for (std::size_t r = 0; r < fresh.rows(); ++r) {
        REQUIRE(inductive[r] == Approx(plain_knn(rows, fresh.row(r), rows.rows(), k, method)).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("kNN: one row is too few, and the message says how many are needed", "[detect][error]") {
  std::vector<float> scores(1);
  const Result<void> fitted = maker()()->fit(test::gaussian(1, 3, 1), {}, scores);
  REQUIRE_FALSE(fitted);
  CHECK(fitted.error().code == ErrorCode::not_enough_data);
  CHECK(fitted.error().message.find("2 rows") != std::string::npos);
}

TEST_CASE("kNN: with fewer rows than neighbours it uses all others", "[detect][property]") {
  const Matrix rows = test::gaussian(4, 2, 3);
  CHECK(test::same_bits(fit(maker(5), rows), fit(maker(3), rows)));
  CHECK(test::same_bits(fit(maker(1000), rows), fit(maker(3), rows)));
}

TEST_CASE("kNN: permuting rows permutes scores, bit for bit, ties included", "[detect][property]") {
  Matrix rows = test::blobs(300, 3, 5, 4);
  for (std::size_t i = 0; i < 300 * 3; ++i) rows.data()[i] = std::floor(rows.data()[i]);
  const std::vector<std::size_t> order = test::random_order(300, 5);
  for (const KnnMethod method : {KnnMethod::largest, KnnMethod::mean, KnnMethod::median}) {
    const std::vector<float> scores = fit(maker(6, method), rows);
    CHECK(test::same_bits(fit(maker(6, method), test::take_rows(rows, order)), test::reorder(scores, order)));
  }
}

TEST_CASE("kNN: a far point ranks first, and copies of one row score 0", "[detect][property]") {
  Matrix far(1, 3);
  far(0, 1) = 50;
  const Matrix rows = test::join(test::gaussian(200, 3, 6), far);
  CHECK(test::place_of_largest(fit(maker(), rows)) == 200);
  Matrix copies(20, 2);
  for (const float value : fit(maker(), copies)) CHECK(value == 0);
}

TEST_CASE("kNN: a group of more than k alike anomalies hides itself", "[detect][property]") {
  Matrix group(8, 2);
  for (std::size_t i = 0; i < 16; ++i) group.data()[i] = 30;
  const Matrix rows = test::join(test::gaussian(200, 2, 7), group);
  const std::vector<float> hidden = fit(maker(5), rows), seen = fit(maker(8), rows);
  CHECK(hidden[205] == 0);
  CHECK(test::place_of_largest(seen) >= 200);
}

TEST_CASE("kNN: the sample is drawn by seed and leaves each drawn row out of its own neighbours",
          "[detect][property]") {
  const Matrix rows = test::gaussian(500, 3, 8);
  FitContext one, other;
  one.seed = 1;
  other.seed = 2;
  const auto sampled = maker(5, KnnMethod::largest, 60);
  const std::vector<float> scores = fit(*sampled(), rows, one);
  CHECK(test::same_bits(fit(*sampled(), rows, one), scores));
  CHECK_FALSE(test::same_bits(fit(*sampled(), rows, other), scores));
  for (const float value : fit(*maker(1, KnnMethod::largest, 60)(), rows, one)) CHECK(value > 0);
  const auto detector = sampled();
  fit(*detector, rows, one);
  const auto whole = maker()();
  fit(*whole, rows);
  CHECK(detector->memory_bytes() < whole->memory_bytes());
}

TEST_CASE("kNN: a file with other columns, no second point or another scale is refused", "[detect][error]") {
  const Matrix rows = test::gaussian(30, 3, 1);
  for (const double scale : {0.0, 3.0, -2.0, 0x1p-129, 0x1p150, std::nan("")}) {
    test::check_refused(maker(), rows, "neighbours.scale", 0, scale, "scale");
  }
  test::check_refused(maker(), rows, "neighbours.points", 89, 0x1p62F, "out of range");
  const auto detector = maker()();
  fit(*detector, rows);
  const test::GraphFile file = test::detector_file(*detector, 3);
  for (const std::size_t features : {1, 2, 4})
    CHECK(test::read_detector(maker(), file.bytes(), features).detector == nullptr);
  CHECK(test::read_detector(maker(5, KnnMethod::largest, 29), file.bytes(), 3).detector == nullptr);
}

TEST_CASE("kNN: chores every detector has", "[detect][property]") {
  const Matrix rows = test::blobs(300, 5, 4, 9), fresh = test::gaussian(30, 5, 10);
  test::check_state(maker(), rows, fresh);
  test::check_state(maker(7, KnnMethod::median, 100), rows, fresh);
  test::check_execution(maker(), test::gaussian(9000, 2, 11));
  for (const std::size_t cols : {1, 3, 200}) {
    for (const KnnMethod method : {KnnMethod::largest, KnnMethod::mean, KnnMethod::median}) {
      test::check_extremes(maker(4, method), cols);
    }
  }
}

}  // namespace outpost
