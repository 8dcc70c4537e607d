#include "commands/inspect_model.hpp"

#include <string>

#include "model_file.hpp"
#include "output/describe.hpp"
#include "output/number_text.hpp"
#include "output/sink.hpp"
#include "output/table.hpp"

namespace outpost::edge {
namespace {

nlohmann::ordered_json model_json(const LoadedModel& model, const Options& options) {
  const Pipeline& pipeline = model.pipeline;
  nlohmann::ordered_json features = nlohmann::ordered_json::array();
  for (const Feature& feature : pipeline.features().features) {
    nlohmann::ordered_json each = {
        {"name", feature.name}, {"column", feature.column}, {"kind", std::string(to_string(feature.kind))}};
    if (feature.kind == FeatureKind::category_code) each["categories"] = feature.categories;
    features.push_back(std::move(each));
  }
  return {{"model", options.data},
          {"bytes", model.bytes},
          {"memory_bytes", pipeline.memory_bytes()},
          {"detector", std::string(pipeline.detector().name)},
          {"detector_id", std::string(pipeline.detector().id)},
          {"parameters", parameter_json(pipeline.detector(), pipeline.parameters())},
          {"scaling", std::string(to_string(pipeline.scaling()))},
          {"threshold", as_decimal(pipeline.threshold())},
          {"threshold_method", std::string(to_string(pipeline.threshold_method()))},
          {"training_rows", pipeline.training_rows()},
          {"features", std::move(features)}};
}

std::string model_table(const LoadedModel& model, const Options& options, const Terminal& terminal) {
  const Pipeline& pipeline = model.pipeline;
  const Facts facts = {
      {"Model", options.data + " (" + bytes_text(static_cast<double>(model.bytes)) + " on disk, " +
                    bytes_text(static_cast<double>(pipeline.memory_bytes())) + " in memory)"},
      {"Detector", std::string(pipeline.detector().name) + " (" + std::string(pipeline.detector().title) +
                       "): " + parameter_words(pipeline.parameters())},
      {"Scaling", std::string(to_string(pipeline.scaling()))},
      {"Learned from", counted(pipeline.training_rows(), "row", "rows")},
      {"Threshold",
       short_number(pipeline.threshold(), 6) + " (by " + std::string(to_string(pipeline.threshold_method())) + ")"}};
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
         terminal.paint("Next: outpost score NEW.csv --model " + options.data, Colour::dim) + "\n";
}

}  // namespace

Result<void> inspect_model(const Options& options, Session& session) {
  OUTPOST_TRY_ASSIGN(const LoadedModel model, load_model(options.data));
  OUTPOST_TRY_ASSIGN(Sink sink, Sink::open(options.output));
  switch (options.output_format()) {
    case OutputFormat::table: sink.write(model_table(model, options, session.out())); break;
    case OutputFormat::csv:
      sink.write("feature,column,kind\n");
      for (const Feature& feature : model.pipeline.features().features) {
        sink.write(csv_field(feature.name) + "," + csv_field(feature.column) + "," +
                   std::string(to_string(feature.kind)) + "\n");
      }
      break;
    case OutputFormat::json: sink.write(json_text(model_json(model, options), 1) + "\n"); break;
    case OutputFormat::ndjson: sink.write(json_text(model_json(model, options)) + "\n"); break;
  }
  return sink.finish();
}

}  // namespace outpost::edge
