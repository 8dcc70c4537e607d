// Prints a fingerprint of every detector's training state and scores. tools/test runs this natively and as WebAssembly
// and compares what they print: class `exact` means the same bits.
#include <outpost/explain/counterfactual.hpp>
#include <outpost/explain/explanation.hpp>
#include <outpost/explain/nearest_normal.hpp>
#include <outpost/model/pipeline.hpp>

#include <cstdio>
#include <limits>

#include <catch2/catch.hpp>

#include "test_data.hpp"

using namespace outpost;

namespace {

/// FNV-1a, 64 bits.
class Fingerprint {
 public:
  void add(const void* data, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      value_ = (value_ ^ static_cast<const unsigned char*>(data)[i]) * 1099511628211ULL;
    }
  }
  unsigned long long value() const { return value_; }

 private:
  unsigned long long value_ = 14695981039346656037ULL;
};

/// Ordinary, missing, tied, huge and denormal values in one table.
Matrix awkward_rows() {
  Matrix rows = test::blobs(1500, 6, 20, 99);
  for (std::size_t r = 0; r < rows.rows(); r += 13) rows(r, r % 6) = std::numeric_limits<float>::quiet_NaN();
  for (std::size_t r = 0; r < rows.rows(); r += 17) rows(r, 2) = 1;
  rows(3, 0) = 1e30F;
  rows(4, 1) = -1e17F;
  rows(5, 3) = std::numeric_limits<float>::denorm_min();
  return rows;
}

FeatureSet six_numbers() {
  FeatureSet set;
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
    set.features.push_back({name, name, FeatureKind::number, {}, '.'});
  }
  return set;
}

}  // namespace

TEST_CASE("fingerprint: model and scores of every detector and scaling", "[.fingerprint]") {
  const FeatureSet set = six_numbers();
  const Matrix rows = awkward_rows();
  for (const DetectorInfo& info : detector_registry()) {
    for (const Scaling scaling : {Scaling::none, Scaling::standard, Scaling::robust, Scaling::minmax}) {
      PipelineOptions options;
      options.detector = info.name;
      options.scaling = scaling;
      options.missing_indicator = true;
      std::vector<float> scores;
      const auto pipeline = Pipeline::fit(rows, set, options, {}, scores);
      REQUIRE(pipeline);
      Fingerprint print;
      print.add(scores.data(), scores.size() * sizeof(float));
      const std::vector<std::uint8_t> bytes = pipeline->serialize();
      print.add(bytes.data(), bytes.size());
      REQUIRE(pipeline->score(rows, scores, {}));
      print.add(scores.data(), scores.size() * sizeof(float));
      std::printf("fingerprint %s %s %016llx\n", std::string(info.id).c_str(), std::string(to_string(scaling)).c_str(),
                  print.value());
    }
  }
}

TEST_CASE("fingerprint: explanations of every detector and method", "[.fingerprint]") {
  const Matrix rows = awkward_rows();
  for (const DetectorInfo& info : detector_registry()) {
    PipelineOptions options;
    options.detector = info.name;
    std::vector<float> scores;
    const auto pipeline = Pipeline::fit(rows, six_numbers(), options, {}, scores);
    REQUIRE(pipeline);
    Fingerprint print;
    for (const std::size_t r : {0, 3, 4, 13, 1499}) {
      const std::span<const float> row = rows.view().row(r);
      for (const ExplainMethod method : {ExplainMethod::automatic, ExplainMethod::shap, ExplainMethod::lime}) {
        ExplainOptions how;
        how.method = method;
        const auto explainer = Explainer::create(*pipeline, how);
        REQUIRE(explainer);
        const auto found = explainer->explain(row, {});
        REQUIRE(found);
        print.add(&found->base, sizeof(double));
        print.add(&found->fidelity, sizeof(double));
        print.add(found->contributions.data(), found->contributions.size() * sizeof(double));
      }
      const auto nearest = nearest_normal_rows(*pipeline, row, rows, scores, 5, r, {});
      REQUIRE(nearest);
      for (const NormalRow& normal : *nearest) print.add(&normal.distance, sizeof(double));
      const auto change = find_counterfactual(*pipeline, row, {}, {});
      REQUIRE(change);
      for (const FeatureChange& each : change->changes) print.add(&each.to, sizeof(float));
    }
    std::printf("fingerprint %s explain %016llx\n", std::string(info.id).c_str(), print.value());
  }
}
