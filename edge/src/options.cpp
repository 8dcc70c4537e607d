#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <span>
#include <utility>

#include <outpost/base/names.hpp>
#include <outpost/data/parse.hpp>
#include <outpost/data/schema.hpp>

namespace outpost::edge {
namespace {

constexpr const char* kInput = "Reading";
constexpr const char* kColumns = "Columns";
constexpr const char* kDetector = "Detector";
constexpr const char* kThreshold = "Threshold";
constexpr const char* kRuntime = "Running the model";
constexpr const char* kForeign = "Models that Outpost did not make";
constexpr const char* kExplain = "Explaining";
constexpr const char* kOutput = "Output";
constexpr const char* kRun = "Running";

using Names = std::initializer_list<std::string_view>;

[[noreturn]] void usage(std::string message, std::string hint) {
  throw UsageError{{ErrorCode::invalid_argument, std::move(message), std::move(hint)}};
}

std::string join(Names names, std::string_view between) {
  std::string out;
  for (const std::string_view name : names) {
    if (!out.empty()) out += between;
    out += name;
  }
  return out;
}

/// The place of `value` among `names`, or a usage error that lists them.
std::size_t choose(std::string_view option, const std::string& value, Names names) {
  const auto place = std::find(names.begin(), names.end(), value);
  if (place != names.end()) return static_cast<std::size_t>(place - names.begin());
  const std::string_view near = nearest_name(value, std::span(names.begin(), names.size()));
  std::string hint = near.empty() ? "" : "did you mean '" + std::string(near) + "'? ";
  usage(std::string(option) + ": '" + value + "' is not known", hint + "choose one of " + join(names, ", "));
}

std::uint64_t whole_number(std::string_view option, const std::string& value, std::uint64_t low, std::uint64_t high) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size() || number < low || number > high) {
    usage(std::string(option) + ": '" + value + "' is not a whole number from " + std::to_string(low) + " to " +
              std::to_string(high),
          "for example " + std::string(option) + " " + std::to_string(std::max<std::uint64_t>(low, 4)));
  }
  return number;
}

double real_number(std::string_view option, const std::string& value, const char* range, const char* example,
                   bool (*accepts)(double)) {
  const std::optional<double> number = parse_number(value);
  if (!number || !accepts(*number)) {
    usage(std::string(option) + ": '" + value + "' is not a number " + range,
          "for example " + std::string(option) + " " + example);
  }
  return *number;
}

void append_list(std::vector<std::string>& list, const std::string& text) {
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) list.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

/// "a=b" cut at the first '='.
std::pair<std::string, std::string> name_and_value(std::string_view option, const std::string& text,
                                                   const char* example) {
  const std::size_t sign = text.find('=');
  if (sign == std::string::npos || sign == 0 || sign + 1 == text.size()) {
    usage(std::string(option) + ": '" + text + "' is not name=value", std::string("for example ") + example);
  }
  return {text.substr(0, sign), text.substr(sign + 1)};
}

char delimiter_from(const std::string& value) {
  if (value == "tab" || value == "\\t") return '\t';
  if (value.size() == 1 && value[0] != '"' && value[0] != '\n' && value[0] != '\r' && value[0] != '\0') return value[0];
  usage("--delimiter: '" + value + "' is not one character", "use one of , ; | tab");
}

}  // namespace

OutputFormat Options::output_format() const {
  if (format) return *format;
  const auto ends_with = [&](std::string_view ending) {
    return output.size() > ending.size() && std::string_view(output).substr(output.size() - ending.size()) == ending;
  };
  if (ends_with(".csv")) return OutputFormat::csv;
  if (ends_with(".ndjson") || ends_with(".jsonl")) return OutputFormat::ndjson;
  if (ends_with(".json")) return OutputFormat::json;
  return OutputFormat::table;
}

CLI::Option* add_value_option(CLI::App& app, const std::string& flags, const std::string& value_name,
                              const std::string& help, std::function<void(const std::string&)> take, bool repeatable) {
  CLI::Option* option = app.add_option(
      flags,
      [take = std::move(take)](const CLI::results_t& results) {
        for (const std::string& result : results) take(result);
        return true;
      },
      help);
  option->type_name(value_name);
  option->multi_option_policy(repeatable ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::TakeLast);
  return option;
}

