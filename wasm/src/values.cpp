#include "values.hpp"

#include <string>

namespace outpost::wasm {
namespace {

template <class Texts>
void write_texts(JsonText& json, std::string_view key, const Texts& texts) {
  json.open(key, '[');
  for (const auto& text : texts) json.text({}, text);
  json.close(']');
}

std::string_view type_name(ParameterType type) {
  switch (type) {
    case ParameterType::integer: return "integer";
    case ParameterType::real: return "real";
    case ParameterType::choice: return "choice";
    case ParameterType::boolean: return "boolean";
  }
  return "";
}

std::string_view format_name(DataFormat format) {
  switch (format) {
    case DataFormat::csv: return "csv";
    case DataFormat::json: return "json";
    case DataFormat::ndjson: return "ndjson";
  }
  return "";
}

void write_parameter(JsonText& json, const ParameterInfo& parameter) {
  json.open({}, '{');
  json.text("name", parameter.name);
  json.text("type", type_name(parameter.type));
  json.text("default", parameter.default_value);
  if (parameter.type == ParameterType::integer || parameter.type == ParameterType::real) {
    json.real("min", parameter.min);
    json.real("max", parameter.max);
  }
  if (parameter.type == ParameterType::choice) write_texts(json, "choices", parameter.choices);
  json.text("meaning", parameter.meaning);
  json.close('}');
}

void write_profile(JsonText& json, const ColumnProfile& profile) {
  json.open("profile", '{');
  json.count("count", profile.count);
  json.count("missing", profile.missing);
  json.count("distinct", profile.distinct);
  json.flag("distinctExact", profile.distinct_exact);
  json.count("nonFinite", profile.non_finite);
  json.count("beyondFloat32", profile.beyond_float32);
  json.count("distinctLost", profile.distinct_lost);
  json.flag("integers", profile.integers);
  json.flag("ascending", profile.ascending);
  json.real("min", profile.min);
  json.real("max", profile.max);
  json.real("mean", profile.mean);
  json.real("standardDeviation", profile.standard_deviation);
  json.real("meanLength", profile.mean_length);
  json.text("dominantValue", profile.dominant_value);
  json.count("dominantCount", profile.dominant_count);
  json.count("timeBackwards", profile.time_backwards);
  json.count("timeGaps", profile.time_gaps);
  json.real("medianStepMs", profile.median_step_ms);
  json.count("typeConflicts", profile.type_conflicts);
  json.count_or_null("firstConflictLine", profile.first_conflict_line);
  json.text("firstConflictValue", profile.first_conflict_value);
  json.open("personalData", '[');
  for (const auto& [kind, cells] : profile.personal_data) {
    json.open({}, '{');
    json.text("kind", to_string(kind));
    json.count("cells", cells);
    json.close('}');
  }
  json.close(']');
  json.close('}');
}

}  // namespace

void write_error(JsonText& json, std::string_view key, const Error& error) {
  json.open(key, '{');
  json.text("code", to_string(error.code));
  json.text("message", error.message);
  json.text("hint", error.hint);
  json.close('}');
}

void write_columns(JsonText& json, const TableScan& scan) {
  json.open("columns", '[');
  for (std::size_t c = 0; c < scan.profiles.size(); ++c) {
    const ColumnSchema& schema = scan.schema.columns[c];
    json.open({}, '{');
    json.text("name", schema.name);
    json.text("type", to_string(schema.type));
    json.flag("typeGiven", scan.decisions[c].overridden);
    json.text("typeReason", scan.decisions[c].reason);
    write_texts(json, "categories", schema.categories);
    json.text("decimal", {&schema.decimal, 1});
    write_profile(json, scan.profiles[c]);
    json.close('}');
  }
  json.close(']');
}

void write_facts(JsonText& json, const ReadFacts& facts) {
  json.open("facts", '{');
  json.text("format", format_name(facts.format));
  json.text("delimiter", {&facts.delimiter, 1});
  json.flag("header", facts.header);
  json.flag("byteOrderMark", facts.byte_order_mark);
  json.count("raggedRows", facts.ragged_rows);
  json.count("blankLines", facts.blank_lines);
  json.count("invalidUtf8Cells", facts.invalid_utf8_cells);
  json.close('}');
}

void write_findings(JsonText& json, const std::vector<Finding>& findings) {
  json.open("findings", '[');
  for (const Finding& finding : findings) {
    json.open({}, '{');
    json.text("category", to_string(finding.category));
    json.text("severity", to_string(finding.severity));
    json.text_or_null("column", finding.column);
    json.count("count", finding.count);
    json.count_or_null("firstLine", finding.first_line);
    json.text("message", finding.message);
    json.text("advice", finding.advice);
    json.text_or_null("personalData", finding.personal_data ? to_string(*finding.personal_data) : std::string_view{});
    json.close('}');
  }
  json.close(']');
}

void write_features(JsonText& json, const FeatureSet& set) {
  json.open("features", '[');
  for (const Feature& feature : set.features) {
    json.open({}, '{');
    json.text("name", feature.name);
    json.text("column", feature.column);
    json.text("kind", to_string(feature.kind));
    write_texts(json, "categories", feature.categories);
    json.close('}');
  }
  json.close(']');
}

void write_left_out(JsonText& json, const std::vector<LeftOutColumn>& left_out) {
  json.open("leftOut", '[');
  for (const LeftOutColumn& column : left_out) {
    json.open({}, '{');
    json.text("column", column.column);
    json.text("reason", column.reason);
    json.close('}');
  }
  json.close(']');
}

void write_detector(JsonText& json, const DetectorInfo& info) {
  json.open({}, '{');
  json.text("name", info.name);
  json.text("id", info.id);
  json.text("title", info.title);
  json.text("family", info.family);
  json.text("summary", info.summary);
  json.text("goodAt", info.good_at);
  json.text("badAt", info.bad_at);
  json.text("cost", info.cost);
  json.text("reference", info.reference);
  json.text("scaling", to_string(info.default_scaling));
  json.flag("online", info.online);
  json.text("determinism", info.determinism == DeterminismClass::exact ? "exact" : "close");
  json.count("minRows", info.min_rows);
  json.open("parameters", '[');
  for (const ParameterInfo& parameter : info.parameters) write_parameter(json, parameter);
  json.close(']');
  json.close('}');
}

void write_model(JsonText& json, const Pipeline& pipeline) {
  json.open("info", '{');
  json.text("detector", pipeline.detector().name);
  json.text("detectorId", pipeline.detector().id);
  json.open("parameters", '{');
  for (const auto& [name, value] : pipeline.parameters().items()) json.text(name, value);
  json.close('}');
  json.text("scaling", to_string(pipeline.scaling()));
  json.real("threshold", static_cast<double>(pipeline.threshold()));
  json.text("thresholdMethod", to_string(pipeline.threshold_method()));
  json.count("trainingRows", pipeline.training_rows());
  json.count("memoryBytes", pipeline.memory_bytes());
  write_features(json, pipeline.features());
  json.close('}');
}

}  // namespace outpost::wasm
