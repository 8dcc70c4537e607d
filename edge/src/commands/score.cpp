/// `outpost score`: scores new rows with a model that `train` wrote.
#include <optional>
#include <string>

#include "commands/commands.hpp"
#include "job.hpp"
#include "model_file.hpp"
#include "output/describe.hpp"
#include "output/number_text.hpp"
#include "output/score_report.hpp"
#include "warnings.hpp"

namespace outpost::edge {
namespace {

constexpr const char* kExamples =
    "  outpost score new.csv --model pump.model\n"
    "  outpost score new.csv --model pump.model --format csv > scores.csv\n"
    "  tail -n 100 log.ndjson | outpost score - --model pump.model --format ndjson\n";

void add_options(CLI::App& app, Options& options) {
  add_data_argument(app, options, "CSV, TSV, JSON or NDJSON file (also .gz), or - for standard input");
  add_value_option(app, "-m,--model", "FILE", "The model (required): a file that 'outpost train' wrote",
                   [&options](const std::string& value) { options.model = value; });
  add_label_option(app, options);
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

Result<void> run(const Options& options, Session& session) {
  OUTPOST_TRY(require_data(options, "score"));
  if (options.model.empty()) {
    return fail(ErrorCode::invalid_argument, "score needs a model",
                "make one: outpost train NORMAL.csv -o MODEL; then: outpost score " + options.data + " --model MODEL");
  }
  OUTPOST_TRY_ASSIGN(const LoadedModel model, load_model(options.model));
  const Pipeline& pipeline = model.pipeline;
  OUTPOST_TRY_ASSIGN(const auto reader, open_data(options, session));
  OUTPOST_TRY_ASSIGN(const EncodedTable table, encode(*reader, pipeline.features(), 0, options, session));
  warn_about_cells(table, options.data, session);
  OUTPOST_TRY_ASSIGN(const std::vector<float> scores, score(pipeline, table.features, session));

  const std::string data = reader->source().name();
  ScoredRows rows{pipeline,     scores,
                  *reader,      metadata(pipeline, table, data, options),
                  {},           handle_column(pipeline.features()),
                  std::nullopt, "Next: outpost inspect " + options.model + "   (what the model knows)"};
  rows.facts.emplace_back(
      "Read", data + ": " + counted(scores.size(), "row", "rows") + " (" + format_words(reader->facts()) + ")");
  rows.facts.emplace_back("Model", options.model + ": " + std::string(pipeline.detector().name) + " on " +
                                       counted(pipeline.features().size(), "feature", "features") + ", learned from " +
                                       counted(pipeline.training_rows(), "row", "rows"));
  OUTPOST_TRY_ASSIGN(rows.quality, quality_if_labelled(scores, table.labels, pipeline.threshold(), session));
  add_outcome(rows);
  return write_scored_rows(rows, options, session);
}

}  // namespace

Command score_command() {
  return {"score", "Score new rows with a model that 'train' wrote", kExamples, add_options, run};
}

}  // namespace outpost::edge
