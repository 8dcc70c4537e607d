/// `outpost inspect`: what was understood of a file, what is doubtful in it, and what a detector would get.
#include <algorithm>
#include <array>
#include <string>

#include <outpost/data/table.hpp>
#include <outpost/data/validation.hpp>

#include "commands/commands.hpp"
#include "commands/inspect_model.hpp"
#include "job.hpp"
#include "model_file.hpp"
#include "output/describe.hpp"
#include "output/histogram.hpp"
#include "output/number_text.hpp"
#include "output/sink.hpp"
#include "output/table.hpp"

namespace outpost::edge {
namespace {

constexpr const char* kExamples =
    "  outpost inspect data.csv\n"
    "  outpost inspect data.csv --format json\n"
    "  outpost inspect data.csv --type port=categorical\n"
    "  outpost inspect pump.model\n";
constexpr std::size_t kMostColumns = 200;  // of a wide file in the table; JSON has them all
constexpr std::size_t kMostFindings = 50;
constexpr std::size_t kSparkBins = 8;
constexpr std::size_t kRoomForDistinct = 100;  // terminal columns
constexpr std::size_t kMedian = 4;             // place of 50 % among kQuantilePercents

void add_options(CLI::App& app, Options& options) {
  add_data_argument(app, options, "CSV, TSV, JSON or NDJSON file (also .gz), - for standard input, or a model");
  add_label_option(app, options);
  add_column_options(app, options);
  add_input_options(app, options);
  add_output_options(app, options, "Write here instead of standard output; appears whole or not at all");
  add_run_options(app, options);
}

/// All there is to show.
struct Inspection {
  Data data;
  FeaturePlan plan;
  std::string no_features;  ///< why a detector would get nothing, where that is so
  std::vector<Finding> findings;
};

/// Quantiles of numbers and times; texts are not kept in memory for it.
Result<void> add_quantiles(Data& data, Session& session) {
  Schema schema;
  std::vector<std::size_t> places;
  for (std::size_t c = 0; c < data.scan.schema.columns.size(); ++c) {
    const ColumnSchema& column = data.scan.schema.columns[c];
    if (column.type != ColumnType::numeric && column.type != ColumnType::timestamp) continue;
    schema.columns.push_back(column);
    places.push_back(c);
  }
  if (places.empty()) return {};
  session.progress().begin_reading("Measuring " + data.reader->source().name(), data.reader->source());
  OUTPOST_TRY_ASSIGN(const Table table, read_table(*data.reader, schema, session.run()));
  std::vector<ColumnProfile> profiles(places.size());
  profile_quantiles(table, profiles);
  for (std::size_t i = 0; i < places.size(); ++i) {
    data.scan.profiles[places[i]].quantiles = std::move(profiles[i].quantiles);
  }
  session.progress().clear();
  return {};
}

Result<Inspection> look(const Options& options, Session& session) {
  Inspection result;
  OUTPOST_TRY_ASSIGN(result.data, load_data(options, session));
  OUTPOST_TRY(add_quantiles(result.data, session));
  Result<FeaturePlan> features = plan(result.data, options);
  if (features) {
    result.plan = std::move(*features);
  } else if (features.error().code == ErrorCode::not_enough_data) {
    result.no_features = features.error().message;
  } else {
    return tl::unexpected<Error>(std::move(features).error());
  }
  result.findings = validate(result.data.scan);
  return result;
}

/// A value of a column for people; of times the part that differs: the date, or within two days the time.
std::string value_text(ColumnType type, const ColumnProfile& profile, double value) {
  if (type != ColumnType::timestamp) return human_number(value, 4);
  constexpr double kTwoDays = 2 * 86'400'000.0;
  const std::string text = timestamp_text(value);  // "2024-03-01 12:30:00"
  return text.size() < 19 ? text : profile.max - profile.min < kTwoDays ? text.substr(11) : text.substr(0, 10);
}

/// Why columns have their types, where that is not plain to see.
std::string decisions_text(const TableScan& scan, const Terminal& terminal) {
  std::string out;
  std::size_t told = 0;
  for (const TypeDecision& decision : scan.decisions) {
    const bool plain = decision.reason.rfind("100 %", 0) == 0;
    if (plain || told == kMostFindings) continue;
    ++told;
    const std::string text = decision.column + " is " + std::string(to_string(decision.type)) + ": " + decision.reason;
    out += "  " + terminal.paint(wrap_text(printable(text), terminal.width - 4, 4), Colour::dim) + "\n";
  }
  return out.empty() ? out : "\n" + terminal.paint("Types", Colour::bold) + "\n" + out;
}

std::string spark_of(const ColumnProfile& profile) {
  std::array<double, std::size(kQuantilePercents)> shares{};
  std::transform(std::begin(kQuantilePercents), std::end(kQuantilePercents), shares.begin(),
                 [](int value) { return value / 100.0; });
  return sparkline(densities(profile.quantiles, shares, kSparkBins));
}

std::string distinct_text(const ColumnProfile& profile) {
  return (profile.distinct_exact ? "" : "over ") + grouped(profile.distinct);
}

Colour finding_colour(FindingSeverity severity) {
  switch (severity) {
    case FindingSeverity::info: return Colour::dim;
    case FindingSeverity::warning: return Colour::yellow;
    case FindingSeverity::error: return Colour::red;
  }
  return Colour::none;
}

std::string columns_table(const Inspection& inspection, const Terminal& terminal) {
  const TableScan& scan = inspection.data.scan;
  const bool with_distinct = terminal.width >= kRoomForDistinct;
  std::vector<TextTable::Column> titles = {{"column", Align::left, true, false},
                                           {"type", Align::left, false, false},
                                           {"missing", Align::right, false, false}};
  if (with_distinct) titles.push_back({"distinct", Align::right, false, false});
  for (const char* title : {"min", "median", "max"}) titles.push_back({title, Align::right, false, false});
  titles.push_back({"spread", Align::left, false, false});
  TextTable table(std::move(titles));
  const std::size_t shown = std::min(scan.schema.columns.size(), kMostColumns);
  for (std::size_t c = 0; c < shown; ++c) {
    const ColumnSchema& column = scan.schema.columns[c];
    const ColumnProfile& profile = scan.profiles[c];
    const bool measured = profile.quantiles.size() == std::size(kQuantilePercents);
    const auto quantile = [&](std::size_t place) {
      return TextTable::Cell{measured ? value_text(column.type, profile, profile.quantiles[place]) : "", Colour::none};
    };
    const double missing_share =
        profile.count == 0 ? 0 : static_cast<double>(profile.missing) / static_cast<double>(profile.count);
    std::vector<TextTable::Cell> cells = {{column.name, Colour::bold},
                                          {std::string(to_string(column.type)), Colour::none},
                                          {profile.missing == 0 ? "-" : percent(missing_share), Colour::none}};
    if (with_distinct) cells.push_back({distinct_text(profile), Colour::none});
    for (const std::size_t place : {std::size_t{0}, kMedian, std::size(kQuantilePercents) - 1}) {
      cells.push_back(quantile(place));
    }
    cells.push_back({measured ? spark_of(profile) : "", Colour::cyan});
    table.add(std::move(cells));
  }
  std::string out = table.print(terminal, 2);
  if (shown < scan.schema.columns.size()) {
    out += "  and " + grouped(scan.schema.columns.size() - shown) + " more columns; --format json has them all\n";
  }
  return out;
}

std::string findings_text(const std::vector<Finding>& findings, const Terminal& terminal) {
  std::string out;
  const std::size_t room = std::max<std::size_t>(30, terminal.width) - 4;
  for (std::size_t i = 0; i < findings.size() && i < kMostFindings; ++i) {
    const Finding& finding = findings[i];
    std::string message = printable(finding.message);
    if (finding.first_line != 0) message += " (first on line " + grouped(finding.first_line) + ")";
    const std::string head = std::string(to_string(finding.severity)) + ", " + std::string(to_string(finding.category));
    out += "  " + terminal.paint(head, finding_colour(finding.severity)) + ": ";
    // The first line is shorter by the head, which is why the text is wrapped together with it.
    out += wrap_text(head + ": " + message, room, 4).substr(head.size() + 2) + "\n";
    if (!finding.advice.empty()) {
      out += "    " + terminal.paint(wrap_text(printable(finding.advice), room - 4, 4), Colour::dim) + "\n";
    }
  }
  if (findings.size() > kMostFindings) {
    out += "  and " + grouped(findings.size() - kMostFindings) + " more; --format json has them all\n";
  }
  return out.empty() ? "  none\n" : out;
}

std::string inspection_table(const Inspection& inspection, const Options& options, const Terminal& terminal) {
  const TableScan& scan = inspection.data.scan;
  Facts facts;
  facts.emplace_back("Read", inspection.data.reader->source().name() + ": " + counted(scan.rows, "row", "rows") + ", " +
                                 counted(scan.schema.columns.size(), "column", "columns") + " (" +
                                 format_words(scan.facts) + ")");
  if (inspection.no_features.empty()) {
    std::string names;
    const auto& features = inspection.plan.set.features;
    for (std::size_t i = 0; i < features.size() && i < 30; ++i) names += (i == 0 ? "" : ", ") + features[i].name;
    if (features.size() > 30) names += " and " + grouped(features.size() - 30) + " more";
    facts.emplace_back("A detector gets", counted(features.size(), "feature", "features") + ": " + names);
  } else {
    facts.emplace_back("A detector gets", "nothing: " + inspection.no_features);
  }
  const auto& left_out = inspection.plan.left_out;
  if (!left_out.empty()) facts.emplace_back("Left out", left_out_words(left_out, 20));
  const std::string file = options.data == "-" ? "FILE" : options.data;
  return facts_text(facts, terminal) + "\n" + terminal.paint("Columns", Colour::bold) + "\n" +
         columns_table(inspection, terminal) + decisions_text(scan, terminal) + "\n" +
         terminal.paint("Findings", Colour::bold) + "\n" + findings_text(inspection.findings, terminal) + "\n" +
         terminal.paint("Next: outpost detect " + file, Colour::dim) + "\n";
}

nlohmann::ordered_json column_json(const TableScan& scan, std::size_t c) {
  const ColumnSchema& column = scan.schema.columns[c];
  const ColumnProfile& profile = scan.profiles[c];
  const bool has_range = column.type == ColumnType::numeric || column.type == ColumnType::timestamp;
  nlohmann::ordered_json json = {{"name", column.name},
                                 {"type", std::string(to_string(column.type))},
                                 {"type_given", scan.decisions[c].overridden},
                                 {"why", scan.decisions[c].reason},
                                 {"missing", profile.missing},
                                 {"distinct", profile.distinct},
                                 {"distinct_exact", profile.distinct_exact},
                                 {"type_conflicts", profile.type_conflicts}};
  if (has_range && !profile.quantiles.empty()) {
    json["min"] = profile.min;
    json["max"] = profile.max;
    json["mean"] = profile.mean;
    json["standard_deviation"] = profile.standard_deviation;
    json["quantile_percents"] = kQuantilePercents;
    json["quantiles"] = profile.quantiles;
    json["non_finite"] = profile.non_finite;
    json["beyond_float32"] = profile.beyond_float32;
  }
  if (column.type == ColumnType::categorical) json["categories"] = column.categories;
  if (profile.dominant_count != 0) {
    json["most_frequent"] = {{"value", profile.dominant_value}, {"count", profile.dominant_count}};
  }
  json["personal_data"] = nlohmann::ordered_json::array();
  for (const auto& [kind, cells] : profile.personal_data) {
    json["personal_data"].push_back({{"kind", std::string(to_string(kind))}, {"cells", cells}});
  }
  return json;
}

nlohmann::ordered_json inspection_json(const Inspection& inspection) {
  const TableScan& scan = inspection.data.scan;
  nlohmann::ordered_json json = {{"data", inspection.data.reader->source().name()},
                                 {"format", format_words(scan.facts)},
                                 {"rows", scan.rows},
                                 {"duplicate_rows", scan.duplicate_rows}};
  json["columns"] = nlohmann::ordered_json::array();
  for (std::size_t c = 0; c < scan.schema.columns.size(); ++c) json["columns"].push_back(column_json(scan, c));
  json["findings"] = nlohmann::ordered_json::array();
  for (const Finding& finding : inspection.findings) {
    json["findings"].push_back({{"severity", std::string(to_string(finding.severity))},
                                {"category", std::string(to_string(finding.category))},
                                {"column", finding.column},
                                {"count", finding.count},
                                {"line", finding.first_line},
                                {"message", finding.message},
                                {"advice", finding.advice}});
  }
  json["features"] = nlohmann::ordered_json::array();
  for (const Feature& feature : inspection.plan.set.features) {
    json["features"].push_back(
        {{"name", feature.name}, {"column", feature.column}, {"kind", std::string(to_string(feature.kind))}});
  }
  json["left_out"] = left_out_json(inspection.plan.left_out);
  if (!inspection.no_features.empty()) json["no_features"] = inspection.no_features;
  return json;
}

std::string inspection_csv(const Inspection& inspection) {
  const TableScan& scan = inspection.data.scan;
  std::string out = "column,type,missing,distinct,min,median,max\n";
  for (std::size_t c = 0; c < scan.schema.columns.size(); ++c) {
    const ColumnProfile& profile = scan.profiles[c];
    out += csv_field(scan.schema.columns[c].name) + "," + std::string(to_string(scan.schema.columns[c].type)) + "," +
           std::to_string(profile.missing) + "," + std::to_string(profile.distinct);
    const bool measured = profile.quantiles.size() == std::size(kQuantilePercents);
    for (const std::size_t place : {std::size_t{0}, kMedian, std::size(kQuantilePercents) - 1}) {
      out += "," + (measured ? short_number(profile.quantiles[place], 17) : std::string());
    }
    out += '\n';
  }
  return out;
}

Result<void> run(const Options& options, Session& session) {
  OUTPOST_TRY(require_data(options, "inspect"));
  if (options.data != "-" && looks_like_model(options.data)) return inspect_model(options, session);
  OUTPOST_TRY_ASSIGN(const Inspection inspection, look(options, session));
  OUTPOST_TRY_ASSIGN(Sink sink, Sink::open(options.output));
  switch (options.output_format()) {
    case OutputFormat::table: sink.write(inspection_table(inspection, options, session.out())); break;
    case OutputFormat::csv: sink.write(inspection_csv(inspection)); break;
    case OutputFormat::json: sink.write(json_text(inspection_json(inspection), 1) + "\n"); break;
    case OutputFormat::ndjson: sink.write(json_text(inspection_json(inspection)) + "\n"); break;
  }
  return sink.finish();
}

}  // namespace

Command inspect_command() {
  return {"inspect", "Show what is in a data file, or in a model", kExamples, add_options, run};
}

}  // namespace outpost::edge
