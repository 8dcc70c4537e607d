#include "model/metadata.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include <outpost/base/json_text.hpp>

#include "base/json_value.hpp"
#include "model/self_test.hpp"

namespace outpost::metadata {
namespace {

using onnx::GraphReader;
using Type = JsonValue::Type;

constexpr std::size_t kMaxFeatures = 1'000'000;
constexpr std::size_t kMaxCategories = 100'000;

/// The nearest float32. Beyond float32 a conversion is not defined: what rounds to its largest value is that (its
/// shortest decimal is a little larger than itself), all else is infinite.
float single(double value) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  constexpr double kMidpoint = 0x1.ffffffp127;
  const double size = std::fabs(value);
  if (size <= kLargest) return static_cast<float>(value);
  const float limit = size < kMidpoint ? kLargest : std::numeric_limits<float>::infinity();
  return value < 0 ? -limit : limit;
}

void append(JsonText& json, std::string_view key, const std::vector<float>& values) {
  json.open(key, '[');
  for (const float value : values) json.single({}, value);
  json.close(']');
}

/// Eight digits a value: its bits, most significant first.
std::string hex_of(const float* values, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, values + i, sizeof bits);
    for (int shift = 28; shift >= 0; shift -= 4) text.push_back("0123456789abcdef"[bits >> shift & 15]);
  }
  return text;
}

std::optional<std::vector<float>> from_hex(std::string_view text) {
  if (text.size() % 8 != 0) return std::nullopt;
  std::vector<float> values;
  for (std::size_t at = 0; at < text.size(); at += 8) {
    std::uint32_t bits = 0;
    for (const char c : text.substr(at, 8)) {
      const bool digit = c >= '0' && c <= '9';
      if (!digit && !(c >= 'a' && c <= 'f')) return std::nullopt;
      bits = bits << 4 | static_cast<std::uint32_t>(digit ? c - '0' : c - 'a' + 10);
    }
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    values.push_back(value);
  }
  return values;
}

/// Checked access to a JSON object: whatever is missing or of another type is rejected, and reads as a default.
class Fields {
 public:
  Fields(const JsonValue& json, std::string_view key, GraphReader& graph) : json_(json), key_(key), graph_(graph) {
    if (!json.is(Type::object)) reject("is no JSON object");
  }

  const JsonValue& at(std::string_view name, Type type) const {
    static const JsonValue nothing;
    const JsonValue* const found = json_.find(name);
    if (found != nullptr && found->is(type)) return *found;
    reject((found == nullptr ? "has no '" : "has another type of '") + std::string(name) + "'");
    return nothing;
  }
  std::string text(std::string_view name) const { return at(name, Type::text).text; }
  std::uint64_t whole(std::string_view name) const {
    const JsonValue& value = at(name, Type::number);
    if (!value.is_whole) reject("has '" + std::string(name) + "' that is no whole number");
    return value.whole;
  }
  float number(std::string_view name) const { return single(at(name, Type::number).number); }
  std::vector<float> list(std::string_view name) const {
    std::vector<float> values;
    for (const auto& [none, each] : at(name, Type::array).members) {
      if (!each.is(Type::number)) reject("has '" + std::string(name) + "' with something that is no number");
      values.push_back(single(each.number));
    }
    return values;
  }
  bool has(std::string_view name) const { return json_.find(name) != nullptr; }
  void reject(const std::string& what) const { graph_.reject("'" + std::string(key_) + "' " + what); }

 private:
  const JsonValue& json_;
  std::string_view key_;
  GraphReader& graph_;
};

std::optional<FeatureKind> kind_from(std::string_view name) {
  for (const FeatureKind kind : {FeatureKind::number, FeatureKind::boolean, FeatureKind::category_code,
                                 FeatureKind::hour, FeatureKind::weekday, FeatureKind::gap}) {
    if (to_string(kind) == name) return kind;
  }
  return std::nullopt;
}

}  // namespace

