/// `outpost detect`: fits on a file and shows its own odd rows.
#include <algorithm>
#include <optional>
#include <string>

#include "commands/commands.hpp"
#include "job.hpp"
#include "output/describe.hpp"
#include "output/number_text.hpp"
#include "output/score_report.hpp"
#include "warnings.hpp"

namespace outpost::edge {
namespace {

constexpr const char* kExamples =
    "  outpost detect data.csv\n"
    "  outpost detect data.csv --detector knn --param n_neighbors=10\n"
    "  outpost detect data.csv --contamination 0.01 --top 25\n"
    "  outpost detect data.csv --explain\n"
    "  outpost detect data.csv --exclude id,comment --type port=categorical\n"
    "  outpost detect data.csv --format csv -o scores.csv\n"
    "  zcat data.csv.gz | outpost detect - --format ndjson\n";

void add_options(CLI::App& app, Options& options) {
  add_data_argument(app, options, "CSV, TSV, JSON or NDJSON file (also .gz), or - for standard input");
  add_detector_options(app, options);
  add_threshold_options(app, options);
  add_label_option(app, options);
  add_contribution_options(app, options);
  add_column_options(app, options);
  add_input_options(app, options);
  add_output_options(app, options, "Write here instead of standard output; appears whole or not at all");
  add_top_option(app, options);
  add_run_options(app, options);
}

/// A column that names rows for people: the first timestamp, else the first text that is not a feature.
std::optional<std::string> handle_column(const Schema& schema, const Options& options) {
  for (const ColumnType wanted : {ColumnType::timestamp, ColumnType::text}) {
    for (const ColumnSchema& column : schema.columns) {
      if (column.type == wanted && column.name != options.features.label) return column.name;
    }
  }
  return std::nullopt;
}

Facts read_facts(const Data& data, const FeaturePlan& plan) {
  Facts facts;
  facts.emplace_back("Read", data.reader->source().name() + ": " + counted(data.scan.rows, "row", "rows") + ", " +
                                 counted(data.scan.schema.columns.size(), "column", "columns") + " (" +
                                 format_words(data.scan.facts) + ")");
  std::string features = grouped(plan.set.size()) + " used";
  if (!plan.left_out.empty()) {
    features += "; " + grouped(plan.left_out.size()) + " left out: " + left_out_words(plan.left_out, 5);
  }
  facts.emplace_back("Features", features);
  return facts;
}

nlohmann::ordered_json metadata(const Data& data, const FeaturePlan& plan, const Fitted& fitted,
                                const Options& options) {
  nlohmann::ordered_json json;
  json["command"] = "detect";
  json["data"] = data.reader->source().name();
  json["columns"] = data.scan.schema.columns.size();
  json["features"] = feature_names(plan.set);
  json["left_out"] = left_out_json(plan.left_out);
  json["detector"] = std::string(fitted.pipeline.detector().name);
  json["parameters"] = parameter_json(fitted.pipeline.detector(), fitted.pipeline.parameters());
  json["scaling"] = std::string(to_string(fitted.pipeline.scaling()));
  json["seed"] = options.seed;
  json["fit_seconds"] = rounded(fitted.fit_seconds, 6);
  return json;
}

std::string next_step(const Options& options) {
  if (options.data == "-") return "Next: --format csv has every row; outpost train FILE -o MODEL keeps this detector.";
  return "Next: outpost inspect " + options.data + "   (what is in the data)\n      outpost detect " + options.data +
         " --detector " + (options.pipeline.detector == "knn" ? "ecod" : "knn") + "   (another view)";
}

Result<void> run(const Options& options, Session& session) {
  OUTPOST_TRY(require_data(options, "detect"));
  OUTPOST_TRY(check_detector(options));
  OUTPOST_TRY_ASSIGN(Data data, load_data(options, session));
  OUTPOST_TRY_ASSIGN(FeaturePlan features, plan(data, options));
  warn_about_data(data, features, session);
  OUTPOST_TRY_ASSIGN(EncodedTable table, encode(*data.reader, features.set, data.scan.rows, options, session));
  OUTPOST_TRY_ASSIGN(Fitted fitted, fit(std::move(table.features), features.set, options, session));

  ScoredRows rows{Verdicts::of(fitted.pipeline, fitted.scores),
                  *data.reader,
                  metadata(data, features, fitted, options),
                  read_facts(data, features),
                  handle_column(data.scan.schema, options),
                  std::nullopt,
                  next_step(options)};
  const Pipeline& pipeline = fitted.pipeline;
  std::optional<Explainer> explainer;
  if (options.with_contributions) {
    ExplainOptions how = options.explain;
    how.seed = options.seed;
    OUTPOST_TRY_ASSIGN(explainer, Explainer::create(pipeline, how));
    rows.verdicts.explainer = &*explainer;
    rows.metadata["contributions"] = std::string(to_string(explainer->method()));
  }
  rows.facts.emplace_back("Detector", std::string(pipeline.detector().name) + " (" +
                                          std::string(pipeline.detector().title) + "), scaling " +
                                          std::string(to_string(pipeline.scaling())) + ", seed " +
                                          std::to_string(options.seed));
  if (session.out().is_terminal) rows.facts.emplace_back("Time", "fitted in " + duration_text(fitted.fit_seconds));
  OUTPOST_TRY_ASSIGN(rows.quality, quality_if_labelled(fitted.scores, table.labels, pipeline.threshold(), session));
  add_outcome(rows);
  return write_scored_rows(rows, options, session);
}

}  // namespace

Command detect_command() {
  return {"detect", "Find the odd rows of a file and say what is odd about them", kExamples, add_options, run};
}

}  // namespace outpost::edge
