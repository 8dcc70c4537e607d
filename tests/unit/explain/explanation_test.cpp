#include <outpost/explain/explanation.hpp>

#include <cmath>

#include <outpost/base/random.hpp>

#include "trained.hpp"

using namespace outpost;
using test::train;

namespace {

Explanation explain(const Pipeline& pipeline, std::span<const float> row, ExplainOptions options = {}) {
  const auto explainer = Explainer::create(pipeline, options);
  REQUIRE(explainer);
  auto explanation = explainer->explain(row, {});
  REQUIRE(explanation);
  return std::move(*explanation);
}

void check_adds_up(const Explanation& explanation) {
  double sum = explanation.base, size = std::fabs(explanation.base);
  for (const double part : explanation.contributions) {
    sum += part;
    size += std::fabs(part);
  }
  CHECK(std::isfinite(sum));
  // Where parts cancel out, what is left is known to their rounding only.
  CHECK(std::fabs(sum - explanation.score) <= 1e-5 * std::fabs(explanation.score) + 1e-13 * size);
}

}  // namespace

TEST_CASE("explanation: base and contributions add up to the score, for every detector, scaling, encoding and method",
          "[explain][property]") {
  const Matrix rows = test::awkward_rows(300);
  for (const DetectorInfo& info : detector_registry()) {
    for (const Scaling scaling : {Scaling::none, Scaling::standard, Scaling::robust, Scaling::minmax}) {
      for (const CategoryEncoding encoding : {CategoryEncoding::one_hot, CategoryEncoding::frequency}) {
        PipelineOptions options;
        options.scaling = scaling;
        options.encoding = encoding;
        options.missing_indicator = encoding == CategoryEncoding::frequency;
        const auto trained = train(rows, test::awkward_features(), std::string(info.name), options);
        Matrix tried = rows;
        tried.row(1)[4] = -3e38F;                                          // huge, new
        for (std::size_t f = 0; f < 6; ++f) tried.row(2)[f] = test::kNaN;  // nothing known
        tried.row(3)[3] = 6;                                               // another value of a constant
        for (const ExplainMethod method : {ExplainMethod::automatic, ExplainMethod::shap, ExplainMethod::lime}) {
          ExplainOptions how;
          how.method = method;
          how.perturbed_rows = 256;
          for (const std::size_t r : {0, 1, 2, 3, 9, 10, 299}) {
            INFO(info.name << ", " << to_string(scaling) << ", " << to_string(method) << ", row " << r);
            const Explanation explanation = explain(trained.pipeline, tried.view().row(r), how);
            check_adds_up(explanation);
            CHECK(explanation.score == test::score_of(trained.pipeline, tried.view().row(r)));
          }
        }
      }
    }
  }
}

TEST_CASE("explanation: one feature carries all of the score", "[explain][property]") {
  const Matrix rows = test::blobs(100, 1, 2, 4);
  for (const DetectorInfo& info : detector_registry()) {
    const auto trained = train(rows, test::number_features(1), std::string(info.name));
    for (const std::size_t r : {0, 99}) check_adds_up(explain(trained.pipeline, rows.view().row(r)));
  }
}

TEST_CASE("explanation: the feature that makes a row odd comes first", "[explain][property]") {
  Matrix rows = test::gaussian(400, 8, 5);
  rows(200, 6) = 30;
  for (const DetectorInfo& info : detector_registry()) {
    const auto trained = train(rows, test::number_features(8), std::string(info.name));
    for (const ExplainMethod method : {ExplainMethod::automatic, ExplainMethod::shap, ExplainMethod::lime}) {
      INFO(info.name << ", " << to_string(method));
      ExplainOptions options;
      options.method = method;
      const Explanation explanation = explain(trained.pipeline, rows.view().row(200), options);
      CHECK(strongest(explanation.contributions, 1)[0] == 6);
      CHECK(explanation.contributions[6] > 0);
    }
  }
}

