/// @file  Options: everything a command line can say, checked; and the groups of options that commands share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>

#include <outpost/base/result.hpp>
#include <outpost/data/features.hpp>
#include <outpost/data/record_reader.hpp>
#include <outpost/data/scan.hpp>
#include <outpost/explain/explanation.hpp>
#include <outpost/model/pipeline.hpp>

namespace outpost::edge {

enum class OutputFormat { table, csv, json, ndjson };
/// What runs a model.
enum class ModelRuntime { core, onnxruntime };

struct Options {
  // what
  std::string data;   ///< path, or "-" for standard input
  std::string model;  ///< score: the model file
  std::string name;   ///< detectors: a detector; completion: a shell
  // score: how a model is run, and how one that Outpost did not make is read
  std::optional<ModelRuntime> runtime;  ///< default: core for our own models, ONNX Runtime for others
  std::string onnxruntime;              ///< path of its library; empty = $OUTPOST_ONNXRUNTIME, else searched
  std::string score_output;             ///< name of the output that is the score
  bool lower_is_anomalous = false;
  bool reconstruction_error = false;
  std::optional<double> score_threshold;  ///< in the output's own scale
  bool contamination = false;             ///< --contamination was given; its value is in `pipeline`
  // explain
  ExplainOptions explain;             ///< seed is `seed`
  std::vector<std::uint64_t> rows;    ///< which rows; empty = those with the highest scores
  std::vector<std::string> keep;      ///< columns that a counterfactual leaves as they are
  bool global = false;                ///< importance over the data instead of single rows
  std::optional<std::size_t> sample;  ///< rows that `global` explains
  bool with_contributions = false;    ///< detect: --explain
  // input
  ReaderOptions reader;
  ScanOptions scan;
  FeatureOptions features;
  // detection
  PipelineOptions pipeline;
  std::uint64_t seed = 42;
  std::size_t threads = 0;  ///< 0 = all
  // output
  std::optional<OutputFormat> format;  ///< as given; see output_format()
  std::string output;                  ///< file; empty = standard output
  std::optional<std::size_t> top;      ///< rows in the table
  bool quiet = false;
  bool no_color = false;
  std::string config;

  /// The one given, else by the ending of --output, else table.
  OutputFormat output_format() const;
  std::size_t top_rows() const { return top.value_or(10); }
};

/// Thrown by an option's action out of CLI11's parser, and caught where that is called.
struct UsageError {
  Error error;
};

// Groups, in the order of --help.
void add_data_argument(CLI::App& app, Options& options, const std::string& help);
void add_input_options(CLI::App& app, Options& options);
void add_column_options(CLI::App& app, Options& options);
void add_label_option(CLI::App& app, Options& options);
void add_detector_options(CLI::App& app, Options& options);
void add_threshold_options(CLI::App& app, Options& options);
/// How `score` runs a model, and how it reads one that Outpost did not make.
void add_runtime_options(CLI::App& app, Options& options);
/// What `explain` explains, and how.
void add_explain_options(CLI::App& app, Options& options);
/// `detect`: --explain and --method.
void add_contribution_options(CLI::App& app, Options& options);
void add_run_options(CLI::App& app, Options& options);
void add_output_options(CLI::App& app, Options& options, const std::string& output_help);
void add_top_option(CLI::App& app, Options& options);

/// One option with a value. `value_name` is shown in help and read by `completion`: "a|b|c" are the choices, FILE a
/// path, DETECTOR a detector. Where an option may not be repeated the last one counts.
CLI::Option* add_value_option(CLI::App& app, const std::string& flags, const std::string& value_name,
                              const std::string& help, std::function<void(const std::string&)> take,
                              bool repeatable = false);

}  // namespace outpost::edge
