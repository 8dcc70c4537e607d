#include <outpost/combine/threshold.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <outpost/base/random.hpp>

namespace outpost {
namespace {

constexpr ThresholdMethod kMethods[] = {ThresholdMethod::contamination, ThresholdMethod::mad, ThresholdMethod::iqr,
                                        ThresholdMethod::z, ThresholdMethod::knee};

double plain_quantile(std::vector<double> values, double p) {
  std::sort(values.begin(), values.end());
  const double place = (static_cast<double>(values.size()) - 1) * p;
  const auto k = static_cast<std::size_t>(std::floor(place));
  if (k + 1 >= values.size()) return values.back();
  return values[k] * (1 - (place - std::floor(place))) + values[k + 1] * (place - std::floor(place));
}

double plain_cut(const std::vector<float>& scores, ThresholdMethod method, double factor) {
  const std::vector<double> values(scores.begin(), scores.end());
  const auto n = static_cast<double>(values.size());
  switch (method) {
    case ThresholdMethod::contamination: return 0;
    case ThresholdMethod::mad: {
      const double median = plain_quantile(values, 0.5);
      std::vector<double> deviations;
      for (const double value : values) deviations.push_back(std::fabs(value - median));
      const double spread = plain_quantile(deviations, 0.5);
      double mean = 0;
      for (const double deviation : deviations) mean += deviation / n;
      return median + factor * (spread > 0 ? 1.4826 * spread : 1.2533 * mean);
    }
    case ThresholdMethod::iqr: {
      const double upper = plain_quantile(values, 0.75);
      return upper + factor * (upper - plain_quantile(values, 0.25));
    }
    case ThresholdMethod::z: {
      double mean = 0;
      for (const double value : values) mean += value / n;
      double variance = 0;
      for (const double value : values) variance += (value - mean) * (value - mean) / n;
      return mean + factor * std::sqrt(variance);
    }
    case ThresholdMethod::knee: {
      std::vector<double> sorted = values;
      std::sort(sorted.begin(), sorted.end());
      const double low = sorted.front();
      const double range = sorted.back() - low;
      std::size_t best = sorted.size() - 1;
      double distance = factor / (n - 1);
      for (std::size_t i = 0; i < sorted.size(); ++i) {
        const double d = static_cast<double>(i) / (n - 1) - (sorted[i] - low) / range;
        if (d > distance) {
          distance = d;
          best = i;
        }
      }
      return sorted[best];
    }
  }
  return 0;
}

Threshold find(const std::vector<float>& scores, ThresholdMethod method, std::optional<double> factor = {},
               double contamination = 0.1) {
  const auto result = find_threshold(scores, ThresholdOptions{method, contamination, factor});
  REQUIRE(result);
  return *result;
}

std::uint64_t count_above(const std::vector<float>& scores, double cut) {
  return static_cast<std::uint64_t>(std::count_if(scores.begin(), scores.end(), [cut](float s) { return s > cut; }));
}

/// Normal scores and a heavy upper tail, all far apart in relation to 1e-4.
std::vector<float> tailed_scores(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> scores;
  for (std::size_t i = 0; i < count; ++i) {
    scores.push_back(static_cast<float>(10 + random.normal() + (i % 13 == 0 ? 12 * random.uniform() : 0)));
  }
  return scores;
}

TEST_CASE("threshold: MAD, IQR, z and knee flag what their textbook cut flags", "[combine][oracle]") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const std::vector<float> scores = tailed_scores(20 + seed, seed);
    for (const auto& [method, factor] : {std::pair{ThresholdMethod::mad, 2.5}, std::pair{ThresholdMethod::iqr, 1.5},
                                         std::pair{ThresholdMethod::z, 3.0}, std::pair{ThresholdMethod::knee, 1.0}}) {
      INFO(to_string(method) << ", seed " << seed);
      const double cut = plain_cut(scores, method, factor);
      const std::uint64_t expected = count_above(scores, cut);
      const Threshold threshold = find(scores, method);
      CHECK(threshold.method == method);
      // Where the gap at the cut is too narrow, the nearest wide one is taken: at most a few ranks away.
      CHECK(static_cast<double>(threshold.flagged) ==
            Approx(static_cast<double>(expected)).margin(expected == 0 ? 0 : 2));
      if (expected == 0) CHECK(threshold.value == Approx(cut).epsilon(1e-6));
    }
  }
}

