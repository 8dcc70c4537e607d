/// `outpost score`: scores new rows with a model that `train` wrote, or any other.
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "commands/commands.hpp"
#include "commands/score_foreign.hpp"
#include "job.hpp"
#include "model_file.hpp"
#include "output/describe.hpp"
#include "output/number_text.hpp"
#include "output/score_report.hpp"
#include "warnings.hpp"

namespace outpost::edge {
namespace {

constexpr const char* kExamples =
    "  outpost score new.csv --model pump.onnx\n"
    "  outpost score new.csv --model pump.onnx --format csv > scores.csv\n"
    "  outpost score new.csv --model pump.onnx --runtime onnxruntime\n"
    "  outpost score new.csv -m svm.onnx --score-output scores --lower-is-anomalous\n"
    "  outpost score new.csv -m autoencoder.onnx --reconstruction-error\n"
    "  tail -n 100 log.ndjson | outpost score - --model pump.onnx --format ndjson\n";

void add_options(CLI::App& app, Options& options) {
  add_data_argument(app, options, "CSV, TSV, JSON or NDJSON file (also .gz), or - for standard input");
  add_value_option(app, "-m,--model", "FILE",
                   "The model (required): what 'outpost train' wrote, or any ONNX model of a float [N, D] input",
                   [&options](const std::string& value) { options.model = value; });
  add_runtime_options(app, options);
  add_label_option(app, options);
  add_column_options(app, options);
  add_input_options(app, options);
  add_output_options(app, options, "Write here instead of standard output; appears whole or not at all");
  add_top_option(app, options);
  add_run_options(app, options);
}

/// The time column, where the model has features of one.
std::optional<std::string> handle_column(const FeatureSet& set) {
  for (const Feature& feature : set.features) {
    if (feature.kind == FeatureKind::hour || feature.kind == FeatureKind::weekday || feature.kind == FeatureKind::gap) {
      return feature.column;
    }
  }
  return std::nullopt;
}

nlohmann::ordered_json metadata(const Pipeline& pipeline, const EncodedTable& table, const std::string& data,
                                const Options& options) {
  nlohmann::ordered_json json;
  json["command"] = "score";
  json["data"] = data;
  json["model"] = options.model;
  json["runtime"] = "core";
  json["detector"] = std::string(pipeline.detector().name);
  json["features"] = feature_names(pipeline.features());
  json["training_rows"] = pipeline.training_rows();
  json["unreadable_cells"] = table.unreadable_cells;
  json["unseen_categories"] = table.unseen_categories;
  return json;
}

void warn_about_cells(const EncodedTable& table, const std::string& data, Session& session) {
  if (table.unreadable_cells != 0) {
    session.note("warning: " + counted(table.unreadable_cells, "cell is", "cells are") +
                 " not of the type the model expects and read as missing; see outpost inspect " + data);
  }
  if (table.unseen_categories != 0) {
    session.note("warning: " + counted(table.unseen_categories, "cell has", "cells have") +
                 " a category that the model has never seen");
  }
}

/// What the scores, probabilities and labels of a model of ours come from: the core, or its graph in ONNX Runtime.
struct OwnScores {
  std::vector<float> scores, probabilities;
  std::vector<std::int64_t> labels;
  std::string runtime = "core";
};

template <class T>
Result<std::vector<T>> take_column(host::OnnxOutput& output, const std::string& name, std::size_t rows) {
  auto* values = std::get_if<std::vector<T>>(&output.values);
  if (values != nullptr && values->size() == rows) return std::move(*values);
  return fail(ErrorCode::corrupt_model, "output '" + name + "' of the model is not one value a row");
}

Result<OwnScores> run_own(const LoadedModel& model, MatrixView rows, const Options& options, Session& session) {
  OwnScores result;
  if (options.runtime.value_or(ModelRuntime::core) == ModelRuntime::core) {
    OUTPOST_TRY_ASSIGN(result.scores, score(*model.own, rows, session));
    return result;
  }
  OUTPOST_TRY_ASSIGN(const host::OnnxSession runtime, open_session(model, options));
  session.progress().begin("Scoring with ONNX Runtime", "rows");
  const std::array<std::string, 3> names = {"score", "probability", "label"};
  OUTPOST_TRY_ASSIGN(auto outputs, runtime.run(rows, names, session.run()));
  session.progress().clear();
  OUTPOST_TRY_ASSIGN(result.scores, take_column<float>(outputs[0], names[0], rows.rows()));
  OUTPOST_TRY_ASSIGN(result.probabilities, take_column<float>(outputs[1], names[1], rows.rows()));
  OUTPOST_TRY_ASSIGN(result.labels, take_column<std::int64_t>(outputs[2], names[2], rows.rows()));
  result.runtime = "ONNX Runtime " + runtime.runtime().version;
  return result;
}

/// Options that say how a model is read, which our own models say themselves.
Result<void> refuse_foreign_options(const Options& options) {
  const std::pair<bool, const char*> given[] = {{!options.score_output.empty(), "--score-output"},
                                                {options.lower_is_anomalous, "--lower-is-anomalous"},
                                                {options.reconstruction_error, "--reconstruction-error"},
                                                {options.score_threshold.has_value(), "--threshold"},
                                                {options.contamination, "--contamination"},
                                                {!options.features.include.empty(), "--include"},
                                                {!options.features.exclude.empty(), "--exclude"},
                                                {!options.scan.types.empty(), "--type"}};
  for (const auto& [is_given, name] : given) {
    if (!is_given) continue;
    return fail(ErrorCode::invalid_argument,
                std::string(name) + ": " + options.model + " was made by Outpost and says this itself",
                "leave it out, or train the model again with it");
  }
  return {};
}

Result<void> score_own(const LoadedModel& model, const Options& options, Session& session) {
  OUTPOST_TRY(refuse_foreign_options(options));
  const Pipeline& pipeline = *model.own;
  OUTPOST_TRY_ASSIGN(const auto reader, open_data(options, session));
  OUTPOST_TRY_ASSIGN(const EncodedTable table, encode(*reader, pipeline.features(), 0, options, session));
  if (table.features.rows() == 0) {
    // As for a model of others, whose columns are found in the rows, and as for detect.
    return fail(ErrorCode::not_enough_data, reader->source().name() + " has no rows of data",
                "there is a header only: check that the data were written to it");
  }
  warn_about_cells(table, options.data, session);
  OUTPOST_TRY_ASSIGN(const OwnScores result, run_own(model, table.features, options, session));

  const std::string data = reader->source().name();
  Verdicts verdicts = Verdicts::of(pipeline, result.scores);
  verdicts.probabilities = result.probabilities;
  verdicts.labels = result.labels;
  ScoredRows rows{std::move(verdicts),
                  *reader,
                  metadata(pipeline, table, data, options),
                  {},
                  handle_column(pipeline.features()),
                  std::nullopt,
                  "Next: outpost inspect " + options.model + "   (what the model knows)"};
  rows.metadata["runtime"] = result.runtime;
  rows.facts.emplace_back(
      "Read", data + ": " + counted(result.scores.size(), "row", "rows") + " (" + format_words(reader->facts()) + ")");
  rows.facts.emplace_back("Model", options.model + ": " + std::string(pipeline.detector().name) + " on " +
                                       counted(pipeline.features().size(), "feature", "features") + ", learned from " +
                                       counted(pipeline.training_rows(), "row", "rows"));
  if (result.runtime != "core") rows.facts.emplace_back("Run by", result.runtime);
  OUTPOST_TRY_ASSIGN(rows.quality, quality_if_labelled(result.scores, table.labels, pipeline.threshold(), session));
  add_outcome(rows);
  return write_scored_rows(rows, options, session);
}

Result<void> run(const Options& options, Session& session) {
  OUTPOST_TRY(require_data(options, "score"));
  if (options.model.empty()) {
    return fail(ErrorCode::invalid_argument, "score needs a model",
                "make one: outpost train NORMAL.csv -o MODEL; then: outpost score " + options.data + " --model MODEL");
  }
  OUTPOST_TRY_ASSIGN(const LoadedModel model, load_model(options.model));
  return model.own ? score_own(model, options, session) : score_foreign(model, options, session);
}

}  // namespace

Command score_command() { return {"score", "Score new rows with a model", kExamples, add_options, run}; }

}  // namespace outpost::edge
