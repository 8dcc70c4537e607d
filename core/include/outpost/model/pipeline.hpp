/// @file  Pipeline: features, preprocessing, detector, threshold and calibration, fitted as one and kept as one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <outpost/combine/calibration.hpp>
#include <outpost/combine/preprocess.hpp>
#include <outpost/combine/threshold.hpp>
#include <outpost/data/features.hpp>
#include <outpost/detect/registry.hpp>

namespace outpost {

struct PipelineOptions {
  std::string detector;  ///< name or id; empty = the registry's first
  std::vector<std::pair<std::string, std::string>> parameters;
  std::optional<Scaling> scaling;  ///< default: the detector's own
  CategoryEncoding encoding = CategoryEncoding::one_hot;
  bool missing_indicator = false;
  ThresholdOptions threshold;
};

/// A fitted pipeline. Scoring may run on several threads at once.
class Pipeline {
 public:
  /// Fits on `rows` (n x features.size(), NaN = missing) and writes n training scores. `rows` is preprocessed in
  /// place where shapes allow it, so that a large table is held once; its contents are then unspecified.
  /// Errors: not_found, invalid_argument, not_enough_data, cancelled.
  static Result<Pipeline> fit(Matrix rows, FeatureSet features, const PipelineOptions& options,
                              const FitContext& context, std::vector<float>& training_scores);

  /// Inductive scores of new rows, one a row. Errors: schema_mismatch for another number of columns, cancelled.
  Result<void> score(MatrixView rows, std::span<float> scores, const RunContext& context) const;

  float threshold() const { return calibration_.threshold(); }
  bool is_anomaly(float score) const { return score > threshold(); }
  const Calibration& calibration() const { return calibration_; }
  const FeatureSet& features() const { return features_; }
  const DetectorInfo& detector() const { return *info_; }
  const ParameterValues& parameters() const { return parameters_; }
  Scaling scaling() const { return scaling_; }
  ThresholdMethod threshold_method() const { return threshold_method_; }
  std::uint64_t training_rows() const { return training_rows_; }
  std::size_t memory_bytes() const;

  /// For each of `top` features: how far the row's value is from the training median, in robust standard deviations
  /// (1.4826 MAD, or the interquartile range where MAD is 0); largest first. Categories count by rarity.
  struct Deviation {
    std::size_t feature = 0;
    double robust_z = 0;
  };
  std::vector<Deviation> deviations(std::span<const float> row, std::size_t top) const;

  /// The versioned state file. Same training, same bytes.
  std::vector<std::uint8_t> serialize() const;
  /// Whether the bytes begin as those of serialize() do; the first 32 of a file are enough.
  static bool is_state(std::span<const std::uint8_t> bytes);
  /// Errors: corrupt_model with the reason; unsupported for a newer format version.
  static Result<Pipeline> deserialize(std::span<const std::uint8_t> bytes);

 private:
  friend struct PipelineReader;
  friend struct PipelineSpread;
  Pipeline() = default;
  struct FeatureSpread {
    float median = 0;
    float scale = 1;
    std::vector<float> shares;  ///< categories: share of training rows by code
  };

  FeatureSet features_;
  const DetectorInfo* info_ = nullptr;
  ParameterValues parameters_;
  Scaling scaling_ = Scaling::none;
  ThresholdMethod threshold_method_ = ThresholdMethod::iqr;
  std::uint64_t training_rows_ = 0;
  std::uint64_t seed_ = 0;
  Preprocessor preprocessor_;
  std::unique_ptr<Detector> detector_;
  Calibration calibration_;
  std::vector<FeatureSpread> spreads_;
};

}  // namespace outpost
