#include "graph_cases.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include <catch2/catch.hpp>

#include <outpost/detect/registry.hpp>

#include "test_data.hpp"

namespace outpost::test {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
constexpr float kHuge = std::numeric_limits<float>::max();
constexpr float kDenormal = std::numeric_limits<float>::denorm_min();
constexpr std::size_t kRows = 300;
constexpr std::size_t kFeatures = 4;

FeatureSet numbers(std::size_t count) {
  FeatureSet set;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = "f" + std::to_string(i);
    set.features.push_back({name, name, FeatureKind::number, {}, '.'});
  }
  return set;
}

FeatureSet with_categories(FeatureSet set, std::size_t feature, std::size_t count) {
  Feature& changed = set.features[feature];
  changed.kind = FeatureKind::category_code;
  for (std::size_t i = 0; i < count; ++i) changed.categories.push_back("c" + std::to_string(1000 + i));
  return set;
}

/// Rows near and far from those a model was made from, and values of every awkward kind in every feature.
Matrix fresh_rows(const Matrix& rows) {
  static constexpr float kAwkward[] = {kMissing, 0.0F,   -0.0F, kHuge, -kHuge, kDenormal, -kDenormal, 1e-30F,
                                       1e18F,    -1e18F, 1.0F,  -1.0F, 3.4F,   1e9F,      0.5F,       2.0F};
  const std::size_t cols = rows.cols();
  std::vector<float> values(rows.data(), rows.data() + rows.rows() * cols);
  for (const float value : kAwkward) {
    values.insert(values.end(), cols, value);  // in all features at once
    for (std::size_t c = 0; c < cols; ++c) {   // and in one, the others as in the first row
      for (std::size_t other = 0; other < cols; ++other) values.push_back(other == c ? value : rows(0, other));
    }
  }
  // Just beside values of the data, where trees and tables turn.
  for (std::size_t r = 0; r < rows.rows() && r < 40; ++r) {
    for (std::size_t c = 0; c < cols; ++c) values.push_back(std::nextafter(rows(r, c), r % 2 == 0 ? kHuge : -kHuge));
  }
  const std::size_t count = values.size() / cols;
  return Matrix(std::move(values), count, cols);
}

Matrix with_missing(Matrix rows) {
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    if (r % 3 == 1) rows(r, r % rows.cols()) = kMissing;
  }
  return rows;
}

template <class Make>
Matrix made(std::size_t rows, std::size_t cols, Make make) {
  Matrix matrix(rows, cols);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < cols; ++c) matrix(r, c) = make(r, c);
  }
  return matrix;
}

Matrix plain() { return blobs(kRows, kFeatures, 6, 11); }

class Cases {
 public:
  explicit Cases(std::string_view detector) : detector_(detector) {}

  void add(const std::string& name, Matrix rows, FeatureSet features, PipelineOptions options = {}) {
    options.detector = detector_;
    Matrix fresh = fresh_rows(rows);
    list.push_back(
        {detector_ + ", " + name, std::move(options), std::move(features), std::move(rows), std::move(fresh)});
  }
  void add(const std::string& name, Matrix rows, PipelineOptions options = {}) {
    const std::size_t cols = rows.cols();
    add(name, std::move(rows), numbers(cols), std::move(options));
  }
  void add_parameters(std::vector<std::pair<std::string, std::string>> parameters, Matrix rows) {
    std::string name;
    for (const auto& [key, value] : parameters) name += (name.empty() ? "" : ", ") + key + "=" + value;
    PipelineOptions options;
    options.parameters = std::move(parameters);
    add(name, std::move(rows), std::move(options));
  }

  std::vector<GraphCase> list;

 private:
  std::string detector_;
};

void add_data(Cases& cases) {
  cases.add("plain", plain());
  cases.add("missing", with_missing(plain()));
  cases.add("a feature missing everywhere", made(kRows, 2, [](std::size_t r, std::size_t c) {
              return c == 0 ? kMissing : static_cast<float>(r % 17);
            }));
  cases.add("a constant feature",
            made(kRows, 3, [rows = plain()](std::size_t r, std::size_t c) { return c == 1 ? 7.0F : rows(r, c); }));
  cases.add("all constant", made(50, 2, [](std::size_t, std::size_t) { return 3.0F; }));
  cases.add("huge", made(kRows, 3, [rows = plain()](std::size_t r, std::size_t c) {
              if (r % 50 == 0) return r % 100 == 0 ? kHuge : -kHuge;
              return rows(r, c) * (c == 0 ? 1e17F : 1e30F);
            }));
  cases.add("denormal", made(kRows, 3, [](std::size_t r, std::size_t c) {
              return static_cast<float>((r * 7 + c) % 23) * kDenormal * (c == 2 ? 1e4F : 1.0F);
            }));
  cases.add("ties", made(kRows, 3, [](std::size_t r, std::size_t c) {
              return r == 0 ? 9.0F : static_cast<float>((r / (c + 1)) % 3);
            }));
  cases.add("one feature",
            made(kRows, 1, [](std::size_t r, std::size_t) { return static_cast<float>((r * r) % 101); }));
  cases.add("duplicates beside one row", made(60, 2, [](std::size_t r, std::size_t) { return r == 59 ? 5.0F : 1.0F; }));
  for (const std::size_t rows : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{8}}) {
    cases.add("rows: " + std::to_string(rows), gaussian(rows, 3, 5));
  }
}

