#include <outpost/combine/preprocess.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <outpost/base/random.hpp>

#include "graph_file.hpp"
#include "test_data.hpp"

namespace outpost {
namespace {

const float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

FeatureSet numbers(std::size_t count) {
  FeatureSet set;
  for (std::size_t i = 0; i < count; ++i)
    set.features.push_back({"x" + std::to_string(i), "x", FeatureKind::number, {}, '.'});
  return set;
}

FeatureSet categories(std::size_t count) {
  FeatureSet set;
  set.features.push_back({"kind", "kind", FeatureKind::category_code, std::vector<std::string>(count, "c"), '.'});
  return set;
}

Preprocessor fitted(const Matrix& rows, const FeatureSet& set, const PreprocessOptions& options) {
  auto result = Preprocessor::fit(rows, set, options, RunContext());
  REQUIRE(result);
  return std::move(*result);
}

test::GraphFile written(const Preprocessor& preprocessor) {
  return test::graph_file(preprocessor.input_features(),
                          [&](onnx::GraphWriter& graph, onnx::Value rows) { preprocessor.write_graph(graph, rows); });
}

std::vector<float> transformed(const Preprocessor& preprocessor, const Matrix& rows) {
  std::vector<float> out(rows.rows() * preprocessor.output_features());
  preprocessor.transform(rows, out);
  return out;
}

double plain_quantile(std::vector<double> values, double p) {
  std::sort(values.begin(), values.end());
  const double place = (static_cast<double>(values.size()) - 1) * p;
  const auto k = static_cast<std::size_t>(std::floor(place));
  if (k + 1 >= values.size()) return values.back();
  return values[k] + (place - std::floor(place)) * (values[k + 1] - values[k]);
}

/// The documented steps in double, one column at a time.
std::vector<double> plain_column(const Matrix& rows, std::size_t c, Scaling scaling) {
  std::vector<double> present;
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    if (!std::isnan(rows(r, c))) present.push_back(std::clamp(static_cast<double>(rows(r, c)), -1e18, 1e18));
  }
  std::sort(present.begin(), present.end());
  const double median = present.empty() ? 0 : present[(present.size() - 1) / 2];
  std::vector<double> values;
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    values.push_back(std::isnan(rows(r, c)) ? median : std::clamp(static_cast<double>(rows(r, c)), -1e18, 1e18));
  }
  const auto n = static_cast<double>(values.size());
  double center = 0;
  double spread = 1;
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  if (scaling == Scaling::standard) {
    for (const double value : values) center += value / n;
    double variance = 0;
    for (const double value : values) variance += (value - center) * (value - center) / n;
    spread = std::sqrt(variance);
  } else if (scaling == Scaling::robust) {
    center = sorted[(sorted.size() - 1) / 2];
    spread = (plain_quantile(values, 0.75) - plain_quantile(values, 0.25)) / 1.349;
  } else if (scaling == Scaling::minmax) {
    center = sorted.front();
    spread = sorted.back() - sorted.front();
  }
  if (spread == 0) spread = 1;
  for (double& value : values) value = (value - center) / spread;
  return values;
}

