#include <outpost/detect/local_outlier_factor.hpp>

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "checks.hpp"

namespace outpost {
namespace {

using test::fit;
using test::score;

test::Maker maker(std::uint32_t k = 20, std::uint32_t max_samples = 20000) {
  return [=] { return make_local_outlier_factor({k, max_samples}); };
}

struct Neighbour {
  long double distance;
  std::size_t row;
  bool operator<(const Neighbour& other) const {
    return distance != other.distance ? distance < other.distance : row < other.row;
  }
};

/// Breunig et al., definitions 3 to 7, with exactly k neighbours and scikit-learn's 1e-10.
class PlainLof {
 public:
  PlainLof(const Matrix& rows, std::size_t k) : rows_(rows), k_(k) {
    for (std::size_t r = 0; r < rows.rows(); ++r) near_.push_back(neighbours(rows.row(r), r));
    for (std::size_t r = 0; r < rows.rows(); ++r) density_.push_back(density(near_[r]));
  }
  double training(std::size_t r) const { return ratio(near_[r], density_[r]); }
  double inductive(std::span<const float> query) const {
    const auto near = neighbours(query, rows_.rows());
    return ratio(near, density(near));
  }

 private:
  std::vector<Neighbour> neighbours(std::span<const float> query, std::size_t own) const {
    std::vector<Neighbour> all;
    for (std::size_t p = 0; p < rows_.rows(); ++p) {
      if (p == own) continue;
      long double sum = 0;
      for (std::size_t f = 0; f < rows_.cols(); ++f) {
        const long double difference = static_cast<long double>(rows_(p, f)) - query[f];
        sum += difference * difference;
      }
      all.push_back({std::sqrt(sum), p});
    }
    std::sort(all.begin(), all.end());
    all.resize(k_);
    return all;
  }
  long double density(const std::vector<Neighbour>& near) const {
    long double sum = 0;
    for (const Neighbour& n : near) sum += std::max(n.distance, near_[n.row].back().distance);
    return 1 / (sum / static_cast<long double>(k_) + 1e-10L);
  }
  double ratio(const std::vector<Neighbour>& near, long double own) const {
    long double sum = 0;
    for (const Neighbour& n : near) sum += density_[n.row] / own;
    return static_cast<double>(sum / static_cast<long double>(k_));
  }

