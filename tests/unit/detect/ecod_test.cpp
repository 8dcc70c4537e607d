#include <outpost/detect/ecod.hpp>

#include <algorithm>
#include <cmath>
#include <set>

#include <catch2/catch.hpp>

#include "checks.hpp"

namespace outpost {
namespace {

using test::fit;
using test::score;

test::Maker maker(EcodAggregation aggregation = EcodAggregation::sum_of_maxima, std::uint32_t max_knots = 20000) {
  return [=] { return make_ecod({aggregation, max_knots}); };
}

/// Li et al., algorithm 1, with shares counted row by row; nothing at or beyond a value counts as 1 / (n + 1).
double plain_ecod(const Matrix& rows, std::span<const float> query, EcodAggregation aggregation) {
  const auto n = static_cast<long double>(rows.rows());
  long double maxima = 0, left_sum = 0, right_sum = 0, skewed_sum = 0;
  for (std::size_t f = 0; f < rows.cols(); ++f) {
    long double mean = 0, moment = 0, below = 0, above = 0;
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      mean += rows(r, f) / n;
      below += rows(r, f) <= query[f] ? 1 : 0;
      above += rows(r, f) >= query[f] ? 1 : 0;
    }
    for (std::size_t r = 0; r < rows.rows(); ++r) moment += std::pow(rows(r, f) - mean, 3.0L);
    const long double left = -std::log(below > 0 ? below / n : 1 / (n + 1));
    const long double right = -std::log(above > 0 ? above / n : 1 / (n + 1));
    maxima += std::max(left, right);
    left_sum += left;
    right_sum += right;
    skewed_sum += moment < 0 ? left : right;
  }
  if (aggregation == EcodAggregation::sum_of_maxima) return static_cast<double>(maxima);
  return static_cast<double>(std::max(std::max(left_sum, right_sum), skewed_sum));
}

/// Skewed both ways, with ties.
Matrix skewed(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  Matrix matrix = test::gaussian(rows, cols, seed);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < cols; ++c) {
      float& x = matrix(r, c);
      if (c % 3 == 0) x = x * x;
      if (c % 3 == 1) x = -x * x * x * x;
      if (c % 4 == 3) x = std::floor(4 * x);
    }
  }
  return matrix;
}

}  // namespace

TEST_CASE("ECOD: scores are the paper's tails, for training rows and for new ones", "[detect][oracle]") {
  for (const EcodAggregation aggregation : {EcodAggregation::sum_of_maxima, EcodAggregation::paper}) {
    for (const std::size_t n : {1, 2, 50, 1023, 1024, 1700}) {
      const Matrix rows = skewed(n, 7, n), fresh = test::scaled(skewed(20, 7, 5), 2);
      const auto detector = maker(aggregation)();
      const std::vector<float> training = fit(*detector, rows), inductive = score(*detector, fresh);
      INFO(n << " rows");
      for (std::size_t r = 0; r < rows.rows(); r += n / 40 + 1) {
        REQUIRE(training[r] == Approx(plain_ecod(rows, rows.row(r), aggregation)).epsilon(1e-6).margin(1e-7));
      }
      for (std::size_t r = 0; r < fresh.rows(); ++r) {
        REQUIRE(inductive[r] == Approx(plain_ecod(rows, fresh.row(r), aggregation)).epsilon(1e-6).margin(1e-7));
      }
      CHECK(test::same_bits(score(*detector, rows), training));
    }
  }
}

TEST_CASE("ECOD: beyond the training range a tail is 1 / (n + 1)", "[detect][oracle]") {
  Matrix rows(9, 1), fresh(3, 1);
  for (std::size_t r = 0; r < 9; ++r) rows(r, 0) = static_cast<float>(r);
  fresh(0, 0) = -1;
  fresh(1, 0) = 1e18F;
  fresh(2, 0) = 8;
  const auto detector = maker()();
  fit(*detector, rows);
  const std::vector<float> scores = score(*detector, fresh);
  CHECK(scores[0] == Approx(std::log(10.0)));
  CHECK(scores[1] == Approx(std::log(10.0)));
  CHECK(scores[2] == Approx(std::log(9.0)));
}

