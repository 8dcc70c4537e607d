#include <outpost/combine/calibration.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include <outpost/base/random.hpp>
#include <outpost/combine/threshold.hpp>

#include "graph_file.hpp"

namespace outpost {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kLargest = std::numeric_limits<float>::max();

std::vector<float> any_scores(Random& random) {
  static constexpr float kScales[] = {1e-44F, 1e-30F, 1.0F, 1e30F, 3e38F};
  const float scale = kScales[random.uniform_index(5)];
  const std::uint64_t kind = random.uniform_index(3);
  std::vector<float> scores(1 + random.uniform_index(random.uniform_index(4) == 0 ? 3000 : 40));
  for (float& score : scores) {
    double unit = random.uniform();
    if (kind == 0) unit = static_cast<double>(random.uniform_index(5)) / 4;
    if (kind == 1) unit = 0.5 + 1e-6 * unit;
    score = static_cast<float>((2 * unit - 1) * static_cast<double>(scale));
  }
  return scores;
}

/// Scores to ask about: the training scores, their neighbours, the ends of float32.
std::vector<float> questions(const std::vector<float>& scores, float threshold, Random& random) {
  std::vector<float> asked{-kInfinity, -kLargest, -1, -0.0F, 0, 1e-45F, 1, kLargest, kInfinity};
  std::vector<float> around(scores.begin(),
                            scores.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(scores.size(), 60)));
  around.push_back(threshold);
  for (const float score : around) {
    asked.push_back(score);
    asked.push_back(std::nextafter(score, kInfinity));
    asked.push_back(std::nextafter(score, -kInfinity));
    asked.push_back(static_cast<float>(static_cast<double>(score) * (0.5 + random.uniform())));
  }
  std::sort(asked.begin(), asked.end());
  return asked;
}

TEST_CASE("calibration: monotone, in [0, 1], and above 0.5 exactly when above the threshold", "[combine][property]") {
  Random random(1);
  for (int round = 0; round < 3000; ++round) {
    const std::vector<float> scores = any_scores(random);
    float threshold = 0;
    switch (random.uniform_index(4)) {
      case 0: threshold = scores[random.uniform_index(scores.size())]; break;
      case 1: threshold = static_cast<float>((random.uniform() - 0.5) * 1e30); break;
      case 2: threshold = random.uniform_index(2) == 0 ? kLargest : -kLargest; break;
      default: threshold = find_threshold(scores, {})->value;
    }
    const Calibration calibration = Calibration::fit(scores, threshold);
    CHECK(calibration.threshold() == threshold);
    CHECK(calibration.probability(threshold) == 0.5F);
    CHECK(calibration.probability(kInfinity) == 1.0F);
    float before = 0;
    for (const float score : questions(scores, threshold, random)) {
      const float p = calibration.probability(score);
      REQUIRE(p >= before);
      REQUIRE(p <= 1);
      REQUIRE((p > 0.5F) == (score > threshold));
      REQUIRE((calibration.severity(score) != Severity::none) == (score > threshold));
      before = p;
    }
  }
}

/// Half the share of the unflagged scores at or below, or 0.5 plus half the share of the flagged ones.
double plain_probability(const std::vector<float>& scores, float threshold, float score) {
  double side = 0;
  double at_or_below = 0;
  for (const float other : scores) {
    if ((other > threshold) != (score > threshold)) continue;
    ++side;
    if (other <= score) ++at_or_below;
  }
  return (score > threshold ? 0.5 : 0) + 0.5 * at_or_below / side;
}

TEST_CASE("calibration: within one knot of the rank's share", "[combine][oracle]") {
  Random random(2);
  for (int round = 0; round < 50; ++round) {
    std::vector<float> scores;
    for (int i = 0; i < 2000; ++i) scores.push_back(static_cast<float>(std::exp(random.normal())));
    std::vector<float> sorted = scores;
    std::sort(sorted.begin(), sorted.end());
    const float threshold = (sorted[1799] + sorted[1800]) / 2;
    const Calibration calibration = Calibration::fit(scores, threshold);
    for (const float score : scores) {
      const double expected = plain_probability(scores, threshold, score);
      // 16 knots a side: a piece covers half a sixteenth.
      REQUIRE(std::fabs(calibration.probability(score) - expected) <= 0.5 / 16 + 1e-6);
    }
    // Every 2000 * 0.9 / 16-th ... 12.5 flagged rows hold a knot: the largest does, and so does each eighth.
    for (const std::size_t eighth : {1U, 2U, 4U, 8U}) {
      const float knot = sorted[1800 + 25 * eighth - 1];
      CHECK(calibration.probability(knot) == Approx(plain_probability(scores, threshold, knot)).epsilon(1e-6));
    }
  }
}

TEST_CASE("calibration: ties count as at or below", "[combine][oracle]") {
  const std::vector<float> scores{1, 1, 1, 1, 1, 1, 2, 2, 5, 6};
  const Calibration calibration = Calibration::fit(scores, 3);
  CHECK(calibration.probability(1) == 0.375F);
  CHECK(calibration.probability(0) == 0.375F);
  CHECK(calibration.probability(2) == 0.5F);
  CHECK(calibration.probability(3) == 0.5F);
  CHECK(calibration.probability(5) == 0.75F);
  CHECK(calibration.probability(4) == 0.625F);
  CHECK(calibration.probability(6) == 1.0F);
  CHECK(calibration.probability(7) == 1.0F);
}

