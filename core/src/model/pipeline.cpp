#include <outpost/model/pipeline.hpp>

#include <algorithm>
#include <cmath>

#include "model/self_test.hpp"
#include "model/summary.hpp"

namespace outpost {

Result<Pipeline> Pipeline::fit(Matrix rows, FeatureSet features, const PipelineOptions& options,
                               const FitContext& context, std::vector<float>& training_scores) {
  Pipeline pipeline;
  OUTPOST_TRY_ASSIGN(pipeline.info_, options.detector.empty()
                                         ? Result<const DetectorInfo*>(&detector_registry().front())
                                         : find_detector(options.detector));
  const DetectorInfo& info = *pipeline.info_;
  OUTPOST_TRY_ASSIGN(pipeline.parameters_, resolve_parameters(info, options.parameters));
  if (features.size() != rows.cols()) {
    return fail(ErrorCode::schema_mismatch, "The data have " + std::to_string(rows.cols()) + " columns for " +
                                                std::to_string(features.size()) + " features");
  }
  if (rows.rows() < info.min_rows) {
    return fail(ErrorCode::not_enough_data,
                std::string(info.name) + " needs at least " + std::to_string(info.min_rows) + " rows; the data have " +
                    std::to_string(rows.rows()),
                "Add rows, or choose a detector that works with fewer (iforest, for one).");
  }
  OUTPOST_TRY(check_names(features, options.lineage, options.training_time));
  pipeline.training_rows_ = rows.rows();
  pipeline.seed_ = context.seed;
  pipeline.scaling_ = options.scaling.value_or(info.default_scaling);
  pipeline.threshold_method_ = options.threshold.method;
  pipeline.features_ = std::move(features);
  pipeline.training_time_ = options.training_time;
  pipeline.lineage_ = options.lineage;
  pipeline.training_hash_ = hash_training(pipeline.features_, rows);

  const RunContext& run = context.run;
  pipeline.summaries_.resize(rows.cols());
  run.executor().parallel_for(rows.cols(), [&](std::size_t c) {
    if (!run.cancelled()) pipeline.summaries_[c] = summarise(rows, c, pipeline.features_.features[c]);
  });
  if (run.cancelled()) return fail(ErrorCode::cancelled, "Training was cancelled");
  OUTPOST_TRY(pipeline.fit_detector(std::move(rows), options, context, training_scores));

  pipeline.self_test_.rows = self_test_rows(pipeline.features_, pipeline.summaries_);
  pipeline.self_test_.scores.resize(pipeline.self_test_.rows.rows());
  OUTPOST_TRY(pipeline.score(pipeline.self_test_.rows, pipeline.self_test_.scores, {}));
  return pipeline;
}

/// Preprocessing, detector, threshold and calibration, in this order.
Result<void> Pipeline::fit_detector(Matrix rows, const PipelineOptions& options, const FitContext& context,
                                    std::vector<float>& training_scores) {
  const PreprocessOptions preprocess{scaling_, options.encoding, options.missing_indicator};
  const RunContext quiet(context.run.executor());
  OUTPOST_TRY_ASSIGN(preprocessor_, Preprocessor::fit(rows, features_, preprocess, quiet));
  Matrix other;
  if (!preprocessor_.in_place()) other = Matrix(rows.rows(), preprocessor_.output_features());
  Matrix& prepared = preprocessor_.in_place() ? rows : other;
  const MatrixView source = rows.view();
  const bool finished = for_each_chunk(source.rows(), quiet, [&](std::size_t first, std::size_t n) {
    preprocessor_.transform(source.slice(first, n), {prepared.data() + first * prepared.cols(), n * prepared.cols()});
  });
  if (!finished) return fail(ErrorCode::cancelled, "Training was cancelled");
  if (!preprocessor_.in_place()) rows = Matrix();

  detector_ = info_->make(parameters_);
  training_scores.assign(prepared.rows(), 0.0F);
  OUTPOST_TRY(detector_->fit(prepared, context, training_scores));
  OUTPOST_TRY_ASSIGN(const Threshold threshold, find_threshold(training_scores, options.threshold));
  calibration_ = Calibration::fit(training_scores, threshold.value);
  return {};
}

Result<void> Pipeline::score(MatrixView rows, std::span<float> scores, const RunContext& context) const {
  if (rows.cols() != features_.size()) {
    return fail(ErrorCode::schema_mismatch, "The data have " + std::to_string(rows.cols()) +
                                                " feature columns; the model was trained on " +
                                                std::to_string(features_.size()));
  }
  const std::size_t width = preprocessor_.output_features();
  const bool finished = for_each_chunk(rows.rows(), context, [&](std::size_t first, std::size_t count) {
    std::vector<float> prepared(count * width);
    preprocessor_.transform(rows.slice(first, count), prepared);
    detector_->score(MatrixView(prepared.data(), count, width), scores.subspan(first, count));
  });
  if (!finished) return fail(ErrorCode::cancelled, "Scoring was cancelled");
  return {};
}

std::size_t Pipeline::memory_bytes() const {
  return detector_->memory_bytes() + preprocessor_.output_features() * sizeof(float) * 8 +
         summaries_.size() * (sizeof(FeatureSummary) + quantile_count(summaries_.size()) * sizeof(float));
}

std::vector<Pipeline::Deviation> Pipeline::deviations(std::span<const float> row, std::size_t top) const {
  std::vector<Deviation> all;
  for (std::size_t f = 0; f < row.size(); ++f) {
    const FeatureSummary& summary = summaries_[f];
    double z = 0;
    if (features_.features[f].kind == FeatureKind::category_code) {
      const bool seen = row[f] >= 0 && static_cast<std::size_t>(row[f]) < summary.shares.size();
      const double share = seen ? summary.shares[static_cast<std::size_t>(row[f])] : 0.0;
      // A share s stands for the z whose two-sided tail bound 1/z^2 (Chebyshev) is s.
      z = 1 / std::sqrt(std::max(share, 0.5 / static_cast<double>(training_rows_)));
    } else if (!std::isnan(row[f])) {
      z = (static_cast<double>(row[f]) - static_cast<double>(summary.median)) / static_cast<double>(summary.scale);
    }
    all.push_back({f, z});
  }
  const std::size_t count = std::min(top, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(),
                    [](const Deviation& a, const Deviation& b) {
                      const double x = std::fabs(a.robust_z);
                      const double y = std::fabs(b.robust_z);
                      return x > y || (x == y && a.feature < b.feature);
                    });
  all.resize(count);
  return all;
}

}  // namespace outpost