TEST_CASE("ECOD: a constant feature adds nothing for its value and a tail for any other", "[detect][oracle]") {
  Matrix rows(4, 1), fresh(2, 1);
  for (std::size_t r = 0; r < 4; ++r) rows(r, 0) = 0.1F;
  fresh(0, 0) = 0.1F;
  fresh(1, 0) = 0.2F;
  const auto detector = maker()();
  CHECK(fit(*detector, rows) == std::vector<float>(4, 0.0F));
  CHECK(score(*detector, fresh)[0] == 0);
  CHECK(score(*detector, fresh)[1] == Approx(std::log(5.0)));
}

TEST_CASE("ECOD: no rows or no features is an error", "[detect][error]") {
  std::vector<float> scores;
  const Result<void> fitted = maker()()->fit(Matrix(0, 3), {}, scores);
  REQUIRE_FALSE(fitted);
  CHECK(fitted.error().code == ErrorCode::not_enough_data);
}

TEST_CASE("ECOD: permuting rows permutes scores, bit for bit", "[detect][property]") {
  const std::vector<std::size_t> order = test::random_order(2000, 2);
  const Matrix rows = skewed(2000, 5, 3);
  for (const EcodAggregation aggregation : {EcodAggregation::sum_of_maxima, EcodAggregation::paper}) {
    const std::vector<float> scores = fit(maker(aggregation), rows);
    CHECK(test::same_bits(fit(maker(aggregation), test::take_rows(rows, order)), test::reorder(scores, order)));
  }
}

TEST_CASE("ECOD: the unit of a feature does not matter, nor does any rising map", "[detect][property]") {
  const Matrix rows = skewed(500, 4, 4);
  Matrix mapped = rows;
  for (std::size_t i = 0; i < 500 * 4; ++i) mapped.data()[i] = mapped.data()[i] * 0x1p-20F;
  CHECK(test::same_bits(fit(maker(), mapped), fit(maker(), rows)));
}

TEST_CASE("ECOD: a row far out in every feature ranks first, one in a gap amid the range does not",
          "[detect][property]") {
  Matrix odd(2, 4);
  for (std::size_t c = 0; c < 4; ++c) odd(0, c) = 9;  // the other row: 0 everywhere, between two groups
  Matrix groups = test::gaussian(400, 4, 5);
  for (std::size_t r = 0; r < 400; ++r) {
    for (std::size_t c = 0; c < 4; ++c) groups(r, c) = 0.2F * groups(r, c) + (r % 2 == 0 ? 3.0F : -3.0F);
  }
  const std::vector<float> scores = fit(maker(), test::join(groups, odd));
  CHECK(test::place_of_largest(scores) == 400);
  CHECK(scores[401] < *std::min_element(scores.begin(), scores.begin() + 400) + 1.0F);
}

