#include "foreign_model.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <outpost/base/names.hpp>

#include "output/number_text.hpp"

namespace outpost::edge {
namespace {

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

bool any_output(const OnnxValue&) { return true; }

std::string list_outputs(const OnnxSession& model, bool (*wanted)(const OnnxValue&) = any_output) {
  std::string text;
  for (const OnnxValue& value : model.outputs()) {
    if (wanted(value)) text += (text.empty() ? "" : ", ") + value.name + " " + host::describe(value);
  }
  return text;
}

std::string export_hint(bool maps) {
  return maps ? "export it with tensors (skl2onnx: the option zipmap=False)" : "export it with a float32 output";
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
  const auto& outputs = model.outputs();
  const bool maps = std::any_of(outputs.begin(), outputs.end(),
                                [](const OnnxValue& value) { return value.type == onnx::DataType::undefined; });
  std::string hint = "the outputs are: " + list_outputs(model) + "; say which with --score-output NAME";
  // Naming an output that cannot be read would only be refused again.
  if (none && (maps || std::none_of(outputs.begin(), outputs.end(), host::is_readable))) {
    hint = "the outputs are: " + list_outputs(model) + "; " + export_hint(maps);
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

/// The error as one of the sidecar's, where it was the sidecar that asked for what failed.
tl::unexpected<Error> told(Error error, const std::optional<Sidecar>& sidecar, bool by_sidecar) {
  if (by_sidecar && sidecar) error.message = sidecar->path + ": " + error.message;
  return tl::unexpected<Error>(std::move(error));
}

Result<void> check_input(const OnnxSession& model, const std::optional<Sidecar>& sidecar) {
  OUTPOST_TRY(model.check_input());
  const OnnxValue& input = model.inputs().front();
  if (!sidecar || !sidecar->input || *sidecar->input == input.name) return {};
  return fail(ErrorCode::invalid_argument, sidecar->path + ": the model has no input '" + *sidecar->input + "'",
              "its input is " + input.name + " " + host::describe(input));
}

/// An output that was named: it is there, and of a type that can be read.
Result<void> check_output(const OnnxSession& model, const std::string& name) {
  const auto& outputs = model.outputs();
  const auto place =
      std::find_if(outputs.begin(), outputs.end(), [&](const OnnxValue& value) { return value.name == name; });
  if (place == outputs.end()) {
    return fail(ErrorCode::invalid_argument, "the model has no output '" + name + "'",
                "its outputs are: " + list_outputs(model));
  }
  if (host::is_readable(*place)) return {};
  const std::string readable = list_outputs(model, host::is_readable);
  const bool maps = place->type == onnx::DataType::undefined;
  return fail(ErrorCode::unsupported,
              "output '" + name + "' is " + host::describe(*place) + (maps ? "" : ", which is not supported") +
                  "; float32, float64, int64, int32 or bool is needed",
              !readable.empty() ? "outputs that can be read are: " + readable : export_hint(maps));
}

std::string list_names(const std::vector<std::string_view>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kMostListed; ++i) text.append(i == 0 ? "" : ", ").append(names[i]);
  return names.size() > kMostListed ? text + " and " + grouped(names.size() - kMostListed) + " more" : text;
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
              near.empty() ? "the columns are: " + list_names(names) : "did you mean '" + std::string(near) + "'?");
}

}  // namespace

Result<ScoreRule> plan_score(const OnnxSession& model, const std::optional<Sidecar>& sidecar, const Options& options) {
  OUTPOST_TRY(check_input(model, sidecar));
  ScoreRule rule;
  rule.reconstruction = options.reconstruction_error || (sidecar && sidecar->reconstruction.value_or(false));
  rule.lower_is_anomalous = options.lower_is_anomalous || (sidecar && !sidecar->higher_is_anomalous.value_or(true));
  if (rule.reconstruction && rule.lower_is_anomalous) {
    const bool by_sidecar = !options.reconstruction_error || !options.lower_is_anomalous;
    return told({ErrorCode::invalid_argument, "a large reconstruction error is what is anomalous, never a low one",
                 "leave out --lower-is-anomalous (in the sidecar: higher_is_anomalous)"},
                sidecar, by_sidecar);
  }
  rule.output = options.score_output;
  if (rule.output.empty() && sidecar) rule.output = sidecar->output.value_or("");
  if (rule.output.empty()) {
    auto guessed = guess_output(model, rule.reconstruction);
    if (!guessed) return told(guessed.error(), sidecar, rule.reconstruction && !options.reconstruction_error);
    rule.output = std::move(*guessed);
  } else if (const auto usable = check_output(model, rule.output); !usable) {
    return told(usable.error(), sidecar, options.score_output.empty());
  }
  return rule;
}

Result<FeatureSet> plan_columns(const Schema& schema, const OnnxSession& model, const std::optional<Sidecar>& sidecar,
                                const Options& options) {
  FeatureSet set;
  const bool by_sidecar = options.features.include.empty() && sidecar && !sidecar->features.empty();
  if (by_sidecar || !options.features.include.empty()) {
    for (const std::string& name : by_sidecar ? sidecar->features : options.features.include) {
      auto feature = named_feature(schema, name);
      if (!feature) return told(feature.error(), sidecar, by_sidecar);
      set.features.push_back(std::move(*feature));
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
  std::vector<std::string_view> names;
  for (const Feature& feature : set.features) names.push_back(feature.name);
  const std::string wanted = input.dims.size() == 2 && input.dims[1] >= 0
                                 ? counted(static_cast<std::uint64_t>(input.dims[1]), "feature", "features")
                                 : std::string("features");
  const std::string given =
      names.empty() ? "none: no column holds numbers" : grouped(names.size()) + ": " + list_names(names);
  return told({ErrorCode::schema_mismatch,
               "the model takes " + wanted + " (" + input.name + " " + host::describe(input) + "); " +
                   (by_sidecar ? "'features' gives " : "the data give ") + given,
               "say which columns, in the model's order: --include A,B,... or \"features\" in the file NAME.onnx.json"},
              sidecar, by_sidecar);
}

}  // namespace outpost::edge
