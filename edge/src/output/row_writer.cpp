#include "output/row_writer.hpp"

#include <cmath>
#include <optional>
#include <utility>

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

/// What a pipeline knows of a flagged row: the features that stand out.
std::string deviations_json(const Pipeline& pipeline, std::span<const float> features) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Pipeline::Deviation& deviation : pipeline.deviations(features, kTopFeatures)) {
    const Feature& feature = pipeline.features().features[deviation.feature];
    list.push_back({{"feature", feature.name},
                    {"value", feature_value_json(feature, features[deviation.feature])},
                    {"robust_z", rounded(deviation.robust_z)}});
  }
  return json_text(list);
}

/// The strongest contributions to the score of a flagged row.
std::string contributions_json(const Verdicts& verdicts, const Explanation& explanation,
                               std::span<const float> features) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const std::size_t f : strongest(explanation.contributions, kTopFeatures)) {
    const Feature& feature = verdicts.features.features[f];
    list.push_back({{"feature", feature.name},
                    {"value", feature_value_json(feature, features[f])},
                    {"contribution", rounded(explanation.contributions[f], 6)}});
  }
  return json_text(list);
}

void append_json_row(std::string& out, const Verdicts& verdicts, std::size_t row, std::span<const float> features,
                     const std::optional<Explanation>& explanation) {
  const bool anomaly = verdicts.is_anomaly(row);
  out += "{\"row\":";
  append_integer(out, row);
  out += ",\"score\":";
  append_float(out, verdicts.scores[row]);
  if (verdicts.pipeline != nullptr) {
    out += ",\"probability\":";
    append_float(out, verdicts.probability(row));
  }
  if (verdicts.labelled()) out += anomaly ? ",\"label\":1" : ",\"label\":0";
  if (verdicts.pipeline != nullptr) {
    out += ",\"severity\":\"";
    out += to_string(verdicts.severity(row));
    out += '"';
    if (anomaly) out += ",\"features\":" + deviations_json(*verdicts.pipeline, features);
    if (explanation) {
      // Of a training row the score is that without itself; contributions split that of a new row.
      if (explanation->score != verdicts.scores[row]) {
        out += ",\"explained_score\":";
        append_float(out, explanation->score);
      }
      out += ",\"base\":" + short_number(explanation->base, 6);
      out += ",\"contributions\":" + contributions_json(verdicts, *explanation, features);
    }
  }
  out += '}';
}

/// All rows, in order, each after `before_first` or `between`. The data are read again where deviations are shown.
Result<void> append_rows(const Verdicts& verdicts, RecordReader& reader, Session& session, Sink& sink,
                         std::string_view before_first, std::string_view between) {
  std::size_t written = 0;
  std::optional<Error> problem;
  const auto append_row = [&](std::span<const float> features) {
    if (written >= verdicts.scores.size() || sink.failed()) return false;
    std::optional<Explanation> explanation;
    if (verdicts.explainer != nullptr && verdicts.is_anomaly(written)) {
      auto found = verdicts.explainer->explain(features, session.run());
      if (!found) {
        problem = std::move(found).error();
        return false;
      }
      explanation = std::move(*found);
    }
    sink.buffer() += written == 0 ? before_first : between;
    append_json_row(sink.buffer(), verdicts, written, features, explanation);
    sink.flush_if_full();
    ++written;
    return true;
  };
  if (verdicts.pipeline == nullptr) {
    while (append_row({})) {
      if (written % kRowsBetweenChecks == 0 && session.cancellation().requested()) {
        return fail(ErrorCode::cancelled, "interrupted");
      }
    }
    return {};
  }
  OUTPOST_TRY(visit_rows(reader, verdicts.features, session,
                         [&](std::uint64_t, std::span<const float> features, const RecordBatch&, std::size_t) {
                           return append_row(features);
                         }));
  if (problem) return tl::unexpected<Error>(std::move(*problem));
  if (written != verdicts.scores.size() && !sink.failed()) {
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

Result<void> write_csv_rows(const Verdicts& verdicts, Session& session, Sink& sink) {
  const bool full = verdicts.pipeline != nullptr;
  sink.write(full                  ? "row,score,probability,label,severity\n"
             : verdicts.labelled() ? "row,score,label\n"
                                   : "row,score\n");
  for (std::size_t row = 0; row < verdicts.scores.size(); ++row) {
    std::string& out = sink.buffer();
    append_integer(out, row);
    out += ',';
    append_float(out, verdicts.scores[row]);
    if (full) {
      out += ',';
      append_float(out, verdicts.probability(row));
    }
    if (verdicts.labelled()) out += verdicts.is_anomaly(row) ? ",1" : ",0";
    if (full) {
      out += ',';
      out += to_string(verdicts.severity(row));
    }
    out += '\n';
    sink.flush_if_full();
    if (row % kRowsBetweenChecks == 0) {
      if (session.cancellation().requested()) return fail(ErrorCode::cancelled, "interrupted");
      if (sink.failed()) break;
    }
  }
  return {};
}

Result<void> write_ndjson_rows(const Verdicts& verdicts, RecordReader& reader, Session& session, Sink& sink) {
  OUTPOST_TRY(append_rows(verdicts, reader, session, sink, "", "\n"));
  if (!verdicts.scores.empty()) sink.write("\n");
  return {};
}

Result<void> write_json_rows(const nlohmann::ordered_json& metadata, const Verdicts& verdicts, RecordReader& reader,
                             Session& session, Sink& sink) {
  std::string head = json_text(metadata, 1);
  const std::size_t end = head.find_last_of('}');
  head.resize(head.find_last_not_of("\n ", end - 1) + 1);
  sink.write(head + ",\n \"rows\": [");
  OUTPOST_TRY(append_rows(verdicts, reader, session, sink, "\n  ", ",\n  "));
  sink.write("\n ]\n}\n");
  return {};
}

}  // namespace outpost::edge
