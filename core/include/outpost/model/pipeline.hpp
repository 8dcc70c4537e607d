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

/// What is kept of one feature's training values: for deviations, for drift, and to tell rows apart by eye.
struct FeatureSummary {
  float median = 0;
  float scale = 1;            ///< robust standard deviation: 1.4826 MAD, else from the interquartile range; > 0
  float missing = 0;          ///< share of rows without a value, in [0, 1]
  std::vector<float> shares;  ///< categories: share of training rows by code
  /// Others: lower quantiles at equal steps from 0 to 1 (values of the data, ascending), 64 of up to 4096 features and
  /// fewer of more, at least 5; empty where all are missing.
  std::vector<float> quantiles;
};

/// A few rows with the scores they must get: made of quantiles of the features, not rows of the data.
struct SelfTest {
  Matrix rows;
  std::vector<float> scores;
};

struct PipelineOptions {
  std::string detector;  ///< name or id; empty = the registry's first
  std::vector<std::pair<std::string, std::string>> parameters;
  std::optional<Scaling> scaling;  ///< default: the detector's own
  CategoryEncoding encoding = CategoryEncoding::one_hot;
  bool missing_indicator = false;
  ThresholdOptions threshold;
  std::string
      training_time;  ///< kept as given (ISO 8601 is meant); empty = not kept, so that equal data give equal files
  std::vector<std::pair<std::string, std::string>> lineage;  ///< notes on where the model comes from, kept as given
};

/// A fitted pipeline. Scoring may run on several threads at once.
class Pipeline {
 public:
  /// Fits on `rows` (n x features.size(), NaN = missing) and writes n training scores. `rows` is preprocessed in
  /// place where shapes allow it, so that a large table is held once; its contents are then unspecified.
  /// Errors: not_found, invalid_argument (also: a name that is not UTF-8), not_enough_data, cancelled.
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
  /// The parts that score() runs one after the other.
  const Preprocessor& preprocessor() const { return preprocessor_; }
  const Detector& fitted_detector() const { return *detector_; }

  /// What training saw of each feature, in their order.
  const std::vector<FeatureSummary>& summaries() const { return summaries_; }
  /// XXH3-128 of the features and the training rows, 32 hexadecimal digits: equal data, equal text.
  const std::string& training_hash() const { return training_hash_; }
  const std::string& training_time() const { return training_time_; }
  const std::vector<std::pair<std::string, std::string>>& lineage() const { return lineage_; }
  std::uint64_t seed() const { return seed_; }
  const SelfTest& self_test() const { return self_test_; }

  /// For each of `top` features: how far the row's value is from the training median, in robust standard deviations
  /// (1.4826 MAD, or the interquartile range where MAD is 0); largest first. Categories count by rarity.
  struct Deviation {
    std::size_t feature = 0;
    double robust_z = 0;
  };
  std::vector<Deviation> deviations(std::span<const float> row, std::size_t top) const;

  /// The model as one ONNX file (docs/formats/model.md): runs in any ONNX Runtime, and is read back by deserialize().
  /// Same training, same bytes.
  std::vector<std::uint8_t> serialize() const;
  /// Whether the bytes begin as those of serialize() do; the first 32 of a file are enough.
  static bool is_model(std::span<const std::uint8_t> bytes);
  /// Reads what serialize() wrote and nothing else: bounds, checksum, state, then the graph must be the very one that
  /// serialize() writes for that state, then the self-test.
  /// Errors: corrupt_model with the reason; unsupported for a newer format version or an unknown detector.
  static Result<Pipeline> deserialize(std::span<const std::uint8_t> bytes);

 private:
  friend struct PipelineFile;
  Pipeline() = default;
  Result<void> fit_detector(Matrix rows, const PipelineOptions& options, const FitContext& context,
                            std::vector<float>& training_scores);

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
  std::vector<FeatureSummary> summaries_;
  std::string training_hash_, training_time_;
  std::vector<std::pair<std::string, std::string>> lineage_;
  SelfTest self_test_;
};

}  // namespace outpost
