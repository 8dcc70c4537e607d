#include <outpost/model/pipeline.hpp>

#include <algorithm>
#include <cmath>

#include <outpost/base/bytes.hpp>

namespace outpost {
namespace {

constexpr std::string_view kMagic = "outpost-state";
constexpr std::uint32_t kFormatVersion = 1;
constexpr std::uint64_t kMaxFeatures = 1'000'000;
constexpr std::size_t kMaxCategories = 100'000;

/// Lower median, as preprocessing imputes it; `values` not empty, reordered.
float median_in_place(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

float quantile_in_place(std::vector<float>& values, double share) {
  const auto rank = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + rank, values.end());
  return values[static_cast<std::size_t>(rank)];
}

}  // namespace

/// Medians and spreads as the training rows have them, before anything is scaled.
struct PipelineSpread {
  static Pipeline::FeatureSpread of(MatrixView rows, std::size_t column, const Feature& feature) {
    Pipeline::FeatureSpread spread;
    if (feature.kind == FeatureKind::category_code) {
      std::vector<std::uint64_t> counts(feature.categories.size());
      for (std::size_t r = 0; r < rows.rows(); ++r) {
        const float code = rows(r, column);
        if (code >= 0 && static_cast<std::size_t>(code) < counts.size()) ++counts[static_cast<std::size_t>(code)];
      }
      for (const std::uint64_t count : counts) {
        spread.shares.push_back(static_cast<float>(static_cast<double>(count) / static_cast<double>(rows.rows())));
      }
      return spread;
    }
    std::vector<float> values;
    values.reserve(rows.rows());
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      if (!std::isnan(rows(r, column))) values.push_back(rows(r, column));
    }
    if (values.empty()) return spread;
    spread.median = median_in_place(values);
    const double quartiles =
        static_cast<double>(quantile_in_place(values, 0.75)) - static_cast<double>(quantile_in_place(values, 0.25));
    for (float& value : values) value = std::fabs(value - spread.median);
    const double mad = median_in_place(values);
    const double scale = mad > 0 ? 1.4826 * mad : quartiles / 1.349;
    // A feature that hardly ever moves: measure it by its mean absolute deviation instead.
    double mean_deviation = 0;
    for (const float value : values) mean_deviation += value;
    mean_deviation /= static_cast<double>(values.size());
    const double chosen = scale > 0 ? scale : 1.2533 * mean_deviation;
    spread.scale = chosen > 0 && std::isfinite(chosen) ? static_cast<float>(std::min(chosen, 1e38)) : 1.0F;
    return spread;
  }
};

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
  pipeline.training_rows_ = rows.rows();
  pipeline.seed_ = context.seed;
  pipeline.scaling_ = options.scaling.value_or(info.default_scaling);
  pipeline.threshold_method_ = options.threshold.method;
  pipeline.features_ = std::move(features);

  const RunContext& run = context.run;
  const RunContext quiet(run.executor());
  pipeline.spreads_.resize(rows.cols());
  run.executor().parallel_for(rows.cols(), [&](std::size_t c) {
    if (!run.cancelled()) pipeline.spreads_[c] = PipelineSpread::of(rows, c, pipeline.features_.features[c]);
  });
  if (run.cancelled()) return fail(ErrorCode::cancelled, "Training was cancelled");

  const PreprocessOptions preprocess{pipeline.scaling_, options.encoding, options.missing_indicator};
  OUTPOST_TRY_ASSIGN(pipeline.preprocessor_, Preprocessor::fit(rows, pipeline.features_, preprocess, quiet));
  const Preprocessor& preprocessor = pipeline.preprocessor_;
  Matrix other;
  if (!preprocessor.in_place()) other = Matrix(rows.rows(), preprocessor.output_features());
  Matrix& prepared = preprocessor.in_place() ? rows : other;
  const MatrixView source = rows.view();
  const bool finished =
      for_each_chunk(source.rows(), RunContext(run.executor()), [&](std::size_t first, std::size_t n) {
        preprocessor.transform(source.slice(first, n),
                               {prepared.data() + first * prepared.cols(), n * prepared.cols()});
      });
  if (!finished) return fail(ErrorCode::cancelled, "Training was cancelled");
  if (!preprocessor.in_place()) rows = Matrix();

  pipeline.detector_ = info.make(pipeline.parameters_);
  training_scores.assign(prepared.rows(), 0.0F);
  OUTPOST_TRY(pipeline.detector_->fit(prepared, context, training_scores));
  OUTPOST_TRY_ASSIGN(const Threshold threshold, find_threshold(training_scores, options.threshold));
  pipeline.calibration_ = Calibration::fit(training_scores, threshold.value);
  return pipeline;
}