TEST_CASE("threshold: known values", "[combine][oracle]") {
  // Quartiles 3 and 7 and the fence 13; median 5, deviations' median 2.
  const std::vector<float> scores{1, 2, 3, 4, 5, 6, 7, 20, 30};
  CHECK(find(scores, ThresholdMethod::iqr).value == 13.5F);
  CHECK(find(scores, ThresholdMethod::iqr).flagged == 2);
  CHECK(find(scores, ThresholdMethod::mad).value == 25.0F - 11.5F);
  CHECK(find(scores, ThresholdMethod::mad, 6.0).value == 25.0F);
  CHECK(find(scores, ThresholdMethod::knee).value == 13.5F);
  CHECK(find(scores, ThresholdMethod::iqr, 10.0).flagged == 0);
  CHECK(find(scores, ThresholdMethod::iqr, 10.0).value == 47.0F);
}

TEST_CASE("threshold: when most scores are equal, MAD goes by the mean deviation", "[combine][oracle]") {
  std::vector<float> scores(90, 1.0F);
  for (int i = 1; i <= 10; ++i) scores.push_back(1 + static_cast<float>(i));
  // Mean deviation 0.55, cut 1 + 2.5 * 1.2533 * 0.55 = 2.72: not all ten above the equal ones are flagged.
  CHECK(find(scores, ThresholdMethod::mad).flagged == 9);
  CHECK(find(scores, ThresholdMethod::mad).value == 2.5F);
  CHECK(plain_cut(scores, ThresholdMethod::mad, 2.5) == Approx(2.7233).epsilon(1e-4));
}

TEST_CASE("threshold: one huge score hides the others from z and knee, not from MAD and IQR", "[combine][property]") {
  Random random(4);
  std::vector<float> scores;
  for (int i = 0; i < 1000; ++i) scores.push_back(static_cast<float>(10 + random.normal()));
  for (int i = 0; i < 20; ++i) scores.push_back(30 + static_cast<float>(i));
  CHECK(find(scores, ThresholdMethod::z).flagged == 20);
  scores.push_back(1e30F);
  CHECK(find(scores, ThresholdMethod::z).flagged == 1);
  CHECK(find(scores, ThresholdMethod::knee).flagged == 1);
  CHECK(find(scores, ThresholdMethod::mad).flagged >= 21);
  CHECK(find(scores, ThresholdMethod::mad).flagged <= 40);
  CHECK(find(scores, ThresholdMethod::iqr).flagged >= 21);
}

TEST_CASE("threshold: contamination flags the share, to the nearest row", "[combine][oracle]") {
  std::vector<float> scores;
  for (int i = 0; i < 100; ++i) scores.push_back(static_cast<float>(i));
  CHECK(find(scores, ThresholdMethod::contamination, {}, 0.1).flagged == 10);
  CHECK(find(scores, ThresholdMethod::contamination, {}, 0.1).value == 89.5F);
  CHECK(find(scores, ThresholdMethod::contamination, {}, 0.126).flagged == 13);
  CHECK(find(scores, ThresholdMethod::contamination, {}, 0.5).flagged == 50);
  CHECK(find(scores, ThresholdMethod::contamination, {}, 0.004).flagged == 0);
}

