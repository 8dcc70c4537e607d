#include "output/describe.hpp"

#include <algorithm>

#include "output/number_text.hpp"

namespace outpost::edge {

std::string facts_text(const Facts& facts, const Terminal& terminal) {
  std::size_t widest = 0;
  for (const auto& [name, text] : facts) widest = std::max(widest, display_width(name));
  const std::size_t indent = widest + 4;
  std::string out;
  for (const auto& [name, text] : facts) {
    out += "  " + terminal.paint(name, Colour::bold);
    out.append(indent - 2 - display_width(name), ' ');

    const std::string wrapped = wrap_text(printable(text), terminal.width - std::min(terminal.width, indent), 0);
    for (const char c : wrapped) {
      out += c;
      if (c == '\n') out.append(indent, ' ');
    }
    out += '\n';
  }
  return out;
}

std::string format_words(const ReadFacts& facts) {
  switch (facts.format) {
    case DataFormat::json: return "JSON";
    case DataFormat::ndjson: return "NDJSON";
    case DataFormat::csv: break;
  }
  std::string delimiter;
  switch (facts.delimiter) {
    case ',': delimiter = "comma"; break;
    case ';': delimiter = "semicolon"; break;
    case '\t': delimiter = "tab"; break;
    case '|': delimiter = "bar"; break;
    default: delimiter = std::string("'") + facts.delimiter + "'"; break;
  }
  return "CSV, " + delimiter + (facts.header ? ", with a header" : ", no header");
}

std::string left_out_words(const std::vector<LeftOutColumn>& left_out, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < left_out.size() && i < most; ++i) {
    if (i != 0) out += ", ";
    out += left_out[i].column + " (" + left_out[i].reason + ")";
  }
  if (left_out.size() > most) out += " and " + grouped(left_out.size() - most) + " more";
  return out;
}

std::string parameter_words(const ParameterValues& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters.items()) {
    if (!out.empty()) out += ", ";
    out += name + "=" + value;
  }
  return out;
}

nlohmann::ordered_json parameter_json(const DetectorInfo& info, const ParameterValues& parameters) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const ParameterInfo& parameter : info.parameters) {
    const std::string name(parameter.name);
    switch (parameter.type) {
      case ParameterType::integer: object[name] = parameters.integer(name); break;
      case ParameterType::real: object[name] = parameters.real(name); break;
      case ParameterType::choice: object[name] = std::string(parameters.choice(name)); break;
      case ParameterType::boolean: object[name] = parameters.boolean(name); break;
    }
  }
  return object;
}

nlohmann::ordered_json feature_names(const FeatureSet& set) {
  nlohmann::ordered_json names = nlohmann::ordered_json::array();
  for (const Feature& feature : set.features) names.push_back(feature.name);
  return names;
}

nlohmann::ordered_json left_out_json(const std::vector<LeftOutColumn>& left_out) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const LeftOutColumn& column : left_out) list.push_back({{"column", column.column}, {"reason", column.reason}});
  return list;
}

SeverityCounts count_severities(const Pipeline& pipeline, std::span<const float> scores) {
  SeverityCounts counts{};
  for (const float score : scores) ++counts[static_cast<std::size_t>(pipeline.calibration().severity(score))];
  return counts;
}

std::uint64_t flagged(const SeverityCounts& counts) { return counts[1] + counts[2] + counts[3] + counts[4]; }

std::string severity_words(const SeverityCounts& counts) {
  std::string out;
  for (std::size_t level = counts.size() - 1; level > 0; --level) {
    if (counts[level] == 0) continue;
    if (!out.empty()) out += ", ";
    out += grouped(counts[level]) + " " + std::string(to_string(static_cast<Severity>(level)));
  }
  return out;
}

Colour severity_colour(Severity severity) {
  switch (severity) {
    case Severity::none: return Colour::dim;
    case Severity::low: return Colour::none;
    case Severity::medium: return Colour::yellow;
    case Severity::high: return Colour::red;
    case Severity::critical: return Colour::bright_red;
  }
  return Colour::none;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

std::string json_text(const nlohmann::ordered_json& value, int indent) {
  return value.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace outpost::edge