void add_preprocessing(Cases& cases) {
  for (const Scaling scaling : {Scaling::none, Scaling::standard, Scaling::robust, Scaling::minmax}) {
    PipelineOptions options;
    options.scaling = scaling;
    cases.add("scaling " + std::string(to_string(scaling)), with_missing(plain()), options);
  }
  PipelineOptions indicator;
  indicator.missing_indicator = true;
  cases.add("missing indicator", with_missing(plain()), indicator);
  const Matrix coded = made(kRows, 3, [rows = plain()](std::size_t r, std::size_t c) {
    if (c != 1) return rows(r, c);
    return r % 13 == 0 ? kMissing : static_cast<float>(r % 5 == 0 ? 3 : r % 3);
  });
  for (const CategoryEncoding encoding : {CategoryEncoding::one_hot, CategoryEncoding::frequency}) {
    PipelineOptions options;
    options.encoding = encoding;
    cases.add("categories " + std::string(to_string(encoding)), coded, with_categories(numbers(3), 1, 4), options);
    options.missing_indicator = true;
    options.scaling = Scaling::standard;
    cases.add("categories " + std::string(to_string(encoding)) + ", indicator, scaled", coded,
              with_categories(numbers(3), 1, 4), options);
  }
  cases.add("more categories than one-hot takes",
            made(kRows, 2, [](std::size_t r, std::size_t c) { return static_cast<float>(c == 0 ? r % 40 : r % 7); }),
            with_categories(numbers(2), 0, 40));
  cases.add("categories alone",
            made(kRows, 1, [](std::size_t r, std::size_t) { return static_cast<float>(r % 6 % 4); }),
            with_categories(numbers(1), 0, 4));
  for (const ThresholdMethod method : {ThresholdMethod::contamination, ThresholdMethod::iqr, ThresholdMethod::knee}) {
    PipelineOptions options;
    options.threshold.method = method;
    cases.add("threshold " + std::string(to_string(method)), plain(), options);
  }
}

/// Every choice and truth value of every parameter, and numbers from the small to more than there are rows.
void add_variants(Cases& cases, const DetectorInfo& info) {
  for (const ParameterInfo& parameter : info.parameters) {
    const std::string name(parameter.name);
    for (const std::string_view choice : parameter.choices) {
      cases.add_parameters({{name, std::string(choice)}}, plain());
      cases.add_parameters({{name, std::string(choice)}},
                           made(40, 1, [](std::size_t r, std::size_t) { return static_cast<float>(r % 9); }));
    }
    if (parameter.type == ParameterType::boolean) {
      for (const char* value : {"true", "false"}) cases.add_parameters({{name, value}}, plain());
    }
    if (parameter.type == ParameterType::real) {
      for (const double value : {parameter.min, parameter.max}) {
        cases.add_parameters({{name, std::to_string(value)}}, plain());
      }
    }
    if (parameter.type != ParameterType::integer) continue;
    for (const std::int64_t wanted : {std::int64_t{1}, std::int64_t{2}, std::int64_t{30}, std::int64_t{500}}) {
      if (static_cast<double>(wanted) < parameter.min || static_cast<double>(wanted) > parameter.max) continue;
      cases.add_parameters({{name, std::to_string(wanted)}}, blobs(120, 3, 4, 23));
    }
  }
}

}  // namespace

std::vector<GraphCase> graph_cases() {
  std::vector<GraphCase> all;
  for (const DetectorInfo& info : detector_registry()) {
    Cases cases(info.name);
    add_data(cases);
    add_preprocessing(cases);
    add_variants(cases, info);
    for (GraphCase& each : cases.list) all.push_back(std::move(each));
  }
  return all;
}

std::optional<Pipeline> fit_case(const GraphCase& each) {
  std::vector<float> scores;
  Result<Pipeline> pipeline = Pipeline::fit(each.rows, each.features, each.options, {}, scores);
  if (pipeline) return std::move(*pipeline);
  INFO(each.name << ": " << pipeline.error().message);
  // Some detectors need two rows, some parameters fewer columns than wanted components.
  REQUIRE((pipeline.error().code == ErrorCode::not_enough_data || each.rows.cols() < 5));
  return std::nullopt;
}

}  // namespace outpost::test
