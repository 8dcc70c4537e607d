#include <outpost/detect/hbos.hpp>

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "checks.hpp"

namespace outpost {
namespace {

using test::fit;
using test::score;

test::Maker maker(std::uint32_t n_bins = 0, HbosMode mode = HbosMode::static_bins) {
  return [=] { return make_hbos({n_bins, mode}); };
}

struct PlainBin {
  long double from, width;
  std::size_t rows;
};

/// Goldstein and Dengel, section 3: bins of equal width, or the sorted values dealt out in equal numbers, equal values
/// staying together.
std::vector<PlainBin> plain_bins(const Matrix& rows, std::size_t f, std::size_t bins, HbosMode mode) {
  std::vector<long double> values;
  for (std::size_t r = 0; r < rows.rows(); ++r) values.push_back(rows(r, f));
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  std::vector<PlainBin> result;
  if (mode == HbosMode::static_bins) {
    const long double width = (values.back() - values.front()) / static_cast<long double>(bins);
    if (width == 0) return {{values.front(), 1, n}};
    for (std::size_t b = 0; b < bins; ++b) result.push_back({values.front() + b * width, width, 0});
    for (const long double value : values) {
      std::size_t b = bins - 1;
      while (b > 0 && value < result[b].from) --b;
      ++result[b].rows;
    }
    return result;
  }
  const auto share = static_cast<std::size_t>(std::ceil(static_cast<double>(n) / static_cast<double>(bins)));
  for (std::size_t i = 0; i < n; ++i) {
    const bool full = result.empty() || (result.back().rows >= share && values[i] != values[i - 1]);
    if (full) result.push_back({values[i], 0, 0});
    ++result.back().rows;
  }
  for (std::size_t b = 0; b < result.size(); ++b) {
    const bool last = b + 1 == result.size();
    result[b].width = (last ? values.back() : result[b + 1].from) - result[b].from;
    if (result[b].width == 0) {
      const auto below = std::lower_bound(values.begin(), values.end(), result[b].from);
      result[b].width = below == values.begin() ? 1 : result[b].from - *(below - 1);
    }
  }
  return result;
}

double plain_hbos(const Matrix& rows, std::span<const float> query, std::size_t bins, HbosMode mode) {
  long double total = 0;
  for (std::size_t f = 0; f < rows.cols(); ++f) {
    const std::vector<PlainBin> histogram = plain_bins(rows, f, bins, mode);
    long double highest = 0, one_row = INFINITY, low = INFINITY, high = -INFINITY;
    for (const PlainBin& bin : histogram) {
      highest = std::max(highest, bin.rows / bin.width);
      one_row = std::min(one_row, 1 / bin.width);
    }
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      low = std::min<long double>(low, rows(r, f));
      high = std::max<long double>(high, rows(r, f));
    }
    long double height = 0.5L * one_row / highest;
    if (query[f] >= low && query[f] <= high) {
      std::size_t b = histogram.size() - 1;
      while (b > 0 && query[f] < histogram[b].from) --b;
      if (histogram[b].rows > 0) height = histogram[b].rows / histogram[b].width / highest;
    }
    total += std::log(1 / height);
  }
  return static_cast<double>(total);
}

}  // namespace

TEST_CASE("HBOS: scores are the paper's, static and dynamic, for training rows and for new ones", "[detect][oracle]") {
  Matrix rows = test::blobs(331, 5, 8, 1);
  for (std::size_t r = 0; r < rows.rows(); ++r) rows(r, 3) = std::floor(rows(r, 3));
  const Matrix fresh = test::scaled(test::gaussian(60, 5, 2), 4);
  for (const HbosMode mode : {HbosMode::static_bins, HbosMode::dynamic_bins}) {
    for (const std::uint32_t bins : {0U, 1U, 2U, 10U, 57U, 400U}) {
      INFO(bins << " bins");
      const std::size_t plain = bins == 0 ? 18 : bins;  // floor(sqrt(331))
      const auto detector = maker(bins, mode)();
      const std::vector<float> training = fit(*detector, rows), inductive = score(*detector, fresh);
      for (std::size_t r = 0; r < rows.rows(); r += 3) {
        REQUIRE(training[r] == Approx(plain_hbos(rows, rows.row(r), plain, mode)).epsilon(1e-5).margin(1e-5));
      }
      for (std::size_t r = 0; r < fresh.rows(); ++r) {
        REQUIRE(inductive[r] == Approx(plain_hbos(rows, fresh.row(r), plain, mode)).epsilon(1e-5).margin(1e-5));
      }
    }
  }
}

TEST_CASE("HBOS: by hand", "[detect][oracle]") {
  Matrix rows(6, 1), fresh(4, 1);
  const float values[] = {0, 0.5F, 1, 1.5F, 3.5F, 4};  // bins of width 1: 2, 2, 0, 2
  for (std::size_t r = 0; r < 6; ++r) rows(r, 0) = values[r];
  rows(1, 0) = 0;
  rows(2, 0) = 0.25F;  // now 3, 1, 0, 2
  fresh(0, 0) = 2.5F;  // empty bin
  fresh(1, 0) = 5;     // outside
  fresh(2, 0) = 1.2F;
  fresh(3, 0) = 3;
  const auto detector = maker(4)();
  const std::vector<float> training = fit(*detector, rows), inductive = score(*detector, fresh);
  CHECK(training[0] == 0);
  CHECK(training[3] == Approx(std::log(3.0)));
  CHECK(training[5] == Approx(std::log(1.5)));
  CHECK(inductive[0] == Approx(std::log(6.0)));
  CHECK(inductive[1] == Approx(std::log(6.0)));
  CHECK(inductive[2] == Approx(std::log(3.0)));
  CHECK(inductive[3] == Approx(std::log(1.5)));
}