std::string write_schema(const FeatureSet& features) {
  JsonText json;
  json.open({}, '{');
  json.open("features", '[');
  for (const Feature& feature : features.features) {
    json.open({}, '{');
    json.text("name", feature.name);
    json.text("column", feature.column);
    json.text("kind", to_string(feature.kind));
    if (feature.decimal != '.') json.text("decimal", {&feature.decimal, 1});
    if (feature.kind == FeatureKind::category_code) {
      json.open("categories", '[');
      for (const std::string& category : feature.categories) json.text({}, category);
      json.close(']');
    }
    json.close('}');
  }
  json.close(']');
  json.close('}');
  return json.take();
}

FeatureSet read_schema(std::string_view text, GraphReader& graph) {
  FeatureSet set;
  const JsonValue json = parse_json(text);
  const Fields fields(json, kSchema, graph);
  const auto& list = fields.at("features", Type::array).members;
  if (list.empty() || list.size() > kMaxFeatures) fields.reject("has a number of features out of range");
  for (const auto& [none, each] : list) {
    if (!graph.ok()) break;
    const Fields item(each, kSchema, graph);
    Feature feature;
    feature.name = item.text("name");
    feature.column = item.text("column");
    const auto kind = kind_from(item.text("kind"));
    if (!kind) item.reject("has an unknown kind of feature");
    feature.kind = kind.value_or(FeatureKind::number);
    if (item.has("decimal")) {
      if (item.text("decimal") != ",") item.reject("has an unknown decimal mark");
      feature.decimal = ',';
    }
    if (feature.kind == FeatureKind::category_code) {
      const auto& categories = item.at("categories", Type::array).members;
      if (categories.size() > kMaxCategories) item.reject("has too many categories");
      for (const auto& [unnamed, category] : categories) {
        if (!category.is(Type::text)) item.reject("has a category that is no text");
        feature.categories.push_back(category.text);
      }
      const auto& sorted = feature.categories;
      if (!std::is_sorted(sorted.begin(), sorted.end())) item.reject("has unsorted categories");
    }
    set.features.push_back(std::move(feature));
  }
  return set;
}

std::string write_parameters(const Parameters& parameters) {
  JsonText json;
  json.open({}, '{');
  json.open("detector", '{');
  for (const auto& [name, value] : parameters.values) json.text(name, value);
  json.close('}');
  json.text("scaling", to_string(parameters.scaling));
  json.count("seed", parameters.seed);
  json.close('}');
  return json.take();
}

Parameters read_parameters(std::string_view text, GraphReader& graph) {
  Parameters parameters;
  const JsonValue json = parse_json(text);
  const Fields fields(json, kParameters, graph);
  for (const auto& [name, value] : fields.at("detector", Type::object).members) {
    if (!value.is(Type::text)) fields.reject("has a parameter that is no text");
    parameters.values.emplace_back(name, value.text);
  }
  const auto scaling = scaling_from(fields.text("scaling"));
  if (!scaling) fields.reject("has an unknown scaling");
  parameters.scaling = scaling.value_or(Scaling::none);
  parameters.seed = fields.whole("seed");
  return parameters;
}

std::string write_threshold(ThresholdMethod method, float value) {
  JsonText json;
  json.open({}, '{');
  json.text("method", to_string(method));
  json.single("value", value);
  json.close('}');
  return json.take();
}

ThresholdMethod read_threshold(std::string_view text, GraphReader& graph) {
  const JsonValue json = parse_json(text);
  const Fields fields(json, kThreshold, graph);
  const auto method = threshold_method_from(fields.text("method"));
  if (!method) fields.reject("has an unknown method");
  return method.value_or(ThresholdMethod::mad);
}

std::string write_training(const Training& training, const FeatureSet& features) {
  JsonText json;
  json.open({}, '{');
  json.count("rows", training.rows);
  json.text("hash", training.hash);
  if (!training.time.empty()) json.text("time", training.time);
  json.open("features", '[');
  for (std::size_t f = 0; f < features.size(); ++f) {
    const FeatureSummary& summary = training.summaries[f];
    json.open({}, '{');
    json.single("missing", summary.missing);
    if (features.features[f].kind == FeatureKind::category_code) {
      append(json, "shares", summary.shares);
    } else {
      json.single("median", summary.median);
      json.single("scale", summary.scale);
      append(json, "quantiles", summary.quantiles);
    }
    json.close('}');
  }
  json.close(']');
  json.close('}');
  return json.take();
}