TEST_CASE("calibration: where nothing was flagged it rises to 1 over one range", "[combine][oracle]") {
  const Calibration calibration = Calibration::fit(std::vector<float>{0, 1, 2, 4}, 4);
  CHECK(calibration.probability(4) == 0.5F);
  CHECK(calibration.probability(6) == 0.75F);
  CHECK(calibration.probability(8) == 1.0F);
  const Calibration constant = Calibration::fit(std::vector<float>{-2, -2}, -2);
  CHECK(constant.probability(-2) == 0.5F);
  CHECK(constant.probability(-1) == 0.75F);
  CHECK(constant.probability(0) == 1.0F);
  const Calibration zero = Calibration::fit(std::vector<float>{0}, 0);
  CHECK(zero.probability(0.5F) == 0.75F);
}

TEST_CASE("calibration: severity is cut from the probability", "[combine][oracle]") {
  std::vector<float> scores{0};
  for (int i = 1; i <= 16; ++i) scores.push_back(static_cast<float>(i));
  const Calibration calibration = Calibration::fit(scores, 0.5F);  // probability of i is 0.5 + i / 32
  CHECK(calibration.severity(0.5F) == Severity::none);
  CHECK(calibration.severity(6) == Severity::low);        // 0.6875
  CHECK(calibration.severity(7) == Severity::medium);     // 0.71875
  CHECK(calibration.severity(11) == Severity::medium);    // 0.84375
  CHECK(calibration.severity(12) == Severity::high);      // 0.875
  CHECK(calibration.severity(14) == Severity::high);      // 0.9375
  CHECK(calibration.severity(15) == Severity::critical);  // 0.96875
  CHECK(calibration.severity(std::nanf("")) == Severity::none);
  CHECK(calibration.probability(std::nanf("")) == 0);
  CHECK(to_string(Severity::critical) == "critical");
}

TEST_CASE("calibration: state is read back to the same bits", "[combine][property]") {
  Random random(3);
  for (int round = 0; round < 200; ++round) {
    const std::vector<float> scores = any_scores(random);
    const Calibration calibration = Calibration::fit(scores, find_threshold(scores, {})->value);
    const auto write = [](const Calibration& each) {
      return test::graph_file(1, [&](onnx::GraphWriter& graph, onnx::Value in) { each.write_graph(graph, in); });
    };
    const test::GraphFile file = write(calibration);
    onnx::GraphReader reader = file.reader();
    const auto copy = Calibration::read_graph(reader);
    REQUIRE(copy);
    for (const float score : scores) CHECK(copy->probability(score) == calibration.probability(score));
    CHECK(write(*copy).bytes() == file.bytes());
  }
}

TEST_CASE("calibration: damaged state is refused", "[combine][error]") {
  struct Damage {
    float threshold;
    std::vector<float> scores, probabilities;
  };
  const float nan = std::nanf("");
  const std::vector<Damage> damages{
      {1, {}, {}},                                                   // the threshold is no knot
      {1, {0, 2}, {0.1F, 1}},                                        // nor here
      {1, {0, 1, 2}, {0.1F, 0.5F}},                                  // sizes differ
      {1, {0, 1, 1}, {0.1F, 0.5F, 1}},                               // not ascending
      {1, {0, 1, 2}, {0.6F, 0.5F, 1}},                               // falls
      {1, {0, 1, 2}, {0.1F, 0.5F, 0.5F}},                            // not above half above the threshold
      {1, {0, 1, 2}, {0.1F, 0.4F, 1}},                               // the threshold is not half
      {1, {0, 1, 2}, {0.1F, 0.5F, 1.5F}},                            // beyond 1
      {1, {0, 1, 2}, {nan, 0.5F, 1}},                                // not a number
      {1, {nan, 1, 2}, {0.1F, 0.5F, 1}},                             // not a number
      {1, {0, 1, kInfinity}, {0.1F, 0.5F, 1}},                       // infinite
      {1, {0, 1, 2}, {0.1F, 0.5F, 0.9F}},                            // does not reach 1
      {1, {0, 1}, {0.1F, 0.5F}},                                     // ends at a threshold that can be passed
      {nan, {0, 1, 2}, {0.1F, 0.5F, 1}},                             // not a number
      {1, std::vector<float>(34, 1), std::vector<float>(34, 0.5F)},  // too many
  };
  for (const Damage& damage : damages) {
    onnx::GraphWriter writer;
    const auto count = [](const std::vector<float>& values) { return static_cast<std::int64_t>(values.size()); };
    writer.f32("calibration.threshold", {}, {&damage.threshold, 1});
    writer.f32("calibration.scores", {count(damage.scores)}, damage.scores);
    writer.f32("calibration.probabilities", {count(damage.probabilities)}, damage.probabilities);
    const test::GraphFile file(writer.finish("test"));
    onnx::GraphReader reader = file.reader();
    const auto result = Calibration::read_graph(reader);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::corrupt_model);
  }
}

}  // namespace
}  // namespace outpost
