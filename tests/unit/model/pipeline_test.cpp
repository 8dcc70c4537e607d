#include <outpost/model/pipeline.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "test_data.hpp"

using namespace outpost;

namespace {

FeatureSet numbers(std::size_t count) {
  FeatureSet set;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = "f" + std::to_string(i);
    set.features.push_back({name, name, FeatureKind::number, {}, '.'});
  }
  return set;
}

struct Trained {
  Pipeline pipeline;
  std::vector<float> scores;
};

Trained train(const Matrix& rows, const FeatureSet& set, const std::string& detector = "iforest",
              PipelineOptions options = {}) {
  options.detector = detector;
  std::vector<float> scores;
  auto pipeline = Pipeline::fit(rows, set, options, {}, scores);
  if (!pipeline) UNSCOPED_INFO(pipeline.error().message);
  REQUIRE(pipeline);
  return {std::move(*pipeline), std::move(scores)};
}

std::vector<float> score(const Pipeline& pipeline, const Matrix& rows) {
  std::vector<float> scores(rows.rows());
  REQUIRE(pipeline.score(rows, scores, {}));
  return scores;
}

/// Eight columns of numbers with gaps, and one of categories.
Matrix mixed_rows(std::size_t rows) {
  Matrix matrix = test::blobs(rows, 9, rows / 50, 3);
  for (std::size_t r = 0; r < rows; ++r) {
    if (r % 7 == 3) matrix(r, r % 8) = std::numeric_limits<float>::quiet_NaN();
    matrix(r, 8) = r % 11 == 0 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(r % 3);
  }
  return matrix;
}

FeatureSet mixed_features() {
  FeatureSet set = numbers(9);
  set.features[8].kind = FeatureKind::category_code;
  set.features[8].categories = {"blue", "green", "red"};
  return set;
}

}  // namespace

TEST_CASE("pipeline: a model written and read back scores the same bits", "[model][property]") {
  const Matrix rows = mixed_rows(400);
  for (const DetectorInfo& info : detector_registry()) {
    DYNAMIC_SECTION(info.name) {
      const Trained trained = train(rows, mixed_features(), std::string(info.name));
      const std::vector<std::uint8_t> bytes = trained.pipeline.serialize();
      const auto restored = Pipeline::deserialize(bytes);
      REQUIRE(restored);
      CHECK(test::same_bits(score(trained.pipeline, rows), score(*restored, rows)));
      CHECK(restored->serialize() == bytes);
      CHECK(restored->detector().name == info.name);
      CHECK(restored->threshold() == trained.pipeline.threshold());
      CHECK(restored->training_rows() == 400);
      CHECK(restored->features().features[8].categories == mixed_features().features[8].categories);
    }
  }
}

TEST_CASE("pipeline: the same training gives the same bytes", "[model][property]") {
  const Matrix rows = mixed_rows(300);
  CHECK(train(rows, mixed_features()).pipeline.serialize() == train(rows, mixed_features()).pipeline.serialize());
}

TEST_CASE("pipeline: a damaged file is refused with a reason, wherever it is damaged", "[model][error]") {
  const Matrix rows = mixed_rows(60);
  PipelineOptions options;
  options.parameters = {{"n_estimators", "2"}, {"max_samples", "16"}};
  const std::vector<std::uint8_t> good = train(rows, mixed_features(), "iforest", options).pipeline.serialize();
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    const auto result = Pipeline::deserialize(std::span(good).first(cut));
    REQUIRE_FALSE(result);
    CHECK_FALSE(result.error().message.empty());
  }
  std::vector<std::uint8_t> longer = good;
  longer.push_back(0);
  CHECK_FALSE(Pipeline::deserialize(longer));
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::vector<std::uint8_t> bad = good;
    bad[at] ^= 0x40;
    const auto result = Pipeline::deserialize(bad);
    if (!result) continue;
    for (const float s : score(*result, rows)) CHECK(std::isfinite(s));
  }
}

TEST_CASE("pipeline: a newer format is told apart from a damaged file", "[model][error]") {
  std::vector<std::uint8_t> bytes = train(test::gaussian(30, 2, 1), numbers(2)).pipeline.serialize();
  bytes[13] = 99;  // the version follows the 13 letters of the magic
  const auto newer = Pipeline::deserialize(bytes);
  REQUIRE_FALSE(newer);
  CHECK(newer.error().code == ErrorCode::unsupported);
  CHECK(newer.error().message.find("99") != std::string::npos);
  const auto foreign = Pipeline::deserialize(std::span(bytes).subspan(3));
  REQUIRE_FALSE(foreign);
  CHECK(foreign.error().code == ErrorCode::corrupt_model);
}