namespace {

FeatureSummary read_summary(const Fields& item, const Feature& feature) {
  FeatureSummary summary;
  const auto finite = [](float x) { return std::isfinite(x); };
  summary.missing = item.number("missing");
  bool valid = summary.missing >= 0 && summary.missing <= 1;
  if (feature.kind == FeatureKind::category_code) {
    summary.shares = item.list("shares");
    valid = valid && summary.shares.size() == feature.categories.size() &&
            std::all_of(summary.shares.begin(), summary.shares.end(), [](float x) { return x >= 0 && x <= 1; });
  } else {
    summary.median = item.number("median");
    summary.scale = item.number("scale");
    summary.quantiles = item.list("quantiles");
    valid = valid && finite(summary.median) && summary.scale > 0 && finite(summary.scale) &&
            std::all_of(summary.quantiles.begin(), summary.quantiles.end(), finite) &&
            std::is_sorted(summary.quantiles.begin(), summary.quantiles.end());
  }
  if (!valid) item.reject("has feature statistics out of range");
  return summary;
}

}  // namespace

Training read_training(std::string_view text, const FeatureSet& features, GraphReader& graph) {
  Training training;
  const JsonValue json = parse_json(text);
  const Fields fields(json, kTraining, graph);
  training.rows = fields.whole("rows");
  training.hash = fields.text("hash");
  if (fields.has("time")) training.time = fields.text("time");
  if (training.rows == 0) fields.reject("has no rows");
  const auto& list = fields.at("features", Type::array).members;
  if (list.size() != features.size()) fields.reject("is for another number of features");
  for (std::size_t f = 0; f < features.size() && graph.ok(); ++f) {
    training.summaries.push_back(read_summary(Fields(list[f].value, kTraining, graph), features.features[f]));
  }
  return training;
}

std::string write_self_test(const SelfTest& test) {
  JsonText json;
  json.open({}, '{');
  json.text("rows", hex_of(test.rows.data(), test.rows.rows() * test.rows.cols()));
  json.text("scores", hex_of(test.scores.data(), test.scores.size()));
  json.close('}');
  return json.take();
}

SelfTest read_self_test(std::string_view text, std::size_t features, GraphReader& graph) {
  SelfTest test;
  const JsonValue json = parse_json(text);
  const Fields fields(json, kSelfTest, graph);
  auto rows = from_hex(fields.text("rows")), scores = from_hex(fields.text("scores"));
  const std::size_t wanted = self_test_count(features);
  if (!rows || !scores || scores->size() != wanted || rows->size() != wanted * features) {
    fields.reject("is not made of " + std::to_string(wanted) + " rows, each with a score");
    return test;
  }
  const std::size_t count = scores->size();
  test.rows = Matrix(std::move(*rows), count, features);
  test.scores = std::move(*scores);
  return test;
}

std::string write_notes(const Notes& notes) {
  JsonText json;
  json.open({}, '[');
  for (const auto& [name, value] : notes) {
    json.open({}, '[');
    json.text({}, name);
    json.text({}, value);
    json.close(']');
  }
  json.close(']');
  return json.take();
}

Notes read_notes(std::string_view text, GraphReader& graph) {
  Notes notes;
  const JsonValue json = parse_json(text);
  if (!json.is(Type::array)) graph.reject("'outpost.lineage' is no list");
  for (const auto& [none, pair] : json.members) {
    if (!pair.is(Type::array) || pair.members.size() != 2 || !pair.members[0].value.is(Type::text) ||
        !pair.members[1].value.is(Type::text)) {
      graph.reject("'outpost.lineage' has an entry that is no pair of texts");
      break;
    }
    notes.emplace_back(pair.members[0].value.text, pair.members[1].value.text);
  }
  return notes;
}

}  // namespace outpost::metadata
