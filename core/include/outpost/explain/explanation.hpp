/// @file  Explanation: what each feature of one row adds to its score.
/// Sources: S. M. Lundberg, S.-I. Lee, "A Unified Approach to Interpreting Model Predictions", NeurIPS 2017
/// (KernelSHAP); S. M. Lundberg et al., Nature Machine Intelligence 2, 2020 (TreeSHAP); M. T. Ribeiro, S. Singh, C.
/// Guestrin, "Why Should I Trust You?", KDD 2016 (LIME). What the numbers mean, and which method when: docs/explain.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <outpost/base/execution.hpp>
#include <outpost/base/matrix.hpp>
#include <outpost/base/result.hpp>
#include <outpost/model/pipeline.hpp>

namespace outpost {

/// How a score is split.
enum class ExplainMethod : std::uint8_t {
  automatic,  ///< the detector's own split where it has one, else kernel_shap
  own,        ///< the detector's own: exact sums (ecod, hbos, pca) or TreeSHAP (iforest)
  shap,       ///< KernelSHAP: the score with features replaced by those of background rows
  lime,       ///< a linear model of the score around the row, through the row
};
std::string_view to_string(ExplainMethod method);
std::optional<ExplainMethod> explain_method_from(std::string_view name);

struct ExplainOptions {
  ExplainMethod method = ExplainMethod::automatic;
  std::uint64_t seed = 42;
  std::size_t background_rows = 16;   ///< shap, lime: rows that stand for "feature not known"; 1..1000
  std::size_t coalitions = 2048;      ///< shap beyond kMaxEnumerated features: sets of features tried, and two more for
                                      ///< each feature; 16..1000000
  std::size_t perturbed_rows = 2048;  ///< lime: rows drawn, and two more for each feature; 16..1000000
};

/// Up to this many features that differ from the background, KernelSHAP tries every set of them and is exact.
inline constexpr std::size_t kMaxEnumerated = 10;
/// Beyond this many, the equations of KernelSHAP are too large: Shapley values are then means over random orders of the
/// features; lime refuses.
inline constexpr std::size_t kMaxSolved = 512;

struct Explanation {
  ExplainMethod method = ExplainMethod::own;  ///< never automatic
  float score = 0;                            ///< of the row, as Pipeline::score gives it
  double base = 0;                            ///< the score without any feature's part
  std::vector<double> contributions;          ///< one a feature: base + their sum = score, within 1e-5 of it
  double fidelity = 1;                        ///< lime: weighted R^2 of the linear model on its rows, at most 1; else 1
};

/// Splits the scores of single rows. Keeps the background between rows. The pipeline must outlive it.
class Explainer {
 public:
  /// The background of shap and lime: rows that the detector keeps (knn, lof), else rows made of the quantiles of the
  /// features. So an explanation depends on the model, the row and the options alone.
  /// Errors: invalid_argument (an option out of range); unsupported (method own, where the detector has none).
  static Result<Explainer> create(const Pipeline& pipeline, const ExplainOptions& options);

  /// `row`: one value a feature, NaN = missing. Same bits on every platform, whatever the executor.
  /// Errors: schema_mismatch for another number of values; unsupported (lime beyond kMaxSolved features); cancelled.
  /// Cost beside that of scoring one row: own O(features), pca times components, iforest O(nodes of the forest);
  /// shap 2^features (up to kMaxEnumerated) or `coalitions`, each times background_rows scores; lime perturbed_rows.
  Result<Explanation> explain(std::span<const float> row, const RunContext& context) const;

  ExplainMethod method() const { return options_.method; }  ///< never automatic

 private:
  Explainer() = default;
  const Pipeline* pipeline_ = nullptr;
  ExplainOptions options_;
  Matrix background_;  ///< in the space of the detector's columns
};

/// Places of the features by size of their contribution, largest first; ties by place.
std::vector<std::size_t> strongest(std::span<const double> contributions, std::size_t count);

}  // namespace outpost