TEST_CASE("pipeline: labels follow the threshold and the planted rows are flagged", "[model][property]") {
  const Matrix rows = test::blobs(500, 4, 5, 2);
  const Trained trained = train(rows, numbers(4), "knn");
  for (std::size_t r = 495; r < 500; ++r) CHECK(trained.pipeline.is_anomaly(trained.scores[r]));
  for (const float s : trained.scores) {
    CHECK((trained.pipeline.calibration().probability(s) > 0.5F) == trained.pipeline.is_anomaly(s));
  }
}

TEST_CASE("pipeline: a missing value is scored as the training median", "[model][property]") {
  const Matrix rows = test::gaussian(301, 3, 4);  // odd: the median is a value of the data
  for (const char* detector : {"iforest", "knn", "pca"}) {
    const Trained trained = train(rows, numbers(3), detector);
    std::vector<float> column;
    for (std::size_t r = 0; r < 301; ++r) column.push_back(rows(r, 1));
    std::sort(column.begin(), column.end());
    const Matrix missing({0.3F, std::numeric_limits<float>::quiet_NaN(), -1}, 1, 3);
    const Matrix median({0.3F, column[150], -1}, 1, 3);
    CHECK(test::same_bits(score(trained.pipeline, missing), score(trained.pipeline, median)));
  }
}

TEST_CASE("pipeline: deviations name the features that stand out", "[model][oracle]") {
  Matrix rows = test::gaussian(1001, 4, 6);
  const Trained trained = train(rows, numbers(4));
  const std::vector<float> odd{0.1F, 9.0F, 0.0F, -5.0F};
  const auto top = trained.pipeline.deviations(odd, 2);
  REQUIRE(top.size() == 2);
  CHECK(top[0].feature == 1);
  CHECK(top[1].feature == 3);
  // Oracle: median and MAD of the column.
  std::vector<float> column;
  for (std::size_t r = 0; r < 1001; ++r) column.push_back(rows(r, 1));
  std::sort(column.begin(), column.end());
  const float median = column[500];
  for (float& value : column) value = std::fabs(value - median);
  std::sort(column.begin(), column.end());
  CHECK(top[0].robust_z == Approx((9.0 - median) / (1.4826 * column[500])).epsilon(1e-6));
  CHECK(top[1].robust_z < 0);
}

TEST_CASE("pipeline: wrong requests are refused", "[model][error]") {
  std::vector<float> scores;
  PipelineOptions options;
  options.detector = "lof";
  const auto code = [&](Matrix rows, const FeatureSet& set) {
    const auto result = Pipeline::fit(std::move(rows), set, options, {}, scores);
    REQUIRE_FALSE(result);
    return result.error().code;
  };
  CHECK(code(test::gaussian(5, 2, 1), numbers(3)) == ErrorCode::schema_mismatch);
  CHECK(code(Matrix(0, 2), numbers(2)) == ErrorCode::not_enough_data);
  options.detector = "nonsense";
  CHECK(code(test::gaussian(5, 2, 1), numbers(2)) == ErrorCode::not_found);
  options.detector = "knn";
  options.parameters = {{"n_neighbors", "0"}};
  CHECK(code(test::gaussian(5, 2, 1), numbers(2)) == ErrorCode::invalid_argument);

  const Trained trained = train(test::gaussian(50, 3, 1), numbers(3));
  const auto mismatch = trained.pipeline.score(test::gaussian(5, 2, 1), scores, {});
  REQUIRE_FALSE(mismatch);
  CHECK(mismatch.error().code == ErrorCode::schema_mismatch);
}

TEST_CASE("pipeline: a state is known by its first bytes, anything else is not", "[model][property]") {
  const std::vector<std::uint8_t> good = train(test::gaussian(30, 2, 1), numbers(2)).pipeline.serialize();
  CHECK(Pipeline::is_state(good));
  CHECK(Pipeline::is_state(std::span(good).first(32)));
  CHECK_FALSE(Pipeline::is_state({}));
  CHECK_FALSE(Pipeline::is_state(std::span(good).first(12)));  // the magic has 13
  std::vector<std::uint8_t> other = good;
  for (std::size_t i = 0; i < 13; ++i) {
    other[i] ^= 0x80;
    CHECK_FALSE(Pipeline::is_state(other));
    CHECK_FALSE(Pipeline::deserialize(other));
    other[i] = good[i];
  }
}
