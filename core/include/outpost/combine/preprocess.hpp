/// @file  Preprocessing, part of the model: impute, clip, encode categories, scale. Detectors see its output only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <outpost/base/execution.hpp>
#include <outpost/base/matrix.hpp>
#include <outpost/base/result.hpp>
#include <outpost/data/features.hpp>
#include <outpost/detect/registry.hpp>
#include <outpost/onnx/graph_reader.hpp>
#include <outpost/onnx/graph_writer.hpp>

namespace outpost {

enum class CategoryEncoding : std::uint8_t {
  one_hot,    ///< one 0/1 column a category, at most kMaxOneHot categories; more fall back to frequency
  frequency,  ///< the category's share of the training rows; unseen = 0
};
std::string_view to_string(CategoryEncoding encoding);
std::optional<CategoryEncoding> category_encoding_from(std::string_view name);

inline constexpr std::size_t kMaxOneHot = 32;

struct PreprocessOptions {
  Scaling scaling = Scaling::none;
  CategoryEncoding encoding = CategoryEncoding::one_hot;
  bool missing_indicator = false;  ///< adds a 0/1 column for each feature that has missing training values
};

/// Order: NaN -> training median of the feature (for a category: a category of its own, code NaN gives all-zero
/// one-hot or share 0), clip to +-1e18, encode, then (x - center) * inverse_spread for scaled columns and clip again.
/// Values and shares are scaled, 0/1 columns are not. All in float32.
/// standard: mean, population standard deviation. robust: median, interquartile range / 1.349. minmax: min, range.
/// A spread of 0 (or too small to invert in float32) scales by 1. Medians are the lower median, quartiles are
/// interpolated (type 7 of Hyndman and Fan 1996). A feature's columns stand together, its missing indicator last.
/// Exact: same bits everywhere.
class Preprocessor {
 public:
  /// Learns from `rows` (n x set.size()); a feature missing in every row is imputed as 0. Each column in work takes
  /// 8 n bytes. Errors: schema_mismatch for another number of columns, not_enough_data without
  /// a row or without an output column, cancelled.
  static Result<Preprocessor> fit(MatrixView rows, const FeatureSet& set, const PreprocessOptions& options,
                                  const RunContext& context);

  std::size_t input_features() const { return input_features_; }
  std::size_t output_features() const { return columns_.size(); }
  /// For each output column, the input feature it comes from (for explanations).
  const std::vector<std::uint32_t>& origins() const { return origins_; }

  /// Writes rows.rows() x output_features() finite values within +-1e18. May run on several threads at once.
  void transform(MatrixView rows, std::span<float> out) const;
  /// True when each output column comes from the input column at its own place, so that `out` may be `rows` itself.
  bool in_place() const { return in_place_; }

  /// Adds nodes that compute transform() from `rows` (float32 [N, input_features]); returns the name of the result,
  /// float32 [N, output_features]. Same bits as transform().
  onnx::Value write_graph(onnx::GraphWriter& graph, onnx::Value rows) const;
  static Result<Preprocessor> read_graph(onnx::GraphReader& graph, std::size_t input_features);

 private:
  /// One output column.
  struct Column {
    std::uint32_t origin = 0;
    enum class Kind : std::uint8_t { value, one_hot, frequency, missing } kind = Kind::value;
    float impute = 0;           ///< value: replaces NaN
    float category = 0;         ///< one_hot: the code that gives 1
    std::vector<float> shares;  ///< frequency: share by code
    float center = 0;
    float inverse_spread = 1;
  };
  struct Fitting;
  struct GraphForm;

  void make_plan();
  void transform_values(const float* in, float* out, std::size_t count) const;
  void transform_column(const Column& column, const float* in, std::size_t rows, float* out) const;

  std::size_t input_features_ = 0;
  std::vector<Column> columns_;

  // Derived from columns_.
  std::vector<std::uint32_t> origins_;
  bool in_place_ = false;
  bool values_only_ = false;   ///< in place, and every column is a value: one loop over all numbers
  std::vector<float> impute_;  ///< values_only: by column, repeated over several rows so that the loop has
  std::vector<float> center_;  ///< whole SIMD vectors whatever the number of columns
  std::vector<float> inverse_;
};

}  // namespace outpost
