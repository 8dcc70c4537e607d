#include <outpost/base/sort.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include <outpost/base/random.hpp>

namespace outpost {
namespace {

float from_bits(std::uint32_t bits) {
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

TEST_CASE("sort: as std::sort, with -0 before +0", "[base][oracle]") {
  Random random(1);
  for (const std::size_t count : {0U, 1U, 2U, 3U, 100U, 1023U, 1024U, 1025U, 50'000U}) {
    std::vector<float> values;
    while (values.size() < count) {
      // Any bits but NaN: all exponents, both signs, denormals, infinities; every fourth a value with many ties.
      const float value = values.size() % 4 == 0 ? static_cast<float>(random.uniform_index(5)) - 2.0F
                                                 : from_bits(static_cast<std::uint32_t>(random.next()));
      if (!std::isnan(value)) values.push_back(value);
      if (values.size() % 50 == 7) values.back() = values.size() % 100 == 7 ? -0.0F : 0.0F;
    }
    std::vector<float> expected = values;
    std::sort(expected.begin(), expected.end(),
              [](float a, float b) { return a < b || (a == b && std::signbit(a) && !std::signbit(b)); });
    sort_floats(values);
    REQUIRE(values.size() == expected.size());
    CHECK((count == 0 || std::memcmp(values.data(), expected.data(), count * sizeof(float)) == 0));
  }
}

TEST_CASE("sort: sorted, reversed and constant arrays", "[base][property]") {
  std::vector<float> rising(5000);
  for (std::size_t i = 0; i < rising.size(); ++i) rising[i] = static_cast<float>(i) * 1e-3F - 2.0F;
  std::vector<float> values = rising;
  sort_floats(values);
  CHECK(values == rising);
  std::reverse(values.begin(), values.end());
  sort_floats(values);
  CHECK(values == rising);
  std::vector<float> constant(5000, -7.5F);
  sort_floats(constant);
  CHECK(constant == std::vector<float>(5000, -7.5F));
}

TEST_CASE("sort: quantiles are those of NumPy's default", "[base][oracle]") {
  // numpy.quantile([1, 2, 4, 8], [0, 0.25, 0.5, 0.75, 0.9, 1])
  const std::vector<float> values{1, 2, 4, 8};
  const double p[] = {0, 0.25, 0.5, 0.75, 0.9, 1};
  const double expected[] = {1, 1.75, 3, 5, 6.8, 8};
  for (int i = 0; i < 6; ++i) CHECK(sorted_quantile(values, p[i]) == Approx(expected[i]).epsilon(1e-15));
  CHECK(sorted_quantile(std::vector<float>{3}, 0.3) == 3);
  const float huge = std::numeric_limits<float>::max();
  CHECK(sorted_quantile(std::vector<float>{-huge, huge}, 0.5) == 0);
}

}  // namespace
}  // namespace outpost
