// What every detector of the registry promises, whatever its method.
#include <outpost/detect/registry.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>

#include <catch2/catch.hpp>

#include "detector_graph.hpp"
#include "simd_targets.hpp"
#include "test_data.hpp"
#ifndef __EMSCRIPTEN__
#include <outpost/threads/thread_pool.hpp>
#endif

using namespace outpost;
using test::all_finite;
using test::score;

namespace {

ParameterValues defaults(const DetectorInfo& info) { return resolve_parameters(info, {}).value(); }

struct Fitted {
  std::unique_ptr<Detector> detector;
  std::vector<float> scores;
};

Fitted fit(const DetectorInfo& info, const Matrix& rows, const FitContext& context = {}) {
  Fitted fitted{info.make(defaults(info)), std::vector<float>(rows.rows())};
  const auto result = fitted.detector->fit(rows, context, fitted.scores);
  if (!result) UNSCOPED_INFO(result.error().message);
  REQUIRE(result);
  return fitted;
}

std::vector<std::uint8_t> state_of(const Detector& detector, const Matrix& rows) {
  return test::detector_file(detector, rows.cols()).bytes();
}

Matrix filled(std::size_t rows, std::size_t cols, float value) {
  return Matrix(std::vector<float>(rows * cols, value), rows, cols);
}

class CancelAfter final : public Cancellation {
 public:
  explicit CancelAfter(int questions) : left_(questions) {}
  bool requested() const override { return left_.fetch_sub(1) <= 0; }

 private:
  mutable std::atomic<int> left_;
};

}  // namespace

TEST_CASE("conformance: a far row gets the highest score, in training and as a new row", "[detect][conformance]") {
  for (const DetectorInfo& info : detector_registry()) {
    DYNAMIC_SECTION(info.name) {
      Matrix rows = test::gaussian(300, 5, 31);
      for (std::size_t c = 0; c < 5; ++c) rows(77, c) = 25.0F * (c % 2 == 0 ? 1.0F : -1.0F);
      const Fitted fitted = fit(info, rows);
      CHECK(std::max_element(fitted.scores.begin(), fitted.scores.end()) - fitted.scores.begin() == 77);
      // As new rows: the far one against the ordinary ones. The model has seen it once, so ties are allowed.
      Matrix fresh = test::gaussian(50, 5, 32);
      for (std::size_t c = 0; c < 5; ++c) fresh(7, c) = 60.0F * (c % 2 == 0 ? 1.0F : -1.0F);
      const std::vector<float> scores = score(*fitted.detector, fresh);
      CHECK(scores[7] == *std::max_element(scores.begin(), scores.end()));
      CHECK(std::count(scores.begin(), scores.end(), scores[7]) == 1);
    }
  }
}

TEST_CASE("conformance: same data and seed give the same bits, whatever the executor",
          "[detect][conformance][threads]") {
  const Matrix rows = test::blobs(9000, 4, 20, 5);
  for (const DetectorInfo& info : detector_registry()) {
    DYNAMIC_SECTION(info.name) {
      const Fitted serial = fit(info, rows);
      const Fitted again = fit(info, rows);
      CHECK(test::same_bits(serial.scores, again.scores));
      CHECK(state_of(*serial.detector, rows) == state_of(*again.detector, rows));
#ifndef __EMSCRIPTEN__
      ThreadPool pool(3);
      const Fitted threaded = fit(info, rows, FitContext{42, RunContext(pool)});
      CHECK(test::same_bits(serial.scores, threaded.scores));
      CHECK(state_of(*serial.detector, rows) == state_of(*threaded.detector, rows));
#endif
    }
  }
}

