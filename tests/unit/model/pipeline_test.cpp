#include <outpost/model/pipeline.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>

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
  const auto refused = [](std::span<const std::uint8_t> file) {
    const auto result = Pipeline::deserialize(file);
    return !result && !result.error().message.empty();
  };
  for (std::size_t cut = 0; cut < good.size(); ++cut) REQUIRE(refused(std::span(good).first(cut)));
  std::vector<std::uint8_t> longer = good;
  longer.push_back(0);
  CHECK(refused(longer));
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::vector<std::uint8_t> bad = good;
    bad[at] ^= 0x40;
    REQUIRE(refused(bad));
  }
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

TEST_CASE("pipeline: a model is known by its first bytes, anything else is not", "[model][property]") {
  const std::vector<std::uint8_t> good = train(test::gaussian(30, 2, 1), numbers(2)).pipeline.serialize();
  CHECK(Pipeline::is_model(good));
  CHECK(Pipeline::is_model(std::span(good).first(32)));
  CHECK_FALSE(Pipeline::is_model({}));
  CHECK_FALSE(Pipeline::is_model(std::span(good).first(10)));  // IR version and producer take 11
  std::vector<std::uint8_t> other = good;
  for (std::size_t i = 0; i < 11; ++i) {
    other[i] ^= 0x80;
    CHECK_FALSE(Pipeline::is_model(other));
    CHECK_FALSE(Pipeline::deserialize(other));
    other[i] = good[i];
  }
}

TEST_CASE("pipeline: what training saw is kept and read back", "[model][oracle]") {
  Matrix rows = mixed_rows(401);
  PipelineOptions options;
  options.training_time = "2026-01-02T03:04:05Z";
  options.lineage = {{"data", "pump.csv"}, {"by", "caf\xc3\xa9"}};
  const Trained trained = train(rows, mixed_features(), "iforest", options);
  const auto restored = Pipeline::deserialize(trained.pipeline.serialize());
  REQUIRE(restored);
  CHECK(restored->training_time() == options.training_time);
  CHECK(restored->lineage() == options.lineage);
  CHECK(restored->training_hash() == trained.pipeline.training_hash());
  CHECK(restored->training_hash().size() == 32);
  for (std::size_t f = 0; f < 9; ++f) {
    const FeatureSummary& summary = restored->summaries()[f];
    std::vector<float> values;
    for (std::size_t r = 0; r < 401; ++r) {
      if (!std::isnan(rows(r, f))) values.push_back(rows(r, f));
    }
    CHECK(summary.missing == Approx(1 - static_cast<double>(values.size()) / 401).margin(1e-7));
    if (f == 8) {
      REQUIRE(summary.shares.size() == 3);
      CHECK(summary.shares[1] == Approx(std::count(values.begin(), values.end(), 1.0F) / 401.0));
      continue;
    }
    std::sort(values.begin(), values.end());
    REQUIRE(summary.quantiles.size() == 64);
    for (std::size_t q = 0; q < 64; ++q) {
      CHECK(summary.quantiles[q] == values[q * (values.size() - 1) / 63]);
    }
    CHECK(summary.median == values[(values.size() - 1) / 2]);
  }
  // Another value, name or order is another training.
  const std::string hash = trained.pipeline.training_hash();
  CHECK(train(rows, mixed_features(), "pca").pipeline.training_hash() == hash);
  rows(5, 5) += 1;
  CHECK(train(rows, mixed_features()).pipeline.training_hash() != hash);
}

TEST_CASE("pipeline: text that is not UTF-8 is refused before it reaches a file", "[model][error]") {
  FeatureSet set = numbers(2);
  set.features[1].name = "caf\xe9";
  std::vector<float> scores;
  const auto pipeline = Pipeline::fit(test::gaussian(30, 2, 1), set, {}, {}, scores);
  REQUIRE_FALSE(pipeline);
  CHECK(pipeline.error().code == ErrorCode::invalid_argument);
  CHECK(pipeline.error().message.find("feature 2") != std::string::npos);
}

TEST_CASE("pipeline: the ends of float32 go into a model file and back", "[model][regression]") {
  const float largest = std::numeric_limits<float>::max(), infinite = std::numeric_limits<float>::infinity();
  Matrix rows = test::gaussian(50, 4, 3);
  for (std::size_t r = 0; r < 50; ++r) {
    rows(r, 0) = r % 2 == 0 ? largest : -largest;
    rows(r, 1) = r % 3 == 0 ? infinite : -infinite;
    rows(r, 2) = std::numeric_limits<float>::denorm_min() * static_cast<float>(r);
  }
  for (const DetectorInfo& info : detector_registry()) {
    INFO(info.name);
    const Trained trained = train(rows, numbers(4), std::string(info.name));
    const auto restored = Pipeline::deserialize(trained.pipeline.serialize());
    INFO((restored ? std::string() : restored.error().message));
    REQUIRE(restored);
    CHECK(restored->summaries()[0].quantiles.back() == largest);
    CHECK(restored->summaries()[1].quantiles.front() == -largest);
    CHECK(test::same_bits(score(trained.pipeline, rows), score(*restored, rows)));
  }
}