TEST_CASE("preprocess: impute and each scaling as their definitions say", "[combine][oracle]") {
  for (const Scaling scaling : {Scaling::none, Scaling::standard, Scaling::robust, Scaling::minmax}) {
    for (const std::size_t n : {1U, 2U, 3U, 10U, 501U}) {
      Matrix rows = test::gaussian(n, 7, n);
      Random random(n);
      for (std::size_t r = 0; r < n; ++r) {
        if (random.uniform() < 0.2) rows(r, 1) = kNan;
        rows(r, 2) = 5 + 1000 * rows(r, 2);
        rows(r, 3) = static_cast<float>(random.uniform_index(3));
        rows(r, 4) = 0.1F;  // constant, and not a round number in binary
        rows(r, 5) = kNan;  // never there
        rows(r, 6) = rows(r, 6) > 0 ? rows(r, 6) * 1e-20F : -rows(r, 6);
      }
      const Preprocessor preprocessor = fitted(rows, numbers(7), {scaling, {}, false});
      CHECK(preprocessor.in_place());
      const std::vector<float> out = transformed(preprocessor, rows);
      for (std::size_t c = 0; c < 7; ++c) {
        const std::vector<double> expected =
            plain_column(rows, c, c == 4 && scaling != Scaling::none ? Scaling::robust : scaling);
        for (std::size_t r = 0; r < n; ++r) {
          INFO(to_string(scaling) << ", column " << c << ", row " << r << " of " << n);
          // float32 rounds centre and difference: an error relative to the column's size in units of its spread.
          REQUIRE(out[r * 7 + c] == Approx(expected[r]).epsilon(1e-5).margin(2e-5));
        }
      }
    }
  }
}

TEST_CASE("preprocess: output is finite for any input, also after training on extremes", "[combine][property]") {
  const float extremes[] = {0.0F,  -0.0F, 1e-45F, 1e-38F,    1.0F,       1e17F,
                            1e18F, 3e38F, -3e38F, kInfinity, -kInfinity, kNan};
  Random random(1);
  for (const Scaling scaling : {Scaling::none, Scaling::standard, Scaling::robust, Scaling::minmax}) {
    for (int round = 0; round < 300; ++round) {
      const std::size_t kinds = 1 + random.uniform_index(12);
      Matrix training(1 + random.uniform_index(20), 3);
      Matrix fresh(50, 3);
      for (std::size_t i = 0; i < training.rows() * 3; ++i) training.data()[i] = extremes[random.uniform_index(kinds)];
      for (std::size_t i = 0; i < fresh.rows() * 3; ++i) fresh.data()[i] = extremes[random.uniform_index(12)];
      const Preprocessor preprocessor = fitted(training, numbers(3), {scaling, {}, true});
      for (const float value : transformed(preprocessor, fresh)) {
        REQUIRE(value >= -1e18F);
        REQUIRE(value <= 1e18F);
      }
      for (const float value : transformed(preprocessor, training)) REQUIRE(std::isfinite(value));
    }
  }
}

TEST_CASE("preprocess: in place, in slices and row by row give the same bits", "[combine][property]") {
  for (const std::size_t cols : {1U, 3U, 8U, 10U, 63U, 65U, 1500U}) {
    Matrix rows = test::gaussian(203, cols, cols);
    for (std::size_t i = 0; i < rows.rows() * cols; i += 17) rows.data()[i] = kNan;
    const Preprocessor preprocessor = fitted(rows, numbers(cols), {Scaling::standard, {}, false});
    const std::vector<float> whole = transformed(preprocessor, rows);
    std::vector<float> single(whole.size());
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      preprocessor.transform(rows.view().slice(r, 1), std::span(single).subspan(r * cols, cols));
    }
    CHECK(test::same_bits(single, whole));
    std::vector<float> in_place(rows.data(), rows.data() + whole.size());
    preprocessor.transform(MatrixView(in_place.data(), rows.rows(), cols), in_place);
    CHECK(test::same_bits(in_place, whole));
  }
}

TEST_CASE("preprocess: the order of training rows changes no median, quartile or extreme", "[combine][property]") {
  const Matrix rows = test::gaussian(500, 4, 9);
  const Matrix mixed = test::take_rows(rows, test::random_order(500, 1));
  for (const Scaling scaling : {Scaling::none, Scaling::robust, Scaling::minmax}) {
    CHECK(written(fitted(rows, numbers(4), {scaling, {}, false})).bytes() ==
          written(fitted(mixed, numbers(4), {scaling, {}, false})).bytes());
  }
}

