/// @file  Small trained pipelines for the tests of explanations.
#pragma once

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include <outpost/model/pipeline.hpp>

#include "test_data.hpp"

namespace outpost::test {

inline constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

inline FeatureSet number_features(std::size_t count) {
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

inline Trained train(const Matrix& rows, const FeatureSet& set, const std::string& detector,
                     PipelineOptions options = {}) {
  options.detector = detector;
  std::vector<float> scores;
  auto pipeline = Pipeline::fit(rows, set, options, {}, scores);
  if (!pipeline) UNSCOPED_INFO(pipeline.error().message);
  REQUIRE(pipeline);
  return {std::move(*pipeline), std::move(scores)};
}

inline float score_of(const Pipeline& pipeline, std::span<const float> row) {
  float score = 0;
  REQUIRE(pipeline.score(MatrixView(row.data(), 1, row.size()), {&score, 1}, {}));
  return score;
}

/// Numbers with gaps, one constant and one with a huge value, then a category: six features.
inline Matrix awkward_rows(std::size_t rows) {
  Matrix matrix = blobs(rows, 6, rows / 40, 3);
  for (std::size_t r = 0; r < rows; ++r) {
    if (r % 7 == 3) matrix(r, r % 3) = kNaN;
    matrix(r, 3) = 5;
    if (r % 50 == 9) matrix(r, 4) = 3e30F;
    matrix(r, 5) = r % 11 == 0 ? kNaN : static_cast<float>(r % 3);
  }
  return matrix;
}

inline FeatureSet awkward_features() {
  FeatureSet set = number_features(6);
  set.features[5].kind = FeatureKind::category_code;
  set.features[5].categories = {"blue", "green", "red"};
  return set;
}

}  // namespace outpost::test