bool Pipeline::is_state(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= kMagic.size() &&
         std::equal(kMagic.begin(), kMagic.end(), bytes.begin(),
                    [](char letter, std::uint8_t byte) { return static_cast<std::uint8_t>(letter) == byte; });
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
         spreads_.size() * sizeof(FeatureSpread);
}

std::vector<Pipeline::Deviation> Pipeline::deviations(std::span<const float> row, std::size_t top) const {
  std::vector<Deviation> all;
  for (std::size_t f = 0; f < row.size(); ++f) {
    const FeatureSpread& spread = spreads_[f];
    double z = 0;
    if (features_.features[f].kind == FeatureKind::category_code) {
      const bool seen = row[f] >= 0 && static_cast<std::size_t>(row[f]) < spread.shares.size();
      const double share = seen ? spread.shares[static_cast<std::size_t>(row[f])] : 0.0;
      // A share s stands for the z whose two-sided tail bound 1/z^2 (Chebyshev) is s.
      z = 1 / std::sqrt(std::max(share, 0.5 / static_cast<double>(training_rows_)));
    } else if (!std::isnan(row[f])) {
      z = (static_cast<double>(row[f]) - static_cast<double>(spread.median)) / static_cast<double>(spread.scale);
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

// Layout: docs/formats/state.md.
std::vector<std::uint8_t> Pipeline::serialize() const {
  ByteWriter writer;
  for (const char letter : kMagic) writer.u8(static_cast<std::uint8_t>(letter));
  writer.u32(kFormatVersion);
  writer.text(info_->id);
  writer.u32(static_cast<std::uint32_t>(parameters_.items().size()));
  for (const auto& [name, value] : parameters_.items()) {
    writer.text(name);
    writer.text(value);
  }
  writer.text(to_string(scaling_));
  writer.text(to_string(threshold_method_));
  writer.u64(training_rows_);
  writer.u64(seed_);
  writer.u32(static_cast<std::uint32_t>(features_.size()));
  for (std::size_t f = 0; f < features_.size(); ++f) {
    const Feature& feature = features_.features[f];
    writer.text(feature.name);
    writer.text(feature.column);
    writer.u8(static_cast<std::uint8_t>(feature.kind));
    writer.u8(static_cast<std::uint8_t>(feature.decimal));
    writer.u32(static_cast<std::uint32_t>(feature.categories.size()));
    for (const std::string& category : feature.categories) writer.text(category);
    writer.f32(spreads_[f].median);
    writer.f32(spreads_[f].scale);
    writer.f32_array(spreads_[f].shares);
  }
  preprocessor_.write_state(writer);
  calibration_.write_state(writer);
  detector_->write_state(writer);
  return writer.take();
}

/// Reads the parts of a state file, each checked before the next is believed.
struct PipelineReader {
  ByteReader& reader;

  Result<void> header() const {
    for (const char letter : kMagic) {
      if (reader.u8() != static_cast<std::uint8_t>(letter)) {
        return fail(ErrorCode::corrupt_model, "This is not an Outpost model file",
                    "Give the file that `outpost train ... -o MODEL` wrote.");
      }
    }
    const std::uint32_t version = reader.u32();
    if (reader.ok() && version != kFormatVersion) {
      return fail(ErrorCode::unsupported,
                  "The model file has format version " + std::to_string(version) + "; this program reads version " +
                      std::to_string(kFormatVersion),
                  "Use a newer program, or train the model again.");
    }
    return reader.status();
  }

  Result<void> detector(Pipeline& pipeline) const {
    const std::string id = reader.text();
    std::vector<std::pair<std::string, std::string>> given;
    for (std::uint32_t left = reader.u32(); left > 0 && reader.ok(); --left) {
      std::string name = reader.text();
      given.emplace_back(std::move(name), reader.text());
    }
    OUTPOST_TRY(reader.status());
    const auto info = find_detector(id);
    if (!info) return fail(ErrorCode::unsupported, "The model uses the detector '" + id + "', unknown to this program");
    pipeline.info_ = *info;
    auto values = resolve_parameters(**info, given);
    if (!values) return fail(ErrorCode::corrupt_model, "The model file is damaged: " + values.error().message);
    pipeline.parameters_ = std::move(*values);
    const auto scaling = scaling_from(reader.text());
    const auto method = threshold_method_from(reader.text());
    if (!scaling || !method) reader.reject("an unknown scaling or threshold method");
    pipeline.scaling_ = scaling.value_or(Scaling::none);
    pipeline.threshold_method_ = method.value_or(ThresholdMethod::iqr);
    pipeline.training_rows_ = reader.u64();
    pipeline.seed_ = reader.u64();
    if (pipeline.training_rows_ == 0) reader.reject("no training rows");
    return reader.status();
  }

  Result<void> features(Pipeline& pipeline) const {
    const std::uint32_t count = reader.u32();
    if (count == 0 || count > kMaxFeatures) reader.reject("a number of features out of range");
    for (std::uint32_t f = 0; f < count && reader.ok(); ++f) {
      Feature feature;
      Pipeline::FeatureSpread spread;
      feature.name = reader.text();
      feature.column = reader.text();
      const std::uint8_t kind = reader.u8();
      if (kind > static_cast<std::uint8_t>(FeatureKind::gap)) reader.reject("an unknown kind of feature");
      feature.kind = static_cast<FeatureKind>(kind);
      feature.decimal = static_cast<char>(reader.u8());
      if (feature.decimal != '.' && feature.decimal != ',') reader.reject("an unknown decimal mark");
      const std::uint32_t categories = reader.u32();
      if (categories > kMaxCategories) reader.reject("too many categories");
      for (std::uint32_t c = 0; c < categories && reader.ok(); ++c) feature.categories.push_back(reader.text());
      if (!std::is_sorted(feature.categories.begin(), feature.categories.end())) reader.reject("unsorted categories");
      spread.median = reader.f32();
      spread.scale = reader.f32();
      spread.shares = reader.f32_array(kMaxCategories);
      if (!std::isfinite(spread.median) || !(spread.scale > 0) || spread.shares.size() != feature.categories.size()) {
        reader.reject("feature statistics out of range");
      }
      pipeline.features_.features.push_back(std::move(feature));
      pipeline.spreads_.push_back(std::move(spread));
    }
    return reader.status();
  }
};

Result<Pipeline> Pipeline::deserialize(std::span<const std::uint8_t> bytes) {
  ByteReader reader(bytes);
  const PipelineReader parts{reader};
  Pipeline pipeline;
  OUTPOST_TRY(parts.header());
  OUTPOST_TRY(parts.detector(pipeline));
  OUTPOST_TRY(parts.features(pipeline));
  OUTPOST_TRY_ASSIGN(pipeline.preprocessor_, Preprocessor::read_state(reader, pipeline.features_.size()));
  OUTPOST_TRY_ASSIGN(pipeline.calibration_, Calibration::read_state(reader));
  pipeline.detector_ = pipeline.info_->make(pipeline.parameters_);
  OUTPOST_TRY(pipeline.detector_->read_state(reader, pipeline.preprocessor_.output_features()));
  if (reader.remaining() != 0) reader.reject("bytes after the end");
  OUTPOST_TRY(reader.status());
  return pipeline;
}

}  // namespace outpost
