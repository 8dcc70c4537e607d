#include <outpost/explain/importance.hpp>

#include <cmath>

#include "trained.hpp"

using namespace outpost;
using test::train;

TEST_CASE("importance: the mean over the rows that were drawn", "[explain][oracle]") {
  const Matrix rows = test::blobs(60, 4, 3, 1);
  const auto trained = train(rows, test::number_features(4), "iforest");
  const auto found = global_importance(trained.pipeline, rows, 1000, {}, {});
  REQUIRE(found);
  CHECK(found->rows == 60);
  CHECK(found->method == ExplainMethod::own);
  const auto explainer = Explainer::create(trained.pipeline, {});
  std::vector<double> size(4), value(4);
  for (std::size_t r = 0; r < 60; ++r) {
    const auto explanation = explainer->explain(rows.view().row(r), {});
    for (std::size_t f = 0; f < 4; ++f) {
      size[f] += std::fabs(explanation->contributions[f]) / 60;
      value[f] += explanation->contributions[f] / 60;
    }
  }
  for (std::size_t f = 0; f < 4; ++f) {
    CHECK(found->mean_size[f] == Approx(size[f]));
    CHECK(found->mean_value[f] == Approx(value[f]).margin(1e-12));
  }
}

TEST_CASE("importance: draws a sample by its seed, and finds the feature that varies", "[explain][property]") {
  Matrix rows = test::gaussian(400, 3, 2);
  for (std::size_t r = 0; r < 400; ++r) rows(r, 0) = r % 20 == 0 ? rows(r, 0) * 40 : 0;
  const auto trained = train(rows, test::number_features(3), "knn");
  ExplainOptions options;
  const auto first = global_importance(trained.pipeline, rows, 50, options, {});
  const auto again = global_importance(trained.pipeline, rows, 50, options, {});
  options.seed = 7;
  const auto other = global_importance(trained.pipeline, rows, 50, options, {});
  REQUIRE((first && again && other));
  CHECK(first->rows == 50);
  CHECK(first->mean_size == again->mean_size);
  CHECK(first->mean_size != other->mean_size);
  CHECK(global_importance(trained.pipeline, rows, 0, options, {}).error().code == ErrorCode::not_enough_data);
}
