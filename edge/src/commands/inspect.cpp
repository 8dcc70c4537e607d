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
#include "output/message_text.hpp"
#include "output/number_text.hpp"
#include "output/sink.hpp"
#include "output/table.hpp"

namespace outpost::edge {
namespace {

constexpr const char* kExamples =
    "  outpost inspect data.csv\n"
    "  outpost inspect data.csv --format json\n"
    "  outpost inspect data.csv --type port=categorical\n"
    "  outpost inspect pump.onnx\n";
constexpr std::size_t kMostColumns = 200;  // of a wide file in the table; JSON has them all
constexpr std::size_t kMostFindings = 50;
constexpr std::size_t kSparkBins = 8;
constexpr std::size_t kNameWidth = 24;  // of a column's name, before anything else gets room
constexpr std::size_t kMedian = 4;      // place of 50 % among kQuantilePercents

void add_options(CLI::App& app, Options& options) {
  add_data_argument(app, options, "CSV, TSV, JSON or NDJSON file (also .gz), - for standard input, or an ONNX model");
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

/// What a row of the table of columns has beside name and type. The first shape that fits the terminal is shown.
struct Shape {
  bool distinct = true;
  bool range = true;  ///< min and max
  bool median = true;
  bool spread = true;
  int digits = 4;
  bool seconds = true;  ///< of times
};
constexpr std::array<Shape, 7> kShapes = {{{true, true, true, true, 4, true},
                                           {false, true, true, true, 4, true},
                                           {false, true, true, true, 4, false},
                                           {false, true, true, true, 3, false},
                                           {false, false, true, true, 4, false},
                                           {false, false, false, true, 4, false},
                                           {false, false, false, false, 4, false}}};

/// A value of a column for people; of times the part that differs: the date, or within two days the time.
std::string value_text(ColumnType type, const ColumnProfile& profile, double value, const Shape& shape) {
  if (type != ColumnType::timestamp) return human_number(value, shape.digits);
  constexpr double kTwoDays = 2 * 86'400'000.0;
  constexpr double kTenMinutes = 600'000.0;
  std::string text = timestamp_text(value);  // "2024-03-01 12:30:00"
  const double range = profile.max - profile.min;
  if (text.size() < 19) return text;
  if (range >= kTwoDays) return text.substr(0, 10);
  return text.substr(11, shape.seconds || range < kTenMinutes ? 8 : 5);
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

TextTable make_columns_table(const TableScan& scan, const Shape& shape, bool with_missing, std::size_t shown) {
  std::vector<TextTable::Column> titles = {{"column", Align::left, true, false, kNameWidth}, {"type"}};
  const auto add_title = [&titles](bool wanted, const char* title, Align align) {
    if (wanted) titles.push_back({title, align});
  };
  add_title(with_missing, "missing", Align::right);
  add_title(shape.distinct, "distinct", Align::right);
  add_title(shape.range, "min", Align::right);
  add_title(shape.median, "median", Align::right);
  add_title(shape.range, "max", Align::right);
  add_title(shape.spread, "spread", Align::left);
  TextTable table(std::move(titles));
  for (std::size_t c = 0; c < shown; ++c) {
    const ColumnSchema& column = scan.schema.columns[c];
    const ColumnProfile& profile = scan.profiles[c];
    const bool measured = profile.quantiles.size() == std::size(kQuantilePercents);
    std::vector<TextTable::Cell> cells = {{column.name, Colour::bold}, {std::string(to_string(column.type))}};
    const auto add_quantile = [&](bool wanted, std::size_t place) {
      if (!wanted) return;
      cells.push_back({measured ? value_text(column.type, profile, profile.quantiles[place], shape) : ""});
    };
    if (with_missing) {
      const double share =
          profile.count == 0 ? 0 : static_cast<double>(profile.missing) / static_cast<double>(profile.count);
      cells.push_back({profile.missing == 0 ? "-" : percent(share), Colour::yellow});
    }
    if (shape.distinct) cells.push_back({distinct_text(profile)});
    add_quantile(shape.range, 0);
    add_quantile(shape.median, kMedian);
    add_quantile(shape.range, std::size(kQuantilePercents) - 1);
    if (shape.spread) cells.push_back({measured ? spark_of(profile) : "", Colour::cyan});
    table.add(std::move(cells));
  }
  return table;
}

/// Names come first, then types, then what is missing, then the spread, then numbers: what does not fit is left out.
std::string columns_text(const Inspection& inspection, const Terminal& terminal) {
  const TableScan& scan = inspection.data.scan;
  const std::size_t shown = std::min(scan.schema.columns.size(), kMostColumns);
  const bool missing = std::any_of(scan.profiles.begin(), scan.profiles.end(),
                                   [](const ColumnProfile& profile) { return profile.missing != 0; });
  std::string out = terminal.paint("Columns", Colour::bold) + (missing ? "\n" : " (no value is missing)\n");
  for (const Shape& shape : kShapes) {
    const TextTable table = make_columns_table(scan, shape, missing, shown);
    if (!table.fits(terminal, 2) && &shape != &kShapes.back()) continue;
    out += table.print(terminal, 2);
    break;
  }
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
    facts.emplace_back("A detector gets", "nothing: " + message_text(inspection.no_features));
  }
  const auto& left_out = inspection.plan.left_out;
  if (!left_out.empty()) facts.emplace_back("Left out", left_out_words(left_out, 20));
  const std::string file = options.data == "-" ? "FILE" : options.data;
  return facts_text(facts, terminal) + "\n" + columns_text(inspection, terminal) + decisions_text(scan, terminal) +
         "\n" + terminal.paint("Findings", Colour::bold) + "\n" + findings_text(inspection.findings, terminal) + "\n" +
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
