#include "model/metadata.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <optional>

#include <fast_float/fast_float.h>
#include <nlohmann/json.hpp>

namespace outpost::metadata {
namespace {

using Json = nlohmann::json;
using onnx::GraphReader;

constexpr std::size_t kMaxFeatures = 1'000'000;
constexpr std::size_t kMaxCategories = 100'000;

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

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

/// JSON whose numbers are float32, which print with as few digits as tell them apart.
using SingleJson = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t, std::uint64_t, float>;

/// The number that prints with as few digits as tell the float32 apart, where it reads back as the same float32.
double short_decimal(float value) {
  const std::string digits = SingleJson(value).dump();
  double decimal = value;
  fast_float::from_chars(digits.data(), digits.data() + digits.size(), decimal);
  return single(decimal) == value ? decimal : static_cast<double>(value);
}

Json numbers(const std::vector<float>& values) {
  Json list = Json::array();
  for (const float value : values) list.push_back(short_decimal(value));
  return list;
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
  Fields(const Json& json, std::string_view key, GraphReader& graph) : json_(json), key_(key), graph_(graph) {
    if (!json.is_object()) reject("is no JSON object");
  }

  const Json& at(const char* name, Json::value_t type) const {
    static const Json nothing;
    const auto found = json_.is_object() ? json_.find(name) : json_.end();
    if (!json_.is_object() || found == json_.end()) return reject(std::string("has no '") + name + "'"), nothing;
    const bool number = type == Json::value_t::number_float && found->is_number();
    if (found->type() != type && !number) {
      return reject(std::string("has '") + name + "' of another type"), nothing;
    }
    return *found;
  }
  std::string text(const char* name) const {
    const Json& value = at(name, Json::value_t::string);
    return value.is_string() ? value.get<std::string>() : std::string();
  }
  std::uint64_t whole(const char* name) const {
    const Json& value = at(name, Json::value_t::number_unsigned);
    return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
  }
  float number(const char* name) const {
    const Json& value = at(name, Json::value_t::number_float);
    return value.is_number() ? single(value.get<double>()) : 0;
  }
  std::vector<float> list(const char* name) const {
    std::vector<float> values;
    const Json& array = at(name, Json::value_t::array);
    for (const Json& each : array) {
      if (!each.is_number()) reject(std::string("has '") + name + "' with something that is no number");
      values.push_back(each.is_number() ? single(each.get<double>()) : 0);
    }
    return values;
  }
  bool has(const char* name) const { return json_.is_object() && json_.contains(name); }
  void reject(const std::string& what) const { graph_.reject("'" + std::string(key_) + "' " + what); }

 private:
  const Json& json_;
  std::string_view key_;
  GraphReader& graph_;
};

Json parse(std::string_view text) { return Json::parse(text.begin(), text.end(), nullptr, false); }

std::optional<FeatureKind> kind_from(std::string_view name) {
  for (const FeatureKind kind : {FeatureKind::number, FeatureKind::boolean, FeatureKind::category_code,
                                 FeatureKind::hour, FeatureKind::weekday, FeatureKind::gap}) {
    if (to_string(kind) == name) return kind;
  }
  return std::nullopt;
}

}  // namespace

std::string write_schema(const FeatureSet& features) {
  Json list = Json::array();
  for (const Feature& feature : features.features) {
    Json each = {{"name", feature.name}, {"column", feature.column}, {"kind", std::string(to_string(feature.kind))}};
    if (feature.decimal != '.') each["decimal"] = std::string(1, feature.decimal);
    if (feature.kind == FeatureKind::category_code) each["categories"] = feature.categories;
    list.push_back(std::move(each));
  }
  return text_of({{"features", std::move(list)}});
}

FeatureSet read_schema(std::string_view text, GraphReader& graph) {
  FeatureSet set;
  const Json json = parse(text);
  const Fields fields(json, kSchema, graph);
  const Json& list = fields.at("features", Json::value_t::array);
  if (list.empty() || list.size() > kMaxFeatures) fields.reject("has a number of features out of range");
  for (const Json& each : list) {
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
      const Json& categories = item.at("categories", Json::value_t::array);
      if (categories.size() > kMaxCategories) item.reject("has too many categories");
      for (const Json& category : categories) {
        if (!category.is_string()) item.reject("has a category that is no text");
        if (!graph.ok()) break;
        feature.categories.push_back(category.get<std::string>());
      }
      const auto& sorted = feature.categories;
      if (!std::is_sorted(sorted.begin(), sorted.end())) item.reject("has unsorted categories");
    }
    set.features.push_back(std::move(feature));
  }
  return set;
}

