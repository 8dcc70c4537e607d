/// `outpost detectors [NAME]`: what there is to choose from, made from the registry.
#include <string>

#include <outpost/detect/registry.hpp>

#include "commands/commands.hpp"
#include "job.hpp"
#include "output/describe.hpp"
#include "output/number_text.hpp"
#include "output/sink.hpp"
#include "output/table.hpp"

namespace outpost::edge {
namespace {

constexpr const char* kExamples =
    "  outpost detectors\n"
    "  outpost detectors knn\n"
    "  outpost detectors --format json\n";

void add_options(CLI::App& app, Options& options) {
  add_value_option(app, "NAME", "DETECTOR", "Show this detector with its parameters; default: list them all",
                   [&options](const std::string& value) { options.name = value; });
  add_output_options(app, options, "Write here instead of standard output");
}

std::string type_word(ParameterType type) {
  switch (type) {
    case ParameterType::integer: return "integer";
    case ParameterType::real: return "real";
    case ParameterType::choice: return "choice";
    case ParameterType::boolean: return "boolean";
  }
  return "";
}

std::string range_words(const ParameterInfo& parameter) {
  switch (parameter.type) {
    case ParameterType::integer:
    case ParameterType::real: return short_number(parameter.min, 9) + " to " + short_number(parameter.max, 9);
    case ParameterType::boolean: return "true, false";
    case ParameterType::choice: break;
  }
  std::string out;
  for (const std::string_view choice : parameter.choices) out.append(out.empty() ? "" : ", ").append(choice);
  return out;
}

nlohmann::ordered_json detector_json(const DetectorInfo& info) {
  nlohmann::ordered_json parameters = nlohmann::ordered_json::array();
  for (const ParameterInfo& parameter : info.parameters) {
    nlohmann::ordered_json each = {{"name", std::string(parameter.name)},
                                   {"type", type_word(parameter.type)},
                                   {"default", std::string(parameter.default_value)}};
    if (parameter.type == ParameterType::integer || parameter.type == ParameterType::real) {
      each["min"] = parameter.min;
      each["max"] = parameter.max;
    }
    if (parameter.type == ParameterType::choice) {
      each["choices"] = nlohmann::ordered_json::array();
      for (const std::string_view choice : parameter.choices) each["choices"].push_back(std::string(choice));
    }
    each["meaning"] = std::string(parameter.meaning);
    parameters.push_back(std::move(each));
  }
  return {{"name", std::string(info.name)},
          {"id", std::string(info.id)},
          {"title", std::string(info.title)},
          {"family", std::string(info.family)},
          {"summary", std::string(info.summary)},
          {"good_at", std::string(info.good_at)},
          {"bad_at", std::string(info.bad_at)},
          {"cost", std::string(info.cost)},
          {"reference", std::string(info.reference)},
          {"scaling", std::string(to_string(info.default_scaling))},
          {"min_rows", info.min_rows},
          {"parameters", std::move(parameters)}};
}

std::string list_table(const Terminal& terminal) {
  TextTable table({{"name", Align::left, false},
                   {"detector", Align::left, true, true},
                   {"scaling", Align::left, false},
                   {"what is odd", Align::left, true, true}});
  for (const DetectorInfo& info : detector_registry()) {
    table.add({{std::string(info.name), Colour::bold},
               {std::string(info.title), Colour::none},
               {std::string(to_string(info.default_scaling)), Colour::none},
               {std::string(info.summary), Colour::none}});
  }
  return table.print(terminal) + "\n" +
         terminal.paint("More about one, with its parameters: outpost detectors NAME", Colour::dim) + "\n";
}

std::string detector_text(const DetectorInfo& info, const Terminal& terminal) {
  Facts facts = {{"Detector", std::string(info.name) + ": " + std::string(info.title)},
                 {"How", std::string(info.summary)},
                 {"Good at", std::string(info.good_at)},
                 {"Bad at", std::string(info.bad_at)},
                 {"Cost", std::string(info.cost)},
                 {"Scaling", std::string(to_string(info.default_scaling)) + " unless --scale says another"},
                 {"Needs", counted(info.min_rows, "row", "rows") + " or more"},
                 {"Source", std::string(info.reference)}};
  std::string out = facts_text(facts, terminal);
  if (info.parameters.empty()) return out + "\nNo parameters.\n";
  TextTable table({{"parameter", Align::left, false},
                   {"default", Align::left, false},
                   {"range", Align::left, true, true},
                   {"meaning", Align::left, true, true}});
  for (const ParameterInfo& parameter : info.parameters) {
    table.add({{std::string(parameter.name), Colour::bold},
               {std::string(parameter.default_value), Colour::none},
               {range_words(parameter), Colour::none},
               {std::string(parameter.meaning), Colour::none}});
  }
  out += "\n" + table.print(terminal, 2);
  const ParameterInfo& first = info.parameters.front();
  return out + "\n" +
         terminal.paint("For example: outpost detect data.csv --detector " + std::string(info.name) + " --param " +
                            std::string(first.name) + "=" + std::string(first.default_value),
                        Colour::dim) +
         "\n";
}

Result<void> run(const Options& options, Session& session) {
  std::vector<const DetectorInfo*> chosen;
  if (options.name.empty()) {
    for (const DetectorInfo& info : detector_registry()) chosen.push_back(&info);
  } else {
    OUTPOST_TRY_ASSIGN(const DetectorInfo* info, typed_name(find_detector(options.name)));
    chosen.push_back(info);
  }
  OUTPOST_TRY_ASSIGN(Sink sink, Sink::open(options.output));
  switch (options.output_format()) {
    case OutputFormat::table:
      sink.write(options.name.empty() ? list_table(session.out()) : detector_text(*chosen.front(), session.out()));
      break;
    case OutputFormat::csv:
      sink.write("name,id,title,family,scaling,summary\n");
      for (const DetectorInfo* info : chosen) {
        sink.write(std::string(info->name) + "," + std::string(info->id) + "," + csv_field(info->title) + "," +
                   csv_field(info->family) + "," + std::string(to_string(info->default_scaling)) + "," +
                   csv_field(info->summary) + "\n");
      }
      break;
    case OutputFormat::json: {
      nlohmann::ordered_json list = nlohmann::ordered_json::array();
      for (const DetectorInfo* info : chosen) list.push_back(detector_json(*info));
      sink.write(json_text(options.name.empty() ? list : list.front(), 1) + "\n");
      break;
    }
    case OutputFormat::ndjson:
      for (const DetectorInfo* info : chosen) sink.write(json_text(detector_json(*info)) + "\n");
      break;
  }
  return sink.finish();
}

}  // namespace

Command detectors_command() {
  return {"detectors", "List the detectors, or show one with its parameters", kExamples, add_options, run};
}

}  // namespace outpost::edge
