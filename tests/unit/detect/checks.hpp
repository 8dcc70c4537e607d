/// @file  What the tests of all detectors need: fitting, scoring, and the chores every detector has.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <outpost/base/random.hpp>
#include <outpost/detect/detector.hpp>

#include "detector_graph.hpp"
#include "test_data.hpp"

namespace outpost::test {

inline std::vector<float> fit(Detector& detector, const Matrix& rows, const FitContext& context = {}) {
  std::vector<float> scores(rows.rows(), std::nanf(""));
  const Result<void> fitted = detector.fit(rows, context, scores);
  INFO((fitted ? std::string() : fitted.error().message));
  REQUIRE(fitted);
  return scores;
}

inline std::vector<float> fit(const Maker& make, const Matrix& rows) { return fit(*make(), rows); }

inline std::size_t place_of_largest(const std::vector<float>& scores) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < scores.size(); ++i) best = scores[i] > scores[best] ? i : best;
  return best;
}

inline std::vector<float> reorder(const std::vector<float>& values, const std::vector<std::size_t>& order) {
  std::vector<float> out;
  for (const std::size_t i : order) out.push_back(values[i]);
  return out;
}

inline Matrix scaled(Matrix rows, float factor) {
  for (std::size_t i = 0; i < rows.rows() * rows.cols(); ++i) rows.data()[i] *= factor;
  return rows;
}

inline Matrix join(const Matrix& a, const Matrix& b) {
  Matrix out(a.rows() + b.rows(), a.cols());
  std::copy(a.data(), a.data() + a.rows() * a.cols(), out.data());
  std::copy(b.data(), b.data() + b.rows() * b.cols(), out.data() + a.rows() * a.cols());
  return out;
}

/// Runs pieces last to first and claims to run three at once.
class BackwardExecutor final : public Executor {
 public:
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& work) override {
    while (count > 0) work(--count);
  }
  std::size_t concurrency() const override { return 3; }
};

class AtOnce final : public Cancellation {
 public:
  bool requested() const override { return true; }
};

/// What a model file keeps is all of the state, and no damage to it goes unnoticed or gives scores that are not finite.
inline void check_state(const Maker& make, const Matrix& rows, const Matrix& fresh) {
  const auto detector = make();
  fit(*detector, rows);
  check_round_trip(make, *detector, fresh);
  check_damage(make, *detector, fresh);
}

/// A detector's file with one value of a tensor replaced is refused by read_graph itself, for a stated reason.
template <class Value>
void check_refused(const Maker& make, const Matrix& rows, std::string_view tensor, std::size_t index, Value value,
                   const std::string& reason) {
  INFO(tensor << "[" << index << "] = " << value);
  const auto detector = make();
  fit(*detector, rows);
  const GraphFile file(with_value(detector_file(*detector, rows.cols()), tensor, index, value));
  onnx::GraphReader reader = file.reader();
  const Result<void> read = make()->read_graph(reader, rows.cols());
  REQUIRE_FALSE(read);
  CHECK(read.error().code == ErrorCode::corrupt_model);
  CHECK_THAT(read.error().message, Catch::Contains(reason));
}

/// The order in which pieces run, and how many at once, changes no bit; a request to stop is an error.
inline void check_execution(const Maker& make, const Matrix& rows) {
  BackwardExecutor backward;
  AtOnce at_once;
  FitContext context;
  context.run = RunContext(backward);
  CHECK(same_bits(fit(*make(), rows, context), fit(*make(), rows)));
  context.run = RunContext(backward, nullptr, &at_once);
  std::vector<float> scores(rows.rows());
  const Result<void> fitted = make()->fit(rows, context, scores);
  REQUIRE_FALSE(fitted);
  CHECK(fitted.error().code == ErrorCode::cancelled);
}

/// Values of every size the pipeline lets through, constant columns, rows that are all equal: finite scores always.
inline void check_extremes(const Maker& make, std::size_t cols) {
  const float values[] = {0.0F, -0.0F, 1e18F, -1e18F, 1e-30F, -1e-30F, 1e-45F, 1.0F, 1e-10F, 3e17F};
  Random random(11);
  for (int kind = 0; kind < 7; ++kind) {
    Matrix rows(60, cols), fresh(60, cols);
    for (std::size_t i = 0; i < rows.rows() * cols; ++i) {
      const std::size_t c = i % cols;
      const auto unit = static_cast<float>(random.uniform());
      float value = values[random.uniform_index(10)];      // 0: a mix
      if (kind == 1) value = 1e18F * (unit - 0.5F);        // 1: huge
      if (kind == 2) value = 1e-30F * unit;                // 2: tiny
      if (kind == 3) value = 1e-44F * unit;                // 3: denormal
      if (kind == 4) value = 7.1F;                         // 4: all equal
      if (kind == 5) value = c == 0 ? 0.1F : unit;         // 5: a constant column
      if (kind == 6) value = i / cols < 50 ? 0.3F : unit;  // 6: duplicates, then a few others
      rows.data()[i] = value;
      fresh.data()[i] = values[random.uniform_index(10)];
    }
    INFO("kind " << kind << ", " << cols << " features");
    const auto detector = make();
    CHECK(all_finite(fit(*detector, rows)));
    CHECK(all_finite(score(*detector, fresh)));
    CHECK(all_finite(score(*detector, rows)));
  }
}

}  // namespace outpost::test
