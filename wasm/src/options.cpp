#include "options.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <outpost/base/names.hpp>

namespace outpost::wasm {

using emscripten::val;

namespace {

std::optional<std::string> word(const val& object, const char* property) {
  const val value = object[property];
  if (value.isUndefined() || value.isNull()) return std::nullopt;
  return value.as<std::string>();
}

std::optional<double> real(const val& object, const char* property) {
  const val value = object[property];
  if (value.isUndefined() || value.isNull()) return std::nullopt;
  return value.as<double>();
}

std::optional<bool> flag(const val& object, const char* property) {
  const val value = object[property];
  if (value.isUndefined() || value.isNull()) return std::nullopt;
  return value.as<bool>();
}

std::vector<std::string> words(const val& object, const char* property) {
  std::vector<std::string> out;
  const val list = object[property];
  if (list.isUndefined() || list.isNull()) return out;
  const auto size = list["length"].as<unsigned>();
  for (unsigned i = 0; i < size; ++i) out.push_back(list[i].as<std::string>());
  return out;
}

std::vector<std::pair<std::string, std::string>> pairs(const val& object, const char* property) {
  std::vector<std::pair<std::string, std::string>> out;
  const val list = object[property];
  if (list.isUndefined() || list.isNull()) return out;
  const auto size = list["length"].as<unsigned>();
  for (unsigned i = 0; i < size; ++i) out.emplace_back(list[i][0].as<std::string>(), list[i][1].as<std::string>());
  return out;
}

tl::unexpected<Error> unknown(const char* property, const std::string& value, std::span<const std::string_view> names) {
  std::string hint;
  const std::string_view near = nearest_name(value, names);
  if (!near.empty()) hint = "did you mean '" + std::string(near) + "'? ";
  hint += "choose one of ";
  for (std::size_t i = 0; i < names.size(); ++i) hint.append(i == 0 ? "" : ", ").append(names[i]);
  return fail(ErrorCode::invalid_argument, std::string(property) + ": '" + value + "' is not known", std::move(hint));
}

/// Sets `target` to the place of the property's word among `names`.
template <class T>
Result<void> choose(const val& object, const char* property, std::span<const std::string_view> names,
                    std::optional<T>& target) {
  const std::optional<std::string> value = word(object, property);
  if (!value) return {};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == *value) {
      target = static_cast<T>(i);
      return {};
    }
  }
  return unknown(property, *value, names);
}

constexpr std::string_view kFormats[] = {"csv", "json", "ndjson"};
constexpr std::string_view kRagged[] = {"reject", "fill"};

/// The words of an enumeration of the core, in its order.
template <class Enum, Enum last>
std::vector<std::string_view> words_of() {
  std::vector<std::string_view> names;
  for (unsigned i = 0; i <= static_cast<unsigned>(last); ++i) names.push_back(to_string(static_cast<Enum>(i)));
  return names;
}

}  // namespace

Result<TableOptions> table_options(const val& object) {
  TableOptions options;
  OUTPOST_TRY(choose(object, "format", kFormats, options.reader.format));
  std::optional<RaggedRows> ragged;
  OUTPOST_TRY(choose(object, "raggedRows", kRagged, ragged));
  options.reader.ragged = ragged.value_or(options.reader.ragged);
  options.reader.header = flag(object, "header");
  if (const auto delimiter = word(object, "delimiter")) {
    const char mark = delimiter->size() == 1 ? delimiter->front() : '\0';
    if (mark <= 0 || mark == '"' || mark == '\n' || mark == '\r') {
      return fail(ErrorCode::invalid_argument, "delimiter: '" + *delimiter + "' is not one ASCII character",
                  "for example ',' ';' '|' or a tab");
    }
    options.reader.delimiter = mark;
  }
  for (const auto& [column, name] : pairs(object, "types")) {
    const std::optional<ColumnType> type = column_type_from(name);
    if (!type) return unknown("types", name, words_of<ColumnType, ColumnType::text>());
    options.scan.types.emplace_back(column, *type);
  }
  if (const auto limit = real(object, "maxCategories")) options.scan.max_categories = static_cast<std::size_t>(*limit);
  return options;
}

FeatureOptions feature_options(const val& object) {
  return {words(object, "include"), words(object, "exclude"), word(object, "label")};
}

Result<TrainOptions> train_options(const val& object) {
  TrainOptions options;
  PipelineOptions& pipeline = options.pipeline;
  pipeline.detector = word(object, "detector").value_or("");
  pipeline.parameters = pairs(object, "parameters");
  OUTPOST_TRY(choose(object, "scaling", words_of<Scaling, Scaling::minmax>(), pipeline.scaling));
  std::optional<CategoryEncoding> encoding;
  OUTPOST_TRY(choose(object, "encoding", words_of<CategoryEncoding, CategoryEncoding::frequency>(), encoding));
  pipeline.encoding = encoding.value_or(pipeline.encoding);
  pipeline.missing_indicator = flag(object, "missingIndicator").value_or(false);
  std::optional<ThresholdMethod> method;
  OUTPOST_TRY(choose(object, "thresholdMethod", words_of<ThresholdMethod, ThresholdMethod::knee>(), method));
  pipeline.threshold.method = method.value_or(pipeline.threshold.method);
  pipeline.threshold.contamination = real(object, "contamination").value_or(pipeline.threshold.contamination);
  pipeline.threshold.factor = real(object, "factor");
  options.seed = static_cast<std::uint64_t>(real(object, "seed").value_or(42));
  return options;
}

}  // namespace outpost::wasm