void add_data_argument(CLI::App& app, Options& options, const std::string& help) {
  add_value_option(app, "DATA", "FILE", help, [&options](const std::string& value) { options.data = value; });
}

void add_input_options(CLI::App& app, Options& options) {
  add_value_option(app, "--input-format", "csv|json|ndjson", "What the data are; default: by content and name",
                   [&options](const std::string& value) {
                     static constexpr DataFormat kFormats[] = {DataFormat::csv, DataFormat::json, DataFormat::ndjson};
                     options.reader.format = kFormats[choose("--input-format", value, {"csv", "json", "ndjson"})];
                   })
      ->group(kInput);
  add_value_option(app, "--delimiter", "CHARACTER", "Between CSV fields: one character or 'tab'; default: found out",
                   [&options](const std::string& value) { options.reader.delimiter = delimiter_from(value); })
      ->group(kInput);
  add_value_option(app, "--header", "yes|no", "Whether the first CSV row holds names; default: found out",
                   [&options](const std::string& value) {
                     options.reader.header = choose("--header", value, {"yes", "no"}) == 0;
                   })
      ->group(kInput);
  add_value_option(app, "--ragged", "reject|fill",
                   "A row with too few or too many fields: an error (default), or filled and cut",
                   [&options](const std::string& value) {
                     const bool fill = choose("--ragged", value, {"reject", "fill"}) == 1;
                     options.reader.ragged = fill ? RaggedRows::fill : RaggedRows::reject;
                   })
      ->group(kInput);
}

void add_column_options(CLI::App& app, Options& options) {
  add_value_option(
      app, "--include", "COLUMNS", "Use these columns only (comma between; repeatable)",
      [&options](const std::string& value) { append_list(options.features.include, value); }, true)
      ->group(kColumns);
  add_value_option(
      app, "--exclude", "COLUMNS", "Leave these columns out (comma between; repeatable)",
      [&options](const std::string& value) { append_list(options.features.exclude, value); }, true)
      ->group(kColumns);
  add_value_option(
      app, "--type", "COLUMN=TYPE", "Read a column as numeric, categorical, boolean, timestamp or text (repeatable)",
      [&options](const std::string& value) {
        const auto [name, type] = name_and_value("--type", value, "--type port=categorical");
        choose("--type " + name, type, {"numeric", "categorical", "boolean", "timestamp", "text"});
        options.scan.types.emplace_back(name, *column_type_from(type));
      },
      true)
      ->group(kColumns);
}

void add_label_option(CLI::App& app, Options& options) {
  add_value_option(app, "--label", "COLUMN", "Column with the truth (1 = anomaly); never reaches a detector",
                   [&options](const std::string& value) { options.features.label = value; })
      ->group(kColumns);
}

void add_detector_options(CLI::App& app, Options& options) {
  PipelineOptions& pipeline = options.pipeline;
  add_value_option(
      app, "--detector", "DETECTOR",
      "Which detector; default: " + std::string(detector_registry().front().name) + ". List: outpost detectors",
      [&pipeline](const std::string& value) { pipeline.detector = value; })
      ->group(kDetector);
  add_value_option(
      app, "--param", "NAME=VALUE", "A parameter of the detector (repeatable). List: outpost detectors NAME",
      [&pipeline](const std::string& value) {
        pipeline.parameters.push_back(name_and_value("--param", value, "--param n_neighbors=10"));
      },
      true)
      ->group(kDetector);
  add_value_option(app, "--scale", "none|standard|robust|minmax", "Scaling before the detector; default: its own",
                   [&pipeline](const std::string& value) {
                     choose("--scale", value, {"none", "standard", "robust", "minmax"});
                     pipeline.scaling = scaling_from(value);
                   })
      ->group(kDetector);
  add_value_option(app, "--encoding", "one-hot|frequency", "How categories become numbers; default: one-hot",
                   [&pipeline](const std::string& value) {
                     const bool one_hot = choose("--encoding", value, {"one-hot", "frequency"}) == 0;
                     pipeline.encoding = one_hot ? CategoryEncoding::one_hot : CategoryEncoding::frequency;
                   })
      ->group(kDetector);
  app.add_flag(
         "--missing-indicator", [&pipeline](std::int64_t) { pipeline.missing_indicator = true; },
         "Add a 0/1 feature for each column with missing values")
      ->group(kDetector);
}

