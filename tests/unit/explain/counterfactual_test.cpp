#include <outpost/explain/counterfactual.hpp>

#include <cmath>

#include <outpost/explain/nearest_normal.hpp>

#include "trained.hpp"

using namespace outpost;
using test::train;

namespace {

Counterfactual search(const Pipeline& pipeline, std::span<const float> row, const CounterfactualOptions& options = {}) {
  auto found = find_counterfactual(pipeline, row, options, {});
  REQUIRE(found);
  return std::move(*found);
}

/// The changed row, scored from scratch, is not flagged; its values lie in the training range.
void check_holds(const Pipeline& pipeline, std::span<const float> row, const Counterfactual& found) {
  std::vector<float> changed(row.begin(), row.end());
  for (const FeatureChange& change : found.changes) {
    changed[change.feature] = change.to;
    const FeatureSummary& summary = pipeline.summaries()[change.feature];
    if (!summary.quantiles.empty()) {
      CHECK(change.to >= summary.quantiles.front());
      CHECK(change.to <= summary.quantiles.back());
    }
  }
  CHECK(test::score_of(pipeline, changed) == found.score);
  CHECK_FALSE(pipeline.is_anomaly(found.score));
  CHECK(found.distance == Approx(robust_distance(pipeline, row, changed)));
}

}  // namespace

TEST_CASE("counterfactual: really brings the row under the threshold, by the one feature that is odd",
          "[explain][property]") {
  const Matrix rows = test::gaussian(500, 5, 21);
  std::vector<float> row(rows.view().row(3).begin(), rows.view().row(3).end());
  for (float& value : row) value *= 0.3F;
  for (const DetectorInfo& info : detector_registry()) {
    INFO(info.name);
    const auto trained = train(rows, test::number_features(5), std::string(info.name));
    std::vector<float> odd = row;
    odd[2] = 12;
    if (!trained.pipeline.is_anomaly(test::score_of(trained.pipeline, odd))) continue;  // hbos: one empty bin
    const Counterfactual found = search(trained.pipeline, odd);
    REQUIRE(found.found);
    REQUIRE(found.changes.size() == 1);
    CHECK(found.changes[0].feature == 2);
    CHECK(found.changes[0].from == 12);
    CHECK(found.changes[0].to < 12);
    check_holds(trained.pipeline, odd, found);
  }
}

TEST_CASE("counterfactual: a change halved again would not do", "[explain][property]") {
  const Matrix rows = test::gaussian(500, 3, 22);
  const auto trained = train(rows, test::number_features(3), "knn");
  const std::vector<float> row = {0, 0, 9};
  const Counterfactual found = search(trained.pipeline, row);
  REQUIRE(found.changes.size() == 1);
  check_holds(trained.pipeline, row, found);
  std::vector<float> nearer = row;
  nearer[2] = found.changes[0].to + 0.01F * (9 - found.changes[0].to);
  const bool in_range = nearer[2] <= trained.pipeline.summaries()[2].quantiles.back();
  CHECK((!in_range || trained.pipeline.is_anomaly(test::score_of(trained.pipeline, nearer))));
}

TEST_CASE("counterfactual: broken relations are mended, with two features odd by two", "[explain][property]") {
  Matrix rows = test::gaussian(600, 4, 23);
  for (std::size_t r = 0; r < 600; ++r) rows(r, 1) = rows(r, 0) + 0.05F * rows(r, 1);
  const auto pca = train(rows, test::number_features(4), "pca");
  const std::vector<float> broken = {1.5F, -1.5F, 0, 0};
  REQUIRE(pca.pipeline.is_anomaly(test::score_of(pca.pipeline, broken)));
  const Counterfactual mended = search(pca.pipeline, broken);
  REQUIRE(mended.found);
  CHECK(mended.changes.size() == 1);
  CHECK(mended.changes[0].feature < 2);
  check_holds(pca.pipeline, broken, mended);

  const auto knn = train(rows, test::number_features(4), "knn");
  const std::vector<float> far = {0, 0, 9, -9};
  const Counterfactual both = search(knn.pipeline, far);
  REQUIRE(both.found);
  CHECK(both.changes.size() == 2);
  check_holds(knn.pipeline, far, both);
}

