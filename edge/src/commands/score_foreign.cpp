#include "commands/score_foreign.hpp"

#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <outpost/combine/threshold.hpp>

#include "foreign_model.hpp"
#include "job.hpp"
#include "output/message_text.hpp"
#include "output/number_text.hpp"
#include "output/score_report.hpp"
#include "sidecar.hpp"

namespace outpost::edge {
namespace {

std::string library_path(const Options& options) {
  if (!options.onnxruntime.empty()) return options.onnxruntime;
  const char* path = std::getenv("OUTPOST_ONNXRUNTIME");
  return path != nullptr ? path : "";
}

/// A column that names rows for people: the first timestamp, else the first text.
std::optional<std::string> handle_column(const Schema& schema) {
  for (const ColumnType wanted : {ColumnType::timestamp, ColumnType::text}) {
    for (const ColumnSchema& column : schema.columns) {
      if (column.type == wanted) return column.name;
    }
  }
  return std::nullopt;
}

struct Cut {
  std::optional<float> threshold;
  std::string origin;
};

/// The command line's threshold, else the sidecar's, else one found on the scores where that was asked for. A given
/// threshold is in the output's own scale, a found one in the scores'.
Result<Cut> find_cut(const std::vector<float>& scores, const ScoreRule& rule, const std::optional<Sidecar>& sidecar,
                     const Options& options) {
  const auto in_scores = [&](double value) { return static_cast<float>(rule.lower_is_anomalous ? -value : value); };
  if (options.score_threshold) return Cut{in_scores(*options.score_threshold), "--threshold"};
  if (options.contamination) {
    OUTPOST_TRY_ASSIGN(const Threshold found, find_threshold(scores, options.pipeline.threshold));
    return Cut{found.value,
               "contamination " + short_number(options.pipeline.threshold.contamination) + " of these rows"};
  }
  if (sidecar && sidecar->threshold) return Cut{in_scores(*sidecar->threshold), sidecar->path};
  return Cut{};
}

std::string rule_words(const ScoreRule& rule) {
  if (rule.reconstruction) return "mean squared error between input and output '" + rule.output + "'";
  return "output '" + rule.output + "'" + (rule.lower_is_anomalous ? ", negated: low values are anomalous" : "");
}

nlohmann::ordered_json metadata(const LoadedModel& model, const host::OnnxSession& runtime, const ScoreRule& rule,
                                const EncodedTable& table, const FeatureSet& features, const std::string& data) {
  nlohmann::ordered_json json;
  json["command"] = "score";
  json["data"] = data;
  json["model"] = model.path;
  json["runtime"] = "ONNX Runtime " + runtime.runtime().version;
  json["score_output"] = rule.output;
  json["reconstruction_error"] = rule.reconstruction;
  json["lower_is_anomalous"] = rule.lower_is_anomalous;
  json["features"] = feature_names(features);
  json["unreadable_cells"] = table.unreadable_cells;
  return json;
}

}  // namespace

Result<host::OnnxSession> open_session(const LoadedModel& model, const Options& options) {
  const auto with_path = [&](Error error) {
    error.message = model.path + ": " + message_text(error.message);
    return tl::unexpected<Error>(std::move(error));
  };
  // Asked here as well, so that a refusal names the file while a missing library does not.
  if (Result<void> runnable = onnx::check_runnable(model.view); !runnable) return with_path(runnable.error());
  auto session = host::OnnxSession::create(model.bytes, {library_path(options), options.threads});
  if (!session && session.error().code == ErrorCode::corrupt_model) return with_path(session.error());
  return session;
}

Result<void> score_foreign(const LoadedModel& model, const Options& options, Session& session) {
  if (options.runtime == ModelRuntime::core) {
    return fail(ErrorCode::unsupported, model.path + " was not made by Outpost; the core runs its own models only",
                "leave --runtime out, or: --runtime onnxruntime");
  }
  OUTPOST_TRY_ASSIGN(const auto sidecar, read_sidecar(model.path));
  OUTPOST_TRY_ASSIGN(const host::OnnxSession runtime, open_session(model, options));
  OUTPOST_TRY_ASSIGN(const ScoreRule rule, plan_score(runtime, sidecar, options));
  OUTPOST_TRY_ASSIGN(const Data data, load_data(options, session));
  OUTPOST_TRY_ASSIGN(const FeatureSet features, plan_columns(data.scan.schema, runtime, sidecar, options));
  OUTPOST_TRY_ASSIGN(const EncodedTable table, encode(*data.reader, features, data.scan.rows, options, session));
  if (table.unreadable_cells != 0) {
    session.note("warning: " + counted(table.unreadable_cells, "cell is", "cells are") +
                 " no number and read as missing; see outpost inspect " + options.data);
  }
  OUTPOST_TRY_ASSIGN(const std::vector<float> scores, foreign_scores(runtime, rule, table.features, session));
  OUTPOST_TRY_ASSIGN(Cut cut, find_cut(scores, rule, sidecar, options));

  const std::string source = data.reader->source().name();
  Verdicts verdicts{scores, features};
  verdicts.threshold = cut.threshold;
  verdicts.threshold_origin = std::move(cut.origin);
  ScoredRows rows{std::move(verdicts),
                  *data.reader,
                  metadata(model, runtime, rule, table, features, source),
                  {},
                  handle_column(data.scan.schema),
                  std::nullopt,
                  "Next: outpost inspect " + model.path + "   (what the model is made of)"};
  rows.facts.emplace_back(
      "Read", source + ": " + counted(scores.size(), "row", "rows") + " (" + format_words(data.reader->facts()) + ")");
  rows.facts.emplace_back(
      "Model", model.path + " on " + counted(features.size(), "feature", "features") + ", not made by Outpost");
  rows.facts.emplace_back("Run by", "ONNX Runtime " + runtime.runtime().version);
  rows.facts.emplace_back("Score", rule_words(rule));
  OUTPOST_TRY_ASSIGN(
      rows.quality,
      quality_if_labelled(scores, table.labels, cut.threshold.value_or(std::numeric_limits<float>::max()), session));
  add_outcome(rows);
  return write_scored_rows(rows, options, session);
}

}  // namespace outpost::edge