TEST_CASE("conformance: every SIMD target gives the same bits, training included", "[detect][conformance]") {
  const Matrix rows = test::blobs(700, 7, 10, 6);
  for (const DetectorInfo& info : detector_registry()) {
    DYNAMIC_SECTION(info.name) {
      const Fitted reference = fit(info, rows);
      const std::vector<std::uint8_t> state = state_of(*reference.detector, rows);
      const std::vector<float> inductive = score(*reference.detector, rows);
      test::for_each_simd_target([&] {
        const Fitted other = fit(info, rows);
        CHECK(test::same_bits(reference.scores, other.scores));
        CHECK(state == state_of(*other.detector, rows));
        CHECK(test::same_bits(inductive, score(*other.detector, rows)));
      });
    }
  }
}

TEST_CASE("conformance: a row's score does not depend on its batch", "[detect][conformance]") {
  const Matrix rows = test::blobs(400, 3, 6, 7);
  const Matrix fresh = test::blobs(133, 3, 4, 8);
  for (const DetectorInfo& info : detector_registry()) {
    DYNAMIC_SECTION(info.name) {
      const Fitted fitted = fit(info, rows);
      const std::vector<float> together = score(*fitted.detector, fresh);
      for (std::size_t r = 0; r < fresh.rows(); ++r) {
        float alone = 0;
        fitted.detector->score(fresh.view().slice(r, 1), {&alone, 1});
        CHECK(test::same_bits(alone, together[r]));
      }
      const std::vector<std::size_t> order = test::random_order(fresh.rows(), 3);
      const std::vector<float> shuffled = score(*fitted.detector, test::take_rows(fresh, order));
      for (std::size_t r = 0; r < order.size(); ++r) CHECK(test::same_bits(shuffled[r], together[order[r]]));
    }
  }
}

TEST_CASE("conformance: a file read back scores the same bits and is written to the same bytes",
          "[detect][conformance]") {
  const Matrix rows = test::blobs(500, 4, 8, 9);
  const Matrix fresh = test::gaussian(60, 4, 10);
  for (const DetectorInfo& info : detector_registry()) {
    DYNAMIC_SECTION(info.name) {
      const Fitted fitted = fit(info, rows);
      CHECK(fitted.detector->memory_bytes() > 0);
      test::check_round_trip([&info] { return info.make(defaults(info)); }, *fitted.detector, fresh);
    }
  }
}

TEST_CASE("conformance: a cut or damaged file is refused, or scores finite", "[detect][conformance]") {
  const Matrix rows = test::gaussian(40, 3, 11);
  for (const DetectorInfo& info : detector_registry()) {
    DYNAMIC_SECTION(info.name) {
      test::check_damage([&info] { return info.make(defaults(info)); }, *fit(info, rows).detector, rows);
    }
  }
}

TEST_CASE("conformance: awkward data give finite scores or a clear error", "[detect][conformance]") {
  const float denormal = std::numeric_limits<float>::denorm_min();
  Matrix constant_column = test::gaussian(60, 3, 12);
  for (std::size_t r = 0; r < 60; ++r) constant_column(r, 1) = 4;
  Matrix duplicate_column = test::gaussian(60, 3, 13);
  for (std::size_t r = 0; r < 60; ++r) duplicate_column(r, 2) = duplicate_column(r, 0);
  Matrix extreme = test::gaussian(60, 3, 14);
  extreme(5, 0) = 1e18F;
  extreme(6, 0) = -1e18F;
  extreme(7, 1) = denormal;
  Matrix all_extreme = test::gaussian(60, 2, 15);
  for (std::size_t r = 0; r < 60; ++r) {
    all_extreme(r, 0) *= 3e17F;
    all_extreme(r, 1) *= 1e-30F;
  }
  Matrix half_equal = test::gaussian(60, 2, 16);
  for (std::size_t r = 0; r < 40; ++r) half_equal(r, 0) = half_equal(r, 1) = 1;
  const std::vector<std::pair<const char*, Matrix>> cases = {
      {"one row", test::gaussian(1, 3, 1)},
      {"two rows", test::gaussian(2, 3, 2)},
      {"three rows", test::gaussian(3, 3, 2)},
      {"all rows equal", filled(50, 3, 2.5F)},
      {"all zero", filled(50, 3, 0.0F)},
      {"one column", test::gaussian(50, 1, 3)},
      {"more features than rows", test::gaussian(10, 40, 4)},
      {"constant column", constant_column},
      {"duplicate column", duplicate_column},
      {"extremes beside ordinary values", extreme},
      {"huge and tiny columns", all_extreme},
      {"denormals", filled(30, 2, denormal)},
      {"all at the clip", filled(30, 2, 1e18F)},
      {"two thirds of rows equal", half_equal},
  };
  for (const DetectorInfo& info : detector_registry()) {
    for (const auto& [name, rows] : cases) {
      DYNAMIC_SECTION(info.name << ": " << name) {
        const auto detector = info.make(defaults(info));
        std::vector<float> scores(rows.rows());
        const auto result = detector->fit(rows, {}, scores);
        if (!result) {
          CHECK(result.error().code == ErrorCode::not_enough_data);
          CHECK(rows.rows() < info.min_rows);
          CHECK(result.error().message.find("row") != std::string::npos);
          continue;
        }
        CHECK(all_finite(scores));
        CHECK(all_finite(score(*detector, rows)));
        CHECK(all_finite(score(*detector, filled(3, rows.cols(), 1e18F))));
        CHECK(all_finite(score(*detector, filled(3, rows.cols(), -1e18F))));
        CHECK(all_finite(score(*detector, filled(3, rows.cols(), denormal))));
        test::check_round_trip([&info] { return info.make(defaults(info)); }, *detector, rows);
      }
    }
  }
}