  const Matrix& rows_;
  std::size_t k_;
  std::vector<std::vector<Neighbour>> near_;
  std::vector<long double> density_;
};

}  // namespace

TEST_CASE("LOF: scores are the paper's factor, for training rows and for new ones", "[detect][oracle]") {
  const Matrix rows = test::blobs(220, 4, 6, 1), fresh = test::gaussian(40, 4, 2);
  for (const std::uint32_t k : {1U, 3U, 20U, 100U}) {
    const auto detector = maker(k)();
    const std::vector<float> training = fit(*detector, rows), inductive = score(*detector, fresh);
    const PlainLof plain(rows, k);
    for (std::size_t r = 0; r < rows.rows(); ++r) REQUIRE(training[r] == Approx(plain.training(r)).epsilon(1e-5));
    for (std::size_t r = 0; r < fresh.rows(); ++r) {
      REQUIRE(inductive[r] == Approx(plain.inductive(fresh.row(r))).epsilon(1e-5));
    }
  }
}

TEST_CASE("LOF: whole numbers with many ties and duplicates follow the row order", "[detect][oracle]") {
  Random random(3);
  Matrix rows(150, 2);
  for (std::size_t i = 0; i < 300; ++i) rows.data()[i] = static_cast<float>(random.uniform_index(6));
  const std::vector<float> scores = fit(maker(10), rows);
  const PlainLof plain(rows, 10);
  for (std::size_t r = 0; r < rows.rows(); ++r) REQUIRE(scores[r] == Approx(plain.training(r)).epsilon(1e-5));
}

TEST_CASE("LOF: one row is too few, and the message says how many are needed", "[detect][error]") {
  std::vector<float> scores(1);
  const Result<void> fitted = maker()()->fit(test::gaussian(1, 3, 1), {}, scores);
  REQUIRE_FALSE(fitted);
  CHECK(fitted.error().code == ErrorCode::not_enough_data);
  CHECK(fitted.error().message.find("2 rows") != std::string::npos);
}

TEST_CASE("LOF: with fewer rows than neighbours it uses all others", "[detect][property]") {
  const Matrix rows = test::gaussian(9, 2, 4);
  CHECK(test::same_bits(fit(maker(20), rows), fit(maker(8), rows)));
}

TEST_CASE("LOF: a uniform grid scores about 1", "[detect][property]") {
  Matrix rows(400, 2);
  for (std::size_t r = 0; r < 400; ++r) {
    rows(r, 0) = static_cast<float>(r % 20);
    rows(r, 1) = static_cast<float>(r / 20);
  }
  const std::vector<float> scores = fit(maker(12), rows);
  CHECK(scores[10 * 20 + 10] == Approx(1.0).margin(0.05));
  for (const float value : scores) CHECK(value < 1.6F);
}

TEST_CASE("LOF: finds a row between clusters of different density, where plain distance does not",
          "[detect][property]") {
  Random random(5);
  Matrix rows(201, 2);
  for (std::size_t r = 0; r < 200; ++r) {
    const double spread = r < 100 ? 0.05 : 3.0, center = r < 100 ? 0.0 : 40.0;
    for (std::size_t c = 0; c < 2; ++c) rows(r, c) = static_cast<float>(center + spread * random.normal());
  }
  rows(200, 0) = 1.0F;  // twenty spreads from the dense cluster, nearer to it than rows of the thin one to theirs
  CHECK(test::place_of_largest(fit(maker(20), rows)) == 200);
}

TEST_CASE("LOF: a group of more than k alike anomalies hides itself", "[detect][property]") {
  Random random(15);
  Matrix group(12, 2);
  for (std::size_t i = 0; i < 24; ++i) group.data()[i] = static_cast<float>(30 + random.normal());
  const Matrix rows = test::join(test::gaussian(200, 2, 7), group);
  const std::vector<float> hidden = fit(maker(5), rows), seen = fit(maker(20), rows);
  for (std::size_t r = 200; r < 212; ++r) CHECK(hidden[r] < 2.5F);
  for (std::size_t r = 200; r < 212; ++r) CHECK(seen[r] > 4.0F);
}

TEST_CASE("LOF: permuting rows permutes scores, bit for bit, where no distances are equal", "[detect][property]") {
  const Matrix rows = test::blobs(300, 4, 5, 8);
  const std::vector<std::size_t> order = test::random_order(300, 9);
  CHECK(test::same_bits(fit(maker(), test::take_rows(rows, order)), test::reorder(fit(maker(), rows), order)));
}

TEST_CASE("LOF: the unit of the data does not matter", "[detect][property]") {
  const Matrix rows = test::blobs(200, 3, 5, 10);
  const std::vector<float> base = fit(maker(), rows), other = fit(maker(), test::scaled(rows, 1024));
  for (std::size_t r = 0; r < rows.rows(); ++r) CHECK(other[r] == Approx(base[r]).epsilon(1e-5));
}

TEST_CASE("LOF: duplicates and equal rows score 1, and stay finite", "[detect][property]") {
  Matrix copies(50, 3);
  for (const float value : fit(maker(), copies)) CHECK(value == 1);
  const std::vector<float> scores = fit(maker(5), test::join(copies, test::gaussian(50, 3, 12)));
  CHECK(test::all_finite(scores));
  CHECK(scores[0] == 1);
}

TEST_CASE("LOF: rows outside the sample are scored as new ones", "[detect][property]") {
  const Matrix rows = test::blobs(700, 3, 5, 13);
  const auto detector = maker(10, 200)();
  const std::vector<float> training = fit(*detector, rows), inductive = score(*detector, rows);
  std::size_t same = 0;
  for (std::size_t r = 0; r < rows.rows(); ++r) same += test::same_bits(training[r], inductive[r]) ? 1 : 0;
  CHECK(same >= 500);
  CHECK(same < 700);  // a drawn row is its own nearest neighbour when it is scored as new
  CHECK(test::place_of_largest(training) >= 695);
}

TEST_CASE("LOF: distances and densities that cannot be are refused", "[detect][error]") {
  const Matrix rows = test::gaussian(50, 3, 1);
  test::check_refused(maker(), rows, "lof.k_distances", 49, -1.0F, "distance");
  test::check_refused(maker(), rows, "lof.k_distances", 0, std::nanf(""), "distance");
  test::check_refused(maker(), rows, "lof.densities", 7, 0.0F, "density");
  test::check_refused(maker(), rows, "lof.densities", 8, std::nanf(""), "density");
  test::check_refused(maker(), rows, "neighbours.scale", 0, 3.0, "scale");
}

TEST_CASE("LOF: chores every detector has", "[detect][property]") {
  const Matrix rows = test::blobs(300, 5, 4, 14), fresh = test::gaussian(30, 5, 10);
  test::check_state(maker(), rows, fresh);
  test::check_state(maker(7, 100), rows, fresh);
  test::check_execution(maker(), test::gaussian(9000, 2, 11));
  test::check_execution(maker(5, 500), test::gaussian(9000, 2, 11));
  for (const std::size_t cols : {1, 3, 200}) test::check_extremes(maker(4), cols);
}

}  // namespace outpost
