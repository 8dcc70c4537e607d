/// `outpost train`: fits on a file and keeps the model.
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>

#include <outpost/data/parse.hpp>
#include <outpost/host/atomic_file.hpp>

#include "commands/commands.hpp"
#include "job.hpp"
#include "output/describe.hpp"
#include "output/number_text.hpp"
#include "output/sink.hpp"
#include "warnings.hpp"

namespace outpost::edge {
namespace {

constexpr const char* kExamples =
    "  outpost train normal.csv -o pump.onnx\n"
    "  outpost train normal.csv --detector knn --contamination 0.01 -o pump.onnx\n"
    "  outpost score new.csv --model pump.onnx\n"
    "  outpost inspect pump.onnx\n";

void add_options(CLI::App& app, Options& options) {
  add_data_argument(app, options, "CSV, TSV, JSON or NDJSON file (also .gz) to learn from, or - for standard input");
  add_detector_options(app, options);
  add_threshold_options(app, options);
  add_label_option(app, options);
  add_column_options(app, options);
  add_input_options(app, options);
  add_output_options(app, options, "The model file, ONNX (required); appears whole or not at all");
  add_value_option(app, "--time", "TEXT",
                   "Kept in the model as its time of training; default: $SOURCE_DATE_EPOCH, else none",
                   [&options](const std::string& value) { options.pipeline.training_time = value; })
      ->group("Output");
  add_run_options(app, options);
}

/// The most bytes of a protobuf message: no reader of ONNX, ours neither, takes a longer file.
constexpr std::size_t kMostModelBytes = (std::size_t{1} << 31) - 1;

Result<void> write_model(const std::string& path, const std::vector<std::uint8_t>& bytes) {
  if (bytes.size() > kMostModelBytes) {
    return fail(ErrorCode::unsupported,
                path + ": the model would have " + grouped(bytes.size()) + " bytes; an ONNX file has at most " +
                    grouped(kMostModelBytes),
                "train on fewer rows or columns, or with a detector that keeps less: outpost detectors");
  }
  OUTPOST_TRY_ASSIGN(host::AtomicFile file, host::AtomicFile::create(path));
  OUTPOST_TRY(file.write({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  return file.commit();
}

/// --time, else $SOURCE_DATE_EPOCH (seconds since 1970) as "2024-03-01T12:30:00Z", else nothing: no clock is read, so
/// that the same training gives the same file.
Result<std::string> training_time(const Options& options) {
  const char* text = std::getenv("SOURCE_DATE_EPOCH");
  if (!options.pipeline.training_time.empty() || text == nullptr || *text == '\0')
    return options.pipeline.training_time;
  constexpr double kLastSecond = 253'402'300'799;  // of the year 9999
  const std::optional<double> seconds = parse_number(text);
  if (!seconds || *seconds < 0 || *seconds > kLastSecond || *seconds != std::floor(*seconds)) {
    return fail(ErrorCode::invalid_argument,
                "SOURCE_DATE_EPOCH: '" + std::string(text) + "' is not a number of seconds",
                "unset it, or give the time of training with --time");
  }
  std::string time = timestamp_text(*seconds * 1000);
  time.replace(time.find(' '), 1, "T");
  return time + "Z";
}

nlohmann::ordered_json summary_json(const Fitted& fitted, const FeaturePlan& features, const Options& options,
                                    std::size_t bytes) {
  const Pipeline& pipeline = fitted.pipeline;
  nlohmann::ordered_json json;
  json["command"] = "train";
  json["model"] = options.output;
  json["bytes"] = bytes;
  json["detector"] = std::string(pipeline.detector().name);
  json["parameters"] = parameter_json(pipeline.detector(), pipeline.parameters());
  json["scaling"] = std::string(to_string(pipeline.scaling()));
  json["rows"] = pipeline.training_rows();
  json["features"] = feature_names(features.set);
  json["left_out"] = left_out_json(features.left_out);
  json["threshold"] = as_decimal(pipeline.threshold());
  json["threshold_method"] = std::string(to_string(pipeline.threshold_method()));
  json["flagged"] = flagged(count_severities(pipeline, fitted.scores));
  json["seed"] = options.seed;
  json["fit_seconds"] = rounded(fitted.fit_seconds, 6);
  return json;
}

std::string summary_table(const Fitted& fitted, const FeaturePlan& features, const Options& options, std::size_t bytes,
                          const Terminal& terminal) {
  const Pipeline& pipeline = fitted.pipeline;
  const std::uint64_t above = flagged(count_severities(pipeline, fitted.scores));
  std::string used = grouped(features.set.size()) + " used";
  if (!features.left_out.empty()) used += "; left out: " + left_out_words(features.left_out, 5);
  Facts facts;
  facts.emplace_back("Model", options.output + " (" + bytes_text(static_cast<double>(bytes)) + ")");
  facts.emplace_back("Detector", std::string(pipeline.detector().name) + ": " + parameter_words(pipeline.parameters()) +
                                     "; scaling " + std::string(to_string(pipeline.scaling())));
  facts.emplace_back("Learned from", counted(pipeline.training_rows(), "row", "rows") +
                                         (terminal.is_terminal ? " in " + duration_text(fitted.fit_seconds) : ""));
  facts.emplace_back("Features", used);
  facts.emplace_back("Threshold", short_number(pipeline.threshold(), 6) + " (by " +
                                      std::string(to_string(pipeline.threshold_method())) + "); " +
                                      counted(above, "training row", "training rows") + " above it");
  return facts_text(facts, terminal) + "\n" +
         terminal.paint("Next: outpost score NEW.csv --model " + options.output, Colour::dim) + "\n";
}

Result<void> run(const Options& options, Session& session) {
  OUTPOST_TRY(require_data(options, "train"));
  if (options.output.empty() || options.output == "-") {
    return fail(ErrorCode::invalid_argument, "train needs a file for the model",
                "outpost train " + options.data + " -o MODEL.onnx");
  }
  OUTPOST_TRY(check_detector(options));
  Options timed = options;
  OUTPOST_TRY_ASSIGN(timed.pipeline.training_time, training_time(options));
  OUTPOST_TRY_ASSIGN(Data data, load_data(options, session));
  OUTPOST_TRY_ASSIGN(const FeaturePlan features, plan(data, options));
  warn_about_data(data, features, session);
  OUTPOST_TRY_ASSIGN(EncodedTable table, encode(*data.reader, features.set, data.scan.rows, options, session));
  OUTPOST_TRY_ASSIGN(const Fitted fitted, fit(std::move(table.features), features.set, timed, session));
  const std::vector<std::uint8_t> bytes = fitted.pipeline.serialize();
  OUTPOST_TRY(write_model(options.output, bytes));

  OUTPOST_TRY_ASSIGN(Sink sink, Sink::open(""));
  const OutputFormat format = options.format.value_or(OutputFormat::table);
  if (format == OutputFormat::table) {
    // --output is the model: the summary goes to standard output all the same.
    const Terminal terminal = look_at_terminal(STDOUT_FILENO, options.no_color);
    if (!options.quiet) sink.write(summary_table(fitted, features, options, bytes.size(), terminal));
  } else if (format == OutputFormat::csv) {
    sink.write("model,bytes,detector,rows,features,threshold\n" + csv_field(options.output) + "," +
               std::to_string(bytes.size()) + "," + std::string(fitted.pipeline.detector().name) + "," +
               std::to_string(fitted.pipeline.training_rows()) + "," + std::to_string(features.set.size()) + ",");
    append_float(sink.buffer(), fitted.pipeline.threshold());
    sink.write("\n");
  } else {
    const int indent = format == OutputFormat::json ? 1 : -1;
    sink.write(json_text(summary_json(fitted, features, options, bytes.size()), indent) + "\n");
  }
  return sink.finish();
}

}  // namespace

Command train_command() {
  return {"train", "Learn what is normal and keep the model in a file", kExamples, add_options, run};
}

}  // namespace outpost::edge
