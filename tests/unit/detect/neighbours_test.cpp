#include "detect/neighbours.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

#include "checks.hpp"
#include "simd_targets.hpp"

namespace outpost {
namespace {

struct Found {
  std::vector<float> distances;
  std::vector<std::uint32_t> indices;
};

std::vector<std::uint32_t> all_rows(std::size_t n) {
  std::vector<std::uint32_t> rows(n);
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

Found search(const Matrix& points, const Matrix& queries, std::size_t k,
             const std::vector<std::uint32_t>& excluded = {}) {
  const NeighbourIndex index(points, all_rows(points.rows()));
  Found found{std::vector<float>(queries.rows() * k), std::vector<std::uint32_t>(queries.rows() * k)};
  index.nearest(queries, excluded, k, found.distances, found.indices);
  return found;
}

/// Textbook: every distance in float32, in the order of features; then a full sort by (distance, index).
Found search_plainly(const Matrix& points, const Matrix& queries, std::size_t k,
                     const std::vector<std::uint32_t>& excluded = {}) {
  Found found;
  for (std::size_t q = 0; q < queries.rows(); ++q) {
    std::vector<std::pair<float, std::uint32_t>> all;
    for (std::uint32_t p = 0; p < points.rows(); ++p) {
      if (!excluded.empty() && excluded[q] == p) continue;
      float sum = 0;
      for (std::size_t f = 0; f < points.cols(); ++f) {
        const float difference = points(p, f) - queries(q, f);
        const float square = difference * difference;
        sum = sum + square;
      }
      all.emplace_back(sum, p);
    }
    std::sort(all.begin(), all.end());
    for (std::size_t j = 0; j < k; ++j) {
      found.distances.push_back(std::sqrt(all[j].first));
      found.indices.push_back(all[j].second);
    }
  }
  return found;
}

void check_same(const Found& a, const Found& b) {
  CHECK(test::same_bits(a.distances, b.distances));
  CHECK(a.indices == b.indices);
}

/// Whole numbers from 0 to 3, so that many distances are equal.
Matrix grid(std::size_t rows, std::size_t cols, std::uint64_t seed) {
  Random random(seed);
  Matrix matrix(rows, cols);
  for (std::size_t i = 0; i < rows * cols; ++i) matrix.data()[i] = static_cast<float>(random.uniform_index(4));
  return matrix;
}

}  // namespace

TEST_CASE("neighbours: the same bits as a plain search, at every size", "[detect][oracle]") {
  for (const std::size_t features : {1, 2, 3, 10, 31, 32, 33, 65, 200}) {
    for (const std::size_t points : {2, 5, 31, 32, 33, 100, 517}) {
      for (const std::size_t queries : {1, 3, 4, 5, 66}) {
        const Matrix data = test::gaussian(points, features, points * 7 + features);
        const Matrix asked = test::gaussian(queries, features, queries);
        INFO(features << " features, " << points << " points, " << queries << " queries");
        for (const std::size_t k : {std::size_t{1}, std::min<std::size_t>(5, points), points}) {
          check_same(search(data, asked, k), search_plainly(data, asked, k));
        }
      }
    }
  }
}

TEST_CASE("neighbours: equal distances are ordered by row index", "[detect][oracle]") {
  const Matrix data = grid(300, 3, 1), asked = grid(40, 3, 2);
  for (const std::size_t k : {1, 7, 32, 33, 120, 300})
    check_same(search(data, asked, k), search_plainly(data, asked, k));
}

TEST_CASE("neighbours: a point is excluded by its index, a copy of it is not", "[detect][oracle]") {
  const Matrix data = grid(200, 2, 3);
  const std::vector<std::uint32_t> own = all_rows(200);
  const Found found = search(data, data, 4, own);
  check_same(found, search_plainly(data, data, 4, own));
  for (std::size_t q = 0; q < 200; ++q) CHECK(found.distances[q * 4] == 0);  // 16 places, 200 rows: copies exist
}

TEST_CASE("neighbours: ten thousand features", "[detect][oracle]") {
  const Matrix data = test::gaussian(70, 10'000, 4), asked = test::gaussian(5, 10'000, 5);
  check_same(search(data, asked, 6), search_plainly(data, asked, 6));
}

TEST_CASE("neighbours: every SIMD target gives the same bits", "[detect][property]") {
  for (const std::size_t features : {3, 40}) {
    const Matrix data = test::gaussian(700, features, 6), asked = test::gaussian(37, features, 7);
    const Found expected = search_plainly(data, asked, 9);
    CHECK(test::for_each_simd_target([&] { check_same(search(data, asked, 9), expected); }) >= 1);
  }
}

TEST_CASE("neighbours: a power of two as the unit changes distances by that power exactly", "[detect][property]") {
  const Matrix data = test::gaussian(150, 6, 8), asked = test::gaussian(20, 6, 9);
  const Found base = search(data, asked, 5);
  // Far enough that the index holds the values at another scale.
  for (const float factor : {0x1p-100F, 0x1p-40F, 0x1p-3F, 0x1p20F, 0x1p61F, 0x1p90F}) {
    const Found other = search(test::scaled(data, factor), test::scaled(asked, factor), 5);
    INFO(factor);
    CHECK(other.indices == base.indices);
    std::vector<float> expected;
    for (const float distance : base.distances) expected.push_back(distance * factor);
    CHECK(test::same_bits(other.distances, expected));
  }
}

TEST_CASE("neighbours: distances stay finite where squares would overflow", "[detect][regression]") {
  const std::size_t features = 400;
  Matrix data(40, features), asked(8, features);
  for (std::size_t i = 0; i < 40 * features; ++i) data.data()[i] = (i / features) % 2 == 0 ? 1e18F : -1e18F;
  for (std::size_t i = 0; i < 8 * features; ++i) asked.data()[i] = 1e18F;
  const Found far = search(data, asked, 40);
  CHECK(test::all_finite(far.distances));
  CHECK(far.distances.front() == 0);
  CHECK(far.distances.back() == Approx(2e18 * std::sqrt(400.0)).epsilon(1e-5));
  // Small training values, a query at the end of the range: cut at the limit, still far from everything.
  const Found cut = search(test::scaled(data, 1e-36F), asked, 3);
  CHECK(test::all_finite(cut.distances));
  CHECK(cut.distances.front() > 1e6F * 1e-18F);
}

TEST_CASE("neighbours: state of the wrong shape or with values out of range is refused", "[detect][error]") {
  const auto read = [](double scale, std::int64_t points, const std::vector<float>& values, std::int64_t features = 2) {
    onnx::GraphWriter writer;
    writer.f64("neighbours.scale", {}, {&scale, 1});
    writer.f32("neighbours.points", {features, points}, values);
    const test::GraphFile file(writer.finish("test"));
    onnx::GraphReader reader = file.reader();
    NeighbourIndex index;
    return static_cast<bool>(index.read_graph(reader, 2, 10));
  };
  CHECK(read(1, 2, {1, 2, 3, 4}));
  CHECK(read(0x1p149, 2, {1, 2, 3, 4}));
  CHECK(read(0x1p-128, 10, std::vector<float>(20)));
  CHECK_FALSE(read(1, 1, {1, 2}));
  CHECK_FALSE(read(1, 0, {}));
  CHECK_FALSE(read(1, 11, std::vector<float>(22)));
  CHECK_FALSE(read(1, 4, {1, 2, 3, 4}, 1));
  CHECK_FALSE(read(1, 2, {1, 2, 3, 4, 5, 6}, 3));
  CHECK_FALSE(read(3, 2, {1, 2, 3, 4}));
  CHECK_FALSE(read(0x1p150, 2, {1, 2, 3, 4}));
  CHECK_FALSE(read(std::nan(""), 2, {1, 2, 3, 4}));
  CHECK_FALSE(read(1, 2, {1, 2, 3, std::nanf("")}));
  CHECK_FALSE(read(1, 2, {1, 2, 3, 1e30F}));
}

TEST_CASE("neighbours: a sample is drawn only where there are more rows than asked for", "[detect][property]") {
  const ReferenceRows whole = choose_reference_rows(10, 10, 1);
  CHECK(whole.rows == all_rows(10));
  CHECK(whole.points == all_rows(10));
  const ReferenceRows some = choose_reference_rows(1000, 100, 1);
  REQUIRE(some.rows.size() == 100);
  CHECK(std::is_sorted(some.rows.begin(), some.rows.end()));
  CHECK(std::adjacent_find(some.rows.begin(), some.rows.end()) == some.rows.end());
  for (std::uint32_t p = 0; p < 100; ++p) CHECK(some.points[some.rows[p]] == p);
  CHECK(std::count(some.points.begin(), some.points.end(), NeighbourIndex::kNone) == 900);
  CHECK(choose_reference_rows(1000, 100, 2).rows != some.rows);
}

}  // namespace outpost
