#include "foreign_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include <outpost/base/names.hpp>

#include "output/number_text.hpp"

namespace outpost::edge {
namespace {

using host::OnnxOutput;
using host::OnnxSession;
using host::OnnxValue;

constexpr std::size_t kMostListed = 30;  // columns in a message

bool is_real(const OnnxValue& value) {
  return value.type == onnx::DataType::float32 || value.type == onnx::DataType::float64;
}

/// One number a row, or two; or a shape that only a run will show.
bool may_be_score(const OnnxValue& value) {
  if (!is_real(value) || value.dims.size() > 2) return false;
  return value.dims.size() != 2 || value.dims[1] < 0 || value.dims[1] <= 2;
}

bool may_be_reconstruction(const OnnxValue& value, const OnnxValue& input) {
  if (!is_real(value)) return false;
  if (value.dims.empty() || input.dims.empty()) return true;
  return value.dims.size() == 2 && (value.dims[1] < 0 || input.dims[1] < 0 || value.dims[1] == input.dims[1]);
}

std::string list_outputs(const OnnxSession& model) {
  std::string text;
  for (const OnnxValue& value : model.outputs()) {
    text += (text.empty() ? "" : ", ") + value.name + " " + host::describe(value);
  }
  return text;
}

/// The output that the shapes point to.
Result<std::string> guess_output(const OnnxSession& model, bool reconstruction) {
  const OnnxValue& input = model.inputs().front();
  std::vector<std::string> candidates;
  bool rebuilt = false;
  for (const OnnxValue& value : model.outputs()) {
    rebuilt = rebuilt || may_be_reconstruction(value, input);
    if (reconstruction ? may_be_reconstruction(value, input) : may_be_score(value)) candidates.push_back(value.name);
  }
  if (candidates.size() == 1) return candidates.front();
  for (const std::string_view name : {"score", "scores", "anomaly_score"}) {
    if (std::find(candidates.begin(), candidates.end(), name) != candidates.end()) return std::string(name);
  }
  const bool none = candidates.empty();
  std::string hint = "the outputs are: " + list_outputs(model) + "; say which with --score-output NAME";
  if (none && std::any_of(model.outputs().begin(), model.outputs().end(),
                          [](const OnnxValue& value) { return value.type == onnx::DataType::undefined; })) {
    hint = "the outputs are: " + list_outputs(model) + "; export it with tensors (skl2onnx: the option zipmap=False)";
  }
  if (none && rebuilt && !reconstruction) {
    hint =
        "one has the input's shape: if it rebuilds the input, use --reconstruction-error. All: " + list_outputs(model);
  }
  return fail(
      ErrorCode::invalid_argument,
      none ? "no output of the model looks like " + std::string(reconstruction ? "its input rebuilt" : "a score")
           : "several outputs of the model may be the " + std::string(reconstruction ? "input rebuilt" : "score"),
      std::move(hint));
}

Result<void> check_input(const OnnxSession& model, const std::optional<Sidecar>& sidecar) {
  if (model.inputs().size() != 1) {
    return fail(
        ErrorCode::unsupported,
        "the model has " + counted(model.inputs().size(), "input", "inputs") + "; one of shape [N, D] is needed",
        "outpost inspect MODEL lists them");
  }
  const OnnxValue& input = model.inputs().front();
  if (sidecar && sidecar->input && *sidecar->input != input.name) {
    return fail(ErrorCode::invalid_argument, sidecar->path + ": the model has no input '" + *sidecar->input + "'",
                "its input is " + input.name + " " + host::describe(input));
  }
  if (!is_real(input) || (!input.dims.empty() && input.dims.size() != 2)) {
    return fail(ErrorCode::unsupported,
                "input '" + input.name + "' is " + host::describe(input) + "; float32 or float64 [N, D] is needed",
                "rows of a table are fed; a model of images, texts or sequences takes something else");
  }
  return {};
}

/// A column by name, or a part of a time column ("time.hour").
Result<Feature> named_feature(const Schema& schema, const std::string& name) {
  static constexpr std::array<std::pair<std::string_view, FeatureKind>, 3> kParts = {
      {{".hour", FeatureKind::hour}, {".weekday", FeatureKind::weekday}, {".gap", FeatureKind::gap}}};
  if (const auto place = schema.find(name)) {
    const ColumnSchema& column = schema.columns[*place];
    if (column.type == ColumnType::numeric) return Feature{name, name, FeatureKind::number, {}, column.decimal};
    if (column.type == ColumnType::boolean) return Feature{name, name, FeatureKind::boolean, {}, '.'};
    return fail(ErrorCode::schema_mismatch,
                "column '" + name + "' is " + std::string(to_string(column.type)) + "; the model takes numbers",
                "if it holds numbers, say so: --type " + name + "=numeric");
  }
  for (const auto& [ending, kind] : kParts) {
    if (name.size() <= ending.size() || name.substr(name.size() - ending.size()) != ending) continue;
    const std::string column = name.substr(0, name.size() - ending.size());
    const auto place = schema.find(column);
    if (place && schema.columns[*place].type == ColumnType::timestamp) return Feature{name, column, kind, {}, '.'};
  }
  std::vector<std::string_view> names;
  for (const ColumnSchema& column : schema.columns) names.push_back(column.name);
  const std::string_view near = nearest_name(name, names);
  return fail(ErrorCode::schema_mismatch, "the data have no column '" + name + "', which the model needs",
              near.empty() ? "" : "did you mean '" + std::string(near) + "'?");
}

std::string list_features(const FeatureSet& set) {
  std::string text;
  for (std::size_t i = 0; i < set.size() && i < kMostListed; ++i) text += (i == 0 ? "" : ", ") + set.features[i].name;
  return set.size() > kMostListed ? text + " and " + grouped(set.size() - kMostListed) + " more" : text;
}

/// The score of each row out of the rule's output.
Result<std::vector<float>> read_scores(const OnnxOutput& output, const ScoreRule& rule, MatrixView rows) {
  std::vector<float> scores(rows.rows());
  const std::size_t columns = output.columns;
  if (rule.reconstruction ? columns != rows.cols() : columns > 2) {
    return fail(ErrorCode::unsupported,
                "output '" + rule.output + "' gives " + counted(columns, "value", "values") + " a row; " +
                    (rule.reconstruction ? "a reconstruction has " + std::to_string(rows.cols()) + ", one a feature"
                                         : std::string("a score has one (or two: probabilities of two classes)")),
                rule.reconstruction ? "" : "if it rebuilds the input, use --reconstruction-error");
  }
  std::visit(
      [&](const auto& values) {
        for (std::size_t r = 0; r < scores.size(); ++r) {
          const auto* row = values.data() + r * columns;
          double score = static_cast<double>(row[columns - 1]);
          if (rule.reconstruction) {
            score = 0;
            for (std::size_t c = 0; c < columns; ++c) {
              const double error = static_cast<double>(row[c]) - static_cast<double>(rows(r, c));
              score += error * error;
            }
            score /= static_cast<double>(columns);
          }
          scores[r] = static_cast<float>(rule.lower_is_anomalous ? -score : score);
        }
      },
      output.values);
  return scores;
}

}  // namespace

Result<ScoreRule> plan_score(const OnnxSession& model, const std::optional<Sidecar>& sidecar, const Options& options) {
  OUTPOST_TRY(check_input(model, sidecar));
  ScoreRule rule;
  rule.reconstruction = options.reconstruction_error || (sidecar && sidecar->reconstruction.value_or(false));
  rule.lower_is_anomalous = options.lower_is_anomalous || (sidecar && !sidecar->higher_is_anomalous.value_or(true));
  if (rule.reconstruction && rule.lower_is_anomalous) {
    return fail(ErrorCode::invalid_argument, "a large reconstruction error is what is anomalous, never a low one",
                "leave out --lower-is-anomalous (in the sidecar: higher_is_anomalous)");
  }
  rule.output = options.score_output;
  if (rule.output.empty() && sidecar) rule.output = sidecar->output.value_or("");
  if (rule.output.empty()) {
    OUTPOST_TRY_ASSIGN(rule.output, guess_output(model, rule.reconstruction));
  } else if (std::none_of(model.outputs().begin(), model.outputs().end(),
                          [&](const OnnxValue& value) { return value.name == rule.output; })) {
    return fail(ErrorCode::invalid_argument, "the model has no output '" + rule.output + "'",
                "its outputs are: " + list_outputs(model));
  }
  return rule;
}

Result<FeatureSet> plan_columns(const Schema& schema, const OnnxSession& model, const std::optional<Sidecar>& sidecar,
                                const Options& options) {
  FeatureSet set;
  const bool listed = !options.features.include.empty() || (sidecar && !sidecar->features.empty());
  if (listed) {
    const auto& names = options.features.include.empty() ? sidecar->features : options.features.include;
    for (const std::string& name : names) {
      OUTPOST_TRY_ASSIGN(Feature feature, named_feature(schema, name));
      set.features.push_back(std::move(feature));
    }
  } else {
    const auto& excluded = options.features.exclude;
    for (const ColumnSchema& column : schema.columns) {
      const bool number = column.type == ColumnType::numeric || column.type == ColumnType::boolean;
      if (!number || column.name == options.features.label ||
          std::find(excluded.begin(), excluded.end(), column.name) != excluded.end()) {
        continue;
      }
      OUTPOST_TRY_ASSIGN(Feature feature, named_feature(schema, column.name));
      set.features.push_back(std::move(feature));
    }
  }
  const OnnxValue& input = model.inputs().front();
  const bool fits =
      input.dims.size() != 2 || input.dims[1] < 0 || static_cast<std::size_t>(input.dims[1]) == set.size();
  if (fits && set.size() != 0) return set;
  return fail(ErrorCode::schema_mismatch,
              "the model takes " +
                  (input.dims.size() == 2 && input.dims[1] >= 0
                       ? counted(static_cast<std::uint64_t>(input.dims[1]), "feature", "features")
                       : std::string("features")) +
                  " (" + input.name + " " + host::describe(input) + "); the data give " +
                  (set.size() == 0 ? "none: no column holds numbers" : grouped(set.size()) + ": " + list_features(set)),
              "say which columns, in the model's order: --include A,B,... or \"features\" in the file NAME.onnx.json");
}

Result<std::vector<float>> foreign_scores(const OnnxSession& model, const ScoreRule& rule, MatrixView rows,
                                          Session& session) {
  session.progress().begin("Scoring with ONNX Runtime", "rows");
  const std::array<std::string, 1> names = {rule.output};
  OUTPOST_TRY_ASSIGN(const std::vector<OnnxOutput> outputs, model.run(rows, names, session.run()));
  session.progress().clear();
  OUTPOST_TRY_ASSIGN(std::vector<float> scores, read_scores(outputs.front(), rule, rows));
  const auto bad = std::find_if(scores.begin(), scores.end(), [](float score) { return !std::isfinite(score); });
  if (bad != scores.end()) {
    const auto row = static_cast<std::size_t>(bad - scores.begin());
    const auto features = rows.row(row);
    const bool missing = std::any_of(features.begin(), features.end(), [](float value) { return std::isnan(value); });
    return fail(ErrorCode::invalid_data,
                "the model gives no finite score for row " + std::to_string(row) +
                    (missing ? ", which has missing values" : ""),
                missing ? "fill or leave out such rows; the model itself does not handle missing values"
                        : "a value may be too large for the model; outpost inspect DATA shows the ranges");
  }
  return scores;
}

}  // namespace outpost::edge