TEST_CASE("ECOD: thinned knots keep both ends and stay within two steps of the exact tails", "[detect][oracle]") {
  const Matrix rows = test::gaussian(20'000, 1, 6), fresh = test::gaussian(3000, 1, 7);
  const auto exact = maker()(), thin = maker(EcodAggregation::sum_of_maxima, 400)();
  CHECK(test::same_bits(fit(*thin, rows), fit(*exact, rows)));  // training scores use every value
  CHECK(thin->memory_bytes() < 6000);
  const std::vector<float> a = score(*exact, fresh), b = score(*thin, fresh);
  std::vector<float> sorted(rows.data(), rows.data() + 20'000);
  std::sort(sorted.begin(), sorted.end());
  std::size_t ends = 0;
  for (std::size_t r = 0; r < fresh.rows(); ++r) {
    // Shares of rows: the thin tail leaves out at most two steps of 1/200 of the middle's rows.
    const double share = std::exp(-a[r]), thin_share = std::exp(-b[r]);
    REQUIRE(thin_share <= share * (1 + 1e-6));
    REQUIRE(thin_share >= share - 2.0 / 200);
    if (fresh(r, 0) < sorted[99] || fresh(r, 0) > sorted[19'900]) {
      CHECK(test::same_bits(a[r], b[r]));
      ++ends;
    }
  }
  CHECK(ends > 10);
}

TEST_CASE("ECOD: a new row's score does not depend on the rows scored with it", "[detect][regression]") {
  const auto detector = maker()();
  fit(*detector, skewed(300, 4, 8));
  const Matrix fresh = skewed(700, 4, 9);
  const std::vector<float> together = score(*detector, fresh);
  for (std::size_t r = 0; r < 700; r += 37) {
    CHECK(test::same_bits(score(*detector, test::take_rows(fresh, {r}))[0], together[r]));
  }
}

TEST_CASE("ECOD: knots and tails that are not step functions are refused", "[detect][error]") {
  const Matrix rows = test::gaussian(30, 2, 1);  // 30 knots a feature
  const test::Maker make = maker(EcodAggregation::paper);
  test::check_refused<std::int64_t>(make, rows, "ecod.knot_ends", 0, 0, "first place");
  test::check_refused<std::int64_t>(make, rows, "ecod.knot_ends", 1, 60, "length");
  test::check_refused<std::int64_t>(make, rows, "ecod.knot_ends", 1, -1, "length");
  test::check_refused<std::int64_t>(make, rows, "ecod.knot_ends", 2, 58, "number of knots");
  test::check_refused<std::int64_t>(make, rows, "ecod.knot_ends", 2, 20'029, "number of knots");
  test::check_refused<std::int64_t>(make, rows, "ecod.knot_ends", 2, 20'030, "length");
  test::check_refused(make, rows, "ecod.knots", 1, -100.0F, "ascend");
  test::check_refused(make, rows, "ecod.knots", 31, std::nanf(""), "knot");
  test::check_refused(make, rows, "ecod.left_tails", 5, 3.4F, "monotone");
  test::check_refused(make, rows, "ecod.left_tails", 29, -0.5F, "negative");
  test::check_refused(make, rows, "ecod.right_tails", 35, 3.4F, "monotone");
  test::check_refused(make, rows, "ecod.outer_tail", 0, 1.0F, "monotone");
  test::check_refused<std::uint8_t>(make, rows, "ecod.left_skewed", 1, 2, "flag");
}

TEST_CASE("ECOD: more knots than 32 bits count are not taken for the few there are", "[detect][error]") {
  constexpr std::int64_t kFeatures = 4295, kKnots = 1'000'000, kThere = 5;
  std::vector<std::int64_t> ends;
  for (std::int64_t f = 0; f < kFeatures; ++f) ends.push_back(f * kKnots - 1);
  ends.push_back((std::int64_t{1} << 32) + kThere - 1);
  const std::vector<float> knots = {0, 1, 2, 3, 4}, tails(5, 1.0F);
  onnx::GraphWriter writer;
  writer.i64("ecod.knot_ends", {kFeatures + 1}, ends);
  writer.f32("ecod.knots", {kThere}, knots);
  writer.f32("ecod.left_tails", {kThere}, tails);
  writer.f32("ecod.right_tails", {kThere}, tails);
  writer.f32("ecod.outer_tail", {}, {tails.data(), 1});
  const test::GraphFile file(writer.finish("test"));
  onnx::GraphReader reader = file.reader();
  const Result<void> read =
      maker(EcodAggregation::sum_of_maxima, kKnots)()->read_graph(reader, static_cast<std::size_t>(kFeatures));
  REQUIRE_FALSE(read);
  CHECK_THAT(read.error().message, Catch::Contains("number of knots"));
}

TEST_CASE("ECOD: chores every detector has", "[detect][property]") {
  for (const EcodAggregation aggregation : {EcodAggregation::sum_of_maxima, EcodAggregation::paper}) {
    test::check_state(maker(aggregation), skewed(300, 5, 10), test::gaussian(30, 5, 11));
    test::check_state(maker(aggregation, 50), skewed(300, 5, 10), test::gaussian(30, 5, 11));
    test::check_execution(maker(aggregation), skewed(9000, 7, 12));
    for (const std::size_t cols : {1, 3, 50}) test::check_extremes(maker(aggregation), cols);
  }
}

}  // namespace outpost