TEST_CASE("threshold: dense scores without a wide gap still give the wanted share", "[combine][regression]") {
  Random random(1);
  std::vector<float> scores;
  for (int i = 0; i < 200'000; ++i) scores.push_back(static_cast<float>(0.4 + 0.2 * random.uniform()));
  const Threshold threshold = find(scores, ThresholdMethod::contamination, {}, 0.1);
  CHECK(threshold.flagged >= 18'000);
  CHECK(threshold.flagged <= 22'000);
}

TEST_CASE("threshold: a narrow gap gives way to the nearest wide one, on ties to the higher", "[combine][oracle]") {
  // Rank 2 lies between two scores that differ in the last digits.
  const std::vector<float> scores{1, 2, 3, 5, 5.0001F, 8};
  CHECK(find(scores, ThresholdMethod::contamination, {}, 2.0 / 6).value == 6.50005F);
  // The same with wide gaps two ranks away on both sides.
  const std::vector<float> flat{1, 2, 2, 2, 2, 3};
  CHECK(find(flat, ThresholdMethod::contamination, {}, 0.5).value == 2.5F);
  CHECK(find({1, 1, 1, 1, 1, 1, 1, 1, 9}, ThresholdMethod::contamination, {}, 0.5).value == 5.0F);
}

TEST_CASE("threshold: equal scores, one score, two scores", "[combine][property]") {
  for (const ThresholdMethod method : kMethods) {
    for (const float value :
         {0.0F, -3.0F, 1e30F, 1e-40F, std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest()}) {
      for (const std::size_t count : {1U, 2U, 3U, 50U}) {
        const Threshold threshold = find(std::vector<float>(count, value), method, {}, 0.5);
        CHECK(threshold.flagged == 0);
        CHECK(threshold.value == value);
      }
    }
  }
  CHECK(find({1, 2}, ThresholdMethod::contamination, {}, 0.5).value == 1.5F);
  const float low = 1;
  const float high = std::nextafter(low, 2.0F);
  const Threshold neighbours = find({low, high}, ThresholdMethod::contamination, {}, 0.5);
  CHECK(neighbours.value == low);
  CHECK(neighbours.flagged == 1);
}

/// Score sets of all kinds: ties, denormals, huge values whose differences overflow float32.
std::vector<float> any_scores(Random& random) {
  static constexpr float kScales[] = {1e-44F, 1e-30F, 1.0F, 1e30F, 3e38F};
  const float scale = kScales[random.uniform_index(5)];
  const bool few_values = random.uniform_index(2) == 0;
  std::vector<float> scores(1 + random.uniform_index(random.uniform_index(4) == 0 ? 2000 : 40));
  for (float& score : scores) {
    const double unit = few_values ? static_cast<double>(random.uniform_index(5)) / 4 : random.uniform();
    score = static_cast<float>((2 * unit - 1) * static_cast<double>(scale));
  }
  return scores;
}

TEST_CASE("threshold: the flagged rows are those above a finite threshold that separates scores",
          "[combine][property]") {
  Random random(2);
  for (int round = 0; round < 3000; ++round) {
    const std::vector<float> scores = any_scores(random);
    for (const ThresholdMethod method : kMethods) {
      const Threshold threshold = find(scores, method, {}, 0.01 + 0.49 * random.uniform());
      REQUIRE(std::isfinite(threshold.value));
      REQUIRE(threshold.flagged == count_above(scores, threshold.value));
      REQUIRE(threshold.flagged < scores.size());
      if (threshold.flagged == 0) continue;
      // Inside its gap: a last digit of a score on either side flips no label.
      float below = std::numeric_limits<float>::lowest();
      float above = std::numeric_limits<float>::max();
      for (const float score : scores) {
        if (score > threshold.value) {
          above = std::min(above, score);
        } else {
          below = std::max(below, score);
        }
      }
      const double width = static_cast<double>(above) - static_cast<double>(below);
      if (width > 1e-4 * (std::fabs(static_cast<double>(above)) + std::fabs(static_cast<double>(below)))) {
        const double middle = static_cast<double>(below) + width / 2;
        REQUIRE(std::fabs(threshold.value - middle) <=
                std::fabs(middle) * 1e-7 + width * 0.5 * (std::fabs(middle) < 1e-37));
      }
    }
  }
}

TEST_CASE("threshold: the order of rows does not show", "[combine][property]") {
  Random random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<float> scores = any_scores(random);
    for (const ThresholdMethod method : kMethods) {
      const Threshold before = find(scores, method);
      std::reverse(scores.begin(), scores.end());
      std::rotate(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(scores.size() / 3), scores.end());
      CHECK(find(scores, method).value == before.value);
    }
  }
}

TEST_CASE("threshold: options out of range are refused with their value", "[combine][error]") {
  const std::vector<float> scores{1, 2, 3};
  for (const double share : {0.0, -0.1, 0.51, 1.0, std::nan("")}) {
    const auto result = find_threshold(scores, ThresholdOptions{ThresholdMethod::contamination, share, {}});
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::invalid_argument);
    CHECK(result.error().message.find("contamination") != std::string::npos);
  }
  for (const double factor : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    const auto result = find_threshold(scores, ThresholdOptions{ThresholdMethod::iqr, 0.1, factor});
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::invalid_argument);
  }
  const auto none = find_threshold({}, {});
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ErrorCode::not_enough_data);
}

TEST_CASE("threshold: names go there and back", "[combine][property]") {
  for (const ThresholdMethod method : kMethods) CHECK(threshold_method_from(to_string(method)) == method);
  CHECK_FALSE(threshold_method_from("mean"));
}

}  // namespace
}  // namespace outpost
