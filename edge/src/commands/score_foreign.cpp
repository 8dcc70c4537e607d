#include "commands/score_foreign.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
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

/// A mistake on the command line is told before a large file is read.
Result<void> check_options(const Options& options) {
  if (!options.score_threshold || !options.contamination) return {};
  return fail(ErrorCode::invalid_argument, "--threshold and --contamination both say which rows are flagged",
              "leave one of them out");
}

/// As scores are kept and printed. Infinite beyond float32.
float narrow(double value) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  if (value > std::numeric_limits<float>::max()) return kInfinity;
  if (value < std::numeric_limits<float>::lowest()) return -kInfinity;
  return static_cast<float>(value);
}

/// A threshold that was given: in the output's own scale, and whence.
struct Given {
  double value = 0;
  std::string origin;
};
std::optional<Given> given_threshold(const std::optional<Sidecar>& sidecar, const Options& options) {
  if (options.score_threshold) return Given{*options.score_threshold, "--threshold"};
  if (!options.contamination && sidecar && sidecar->threshold) return Given{*sidecar->threshold, sidecar->path};
  return std::nullopt;
}

/// What the model says of the rows. Labels where a threshold was given and the output is finer than float32: compared
/// before the score is rounded to float32, so that what the model tells apart is told apart.
struct ForeignScores {
  std::vector<float> scores;
  std::vector<std::int64_t> labels;
};

Result<void> check_columns(const host::OnnxOutput& output, std::size_t values, const ScoreRule& rule, MatrixView rows) {
  const std::size_t columns = output.columns;
  const bool fits = rule.reconstruction ? columns == rows.cols() : columns == 1 || columns == 2;
  if (!fits) {
    return fail(ErrorCode::unsupported,
                "output '" + rule.output + "' gives " + counted(columns, "value", "values") + " a row; " +
                    (rule.reconstruction ? "a reconstruction has " + std::to_string(rows.cols()) + ", one a feature"
                                         : std::string("a score has one (or two: probabilities of two classes)")),
                rule.reconstruction ? "leave reconstruction out if it is a score; --score-output NAME takes another one"
                                    : "if it rebuilds the input, use --reconstruction-error");
  }
  if (values == rows.rows() * columns) return {};
  return fail(ErrorCode::unsupported, "output '" + rule.output + "' is not one result a row",
              "choose another output: --score-output NAME");
}

template <class T>
double score_of(const T* row, std::span<const float> features, std::size_t columns, const ScoreRule& rule) {
  double score = static_cast<double>(row[columns - 1]);
  if (rule.reconstruction) {
    score = 0;
    for (std::size_t c = 0; c < columns; ++c) {
      const double error = static_cast<double>(row[c]) - static_cast<double>(features[c]);
      score += error * error;
    }
    score /= static_cast<double>(columns);
  }
  return rule.lower_is_anomalous ? -score : score;
}

/// The score of each row out of the rule's output.
Result<ForeignScores> read_scores(const host::OnnxOutput& output, const ScoreRule& rule, MatrixView rows,
                                  const std::optional<Given>& given) {
  const bool fine = !std::holds_alternative<std::vector<float>>(output.values);
  const double cut = given ? (rule.lower_is_anomalous ? -given->value : given->value) : 0;
  ForeignScores result;
  result.scores.resize(rows.rows());
  if (given && fine) result.labels.resize(rows.rows());
  const auto read = [&](const auto& values) -> Result<void> {
    OUTPOST_TRY(check_columns(output, values.size(), rule, rows));
    for (std::size_t r = 0; r < result.scores.size(); ++r) {
      const double score = score_of(values.data() + r * output.columns, rows.row(r), output.columns, rule);
      result.scores[r] = narrow(score);
      if (!result.labels.empty()) result.labels[r] = score > cut ? 1 : 0;
    }
    return {};
  };
  OUTPOST_TRY(std::visit(read, output.values));
  return result;
}

/// Runs the model and applies the rule: one finite score a row.
Result<ForeignScores> run_foreign(const host::OnnxSession& model, const ScoreRule& rule, MatrixView rows,
                                  const std::optional<Given>& given, Session& session) {
  session.progress().begin("Scoring with ONNX Runtime", "rows");
  const std::array<std::string, 1> names = {rule.output};
  OUTPOST_TRY_ASSIGN(const std::vector<host::OnnxOutput> outputs, model.run(rows, names, session.run()));
  session.progress().clear();
  OUTPOST_TRY_ASSIGN(ForeignScores result, read_scores(outputs.front(), rule, rows, given));
  const auto bad =
      std::find_if(result.scores.begin(), result.scores.end(), [](float score) { return !std::isfinite(score); });
  if (bad == result.scores.end()) return result;
  const auto row = static_cast<std::size_t>(bad - result.scores.begin());
  const auto features = rows.row(row);
  const bool missing = std::any_of(features.begin(), features.end(), [](float value) { return std::isnan(value); });
  return fail(
      ErrorCode::invalid_data,
      "the model gives no finite score for row " + std::to_string(row) + (missing ? ", which has missing values" : ""),
      missing ? "fill or leave out such rows; the model itself does not handle missing values"
              : "a value may be too large for the model; outpost inspect DATA shows the ranges");
}

