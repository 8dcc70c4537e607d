#include "output/importance_report.hpp"

#include <string>
#include <vector>

#include "output/explain_report.hpp"
#include "output/number_text.hpp"
#include "output/table.hpp"

namespace outpost::edge {
namespace {

constexpr std::size_t kShownFeatures = 30;
constexpr std::size_t kBarWidth = 24;

nlohmann::ordered_json feature_json(const ImportanceReport& report, std::size_t f) {
  return {{"feature", report.pipeline.features().features[f].name},
          {"mean_size", rounded(report.importance.mean_size[f], 9)},
          {"mean_contribution", rounded(report.importance.mean_value[f], 9)}};
}

std::string table_text(const ImportanceReport& report, const std::vector<std::size_t>& order,
                       const Terminal& terminal) {
  const Importance& importance = report.importance;
  double total = 0;
  for (const double size : importance.mean_size) total += size;
  const double largest = order.empty() ? 0 : importance.mean_size[order.front()];
  TextTable table({{"feature", Align::left, true}, {"mean size", Align::right}, {"share", Align::right}, {""}});
  for (std::size_t i = 0; i < order.size() && i < kShownFeatures; ++i) {
    const double size = importance.mean_size[order[i]];
    table.add({{printable(report.pipeline.features().features[order[i]].name)},
               {column_number(size, largest)},
               {percent(total > 0 ? size / total : 0)},
               {contribution_bar(size, largest, kBarWidth), Colour::cyan}});
  }
  std::string out = facts_text(report.facts, terminal) + "\n";
  out += terminal.paint("What matters", Colour::bold) + ": mean size of the contributions to " +
         counted(importance.rows, "score", "scores") + "\n" + table.print(terminal, 2);
  if (order.size() > kShownFeatures) out += "  and " + grouped(order.size() - kShownFeatures) + " more\n";
  return out;
}

}  // namespace

void write_importance(const ImportanceReport& report, OutputFormat format, const Terminal& terminal, Sink& sink) {
  const std::vector<std::size_t> order = strongest(report.importance.mean_size, report.importance.mean_size.size());
  switch (format) {
    case OutputFormat::table: sink.write(table_text(report, order, terminal)); break;
    case OutputFormat::csv:
      sink.write("feature,mean_size,mean_contribution\n");
      for (const std::size_t f : order) {
        sink.write(csv_field(report.pipeline.features().features[f].name) + "," +
                   short_number(report.importance.mean_size[f], 9) + "," +
                   short_number(report.importance.mean_value[f], 9) + "\n");
      }
      break;
    case OutputFormat::ndjson:
      for (const std::size_t f : order) sink.write(json_text(feature_json(report, f)) + "\n");
      break;
    case OutputFormat::json: {
      nlohmann::ordered_json json = report.metadata;
      json["rows_explained"] = report.importance.rows;
      json["importance"] = nlohmann::ordered_json::array();
      for (const std::size_t f : order) json["importance"].push_back(feature_json(report, f));
      sink.write(json_text(json, 1) + "\n");
      break;
    }
  }
}

}  // namespace outpost::edge