void add_threshold_options(CLI::App& app, Options& options) {
  ThresholdOptions& threshold = options.pipeline.threshold;
  // The order of actions is that of these definitions, so an explicit --threshold beats what --contamination implies.
  add_value_option(app, "--contamination", "SHARE",
                   "Flag this share of the rows, in (0, 0.5]; implies --threshold contamination",
                   [&threshold](const std::string& value) {
                     threshold.contamination = real_number("--contamination", value, "above 0 and at most 0.5", "0.05",
                                                           [](double share) { return share > 0 && share <= 0.5; });
                     threshold.method = ThresholdMethod::contamination;
                   })
      ->group(kThreshold);
  add_value_option(app, "--threshold", "contamination|mad|iqr|knee|z",
                   "How the threshold is found; default: " + std::string(to_string(ThresholdOptions{}.method)),
                   [&threshold](const std::string& value) {
                     choose("--threshold", value, {"contamination", "mad", "iqr", "knee", "z"});
                     threshold.method = *threshold_method_from(value);
                   })
      ->group(kThreshold);
  add_value_option(app, "--threshold-factor", "NUMBER",
                   "How far out; default: 2.5 for mad, 1.5 for iqr, 3 for z, 1 for knee",
                   [&threshold](const std::string& value) {
                     threshold.factor = real_number("--threshold-factor", value, "above 0", "3",
                                                    [](double factor) { return factor > 0 && factor < 1e9; });
                   })
      ->group(kThreshold);
}

void add_runtime_options(CLI::App& app, Options& options) {
  add_value_option(app, "--runtime", "core|onnxruntime",
                   "What runs the model; default: core for models that Outpost made, onnxruntime for others",
                   [&options](const std::string& value) {
                     static constexpr ModelRuntime kRuntimes[] = {ModelRuntime::core, ModelRuntime::onnxruntime};
                     options.runtime = kRuntimes[choose("--runtime", value, {"core", "onnxruntime"})];
                   })
      ->group(kRuntime);
  add_value_option(app, "--onnxruntime", "FILE",
                   "ONNX Runtime's library; default: $OUTPOST_ONNXRUNTIME, else beside the program, else the system's",
                   [&options](const std::string& value) { options.onnxruntime = value; })
      ->group(kRuntime);
  add_value_option(app, "--score-output", "NAME", "The output that is the score; default: the sidecar's, else by shape",
                   [&options](const std::string& value) { options.score_output = value; })
      ->group(kForeign);
  app.add_flag("--lower-is-anomalous", options.lower_is_anomalous, "Low outputs are anomalous; scores are negated")
      ->group(kForeign);
  app.add_flag("--reconstruction-error", options.reconstruction_error,
               "The output is the input rebuilt; the score is the mean squared error of a row")
      ->group(kForeign);
  add_value_option(app, "--threshold", "NUMBER", "Flag rows beyond this value of the output; default: the sidecar's",
                   [&options](const std::string& value) {
                     options.score_threshold = real_number("--threshold", value, "that is finite", "0.5",
                                                           [](double number) { return std::abs(number) < 1e300; });
                   })
      ->group(kForeign);
  add_value_option(app, "--contamination", "SHARE", "Flag this share of the scored rows, in (0, 0.5]",
                   [&options](const std::string& value) {
                     options.pipeline.threshold.contamination =
                         real_number("--contamination", value, "above 0 and at most 0.5", "0.05",
                                     [](double share) { return share > 0 && share <= 0.5; });
                     options.pipeline.threshold.method = ThresholdMethod::contamination;
                     options.contamination = true;
                   })
      ->group(kForeign);
}