std::string write_parameters(const Parameters& parameters) {
  Json values = Json::object();
  for (const auto& [name, value] : parameters.values) values[name] = value;
  return text_of({{"detector", std::move(values)},
                  {"scaling", std::string(to_string(parameters.scaling))},
                  {"seed", parameters.seed}});
}

Parameters read_parameters(std::string_view text, GraphReader& graph) {
  Parameters parameters;
  const Json json = parse(text);
  const Fields fields(json, kParameters, graph);
  const Json& values = fields.at("detector", Json::value_t::object);
  if (values.is_object()) {
    for (const auto& [name, value] : values.items()) {
      if (!value.is_string()) fields.reject("has a parameter that is no text");
      if (value.is_string()) parameters.values.emplace_back(name, value.get<std::string>());
    }
  }
  const auto scaling = scaling_from(fields.text("scaling"));
  if (!scaling) fields.reject("has an unknown scaling");
  parameters.scaling = scaling.value_or(Scaling::none);
  parameters.seed = fields.whole("seed");
  return parameters;
}

std::string write_threshold(ThresholdMethod method, float value) {
  return text_of({{"method", std::string(to_string(method))}, {"value", short_decimal(value)}});
}

ThresholdMethod read_threshold(std::string_view text, GraphReader& graph) {
  const Json json = parse(text);
  const Fields fields(json, kThreshold, graph);
  const auto method = threshold_method_from(fields.text("method"));
  if (!method) fields.reject("has an unknown method");
  return method.value_or(ThresholdMethod::mad);
}

std::string write_training(const Training& training, const FeatureSet& features) {
  Json list = Json::array();
  for (std::size_t f = 0; f < features.size(); ++f) {
    const FeatureSummary& summary = training.summaries[f];
    Json each = {{"missing", short_decimal(summary.missing)}};
    if (features.features[f].kind == FeatureKind::category_code) {
      each["shares"] = numbers(summary.shares);
    } else {
      each["median"] = short_decimal(summary.median);
      each["scale"] = short_decimal(summary.scale);
      each["quantiles"] = numbers(summary.quantiles);
    }
    list.push_back(std::move(each));
  }
  Json json = {{"rows", training.rows}, {"hash", training.hash}, {"features", std::move(list)}};
  if (!training.time.empty()) json["time"] = training.time;
  return text_of(json);
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
  const Json json = parse(text);
  const Fields fields(json, kTraining, graph);
  training.rows = fields.whole("rows");
  training.hash = fields.text("hash");
  if (fields.has("time")) training.time = fields.text("time");
  if (training.rows == 0) fields.reject("has no rows");
  const Json& list = fields.at("features", Json::value_t::array);
  if (list.size() != features.size()) fields.reject("is for another number of features");
  for (std::size_t f = 0; f < features.size() && graph.ok(); ++f) {
    training.summaries.push_back(read_summary(Fields(list[f], kTraining, graph), features.features[f]));
  }
  return training;
}

std::string write_self_test(const SelfTest& test) {
  return text_of({{"rows", hex_of(test.rows.data(), test.rows.rows() * test.rows.cols())},
                  {"scores", hex_of(test.scores.data(), test.scores.size())}});
}

SelfTest read_self_test(std::string_view text, std::size_t features, GraphReader& graph) {
  SelfTest test;
  const Json json = parse(text);
  const Fields fields(json, kSelfTest, graph);
  auto rows = from_hex(fields.text("rows")), scores = from_hex(fields.text("scores"));
  if (!rows || !scores || rows->size() / features != scores->size() || rows->size() % features != 0) {
    fields.reject("is not made of whole rows, each with a score");
    return test;
  }
  const std::size_t count = scores->size();
  test.rows = Matrix(std::move(*rows), count, features);
  test.scores = std::move(*scores);
  return test;
}

std::string write_notes(const Notes& notes) {
  Json list = Json::array();
  for (const auto& [name, value] : notes) list.push_back(Json::array({name, value}));
  return text_of(list);
}

Notes read_notes(std::string_view text, GraphReader& graph) {
  Notes notes;
  const Json json = parse(text);
  if (!json.is_array()) graph.reject("'outpost.lineage' is no list");
  for (const Json& each : json) {
    if (!each.is_array() || each.size() != 2 || !each[0].is_string() || !each[1].is_string()) {
      graph.reject("'outpost.lineage' has an entry that is no pair of texts");
      break;
    }
    notes.emplace_back(each[0].get<std::string>(), each[1].get<std::string>());
  }
  return notes;
}

}  // namespace outpost::metadata