TEST_CASE("counterfactual: three odd features need the greedy search, and more than allowed are not found",
          "[explain][property]") {
  const Matrix rows = test::gaussian(500, 6, 24);
  const auto trained = train(rows, test::number_features(6), "knn");
  const std::vector<float> far = {9, -9, 9, 0, 0, 0};
  const Counterfactual three = search(trained.pipeline, far);
  REQUIRE(three.found);
  CHECK(three.changes.size() == 3);
  check_holds(trained.pipeline, far, three);
  CounterfactualOptions two;
  two.max_features = 2;
  const Counterfactual none = search(trained.pipeline, far, two);
  CHECK_FALSE(none.found);
  CHECK(none.changes.empty());
  CHECK(none.score == test::score_of(trained.pipeline, far));
}

TEST_CASE("counterfactual: immutable features stay, bounds are kept", "[explain][property]") {
  const Matrix rows = test::gaussian(500, 3, 25);
  const auto trained = train(rows, test::number_features(3), "ecod");
  const std::vector<float> row = {5, 5, 0.1F};
  REQUIRE(trained.pipeline.is_anomaly(test::score_of(trained.pipeline, row)));
  CounterfactualOptions options;
  options.immutable = {true, false, false};
  const Counterfactual found = search(trained.pipeline, row, options);
  REQUIRE(found.found);
  for (const FeatureChange& change : found.changes) CHECK(change.feature != 0);
  check_holds(trained.pipeline, row, found);

  options.immutable = {true, false, true};
  options.bounds = {{-9, 9}, {-0.5F, 0.25F}, {-9, 9}};
  const Counterfactual bounded = search(trained.pipeline, row, options);
  REQUIRE(bounded.found);
  CHECK(bounded.changes[0].to >= -0.5F);
  CHECK(bounded.changes[0].to <= 0.25F);

  options.immutable = {true, true, true};
  CHECK_FALSE(search(trained.pipeline, row, options).found);
}

TEST_CASE("counterfactual: categories, missing values and whole numbers", "[explain][property]") {
  Matrix rows = test::gaussian(400, 3, 26);
  for (std::size_t r = 0; r < 400; ++r) {
    rows(r, 0) = static_cast<float>(r % 10);
    rows(r, 2) = r == 5 ? 2.0F : static_cast<float>(r % 2);
  }
  FeatureSet set = test::number_features(3);
  set.features[2].kind = FeatureKind::category_code;
  set.features[2].categories = {"a", "b", "rare"};
  const auto trained = train(rows, set, "knn");
  std::vector<float> row = {400, 0, 1};
  const Counterfactual whole = search(trained.pipeline, row);
  REQUIRE(whole.found);
  REQUIRE(whole.changes.size() == 1);
  CHECK(whole.changes[0].to == std::floor(whole.changes[0].to));
  row = {4, 0, 2};
  if (trained.pipeline.is_anomaly(test::score_of(trained.pipeline, row))) {
    const Counterfactual category = search(trained.pipeline, row);
    REQUIRE(category.found);
    check_holds(trained.pipeline, row, category);
  }
  row = {400, test::kNaN, 1};
  check_holds(trained.pipeline, row, search(trained.pipeline, row));
}

TEST_CASE("counterfactual: a row that is not flagged needs no change; wrong options are told", "[explain][error]") {
  const Matrix rows = test::gaussian(200, 2, 27);
  const auto trained = train(rows, test::number_features(2), "ecod");
  const std::vector<float> row = {0, 0};
  const Counterfactual none = search(trained.pipeline, row);
  CHECK(none.found);
  CHECK(none.changes.empty());
  CounterfactualOptions options;
  options.immutable = {true};
  CHECK(find_counterfactual(trained.pipeline, row, options, {}).error().code == ErrorCode::invalid_argument);
  options = {};
  options.bounds = {{1, 0}, {0, 1}};
  CHECK(find_counterfactual(trained.pipeline, row, options, {}).error().code == ErrorCode::invalid_argument);
  options = {};
  options.max_features = 0;
  CHECK(find_counterfactual(trained.pipeline, row, options, {}).error().code == ErrorCode::invalid_argument);
  CHECK(find_counterfactual(trained.pipeline, std::vector<float>{1}, {}, {}).error().code ==
        ErrorCode::schema_mismatch);
}