struct Cut {
  std::optional<float> threshold;
  std::string origin;
};

/// The given threshold, else one found on the scores where that was asked for; in the scores' direction.
Result<Cut> find_cut(const std::vector<float>& scores, const ScoreRule& rule, const std::optional<Given>& given,
                     const Options& options) {
  if (given) {
    constexpr double kMost = std::numeric_limits<float>::max();  // beyond it no score lies, and JSON has no infinity
    const double value = std::clamp(given->value, -kMost, kMost);
    return Cut{static_cast<float>(rule.lower_is_anomalous ? -value : value), given->origin};
  }
  if (!options.contamination) return Cut{};
  OUTPOST_TRY_ASSIGN(const Threshold found, find_threshold(scores, options.pipeline.threshold));
  return Cut{found.value, "contamination " + short_number(options.pipeline.threshold.contamination) + " of these rows"};
}

/// Quality where there are labels of people; its confusion is that of the labels that are printed.
Result<std::optional<Quality>> foreign_quality(const ForeignScores& result, const EncodedTable& table, const Cut& cut,
                                               Session& session) {
  const float threshold = cut.threshold.value_or(std::numeric_limits<float>::max());
  OUTPOST_TRY_ASSIGN(auto quality, quality_if_labelled(result.scores, table.labels, threshold, session));
  if (!quality || result.labels.empty()) return quality;
  const std::vector<float> decided(result.labels.begin(), result.labels.end());
  OUTPOST_TRY_ASSIGN(quality->confusion, confusion(decided, table.labels, 0.5F));
  return quality;
}

/// Whether what an output's shape is held against was asked for by the sidecar.
bool rule_by_sidecar(const ScoreRule& rule, const std::optional<Sidecar>& sidecar, const Options& options) {
  if (!sidecar) return false;
  if (rule.reconstruction && !options.reconstruction_error) return true;
  return options.score_output.empty() && sidecar->output;
}

/// The error with the file it is about, unless it names it (a sidecar's path begins as its model's does).
tl::unexpected<Error> told(Error error, const std::string& path) {
  const bool about = error.code == ErrorCode::unsupported || error.code == ErrorCode::invalid_argument;
  if (about && !path.empty() && error.message.rfind(path, 0) != 0) {
    error.message = path + ": " + message_text(error.message);
  }
  return tl::unexpected<Error>(std::move(error));
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
  OUTPOST_TRY(check_options(options));
  OUTPOST_TRY_ASSIGN(const auto sidecar, read_sidecar(model.path));
  OUTPOST_TRY_ASSIGN(const host::OnnxSession runtime, open_session(model, options));
  const auto plan = plan_score(runtime, sidecar, options);
  if (!plan) return told(plan.error(), model.path);
  const ScoreRule& rule = *plan;
  OUTPOST_TRY_ASSIGN(const Data data, load_data(options, session));
  OUTPOST_TRY_ASSIGN(const FeatureSet features, plan_columns(data.scan.schema, runtime, sidecar, options));
  OUTPOST_TRY_ASSIGN(const EncodedTable table, encode(*data.reader, features, data.scan.rows, options, session));
  if (table.unreadable_cells != 0) {
    session.note("warning: " + counted(table.unreadable_cells, "cell is", "cells are") +
                 " no number and read as missing; see outpost inspect " + options.data);
  }
  const std::optional<Given> given = given_threshold(sidecar, options);
  const auto result = run_foreign(runtime, rule, table.features, given, session);
  if (!result) return told(result.error(), rule_by_sidecar(rule, sidecar, options) ? sidecar->path : model.path);
  const std::vector<float>& scores = result->scores;
  OUTPOST_TRY_ASSIGN(Cut cut, find_cut(scores, rule, given, options));

  const std::string source = data.reader->source().name();
  Verdicts verdicts{scores, features};
  verdicts.threshold = cut.threshold;
  verdicts.labels = result->labels;
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
  OUTPOST_TRY_ASSIGN(rows.quality, foreign_quality(*result, table, cut, session));
  add_outcome(rows);
  return write_scored_rows(rows, options, session);
}

}  // namespace outpost::edge