namespace {

void add_method_option(CLI::App& app, Options& options) {
  add_value_option(app, "--method", "auto|shap|lime",
                   "How scores are split; default: auto, the detector's own way, else shap (docs/explain.md)",
                   [&options](const std::string& value) {
                     choose("--method", value, {"auto", "shap", "lime"});
                     options.explain.method = *explain_method_from(value);
                   })
      ->group(kExplain);
}

}  // namespace

void add_explain_options(CLI::App& app, Options& options) {
  add_value_option(
      app, "--row", "NUMBER", "Explain this row, counted from 0 (repeatable)",
      [&options](const std::string& value) { options.rows.push_back(whole_number("--row", value, 0, UINT64_MAX)); },
      true)
      ->group(kExplain);
  add_value_option(app, "--top", "NUMBER", "Explain so many rows, highest scores first; default: 3",
                   [&options](const std::string& value) {
                     options.top = static_cast<std::size_t>(whole_number("--top", value, 1, 100'000));
                   })
      ->group(kExplain);
  add_method_option(app, options);
  add_value_option(
      app, "--keep", "COLUMNS", "Columns that 'not flagged if' leaves as they are (comma between; repeatable)",
      [&options](const std::string& value) { append_list(options.keep, value); }, true)
      ->group(kExplain);
  app.add_flag("--global", options.global, "How much each feature matters over all rows, instead of single rows")
      ->group(kExplain);
  add_value_option(app, "--sample", "NUMBER",
                   "Rows that --global explains, drawn by --seed; default: 1000, of shap and lime 100",
                   [&options](const std::string& value) {
                     options.sample = static_cast<std::size_t>(whole_number("--sample", value, 1, 100'000'000));
                   })
      ->group(kExplain);
}

void add_contribution_options(CLI::App& app, Options& options) {
  app.add_flag("--explain", options.with_contributions,
               "Say what each feature adds to the score (table, JSON, NDJSON) instead of how far out it is")
      ->group(kExplain);
  add_method_option(app, options);
}

void add_run_options(CLI::App& app, Options& options) {
  add_value_option(
      app, "--seed", "NUMBER", "Start of the random numbers; default: 42. Same seed, same result",
      [&options](const std::string& value) { options.seed = whole_number("--seed", value, 0, UINT64_MAX); })
      ->group(kRun);
  add_value_option(app, "--threads", "NUMBER", "Threads to use; default: all. Changes no result",
                   [&options](const std::string& value) {
                     options.threads = static_cast<std::size_t>(whole_number("--threads", value, 1, 1024));
                   })
      ->group(kRun);
}

void add_top_option(CLI::App& app, Options& options) {
  add_value_option(app, "--top", "NUMBER", "Rows shown in the table; default: 10. Other formats hold every row",
                   [&options](const std::string& value) {
                     options.top = static_cast<std::size_t>(whole_number("--top", value, 0, 1'000'000));
                   })
      ->group(kOutput);
}

void add_output_options(CLI::App& app, Options& options, const std::string& output_help) {
  add_value_option(app, "--format", "table|csv|json|ndjson", "Default: table, or by the ending of --output",
                   [&options](const std::string& value) {
                     static constexpr OutputFormat kFormats[] = {OutputFormat::table, OutputFormat::csv,
                                                                 OutputFormat::json, OutputFormat::ndjson};
                     options.format = kFormats[choose("--format", value, {"table", "csv", "json", "ndjson"})];
                   })
      ->group(kOutput);
  add_value_option(app, "-o,--output", "FILE", output_help, [&options](const std::string& value) {
    options.output = value;
  })->group(kOutput);
  app.add_flag("--no-color", options.no_color, "No colours (as NO_COLOR in the environment)")->group(kOutput);
  app.add_flag("-q,--quiet", options.quiet, "No progress and no warnings on standard error")->group(kOutput);
  add_value_option(app, "--config", "FILE", "Options from a TOML file; default: $XDG_CONFIG_HOME/outpost/config.toml",
                   [&options](const std::string& value) { options.config = value; })
      ->group(kRun);
}

}  // namespace outpost::edge