TEST_CASE("HBOS: a constant feature adds nothing for its value and log(2 n) for any other", "[detect][oracle]") {
  Matrix rows(5, 1), fresh(2, 1);
  for (std::size_t r = 0; r < 5; ++r) rows(r, 0) = 0.1F;
  fresh(0, 0) = 0.1F;
  fresh(1, 0) = 0.2F;
  for (const HbosMode mode : {HbosMode::static_bins, HbosMode::dynamic_bins}) {
    const auto detector = maker(10, mode)();
    CHECK(fit(*detector, rows) == std::vector<float>(5, 0.0F));
    CHECK(score(*detector, fresh)[0] == 0);
    CHECK(score(*detector, fresh)[1] == Approx(std::log(10.0)));
  }
}

TEST_CASE("HBOS: no rows is an error, one row scores 0", "[detect][error]") {
  std::vector<float> none;
  const Result<void> fitted = maker()()->fit(Matrix(0, 3), {}, none);
  REQUIRE_FALSE(fitted);
  CHECK(fitted.error().code == ErrorCode::not_enough_data);
  CHECK(fit(maker(), test::gaussian(1, 3, 1)) == std::vector<float>(1, 0.0F));
}

TEST_CASE("HBOS: permuting rows permutes scores, bit for bit", "[detect][property]") {
  const Matrix rows = test::blobs(900, 4, 8, 3);
  const std::vector<std::size_t> order = test::random_order(900, 4);
  for (const HbosMode mode : {HbosMode::static_bins, HbosMode::dynamic_bins}) {
    CHECK(test::same_bits(fit(maker(0, mode), test::take_rows(rows, order)),
                          test::reorder(fit(maker(0, mode), rows), order)));
  }
}

TEST_CASE("HBOS: the unit of a feature does not matter", "[detect][regression]") {
  // PyOD adds a constant to the heights, after which scores depend on it.
  const Matrix rows = test::blobs(400, 4, 8, 5);
  for (const HbosMode mode : {HbosMode::static_bins, HbosMode::dynamic_bins}) {
    const std::vector<float> base = fit(maker(10, mode), rows);
    for (const float factor : {0x1p-30F, 0x1p40F}) {
      CHECK(test::same_bits(fit(maker(10, mode), test::scaled(rows, factor)), base));
    }
  }
}

TEST_CASE("HBOS: a row in a gap or far out ranks first, one odd only in combination does not", "[detect][property]") {
  Matrix rows(402, 2);
  Random random(6);
  for (std::size_t r = 0; r < 400; ++r) {
    const float side = r % 2 == 0 ? 3.0F : -3.0F;
    rows(r, 0) = side + static_cast<float>(0.3 * random.normal());
    rows(r, 1) = side + static_cast<float>(0.3 * random.normal());
  }
  rows(401, 0) = 3.0F;  // (0, 0) is in the gap, (3, -3) off the diagonal
  rows(401, 1) = -3.0F;
  const std::vector<float> scores = fit(maker(), rows);
  CHECK(test::place_of_largest(scores) == 400);
  std::vector<float> sorted = scores;
  std::sort(sorted.begin(), sorted.end());
  CHECK(scores[401] < sorted[200]);
}

TEST_CASE("HBOS: bins that are not a histogram are refused", "[detect][error]") {
  const Matrix rows = test::gaussian(100, 2, 1);  // ten bins a feature
  for (const HbosMode mode : {HbosMode::static_bins, HbosMode::dynamic_bins}) {
    const test::Maker make = maker(0, mode);
    test::check_refused<std::int64_t>(make, rows, "hbos.bin_ends", 0, -2, "first place");
    test::check_refused<std::int64_t>(make, rows, "hbos.bin_ends", 1, 19, "length");
    test::check_refused<std::int64_t>(make, rows, "hbos.bin_ends", 2, 20, "number of bins");
    test::check_refused<std::int64_t>(make, rows, "hbos.bin_ends", 2, 10'010, "length");
    test::check_refused(make, rows, "hbos.low", 0, 100.0F, "range");
    test::check_refused(make, rows, "hbos.high", 1, std::nanf(""), "range");
    test::check_refused(make, rows, "hbos.bin_scores", 3, -1.0F, "bin score");
    test::check_refused(make, rows, "hbos.floor_scores", 1, std::nanf(""), "bin score");
  }
  const test::Maker equal_width = maker(), dynamic = maker(0, HbosMode::dynamic_bins);
  test::check_refused(equal_width, rows, "hbos.bins_per_unit", 0, 2.0, "width");
  test::check_refused(equal_width, rows, "hbos.bins_per_unit", 1, std::nan(""), "width");
  test::check_refused(equal_width, rows, "hbos.high", 0, 50.0F, "width");
  test::check_refused(dynamic, rows, "hbos.bin_starts", 0, -100.0F, "do not fit");
  test::check_refused(dynamic, rows, "hbos.bin_starts", 9, 100.0F, "do not fit");
  test::check_refused(dynamic, rows, "hbos.bin_starts", 2, 100.0F, "ascend");
}

TEST_CASE("HBOS: chores every detector has", "[detect][property]") {
  for (const HbosMode mode : {HbosMode::static_bins, HbosMode::dynamic_bins}) {
    test::check_state(maker(0, mode), test::blobs(300, 5, 4, 7), test::gaussian(30, 5, 8));
    test::check_execution(maker(0, mode), test::gaussian(9000, 19, 9));
    for (const std::size_t cols : {1, 3, 50}) {
      test::check_extremes(maker(0, mode), cols);
      test::check_extremes(maker(10'000, mode), cols);
    }
  }
}

}  // namespace outpost
