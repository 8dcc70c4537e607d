#include <outpost/explain/explanation.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "explain/background.hpp"
#include "explain/kernel_shap.hpp"
#include "explain/lime.hpp"
#include "explain/masked_scores.hpp"

namespace outpost {
namespace {

constexpr std::array<std::pair<ExplainMethod, std::string_view>, 4> kMethodNames = {{{ExplainMethod::automatic, "auto"},
                                                                                     {ExplainMethod::own, "own"},
                                                                                     {ExplainMethod::shap, "shap"},
                                                                                     {ExplainMethod::lime, "lime"}}};

constexpr double kRounding = 1e-6;  // float32 scores differ by so much from sums in float64

Result<void> check_range(const char* name, std::size_t value, std::size_t low, std::size_t high) {
  if (value >= low && value <= high) return {};
  return fail(ErrorCode::invalid_argument, std::string(name) + " is " + std::to_string(value) + ", not from " +
                                               std::to_string(low) + " to " + std::to_string(high));
}

/// A score that was cut to float32's range is less than the sum of its parts: each gives way by its size.
void settle(Explanation& out) {
  double sum = out.base, size = std::fabs(out.base);
  for (const double part : out.contributions) {
    sum += part;
    size += std::fabs(part);
  }
  const double missing = out.score - sum;
  if (std::fabs(missing) <= kRounding * std::fabs(static_cast<double>(out.score)) || size == 0) return;
  out.base += missing * (std::fabs(out.base) / size);
  for (double& part : out.contributions) part += missing * (std::fabs(part) / size);
}

}  // namespace

std::string_view to_string(ExplainMethod method) {
  for (const auto& [value, name] : kMethodNames) {
    if (value == method) return name;
  }
  return "";
}

std::optional<ExplainMethod> explain_method_from(std::string_view name) {
  for (const auto& [value, known] : kMethodNames) {
    if (known == name) return value;
  }
  return std::nullopt;
}

Result<Explainer> Explainer::create(const Pipeline& pipeline, const ExplainOptions& options) {
  OUTPOST_TRY(check_range("background_rows", options.background_rows, 1, 1000));
  OUTPOST_TRY(check_range("coalitions", options.coalitions, 16, 1'000'000));
  OUTPOST_TRY(check_range("perturbed_rows", options.perturbed_rows, 16, 1'000'000));
  Explainer explainer;
  explainer.pipeline_ = &pipeline;
  explainer.options_ = options;
  ExplainMethod& method = explainer.options_.method;
  if (method == ExplainMethod::automatic || method == ExplainMethod::own) {
    // Whether there is such a split does not depend on the row.
    const std::vector<float> row(pipeline.preprocessor().output_features());
    std::vector<double> columns(row.size());
    const bool has_own = pipeline.fitted_detector().contributions(row, columns).has_value();
    if (!has_own && method == ExplainMethod::own) {
      return fail(ErrorCode::unsupported, std::string(pipeline.detector().name) + " has no split of its own",
                  "Explain by the method auto, shap or lime.");
    }
    method = has_own ? ExplainMethod::own : ExplainMethod::shap;
  }
  if (method != ExplainMethod::own) {
    explainer.background_ = background_columns(pipeline, options.background_rows, options.seed);
  }
  return explainer;
}

Result<Explanation> Explainer::explain(std::span<const float> row, const RunContext& context) const {
  const std::size_t d = pipeline_->features().size();
  if (row.size() != d) {
    return fail(ErrorCode::schema_mismatch, "The row has " + std::to_string(row.size()) +
                                                " values; the model was trained on " + std::to_string(d) + " features");
  }
  Explanation out;
  out.method = options_.method;
  out.contributions.assign(d, 0.0);
  if (options_.method == ExplainMethod::own) {
    const Preprocessor& preprocessor = pipeline_->preprocessor();
    const Detector& detector = pipeline_->fitted_detector();
    std::vector<float> columns(preprocessor.output_features());
    std::vector<double> parts(columns.size());
    preprocessor.transform(MatrixView(row.data(), 1, d), columns);
    detector.score(MatrixView(columns.data(), 1, columns.size()), {&out.score, 1});
    out.base = detector.contributions(columns, parts).value_or(0.0);
    for (std::size_t c = 0; c < parts.size(); ++c) out.contributions[preprocessor.origins()[c]] += parts[c];
  } else {
    const MaskedScores scores(*pipeline_, row, background_);
    out.score = scores.score();
    OUTPOST_TRY(options_.method == ExplainMethod::shap ? kernel_shap(scores, options_, context, out)
                                                       : lime(scores, background_.rows(), options_, context, out));
  }
  settle(out);
  return out;
}

std::vector<std::size_t> strongest(std::span<const double> contributions, std::size_t count) {
  std::vector<std::size_t> order(contributions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t kept = std::min(count, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                    [&](std::size_t a, std::size_t b) {
                      const double x = std::fabs(contributions[a]), y = std::fabs(contributions[b]);
                      return x > y || (x == y && a < b);
                    });
  order.resize(kept);
  return order;
}

}  // namespace outpost