TEST_CASE("preprocess: one-hot columns, unseen and missing categories", "[combine][oracle]") {
  const Matrix rows(std::vector<float>{0, 2, kNan, 2}, 4, 1);
  const Preprocessor preprocessor = fitted(rows, categories(3), {Scaling::standard, CategoryEncoding::one_hot, false});
  CHECK(preprocessor.input_features() == 1);
  CHECK(preprocessor.output_features() == 3);
  CHECK(preprocessor.origins() == std::vector<std::uint32_t>{0, 0, 0});
  CHECK_FALSE(preprocessor.in_place());
  const Matrix fresh(std::vector<float>{1, 2, kNan, 3, -1, 0.5F}, 6, 1);
  CHECK(transformed(preprocessor, fresh) == std::vector<float>{0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("preprocess: frequency encoding gives training shares", "[combine][oracle]") {
  const Matrix rows(std::vector<float>{0, 2, kNan, 2, 2, 0, 2, 0}, 8, 1);
  const PreprocessOptions plain{Scaling::none, CategoryEncoding::frequency, false};
  const Preprocessor preprocessor = fitted(rows, categories(4), plain);
  const Matrix fresh(std::vector<float>{0, 1, 2, 3, kNan, 9, -1, kInfinity}, 8, 1);
  CHECK(transformed(preprocessor, fresh) == std::vector<float>{0.375F, 0, 0.5F, 0, 0, 0, 0, 0});
  // Scaled like any number: shares of the rows are 0.375 x 3, 0.5 x 4 and 0 for the missing one.
  const Preprocessor scaled = fitted(rows, categories(4), {Scaling::minmax, CategoryEncoding::frequency, false});
  CHECK(transformed(scaled, fresh) == std::vector<float>{0.75F, 0, 1, 0, 0, 0, 0, 0});
  // More categories than one-hot takes.
  CHECK(fitted(rows, categories(kMaxOneHot), {}).output_features() == kMaxOneHot);
  CHECK(fitted(rows, categories(kMaxOneHot + 1), {}).output_features() == 1);
}

TEST_CASE("preprocess: missing indicators stand beside the features that had gaps in training", "[combine][oracle]") {
  FeatureSet set = numbers(2);
  set.features.push_back(categories(2).features.front());
  const Matrix rows(std::vector<float>{1, 5, 0, kNan, 6, kNan, 3, 7, 1}, 3, 3);
  const Preprocessor preprocessor = fitted(rows, set, {Scaling::none, CategoryEncoding::one_hot, true});
  CHECK(preprocessor.origins() == std::vector<std::uint32_t>{0, 0, 1, 2, 2, 2});
  CHECK(transformed(preprocessor, rows) == std::vector<float>{1, 0, 5, 1, 0, 0,  //
                                                              1, 1, 6, 0, 0, 1,  //
                                                              3, 0, 7, 0, 1, 0});
  const Matrix fresh(std::vector<float>{2, kNan, kNan}, 1, 3);
  CHECK(transformed(preprocessor, fresh) == std::vector<float>{2, 0, 6, 0, 0, 1});
}

class BackwardExecutor final : public Executor {
 public:
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& work) override {
    for (std::size_t i = count; i > 0; --i) work(i - 1);
  }
  std::size_t concurrency() const override { return 2; }
};

class Stop final : public Cancellation {
 public:
  bool requested() const override { return true; }
};

TEST_CASE("preprocess: the executor does not show in the result", "[combine][property]") {
  const Matrix rows = test::gaussian(300, 40, 5);
  BackwardExecutor executor;
  const auto other = Preprocessor::fit(rows, numbers(40), {Scaling::standard, {}, false}, RunContext(executor));
  REQUIRE(other);
  CHECK(written(fitted(rows, numbers(40), {Scaling::standard, {}, false})).bytes() == written(*other).bytes());
}

TEST_CASE("preprocess: what cannot be learnt from is an error", "[combine][error]") {
  const auto code = [](const auto& result) {
    REQUIRE_FALSE(result);
    return result.error().code;
  };
  CHECK(code(Preprocessor::fit(Matrix(3, 2), numbers(3), {}, RunContext())) == ErrorCode::schema_mismatch);
  CHECK(code(Preprocessor::fit(Matrix(0, 2), numbers(2), {}, RunContext())) == ErrorCode::not_enough_data);
  CHECK(code(Preprocessor::fit(Matrix(3, 1), categories(0), {}, RunContext())) == ErrorCode::not_enough_data);
  SerialExecutor executor;
  const Stop stop;
  const RunContext stopped(executor, nullptr, &stop);
  CHECK(code(Preprocessor::fit(Matrix(3, 1), numbers(1), {}, stopped)) == ErrorCode::cancelled);
}

/// Numbers with gaps, and categories few enough for one-hot columns or too many for them.
Matrix mixed_rows() {
  Matrix rows = test::gaussian(60, 4, 6);
  for (std::size_t r = 0; r < 60; ++r) {
    rows(r, 2) = static_cast<float>(r % 40);
    rows(r, 3) = static_cast<float>(r % 3);
  }
  rows(3, 0) = rows(5, 2) = rows(7, 3) = kNan;
  return rows;
}

FeatureSet mixed_features() {
  FeatureSet set = numbers(2);
  for (const std::size_t count : {40U, 3U}) set.features.push_back(categories(count).features.front());
  return set;
}

TEST_CASE("preprocess: the graph's tensors are read back to the same bits", "[combine][property]") {
  const Matrix rows = mixed_rows();
  for (const Scaling scaling : {Scaling::none, Scaling::robust}) {
    for (const auto encoding : {CategoryEncoding::one_hot, CategoryEncoding::frequency}) {
      for (const bool indicator : {false, true}) {
        const Preprocessor preprocessor = fitted(rows, mixed_features(), {scaling, encoding, indicator});
        const test::GraphFile file = written(preprocessor);
        onnx::GraphReader reader = file.reader();
        const auto copy = Preprocessor::read_graph(reader, 4);
        REQUIRE(copy);
        CHECK(copy->origins() == preprocessor.origins());
        CHECK(test::same_bits(transformed(*copy, rows), transformed(preprocessor, rows)));
        CHECK(written(*copy).bytes() == file.bytes());
        onnx::GraphReader wrong = file.reader();
        CHECK_FALSE(Preprocessor::read_graph(wrong, 2));
      }
    }
  }
}

TEST_CASE("preprocess: altered tensors are refused or harmless", "[combine][error]") {
  const Matrix rows = mixed_rows();
  const test::GraphFile file =
      written(fitted(rows, mixed_features(), {Scaling::robust, CategoryEncoding::one_hot, true}));
  Random random(7);
  std::size_t refused = 0;
  for (int round = 0; round < 3000; ++round) {
    const auto& tensors = file.view().graph.initializers;
    const auto [at, size] = test::tensor_place(file, tensors[random.uniform_index(tensors.size())].name);
    std::vector<std::uint8_t> bytes = file.bytes();
    bytes[at + random.uniform_index(size)] = static_cast<std::uint8_t>(random.next());
    const test::GraphFile altered(std::move(bytes));
    onnx::GraphReader reader = altered.reader();
    const auto result = Preprocessor::read_graph(reader, 4);
    refused += result ? 0 : 1;
    if (!result) continue;
    for (const float value : transformed(*result, rows)) REQUIRE(std::isfinite(value));
  }
  CHECK(refused > 500);
}

TEST_CASE("preprocess: names go there and back", "[combine][property]") {
  for (const auto encoding : {CategoryEncoding::one_hot, CategoryEncoding::frequency}) {
    CHECK(category_encoding_from(to_string(encoding)) == encoding);
  }
  CHECK_FALSE(category_encoding_from("target"));
}

}  // namespace
}  // namespace outpost
