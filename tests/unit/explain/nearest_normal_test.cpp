#include <outpost/explain/nearest_normal.hpp>

#include <algorithm>
#include <cmath>

#include "trained.hpp"

using namespace outpost;
using test::train;

TEST_CASE("nearest_normal_rows: those of a plain search, flagged rows and the row itself left out",
          "[explain][oracle]") {
  const Matrix rows = test::awkward_rows(5000);  // more than one piece of parallel work
  const auto trained = train(rows, test::awkward_features(), "ecod");
  for (const std::size_t wanted : {4, 3999, 4999}) {
    const std::span<const float> row = rows.view().row(wanted);
    const auto found =
        nearest_normal_rows(trained.pipeline, row, rows, trained.scores, 5, std::size_t{wanted}, RunContext());
    REQUIRE(found);
    std::vector<std::pair<double, std::size_t>> all;
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      if (r == wanted || trained.pipeline.is_anomaly(trained.scores[r])) continue;
      double sum = 0;
      for (std::size_t f = 0; f < 6; ++f) {
        const float a = row[f], b = rows(r, f);
        const double scale = trained.pipeline.summaries()[f].scale;
        const bool plain = f != 5 && !std::isnan(a) && !std::isnan(b);
        const double z = plain                                        ? (static_cast<double>(a) - b) / scale
                         : a == b || (std::isnan(a) && std::isnan(b)) ? 0
                                                                      : 1;
        sum += z * z;
      }
      all.emplace_back(std::sqrt(sum), r);
    }
    std::sort(all.begin(), all.end());
    REQUIRE(found->size() == 5);
    for (std::size_t i = 0; i < 5; ++i) {
      CHECK((*found)[i].row == all[i].second);
      CHECK((*found)[i].distance == Approx(all[i].first));
    }
  }
}

TEST_CASE("nearest_normal_rows: fewer where there are fewer, none where all are flagged", "[explain][error]") {
  const Matrix rows = test::gaussian(30, 2, 1);
  const auto trained = train(rows, test::number_features(2), "ecod");
  const auto search = [&](const std::vector<float>& scores, std::size_t count) {
    return nearest_normal_rows(trained.pipeline, rows.view().row(0), rows, scores, count, std::nullopt, RunContext());
  };
  CHECK(search(std::vector<float>(30, 1e9F), 3)->empty());
  CHECK(search(std::vector<float>(30, 0.0F), 100)->size() == 30);
  CHECK((*search(std::vector<float>(30, 0.0F), 1))[0].row == 0);
  CHECK(search(std::vector<float>(30, 0.0F), 0)->empty());
  CHECK(search(std::vector<float>(29, 0.0F), 3).error().code == ErrorCode::schema_mismatch);
}
