/// `outpost explain`: what each feature adds to the scores of single rows, or over all of them.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <outpost/explain/importance.hpp>

#include "commands/commands.hpp"
#include "explained_row.hpp"
#include "job.hpp"
#include "model_file.hpp"
#include "output/describe.hpp"
#include "output/explain_report.hpp"
#include "output/importance_report.hpp"
#include "output/number_text.hpp"
#include "warnings.hpp"

namespace outpost::edge {
namespace {

constexpr const char* kExamples =
    "  outpost explain data.csv\n"
    "  outpost explain data.csv --row 1070 --detector knn\n"
    "  outpost explain new.csv --model pump.onnx --top 5\n"
    "  outpost explain new.csv --model pump.onnx --row 12 --keep age,site\n"
    "  outpost explain data.csv --method lime --format json\n"
    "  outpost explain data.csv --global --format csv > importance.csv\n";

constexpr std::size_t kGlobalRows = 1000;
constexpr std::size_t kGlobalRowsFromOutside = 100;  // of methods that need thousands of scores a row

void add_options(CLI::App& app, Options& options) {
  add_data_argument(app, options, "CSV, TSV, JSON or NDJSON file (also .gz), or - for standard input");
  add_value_option(app, "-m,--model", "FILE", "A model that 'outpost train' wrote; default: learn from DATA, as detect",
                   [&options](const std::string& value) { options.model = value; });
  add_explain_options(app, options);
  add_detector_options(app, options);
  add_threshold_options(app, options);
  add_label_option(app, options);
  add_column_options(app, options);
  add_input_options(app, options);
  add_output_options(app, options, "Write here instead of standard output; appears whole or not at all");
  add_run_options(app, options);
}

/// Where rows and scores come from.
struct Source {
  std::optional<Pipeline> pipeline;
  Matrix rows;
  std::vector<float> scores;
  Facts facts;
  nlohmann::ordered_json metadata;
};

Result<void> check_options(const Options& options) {
  const auto refuse = [](const std::string& message, const std::string& hint) {
    return fail(ErrorCode::invalid_argument, message, hint);
  };
  OUTPOST_TRY(require_data(options, "explain"));
  if (options.global && !options.rows.empty()) return refuse("--global explains all rows, --row one", "leave one out");
  if (options.global && options.top)
    return refuse("--global and --top cannot go together", "--sample NUMBER says how many rows --global explains");
  if (!options.rows.empty() && options.top) return refuse("--row names the rows, --top counts them", "leave one out");
  if (!options.global && options.sample) return refuse("--sample is for --global", "leave it out, or add --global");
  if (options.model.empty()) return check_detector(options);
  const PipelineOptions& pipeline = options.pipeline;
  const std::pair<bool, const char*> given[] = {
      {!pipeline.detector.empty(), "--detector"},       {!pipeline.parameters.empty(), "--param"},
      {pipeline.scaling.has_value(), "--scale"},        {!options.features.include.empty(), "--include"},
      {!options.features.exclude.empty(), "--exclude"}, {!options.scan.types.empty(), "--type"}};
  for (const auto& [is_given, name] : given) {
    if (is_given)
      return refuse(std::string(name) + ": the model says this itself", "leave it out, or leave out --model");
  }
  return {};
}

Result<Source> learn(const Options& options, Session& session) {
  OUTPOST_TRY_ASSIGN(Data data, load_data(options, session));
  OUTPOST_TRY_ASSIGN(FeaturePlan features, plan(data, options));
  warn_about_data(data, features, session);
  OUTPOST_TRY_ASSIGN(EncodedTable table, encode(*data.reader, features.set, data.scan.rows, options, session));
  Source source;
  source.rows = table.features;  // a copy: fitting uses the table up
  OUTPOST_TRY_ASSIGN(Fitted fitted, fit(std::move(table.features), features.set, options, session));
  source.scores = std::move(fitted.scores);
  source.pipeline = std::move(fitted.pipeline);
  source.facts.emplace_back("Read", data.reader->source().name() + ": " + counted(data.scan.rows, "row", "rows") +
                                        " (" + format_words(data.scan.facts) + ")");
  source.metadata["data"] = data.reader->source().name();
  return source;
}

Result<Source> load(const Options& options, Session& session) {
  OUTPOST_TRY_ASSIGN(LoadedModel model, load_model(options.model));
  if (!model.own) {
    return fail(ErrorCode::unsupported, options.model + " was not made by Outpost: its scores cannot be explained",
                "train a model of your own on the data: outpost train DATA -o MODEL");
  }
  Source source;
  source.pipeline = std::move(*model.own);
  OUTPOST_TRY_ASSIGN(const auto reader, open_data(options, session));
  OUTPOST_TRY_ASSIGN(EncodedTable table, encode(*reader, source.pipeline->features(), 0, options, session));
  source.rows = std::move(table.features);
  OUTPOST_TRY_ASSIGN(source.scores, score(*source.pipeline, source.rows, session));
  source.facts.emplace_back("Read", reader->source().name() + ": " + counted(source.rows.rows(), "row", "rows") + " (" +
                                        format_words(reader->facts()) + ")");
  source.facts.emplace_back("Model", options.model);
  source.metadata["data"] = reader->source().name();
  source.metadata["model"] = options.model;
  return source;
}

std::string method_words(ExplainMethod method, const Pipeline& pipeline) {
  switch (method) {
    case ExplainMethod::own:
      return pipeline.detector().name == "iforest" ? "TreeSHAP, the forest's own paths"
                                                   : "exact: the score is a sum over features";
    case ExplainMethod::lime: return "LIME, a linear model around each row";
    case ExplainMethod::shap:
    case ExplainMethod::automatic: break;
  }
  return "KernelSHAP, against background rows";
}

void add_facts(Source& source, ExplainMethod method, const Options& options) {
  const Pipeline& pipeline = *source.pipeline;
  const auto flagged = static_cast<std::uint64_t>(std::count_if(
      source.scores.begin(), source.scores.end(), [&](float score) { return pipeline.is_anomaly(score); }));
  source.facts.emplace_back("Detector", std::string(pipeline.detector().name) + " (" +
                                            std::string(pipeline.detector().title) + "), learned from " +
                                            counted(pipeline.training_rows(), "row", "rows"));
  source.facts.emplace_back("Flagged", counted(flagged, "row", "rows") + " of " + grouped(source.scores.size()));
  source.facts.emplace_back("Explained by", method_words(method, pipeline));
  nlohmann::ordered_json& json = source.metadata;
  json["detector"] = std::string(pipeline.detector().name);
  json["method"] = std::string(to_string(method));
  json["threshold"] = as_decimal(pipeline.threshold());
  json["row_count"] = source.scores.size();
  json["flagged"] = flagged;
  json["seed"] = options.seed;
}

Result<void> write_rows(const Source& source, std::span<const ExplainedRow> rows, const Options& options,
                        Session& session, Sink& sink) {
  const Pipeline& pipeline = *source.pipeline;
  switch (options.output_format()) {
    case OutputFormat::table: {
      sink.write(facts_text(source.facts, session.out()));
      for (const ExplainedRow& row : rows) sink.write("\n" + explained_text(pipeline, row, session.out()));
      break;
    }
    case OutputFormat::csv: write_explained_csv(pipeline, rows, sink); break;
    case OutputFormat::ndjson:
      for (const ExplainedRow& row : rows) sink.write(json_text(explained_json(pipeline, row)) + "\n");
      break;
    case OutputFormat::json: {
      nlohmann::ordered_json json = source.metadata;
      json["rows"] = nlohmann::ordered_json::array();
      for (const ExplainedRow& row : rows) json["rows"].push_back(explained_json(pipeline, row));
      sink.write(json_text(json, 1) + "\n");
      break;
    }
  }
  return sink.finish();
}

Result<void> run_global(Source& source, const Options& options, Session& session) {
  ExplainOptions how = options.explain;
  how.seed = options.seed;
  OUTPOST_TRY_ASSIGN(const Explainer explainer, Explainer::create(*source.pipeline, how));
  const bool own = explainer.method() == ExplainMethod::own;
  const std::size_t most = options.sample.value_or(own ? kGlobalRows : kGlobalRowsFromOutside);
  session.progress().begin("Explaining", "rows");
  OUTPOST_TRY_ASSIGN(const Importance importance,
                     global_importance(*source.pipeline, source.rows, most, how, session.run()));
  session.progress().clear();
  add_facts(source, importance.method, options);
  OUTPOST_TRY_ASSIGN(Sink sink, Sink::open(options.output));
  write_importance({*source.pipeline, importance, source.metadata, source.facts}, options.output_format(),
                   session.out(), sink);
  return sink.finish();
}

Result<void> run(const Options& options, Session& session) {
  OUTPOST_TRY(check_options(options));
  OUTPOST_TRY_ASSIGN(Source source, options.model.empty() ? learn(options, session) : load(options, session));
  source.metadata["command"] = "explain";
  if (source.rows.rows() == 0) {
    return fail(ErrorCode::not_enough_data, options.data + ": there is no row to explain", "give at least one row");
  }
  if (options.global) return run_global(source, options, session);
  const ScoredData data{*source.pipeline, source.rows, source.scores};
  OUTPOST_TRY_ASSIGN(const std::vector<std::size_t> chosen, chosen_rows(data, options));
  OUTPOST_TRY_ASSIGN(const std::vector<ExplainedRow> rows, explain_rows(data, chosen, options, session));
  add_facts(source, rows.front().explanation.method, options);
  const bool any = std::any_of(rows.begin(), rows.end(),
                               [&](const ExplainedRow& row) { return source.pipeline->is_anomaly(row.ranked_by); });
  if (!any && options.rows.empty()) session.note("no row is flagged; explained are those with the highest scores");
  OUTPOST_TRY_ASSIGN(Sink sink, Sink::open(options.output));
  return write_rows(source, rows, options, session, sink);
}

}  // namespace

Command explain_command() {
  return {"explain", "Say what each feature adds to a row's score, and what would change it", kExamples, add_options,
          run};
}

}  // namespace outpost::edge