TEST_CASE("explanation: additive detectors give the parts of their sums", "[explain][oracle]") {
  // Ten values 0 to 9, so that tails are easy to say: of the value 9 the right one is -log(1/10).
  Matrix rows(10, 2);
  for (std::size_t r = 0; r < 10; ++r) {
    rows(r, 0) = static_cast<float>(r);
    rows(r, 1) = static_cast<float>((r * 7) % 10);
  }
  const auto ecod = train(rows, test::number_features(2), "ecod");
  const std::vector<float> row = {9, 4};
  const Explanation tails = explain(ecod.pipeline, row);
  CHECK(tails.base == 0);
  CHECK(tails.contributions[0] == Approx(std::log(10.0)).epsilon(1e-6));
  CHECK(tails.contributions[1] == Approx(-std::log(0.5)).epsilon(1e-6));

  // The paper's sums: left tails 0 + log 2, right tails log 10 + log(10 / 6): the right ones are more.
  PipelineOptions paper;
  paper.parameters = {{"aggregation", "paper"}};
  const auto by_paper = train(rows, test::number_features(2), "ecod", paper);
  const Explanation right = explain(by_paper.pipeline, row);
  CHECK(right.contributions[0] == Approx(std::log(10.0)).epsilon(1e-6));
  CHECK(right.contributions[1] == Approx(std::log(10.0 / 6.0)).epsilon(1e-6));

  // Three bins (square root of ten), rows 0-2, 3-5, 6-9 as 0..9 is cut at 3 and 6: 9 is in the highest bin, 4 is not.
  const auto hbos = train(rows, test::number_features(2), "hbos");
  const Explanation bins = explain(hbos.pipeline, row);
  CHECK(std::fabs(bins.contributions[0]) < 1e-7);
  CHECK(bins.contributions[1] == Approx(std::log(4.0 / 3.0)).epsilon(1e-6));
}

TEST_CASE("explanation: of two independent features PCA gives the squared deviations", "[explain][oracle]") {
  // Uncorrelated by construction; both components are kept, so the score is z0^2 + z1^2.
  Matrix rows(4, 2);
  const float signs[4][2] = {{1, 1}, {1, -1}, {-1, 1}, {-1, -1}};
  for (std::size_t r = 0; r < 4; ++r) {
    rows(r, 0) = 10 + 2 * signs[r][0];
    rows(r, 1) = 20 + 3 * signs[r][1];
  }
  PipelineOptions options;
  options.parameters = {{"major_variance", "1"}};
  const auto trained = train(rows, test::number_features(2), "pca", options);
  const std::vector<float> row = {16, 17};
  const Explanation explanation = explain(trained.pipeline, row);
  CHECK(explanation.contributions[0] == Approx(36 / (16.0 / 3)).epsilon(1e-6));  // variance 4 * 4 / 3
  CHECK(explanation.contributions[1] == Approx(9 / (36.0 / 3)).epsilon(1e-6));
}

TEST_CASE("explanation: a model read back explains the same bits", "[explain][property]") {
  const Matrix rows = test::awkward_rows(200);
  for (const DetectorInfo& info : detector_registry()) {
    const auto trained = train(rows, test::awkward_features(), std::string(info.name));
    const auto restored = Pipeline::deserialize(trained.pipeline.serialize());
    REQUIRE(restored);
    const Explanation first = explain(trained.pipeline, rows.view().row(199));
    const Explanation second = explain(*restored, rows.view().row(199));
    CHECK(first.base == second.base);
    CHECK(first.contributions == second.contributions);
  }
}

TEST_CASE("explanation: what cannot be explained is told", "[explain][error]") {
  const Matrix rows = test::gaussian(50, 3, 1);
  const auto knn = train(rows, test::number_features(3), "knn");
  ExplainOptions options;
  options.method = ExplainMethod::own;
  CHECK(Explainer::create(knn.pipeline, options).error().code == ErrorCode::unsupported);
  options.method = ExplainMethod::shap;
  options.background_rows = 0;
  CHECK(Explainer::create(knn.pipeline, options).error().code == ErrorCode::invalid_argument);
  const auto explainer = Explainer::create(knn.pipeline, {});
  REQUIRE(explainer);
  CHECK(explainer->explain(rows.view().row(0).first(2), {}).error().code == ErrorCode::schema_mismatch);
  const struct : Cancellation {
    bool requested() const override { return true; }
  } stop;
  SerialExecutor serial;
  const RunContext stopped(serial, nullptr, &stop);
  CHECK(explainer->explain(rows.view().row(0), stopped).error().code == ErrorCode::cancelled);
}