TEST_CASE("conformance: a constant column never lifts or sinks a detector", "[detect][conformance]") {
  // Ranking by AUC of the planted anomalies, with and without a constant column.
  const Matrix rows = test::blobs(400, 4, 8, 17);
  Matrix wider(400, 5);
  for (std::size_t r = 0; r < 400; ++r) {
    for (std::size_t c = 0; c < 4; ++c) wider(r, c) = rows(r, c);
    wider(r, 4) = 3;
  }
  for (const DetectorInfo& info : detector_registry()) {
    DYNAMIC_SECTION(info.name) {
      const auto separated = [&](const Matrix& matrix) {
        const std::vector<float> scores = fit(info, matrix).scores;
        const float best_normal = *std::max_element(scores.begin(), scores.end() - 8);
        return std::count_if(scores.end() - 8, scores.end(), [&](float s) { return s > best_normal; });
      };
      CHECK(separated(wider) >= separated(rows) - 1);
      CHECK(separated(rows) >= 4);
    }
  }
}

TEST_CASE("conformance: cancelling stops with an error, early and late", "[detect][conformance]") {
  const Matrix rows = test::gaussian(20'000, 4, 18);
  for (const DetectorInfo& info : detector_registry()) {
    DYNAMIC_SECTION(info.name) {
      for (const int questions : {0, 1}) {
        SerialExecutor serial;
        const CancelAfter cancel(questions);
        const auto detector = info.make(defaults(info));
        std::vector<float> scores(rows.rows());
        const auto result = detector->fit(rows, FitContext{42, RunContext(serial, nullptr, &cancel)}, scores);
        REQUIRE_FALSE(result);
        CHECK(result.error().code == ErrorCode::cancelled);
      }
    }
  }
}

TEST_CASE("conformance: reported memory is of the state's order", "[detect][conformance]") {
  const Matrix rows = test::gaussian(3000, 6, 19);
  for (const DetectorInfo& info : detector_registry()) {
    DYNAMIC_SECTION(info.name) {
      const Fitted fitted = fit(info, rows);
      const std::size_t state = state_of(*fitted.detector, rows).size();
      CHECK(fitted.detector->memory_bytes() * 4 + 4096 >= state);  // the nodes' part does not grow with the state
      CHECK(fitted.detector->memory_bytes() <= state * 8 + 4096);
      CHECK(fitted.detector->fit_memory_bytes(3000, 6) * 2 >= fitted.detector->memory_bytes());
    }
  }
}
