#include "explain/kernel_shap.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "explain/background.hpp"
#include "trained.hpp"

using namespace outpost;
using test::train;

namespace {

Explanation explain(const Pipeline& pipeline, std::span<const float> row, const ExplainOptions& options) {
  const auto explainer = Explainer::create(pipeline, options);
  REQUIRE(explainer);
  auto explanation = explainer->explain(row, {});
  REQUIRE(explanation);
  return std::move(*explanation);
}

/// Mean score of the background rows with the features of `known` taken from the row; plain numbers only, not scaled.
double value_of(const Pipeline& pipeline, std::span<const float> row, const Matrix& background, unsigned known) {
  double sum = 0;
  for (std::size_t b = 0; b < background.rows(); ++b) {
    std::vector<float> mixed(row.begin(), row.end());
    for (std::size_t f = 0; f < row.size(); ++f) {
      if ((known >> f & 1) == 0) mixed[f] = background(b, f);
    }
    sum += test::score_of(pipeline, mixed);
  }
  return sum / static_cast<double>(background.rows());
}

std::vector<double> shapley_by_orders(const Pipeline& pipeline, std::span<const float> row, const Matrix& background) {
  std::vector<double> value(std::size_t{1} << row.size());
  for (unsigned known = 0; known < value.size(); ++known) value[known] = value_of(pipeline, row, background, known);
  std::vector<std::size_t> order(row.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<double> parts(row.size());
  double orders = 0;
  do {
    unsigned known = 0;
    for (const std::size_t f : order) {
      const unsigned with = known | 1U << f;
      parts[f] += value[with] - value[known];
      known = with;
    }
    ++orders;
  } while (std::next_permutation(order.begin(), order.end()));
  for (double& part : parts) part /= orders;
  return parts;
}

}  // namespace

TEST_CASE("shap: with few features equals Shapley values by their definition", "[explain][oracle]") {
  const Matrix rows = test::blobs(120, 5, 3, 6);
  PipelineOptions unscaled;
  unscaled.scaling = Scaling::none;
  ExplainOptions options;
  options.method = ExplainMethod::shap;
  for (const char* detector : {"knn", "lof", "iforest", "pca"}) {
    const auto trained = train(rows, test::number_features(5), detector, unscaled);
    const Matrix background = background_columns(trained.pipeline, options.background_rows, options.seed);
    for (const std::size_t r : {0, 118}) {
      INFO(detector << ", row " << r);
      const std::span<const float> row = rows.view().row(r);
      const Explanation explanation = explain(trained.pipeline, row, options);
      const std::vector<double> expected = shapley_by_orders(trained.pipeline, row, background);
      double size = std::fabs(explanation.base);
      for (const double part : expected) size = std::max(size, std::fabs(part));
      CHECK(explanation.base == Approx(value_of(trained.pipeline, row, background, 0)).epsilon(1e-12));
      for (std::size_t f = 0; f < 5; ++f) CHECK(std::fabs(explanation.contributions[f] - expected[f]) < 1e-9 * size);
    }
  }
}

TEST_CASE("shap: of a sum it gives each term's distance from its mean, however many features", "[explain][oracle]") {
  // ECOD adds up features, so Shapley values are known: enumerated, by regression, by orders.
  for (const std::size_t d : {4, 24, 530}) {
    const Matrix rows = test::gaussian(80, d, d);
    const auto trained = train(rows, test::number_features(d), "ecod");
    ExplainOptions options;
    options.method = ExplainMethod::shap;
    options.background_rows = 8;
    const std::span<const float> row = rows.view().row(7);
    const Explanation explanation = explain(trained.pipeline, row, options);
    const Matrix background = background_columns(trained.pipeline, 8, options.seed);
    const Detector& detector = trained.pipeline.fitted_detector();
    std::vector<double> own(d), other(d), expected(d);
    REQUIRE(detector.contributions(row, own));
    expected = own;
    for (std::size_t b = 0; b < 8; ++b) {
      REQUIRE(detector.contributions(background.row(b), other));
      for (std::size_t f = 0; f < d; ++f) expected[f] -= other[f] / 8;
    }
    INFO(d << " features");
    for (std::size_t f = 0; f < d; ++f) {
      CHECK(std::fabs(explanation.contributions[f] - expected[f]) < 1e-6 * explanation.score);
    }
  }
}

TEST_CASE("shap: sampled sets come near the values of all sets", "[explain][property]") {
  // Twelve features that interact: enumerated here by hand through two runs with very different budgets.
  const Matrix rows = test::blobs(200, 12, 4, 2);
  const auto trained = train(rows, test::number_features(12), "knn");
  ExplainOptions few, many;
  few.method = many.method = ExplainMethod::shap;
  few.coalitions = 1024;
  many.coalitions = 8192;  // all 4094 sets
  const std::span<const float> row = rows.view().row(199);
  const Explanation all = explain(trained.pipeline, row, many);
  const Explanation some = explain(trained.pipeline, row, few);
  double total = 0, error = 0;
  for (std::size_t f = 0; f < 12; ++f) {
    total += std::fabs(all.contributions[f]);
    error += std::fabs(all.contributions[f] - some.contributions[f]);
  }
  CHECK(error < 0.02 * total);
}

TEST_CASE("shap: features that do not differ from the background have no part", "[explain][property]") {
  Matrix rows = test::gaussian(100, 4, 3);
  for (std::size_t r = 0; r < 100; ++r) rows(r, 2) = 1;
  const auto trained = train(rows, test::number_features(4), "knn");
  ExplainOptions options;
  options.method = ExplainMethod::shap;
  CHECK(explain(trained.pipeline, rows.view().row(0), options).contributions[2] == 0);
  options.method = ExplainMethod::lime;
  const Explanation lime = explain(trained.pipeline, rows.view().row(0), options);
  CHECK(lime.contributions[2] == 0);
  CHECK(lime.fidelity <= 1);
}

TEST_CASE("lime: of a sum it is faithful, and gives each term's distance from its mean", "[explain][oracle]") {
  const Matrix rows = test::gaussian(200, 5, 9);
  Matrix odd = rows;
  odd(0, 1) = 9;
  const auto trained = train(rows, test::number_features(5), "ecod");
  ExplainOptions options;
  options.method = ExplainMethod::lime;
  options.perturbed_rows = 20'000;
  const std::span<const float> row = odd.view().row(0);
  const Explanation explanation = explain(trained.pipeline, row, options);
  options.method = ExplainMethod::shap;
  const Explanation shap = explain(trained.pipeline, row, options);
  CHECK(explanation.fidelity > 0.5);
  for (std::size_t f = 0; f < 5; ++f) {
    CHECK(std::fabs(explanation.contributions[f] - shap.contributions[f]) < 0.1);  // terms are up to 5.3
  }
}
