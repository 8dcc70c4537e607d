/// `outpost evaluate`: how well a detector finds the rows that are labelled as anomalies.
#include <chrono>
#include <string>

#include "commands/commands.hpp"
#include "job.hpp"
#include "output/describe.hpp"
#include "output/number_text.hpp"
#include "output/sink.hpp"
#include "output/table.hpp"
#include "quality.hpp"
#include "warnings.hpp"

namespace outpost::edge {
namespace {

constexpr const char* kExamples =
    "  outpost evaluate labelled.csv --label label\n"
    "  outpost evaluate labelled.csv --label label --detector knn --format json\n"
    "  outpost evaluate data.csv --label fraud --detector lof --param n_neighbors=50\n";

void add_options(CLI::App& app, Options& options) {
  add_data_argument(app, options, "CSV, TSV, JSON or NDJSON file (also .gz) with a label column, or -");
  add_label_option(app, options);
  add_detector_options(app, options);
  add_threshold_options(app, options);
  add_column_options(app, options);
  add_input_options(app, options);
  add_output_options(app, options, "Write here instead of standard output; appears whole or not at all");
  add_run_options(app, options);
}

struct Evaluation {
  Fitted fitted;
  Quality quality;
  double score_seconds = 0;  ///< the same rows once more, as new ones
};

Result<Evaluation> evaluate(EncodedTable table, const FeatureSet& set, const Options& options, Session& session) {
  OUTPOST_TRY_ASSIGN(Fitted fitted, fit(table.features, set, options, session));  // a copy: the rows are scored again
  const auto begin = std::chrono::steady_clock::now();
  OUTPOST_TRY(score(fitted.pipeline, table.features, session));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  OUTPOST_TRY_ASSIGN(Quality quality, measure_quality(fitted.scores, table.labels, fitted.pipeline.threshold()));
  OUTPOST_TRY(add_intervals(quality, fitted.scores, table.labels, options.seed));
  return Evaluation{std::move(fitted), quality, seconds};
}

nlohmann::ordered_json evaluation_json(const Evaluation& evaluation, const Data& data, const Options& options) {
  const Pipeline& pipeline = evaluation.fitted.pipeline;
  nlohmann::ordered_json json;
  json["detector"] = std::string(pipeline.detector().name);
  json["data"] = data.reader->source().name();
  json["rows"] = data.scan.rows;
  json["features"] = pipeline.features().size();
  add_quality(json, evaluation.quality);
  json["threshold"] = as_decimal(pipeline.threshold());
  json["threshold_method"] = std::string(to_string(pipeline.threshold_method()));
  json["fit_seconds"] = rounded(evaluation.fitted.fit_seconds, 6);
  json["score_seconds"] = rounded(evaluation.score_seconds, 6);
  json["seed"] = options.seed;
  json["parameters"] = parameter_json(pipeline.detector(), pipeline.parameters());
  json["scaling"] = std::string(to_string(pipeline.scaling()));
  return json;
}

std::string interval_words(const std::optional<Interval>& interval) {
  if (!interval) return "";
  return "95 % interval " + short_number(interval->low) + " to " + short_number(interval->high);
}

std::string evaluation_table(const Evaluation& evaluation, const Data& data, const FeaturePlan& features,
                             const Terminal& terminal) {
  const Pipeline& pipeline = evaluation.fitted.pipeline;
  const Quality& quality = evaluation.quality;
  const Confusion& confusion = quality.confusion;
  Facts facts;
  facts.emplace_back("Read", data.reader->source().name() + ": " + counted(data.scan.rows, "row", "rows") + ", " +
                                 counted(quality.anomalies, "of them an anomaly", "of them anomalies"));
  facts.emplace_back("Features",
                     grouped(features.set.size()) + " used; left out: " + left_out_words(features.left_out, 5));
  facts.emplace_back("Detector", std::string(pipeline.detector().name) + ": " + parameter_words(pipeline.parameters()) +
                                     "; scaling " + std::string(to_string(pipeline.scaling())));
  facts.emplace_back("Time", "fit " + duration_text(evaluation.fitted.fit_seconds) + ", score " +
                                 duration_text(evaluation.score_seconds));
  TextTable table({{"measure", Align::left, false}, {"value", Align::right, false}, {"", Align::left, true}});
  const auto add = [&](const char* name, double value, const std::string& remark) {
    table.add({{name, Colour::none}, {fixed_number(value, 4), Colour::bold}, {remark, Colour::dim}});
  };
  add("ROC-AUC", quality.roc_auc, interval_words(quality.roc_auc_interval));
  add("average precision", quality.average_precision, interval_words(quality.average_precision_interval));
  add("precision at n", quality.precision_at_n, "n = " + grouped(quality.anomalies) + ", the number of anomalies");
  add("F1", confusion.f1(),
      "at threshold " + short_number(pipeline.threshold(), 6) + " (by " +
          std::string(to_string(pipeline.threshold_method())) + ")");
  add("precision", confusion.precision(),
      grouped(confusion.true_positive) + " of " + grouped(confusion.true_positive + confusion.false_positive) +
          " flagged rows are anomalies");
  add("recall", confusion.recall(),
      grouped(confusion.true_positive) + " of " + grouped(quality.anomalies) + " anomalies are flagged");
  return facts_text(facts, terminal) + "\n" + table.print(terminal, 2);
}

/// One line of numbers under their names.
std::string evaluation_csv(const Evaluation& evaluation, const Data& data) {
  const Quality& quality = evaluation.quality;
  std::string out =
      "detector,rows,features,roc_auc,average_precision,precision_at_n,f1,precision,recall,anomalies,"
      "threshold,fit_seconds,score_seconds\n";
  out += std::string(evaluation.fitted.pipeline.detector().name) + "," + std::to_string(data.scan.rows) + "," +
         std::to_string(evaluation.fitted.pipeline.features().size());
  for (const double value : {quality.roc_auc, quality.average_precision, quality.precision_at_n, quality.confusion.f1(),
                             quality.confusion.precision(), quality.confusion.recall()}) {
    out += "," + short_number(value, 9);
  }
  out += "," + std::to_string(quality.anomalies) + ",";
  append_float(out, evaluation.fitted.pipeline.threshold());
  return out + "," + short_number(evaluation.fitted.fit_seconds, 6) + "," + short_number(evaluation.score_seconds, 6) +
         "\n";
}

Result<void> run(const Options& options, Session& session) {
  OUTPOST_TRY(require_data(options, "evaluate"));
  if (!options.features.label) {
    return fail(ErrorCode::invalid_argument, "evaluate needs to know the truth",
                "name the column that says which rows are anomalies: --label COLUMN");
  }
  OUTPOST_TRY(check_detector(options));
  OUTPOST_TRY_ASSIGN(Data data, load_data(options, session));
  OUTPOST_TRY_ASSIGN(const FeaturePlan features, plan(data, options));
  warn_about_data(data, features, session);
  OUTPOST_TRY_ASSIGN(EncodedTable table, encode(*data.reader, features.set, data.scan.rows, options, session));
  OUTPOST_TRY_ASSIGN(const Evaluation evaluation, evaluate(std::move(table), features.set, options, session));

  OUTPOST_TRY_ASSIGN(Sink sink, Sink::open(options.output));
  switch (options.output_format()) {
    case OutputFormat::table: sink.write(evaluation_table(evaluation, data, features, session.out())); break;
    case OutputFormat::csv: sink.write(evaluation_csv(evaluation, data)); break;
    case OutputFormat::json: sink.write(json_text(evaluation_json(evaluation, data, options), 1) + "\n"); break;
    case OutputFormat::ndjson: sink.write(json_text(evaluation_json(evaluation, data, options)) + "\n"); break;
  }
  return sink.finish();
}

}  // namespace

Command evaluate_command() {
  return {"evaluate", "Measure how well a detector finds labelled anomalies", kExamples, add_options, run};
}

}  // namespace outpost::edge
