#include "output/row_writer.hpp"

#include <cmath>

#include "output/describe.hpp"
#include "output/number_text.hpp"

namespace outpost::edge {
namespace {

constexpr std::size_t kRowsBetweenChecks = 65'536;

/// The category a code stands for; nothing for NaN and for codes that are not in the list.
const std::string* category_of(const Feature& feature, float value) {
  if (!(value >= 0) || value >= static_cast<float>(feature.categories.size())) return nullptr;
  return &feature.categories[static_cast<std::size_t>(value)];
}

void append_json_row(std::string& out, const Pipeline& pipeline, std::uint64_t row, float score,
                     std::span<const float> features) {
  const Calibration& calibration = pipeline.calibration();
  const bool anomaly = pipeline.is_anomaly(score);
  out += "{\"row\":";
  append_integer(out, row);
  out += ",\"score\":";
  append_float(out, score);
  out += ",\"probability\":";
  append_float(out, calibration.probability(score));
  out += anomaly ? ",\"label\":1,\"severity\":\"" : ",\"label\":0,\"severity\":\"";
  out += to_string(calibration.severity(score));
  out += '"';
  if (anomaly) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Pipeline::Deviation& deviation : pipeline.deviations(features, kTopFeatures)) {
      const Feature& feature = pipeline.features().features[deviation.feature];
      list.push_back({{"feature", feature.name},
                      {"value", feature_value_json(feature, features[deviation.feature])},
                      {"robust_z", rounded(deviation.robust_z)}});
    }
    out += ",\"features\":" + json_text(list);
  }
  out += '}';
}

/// All rows, in order, each after `before_first` or `between`.
Result<void> append_rows(const Pipeline& pipeline, std::span<const float> scores, RecordReader& reader,
                         Session& session, Sink& sink, std::string_view before_first, std::string_view between) {
  std::uint64_t written = 0;
  OUTPOST_TRY(visit_rows(reader, pipeline.features(), session,
                         [&](std::uint64_t row, std::span<const float> features, const RecordBatch&, std::size_t) {
                           if (row >= scores.size() || sink.failed()) return false;
                           sink.buffer() += row == 0 ? before_first : between;
                           append_json_row(sink.buffer(), pipeline, row, scores[row], features);
                           sink.flush_if_full();
                           ++written;
                           return true;
                         }));
  if (written != scores.size() && !sink.failed()) {
    return fail(ErrorCode::io_error, reader.source().name() + " changed while it was read",
                "run again when nothing writes to it");
  }
  return {};
}

}  // namespace

nlohmann::ordered_json feature_value_json(const Feature& feature, float value) {
  if (std::isnan(value)) return nullptr;
  switch (feature.kind) {
    case FeatureKind::boolean: return value != 0;
    case FeatureKind::category_code: {
      const std::string* category = category_of(feature, value);
      return category != nullptr ? nlohmann::ordered_json(*category) : nlohmann::ordered_json(nullptr);
    }
    case FeatureKind::number:
    case FeatureKind::hour:
    case FeatureKind::weekday:
    case FeatureKind::gap: break;
  }
  return as_decimal(value);
}

std::string feature_value_text(const Feature& feature, float value) {
  if (std::isnan(value)) return feature.kind == FeatureKind::category_code ? "unseen or missing" : "missing";
  switch (feature.kind) {
    case FeatureKind::boolean: return value != 0 ? "yes" : "no";
    case FeatureKind::category_code: {
      const std::string* category = category_of(feature, value);
      return category != nullptr ? *category : "unseen";
    }
    case FeatureKind::weekday: {
      static constexpr const char* kDays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
      return value >= 0 && value < 7 ? kDays[static_cast<std::size_t>(value)] : human_number(value);
    }
    case FeatureKind::number:
    case FeatureKind::hour:
    case FeatureKind::gap: break;
  }
  return human_number(value);
}

Result<void> write_csv_rows(const Pipeline& pipeline, std::span<const float> scores, Session& session, Sink& sink) {
  const Calibration& calibration = pipeline.calibration();
  sink.write("row,score,probability,label,severity\n");
  for (std::size_t row = 0; row < scores.size(); ++row) {
    std::string& out = sink.buffer();
    append_integer(out, row);
    out += ',';
    append_float(out, scores[row]);
    out += ',';
    append_float(out, calibration.probability(scores[row]));
    out += pipeline.is_anomaly(scores[row]) ? ",1," : ",0,";
    out += to_string(calibration.severity(scores[row]));
    out += '\n';
    sink.flush_if_full();
    if (row % kRowsBetweenChecks == 0) {
      if (session.cancellation().requested()) return fail(ErrorCode::cancelled, "interrupted");
      if (sink.failed()) break;
    }
  }
  return {};
}

Result<void> write_ndjson_rows(const Pipeline& pipeline, std::span<const float> scores, RecordReader& reader,
                               Session& session, Sink& sink) {
  OUTPOST_TRY(append_rows(pipeline, scores, reader, session, sink, "", "\n"));
  if (!scores.empty()) sink.write("\n");
  return {};
}

Result<void> write_json_rows(const nlohmann::ordered_json& metadata, const Pipeline& pipeline,
                             std::span<const float> scores, RecordReader& reader, Session& session, Sink& sink) {
  std::string head = json_text(metadata, 1);
  const std::size_t end = head.find_last_of('}');
  head.resize(head.find_last_not_of("\n ", end - 1) + 1);
  sink.write(head + ",\n \"rows\": [");
  OUTPOST_TRY(append_rows(pipeline, scores, reader, session, sink, "\n  ", ",\n  "));
  sink.write("\n ]\n}\n");
  return {};
}

}  // namespace outpost::edge
