#include "commands/inspect_model.hpp"

#include <string>
#include <utility>

#include "commands/inspect_graph.hpp"
#include "model_file.hpp"
#include "output/describe.hpp"
#include "output/number_text.hpp"
#include "output/sink.hpp"
#include "output/table.hpp"

namespace outpost::edge {
namespace {

nlohmann::ordered_json own_json(const LoadedModel& model) {
  const Pipeline& pipeline = *model.own;
  nlohmann::ordered_json features = nlohmann::ordered_json::array();
  for (const Feature& feature : pipeline.features().features) {
    nlohmann::ordered_json each = {
        {"name", feature.name}, {"column", feature.column}, {"kind", std::string(to_string(feature.kind))}};
    if (feature.kind == FeatureKind::category_code) each["categories"] = feature.categories;
    features.push_back(std::move(each));
  }
  return {{"model", model.path},
          {"made_by_outpost", true},
          {"bytes", model.bytes.size()},
          {"memory_bytes", pipeline.memory_bytes()},
          {"detector", std::string(pipeline.detector().name)},
          {"detector_id", std::string(pipeline.detector().id)},
          {"parameters", parameter_json(pipeline.detector(), pipeline.parameters())},
          {"scaling", std::string(to_string(pipeline.scaling()))},
          {"threshold", as_decimal(pipeline.threshold())},
          {"threshold_method", std::string(to_string(pipeline.threshold_method()))},
          {"training_rows", pipeline.training_rows()},
          {"training_hash", pipeline.training_hash()},
          {"training_time", pipeline.training_time()},
          {"features", std::move(features)},
          {"graph", graph_json(model.view)}};
}

std::string own_table(const LoadedModel& model, const Terminal& terminal) {
  const Pipeline& pipeline = *model.own;
  Facts facts = {
      {"Model", model.path + " (" + bytes_text(static_cast<double>(model.bytes.size())) + " on disk, " +
                    bytes_text(static_cast<double>(pipeline.memory_bytes())) + " in memory)"},
      {"Detector", std::string(pipeline.detector().name) + " (" + std::string(pipeline.detector().title) +
                       "): " + parameter_words(pipeline.parameters())},
      {"Scaling", std::string(to_string(pipeline.scaling()))},
      {"Learned from", counted(pipeline.training_rows(), "row", "rows") +
                           (pipeline.training_time().empty() ? "" : ", " + printable(pipeline.training_time()))},
      {"Threshold",
       short_number(pipeline.threshold(), 6) + " (by " + std::string(to_string(pipeline.threshold_method())) + ")"}};
  for (auto& fact : graph_facts(model.view)) facts.push_back(std::move(fact));
  TextTable table({{"feature", Align::left, true},
                   {"from column", Align::left, true},
                   {"kind", Align::left, false},
                   {"categories", Align::left, true, true}});
  for (const Feature& feature : pipeline.features().features) {
    std::string categories;
    for (const std::string& category : feature.categories) categories += (categories.empty() ? "" : ", ") + category;
    table.add({{feature.name, Colour::bold},
               {feature.column, Colour::none},
               {feature.kind == FeatureKind::category_code ? "category" : std::string(to_string(feature.kind))},
               {categories, Colour::none}});
  }
  return facts_text(facts, terminal) + "\n" + table.print(terminal, 2) + "\n" +
         terminal.paint("Next: outpost score NEW.csv --model " + model.path, Colour::dim) + "\n";
}

std::string own_csv(const LoadedModel& model) {
  std::string out = "feature,column,kind\n";
  for (const Feature& feature : model.own->features().features) {
    out +=
        csv_field(feature.name) + "," + csv_field(feature.column) + "," + std::string(to_string(feature.kind)) + "\n";
  }
  return out;
}

nlohmann::ordered_json foreign_json(const LoadedModel& model) {
  nlohmann::ordered_json json = {{"model", model.path}, {"made_by_outpost", false}, {"bytes", model.bytes.size()}};
  json["graph"] = graph_json(model.view);
  return json;
}

std::string foreign_table(const LoadedModel& model, const Terminal& terminal) {
  std::string maker = model.view.producer.empty() ? "not said" : std::string(model.view.producer);
  if (!model.view.producer_version.empty()) maker += " " + std::string(model.view.producer_version);
  Facts facts = {{"Model", model.path + " (" + bytes_text(static_cast<double>(model.bytes.size())) + " on disk)"},
                 {"Made by", maker}};
  for (auto& fact : graph_facts(model.view)) facts.push_back({std::move(fact.first), printable(fact.second)});
  return facts_text(facts, terminal) + "\n" +
         terminal.paint("Next: outpost score NEW.csv --model " + model.path, Colour::dim) + "\n";
}

}  // namespace

Result<void> inspect_model(const Options& options, Session& session) {
  OUTPOST_TRY_ASSIGN(const LoadedModel model, load_model(options.data));
  OUTPOST_TRY_ASSIGN(Sink sink, Sink::open(options.output));
  const bool own = model.own.has_value();
  switch (options.output_format()) {
    case OutputFormat::table:
      sink.write(own ? own_table(model, session.out()) : foreign_table(model, session.out()));
      break;
    case OutputFormat::csv: sink.write(own ? own_csv(model) : graph_csv(model.view)); break;
    case OutputFormat::json: sink.write(json_text(own ? own_json(model) : foreign_json(model), 1) + "\n"); break;
    case OutputFormat::ndjson: sink.write(json_text(own ? own_json(model) : foreign_json(model)) + "\n"); break;
  }
  return sink.finish();
}

}  // namespace outpost::edge
