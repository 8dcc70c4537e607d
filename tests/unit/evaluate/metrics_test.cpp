#include <outpost/evaluate/metrics.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <outpost/base/math.hpp>
#include <outpost/base/random.hpp>

namespace outpost {
namespace {

using Labels = std::vector<std::uint8_t>;

struct Case {
  std::vector<float> scores;
  Labels labels;
};

/// Small sets with many ties; both classes are there.
Case random_case(Random& random, std::size_t rows) {
  Case result;
  const std::uint64_t values = 2 + random.uniform_index(2 * rows);
  for (std::size_t i = 0; i < rows; ++i) {
    result.scores.push_back(static_cast<float>(random.uniform_index(values)) - 3);
    result.labels.push_back(i == 0 ? 1 : i == 1 ? 0 : static_cast<std::uint8_t>(random.uniform() < 0.3));
  }
  return result;
}

double plain_auc(const Case& c) {
  double won = 0;
  double pairs = 0;
  for (std::size_t i = 0; i < c.scores.size(); ++i) {
    for (std::size_t j = 0; j < c.scores.size(); ++j) {
      if (c.labels[i] != 1 || c.labels[j] != 0) continue;
      ++pairs;
      won += c.scores[i] > c.scores[j] ? 1 : c.scores[i] == c.scores[j] ? 0.5 : 0;
    }
  }
  return won / pairs;
}

/// Over each distinct score as a threshold: precision of the rows at or above it, times the step of recall.
double plain_average_precision(const Case& c) {
  std::vector<float> thresholds = c.scores;
  std::sort(thresholds.begin(), thresholds.end(), std::greater<>());
  thresholds.erase(std::unique(thresholds.begin(), thresholds.end()), thresholds.end());
  const double all = static_cast<double>(std::count(c.labels.begin(), c.labels.end(), 1));
  double sum = 0;
  double recall_before = 0;
  for (const float threshold : thresholds) {
    double flagged = 0;
    double right = 0;
    for (std::size_t i = 0; i < c.scores.size(); ++i) {
      if (c.scores[i] < threshold) continue;
      ++flagged;
      right += c.labels[i];
    }
    sum += (right / all - recall_before) * right / flagged;
    recall_before = right / all;
  }
  return sum;
}

/// Mean over every order of the rows that sorts them by falling score.
double plain_precision_at(const Case& c, std::size_t n) {
  std::vector<std::size_t> order(c.scores.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  double sum = 0;
  double orders = 0;
  do {
    bool sorted = true;
    for (std::size_t i = 1; i < order.size(); ++i) sorted = sorted && c.scores[order[i - 1]] >= c.scores[order[i]];
    if (!sorted) continue;
    ++orders;
    for (std::size_t i = 0; i < n; ++i) sum += c.labels[order[i]];
  } while (std::next_permutation(order.begin(), order.end()));
  return sum / orders / static_cast<double>(n);
}

TEST_CASE("metrics: scikit-learn's documented examples", "[evaluate][oracle]") {
  const std::vector<float> scores{0.1F, 0.4F, 0.35F, 0.8F};
  const Labels labels{0, 0, 1, 1};
  CHECK(*roc_auc(scores, labels) == 0.75);
  CHECK(*average_precision(scores, labels) == Approx(0.8333333333333333).epsilon(1e-15));
}

TEST_CASE("metrics: ROC-AUC and average precision as their definitions, with ties", "[evaluate][oracle]") {
  Random random(1);
  for (int round = 0; round < 500; ++round) {
    const Case c = random_case(random, 2 + random.uniform_index(60));
    CHECK(*roc_auc(c.scores, c.labels) == Approx(plain_auc(c)).epsilon(1e-12));
    CHECK(*average_precision(c.scores, c.labels) == Approx(plain_average_precision(c)).epsilon(1e-12));
  }
}

TEST_CASE("metrics: precision at n is the mean over all orders of tied rows", "[evaluate][oracle]") {
  Random random(2);
  for (int round = 0; round < 60; ++round) {
    const Case c = random_case(random, 2 + random.uniform_index(5));
    for (std::size_t n = 1; n <= c.scores.size(); ++n) {
      CHECK(*precision_at_n(c.scores, c.labels, n) == Approx(plain_precision_at(c, n)).epsilon(1e-12));
    }
    const auto anomalies = static_cast<std::size_t>(std::count(c.labels.begin(), c.labels.end(), 1));
    CHECK(*precision_at_n(c.scores, c.labels) == *precision_at_n(c.scores, c.labels, anomalies));
  }
}

TEST_CASE("metrics: perfect, reversed and constant scores", "[evaluate][oracle]") {
  const Labels labels{0, 0, 0, 1, 1};
  const std::vector<float> perfect{-1e30F, -3, 0, 1e-40F, std::numeric_limits<float>::infinity()};
  CHECK(*roc_auc(perfect, labels) == 1);
  CHECK(*average_precision(perfect, labels) == 1);
  CHECK(*precision_at_n(perfect, labels) == 1);
  const std::vector<float> reversed{5, 4, 3, 2, 1};
  CHECK(*roc_auc(reversed, labels) == 0);
  CHECK(*precision_at_n(reversed, labels) == 0);
  // -0 and 0 are the same score.
  const std::vector<float> constant{0, -0.0F, 0, -0.0F, 0};
  CHECK(*roc_auc(constant, labels) == 0.5);
  CHECK(*average_precision(constant, labels) == 0.4);
  CHECK(*precision_at_n(constant, labels) == 0.4);
}

TEST_CASE("metrics: the order of rows does not show, in no bit", "[evaluate][property]") {
  Random random(3);
  for (int round = 0; round < 50; ++round) {
    const Case c = random_case(random, 3000);
    std::vector<std::uint32_t> order(c.scores.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
    shuffle(random, order);
    Case mixed;
    for (const std::uint32_t i : order) {
      mixed.scores.push_back(c.scores[i]);
      mixed.labels.push_back(c.labels[i]);
    }
    CHECK(*roc_auc(c.scores, c.labels) == *roc_auc(mixed.scores, mixed.labels));
    CHECK(*average_precision(c.scores, c.labels) == *average_precision(mixed.scores, mixed.labels));
    CHECK(*precision_at_n(c.scores, c.labels) == *precision_at_n(mixed.scores, mixed.labels));
    const BootstrapOptions few{50, 0.9, 1};
    CHECK(roc_auc_interval(c.scores, c.labels, few)->low == roc_auc_interval(mixed.scores, mixed.labels, few)->low);
  }
}

TEST_CASE("metrics: confusion counts and their ratios", "[evaluate][oracle]") {
  const std::vector<float> scores{1, 2, 3, 4, 5, 6};
  const Labels labels{0, 1, 0, 1, 0, 1};
  const Confusion counts = *confusion(scores, labels, 3);
  CHECK(counts.true_positive == 2);
  CHECK(counts.false_positive == 1);
  CHECK(counts.true_negative == 2);
  CHECK(counts.false_negative == 1);
  CHECK(counts.precision() == Approx(2.0 / 3));
  CHECK(counts.recall() == Approx(2.0 / 3));
  CHECK(counts.f1() == Approx(2.0 / 3));
  const Confusion none = *confusion(scores, labels, 6);
  CHECK(none.precision() == 0);
  CHECK(none.recall() == 0);
  CHECK(none.f1() == 0);
  const Confusion normal = *confusion(scores, Labels(6, 0), 0);
  CHECK(normal.false_positive == 6);
  CHECK(normal.recall() == 0);
  // Harmonic mean of precision 1/2 and recall 1.
  CHECK(confusion(std::vector<float>{2, 2, 1}, Labels{1, 0, 0}, 1)->f1() == Approx(2.0 / 3));
}

TEST_CASE("metrics: what cannot be measured is an error that names the place", "[evaluate][error]") {
  const auto error = [](const auto& result) {
    REQUIRE_FALSE(result);
    return result.error();
  };
  const std::vector<float> scores{1, 2};
  CHECK(error(roc_auc(scores, Labels{1})).code == ErrorCode::invalid_argument);
  CHECK(error(roc_auc(scores, Labels{1, 1})).code == ErrorCode::not_enough_data);
  CHECK(error(average_precision(scores, Labels{0, 0})).code == ErrorCode::not_enough_data);
  CHECK(error(precision_at_n(scores, Labels{0, 0})).code == ErrorCode::not_enough_data);
  CHECK(*precision_at_n(scores, Labels{0, 0}, 1) == 0);
  CHECK(error(precision_at_n(scores, Labels{0, 1}, 3)).code == ErrorCode::invalid_argument);
  CHECK(error(precision_at_n({}, {})).code == ErrorCode::not_enough_data);
  CHECK(error(roc_auc(scores, Labels{1, 2})).message.find("row 1") != std::string::npos);
  const std::vector<float> broken{1, std::nanf("")};
  CHECK(error(confusion(broken, Labels{0, 1}, 0)).message.find("row 1") != std::string::npos);
  CHECK(error(roc_auc_interval(scores, Labels{0, 1}, {0, 0.95, 1})).code == ErrorCode::invalid_argument);
  CHECK(error(roc_auc_interval(scores, Labels{0, 1}, {10, 1.0, 1})).code == ErrorCode::invalid_argument);
  CHECK(error(average_precision_interval(scores, Labels{0, 0}, {})).code == ErrorCode::not_enough_data);
}

TEST_CASE("metrics: intervals hold the true value about as often as they say", "[evaluate][property]") {
  // Normal scores, anomalies shifted by d: the true area is P(Z < d / sqrt 2) = 0.8.
  const double shift = std::sqrt(2.0) * normal_quantile(0.8);
  Random random(4);
  int held = 0;
  constexpr int kSets = 300;
  for (int set = 0; set < kSets; ++set) {
    Case c;
    for (int i = 0; i < 200; ++i) {
      const bool anomaly = i % 4 == 0;
      c.scores.push_back(static_cast<float>(random.normal() + (anomaly ? shift : 0)));
      c.labels.push_back(anomaly ? 1 : 0);
    }
    const Interval interval = *roc_auc_interval(c.scores, c.labels, {300, 0.9, static_cast<std::uint64_t>(set)});
    REQUIRE(interval.low <= interval.high);
    if (interval.low <= 0.8 && 0.8 <= interval.high) ++held;
  }
  // 90 % wanted; the percentile bootstrap is known to be a little short. 270 +- 26 is five standard deviations.
  CHECK(held >= 240);
  CHECK(held <= 296);
}

TEST_CASE("metrics: intervals hold the value itself, repeat with their seed and widen with their level",
          "[evaluate][property]") {
  Random random(5);
  for (int round = 0; round < 20; ++round) {
    const Case c = random_case(random, 300);
    const Interval narrow = *average_precision_interval(c.scores, c.labels, {400, 0.5, 7});
    const Interval wide = *average_precision_interval(c.scores, c.labels, {400, 0.99, 7});
    CHECK(wide.low <= narrow.low);
    CHECK(narrow.high <= wide.high);
    const Interval area = *roc_auc_interval(c.scores, c.labels, {400, 0.99, 7});
    const double value = *roc_auc(c.scores, c.labels);
    CHECK(area.low <= value);
    CHECK(value <= area.high);
    CHECK(roc_auc_interval(c.scores, c.labels, {400, 0.99, 7})->high == area.high);
  }
  const Interval certain = *roc_auc_interval(std::vector<float>{1, 2, 3}, Labels{0, 0, 1}, {});
  CHECK(certain.low == 1);
  CHECK(certain.high == 1);
}

}  // namespace
}  // namespace outpost
