/// What JavaScript calls. Objects are passed as addresses and belong to the JavaScript side, which checks that they
/// are still alive: an Embind class costs more code and a proxy an object. Each call that can fail answers with JSON,
/// {"error": ...} where it failed. Arrays are copied into properties of a JavaScript object; only a Scorer's buffers
/// are shared.
#include <emscripten/bind.h>
#include <emscripten/emscripten.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <outpost/evaluate/metrics.hpp>

#include "engine.hpp"
#include "js_run.hpp"
#include "js_source.hpp"
#include "options.hpp"
#include "scorer.hpp"
#include "table_pass.hpp"
#include "values.hpp"

namespace outpost::wasm {
namespace {

using emscripten::val;
using Address = std::uint32_t;

template <class T>
T& at(Address address) {
  return *reinterpret_cast<T*>(static_cast<std::uintptr_t>(address));
}
template <class T>
Address address_of(const T* object) {
  return static_cast<Address>(reinterpret_cast<std::uintptr_t>(object));
}
/// Hands the object to JavaScript, which will call destroy<T>.
template <class T>
Address give(T object) {
  return address_of(std::make_unique<T>(std::move(object)).release());
}
template <class T>
void destroy(Address address) {
  const std::unique_ptr<T> owned(&at<T>(address));
}

/// The object of properties that `work` writes, or the error it ends with.
template <class Work>
std::string answer(Work work) {
  JsonText json;
  json.open({}, '{');
  const Result<void> done = work(json);
  if (!done) {
    json = JsonText();
    json.open({}, '{');
    write_error(json, "error", done.error());
  }
  json.close('}');
  return json.take();
}

template <class T>
void set_array(val& object, const char* property, std::span<const T> values) {
  object.set(property, val(emscripten::typed_memory_view(values.size(), values.data())).call<val>("slice"));
}

void set_results(val& arrays, std::span<const float> scores, std::span<const float> probabilities,
                 std::span<const std::uint8_t> labels) {
  set_array(arrays, "scores", scores);
  set_array(arrays, "probabilities", probabilities);
  set_array(arrays, "labels", labels);
}

/// An opened table: what was learned by looking at every row once, and which columns will be used.
struct OpenTable {
  std::unique_ptr<RecordReader> reader;
  TableScan scan;
  std::optional<std::string> label;
  Result<FeaturePlan> plan;
};

/// Rows that JavaScript writes as numbers.
struct NumberRows {
  Matrix matrix;
  FeatureSet features;
};

/// A table in which no feature is left can still be looked at; any other error is the caller's.
Result<void> plan(OpenTable& table, const val& options, JsonText& json) {
  FeatureOptions features = feature_options(options);
  Result<FeaturePlan> plan = plan_features(table.scan.schema, table.scan.profiles, features);
  if (!plan && plan.error().code != ErrorCode::not_enough_data) return tl::unexpected<Error>(plan.error());
  table.plan = std::move(plan);
  table.label = std::move(features.label);
  json.text_or_null("label", table.label.value_or(""));
  write_features(json, table.plan ? table.plan->set : FeatureSet{});
  write_left_out(json, table.plan ? table.plan->left_out : std::vector<LeftOutColumn>{});
  if (table.plan) {
    json.nothing("unusable");
  } else {
    write_error(json, "unusable", table.plan.error());
  }
  return {};
}

Result<void> table_open(Engine& engine, val source, const val& options, JsonText& json) {
  OUTPOST_TRY_ASSIGN(const TableOptions given, table_options(options));
  OUTPOST_TRY_ASSIGN(auto reader, open_records(make_js_source(std::move(source)), given.reader));
  OUTPOST_TRY_ASSIGN(TableScan scan, scan_table(*reader, given.scan, RunContext(engine.executor())));
  OpenTable table{std::move(reader), std::move(scan), std::nullopt, FeaturePlan{}};
  OUTPOST_TRY(plan(table, options, json));
  json.count("rows", table.scan.rows);
  json.count("duplicateRows", table.scan.duplicate_rows);
  write_columns(json, table.scan);
  write_facts(json, table.scan.facts);
  write_findings(json, validate(table.scan));
  json.count("address", give(std::move(table)));
  return {};
}

Result<void> table_labels(Engine& engine, OpenTable& table, val& arrays) {
  if (!table.label) return {};
  OUTPOST_TRY_ASSIGN(const EncodedTable read, encode_table(*table.reader, FeatureSet{}, table.label, table.scan.rows,
                                                           RunContext(engine.executor())));
  set_array<std::uint8_t>(arrays, "labels", read.labels);
  return {};
}

Result<void> fit(Engine& engine, Matrix rows, const FeatureSet& set, const TrainOptions& given, const val& poll,
                 val& arrays, JsonText& json) {
  JsRun run(poll);
  FitContext context;
  context.seed = given.seed;
  context.run = run.context(engine.executor());
  std::vector<float> scores;
  OUTPOST_TRY_ASSIGN(Pipeline pipeline, Pipeline::fit(std::move(rows), set, given.pipeline, context, scores));
  std::vector<float> probabilities(scores.size());
  std::vector<std::uint8_t> labels(scores.size());
  judge(pipeline, scores, probabilities, labels);
  set_results(arrays, scores, probabilities, labels);
  write_model(json, pipeline);
  json.count("address", give(std::move(pipeline)));
  return {};
}

Result<void> train_table(Engine& engine, OpenTable& table, const val& options, const val& poll, val& arrays,
                         JsonText& json) {
  if (!table.plan) return tl::unexpected<Error>(table.plan.error());
  OUTPOST_TRY_ASSIGN(const TrainOptions given, train_options(options));
  OUTPOST_TRY_ASSIGN(EncodedTable encoded, encode_table(*table.reader, table.plan->set, std::nullopt, table.scan.rows,
                                                        RunContext(engine.executor())));
  return fit(engine, std::move(encoded.features), table.plan->set, given, poll, arrays, json);
}

Result<void> train_rows(Engine& engine, NumberRows& rows, const val& options, const val& poll, val& arrays,
                        JsonText& json) {
  OUTPOST_TRY_ASSIGN(const TrainOptions given, train_options(options));
  return fit(engine, std::move(rows.matrix), rows.features, given, poll, arrays, json);
}

Result<void> model_load(const val& bytes, JsonText& json) {
  const auto copy = emscripten::convertJSArrayToNumberVector<std::uint8_t>(bytes);
  OUTPOST_TRY_ASSIGN(Pipeline pipeline, Pipeline::deserialize(copy));
  write_model(json, pipeline);
  json.count("address", give(std::move(pipeline)));
  return {};
}

val model_bytes(Address model) {
  val out = val::object();
  set_array<std::uint8_t>(out, "bytes", at<Pipeline>(model).serialize());
  return out["bytes"];
}

Result<void> pass_begin(Engine& engine, OpenTable& table, const Pipeline& pipeline, JsonText& json) {
  OUTPOST_TRY_ASSIGN(TablePass pass, TablePass::begin(*table.reader, pipeline, engine.executor()));
  json.count("address", give(std::move(pass)));
  return {};
}

Result<void> pass_next(TablePass& pass, val& arrays, JsonText& json) {
  OUTPOST_TRY_ASSIGN(const bool more, pass.next());
  json.flag("more", more);
  if (more) set_results(arrays, pass.scores(), pass.probabilities(), pass.labels());
  json.count("unreadableCells", pass.unreadable_cells());
  json.count("unseenCategories", pass.unseen_categories());
  return {};
}

void write_interval(JsonText& json, std::string_view key, const Interval& interval) {
  json.open(key, '[');
  json.real({}, interval.low);
  json.real({}, interval.high);
  json.close(']');
}

Result<void> evaluate(const val& score_array, const val& label_array, const val& options, JsonText& json) {
  const auto scores = emscripten::convertJSArrayToNumberVector<float>(score_array);
  const auto labels = emscripten::convertJSArrayToNumberVector<std::uint8_t>(label_array);
  OUTPOST_TRY_ASSIGN(const double roc, roc_auc(scores, labels));
  OUTPOST_TRY_ASSIGN(const double average, average_precision(scores, labels));
  OUTPOST_TRY_ASSIGN(const double at_n, precision_at_n(scores, labels));
  std::uint64_t anomalies = 0;
  for (const std::uint8_t label : labels) anomalies += label;
  json.count("rows", scores.size());
  json.count("anomalies", anomalies);
  json.real("rocAuc", roc);
  json.real("averagePrecision", average);
  json.real("precisionAtN", at_n);
  if (const val threshold = options["threshold"]; !threshold.isUndefined()) {
    OUTPOST_TRY_ASSIGN(const Confusion at_threshold, confusion(scores, labels, threshold.as<float>()));
    json.real("precision", at_threshold.precision());
    json.real("recall", at_threshold.recall());
    json.real("f1", at_threshold.f1());
  }
  if (const val resamples = options["resamples"]; !resamples.isUndefined()) {
    BootstrapOptions bootstrap;
    bootstrap.resamples = static_cast<std::size_t>(resamples.as<double>());
    bootstrap.seed = static_cast<std::uint64_t>(options["seed"].as<double>());
    OUTPOST_TRY_ASSIGN(const Interval roc_interval, roc_auc_interval(scores, labels, bootstrap));
    OUTPOST_TRY_ASSIGN(const Interval average_interval, average_precision_interval(scores, labels, bootstrap));
    write_interval(json, "rocAucInterval", roc_interval);
    write_interval(json, "averagePrecisionInterval", average_interval);
  }
  return {};
}

std::string detectors() {
  JsonText json;
  json.open({}, '[');
  for (const DetectorInfo& info : detector_registry()) write_detector(json, info);
  json.close(']');
  return json.take();
}

Address rows_open(unsigned rows, const val& names) {
  FeatureSet set;
  const auto size = names["length"].as<unsigned>();
  for (unsigned i = 0; i < size; ++i) {
    const auto name = names[i].as<std::string>();
    set.features.push_back({name, name, FeatureKind::number, {}, '.'});
  }
  return give(NumberRows{Matrix(rows, size), std::move(set)});
}

std::string scorer_open(Engine& engine, const Pipeline& pipeline, unsigned capacity) {
  return answer([&](JsonText& json) -> Result<void> {
    auto scorer = std::make_unique<Scorer>(pipeline, engine.executor(), capacity);
    json.count("features", address_of(scorer->features().data()));
    json.count("scores", address_of(scorer->scores().data()));
    json.count("probabilities", address_of(scorer->probabilities().data()));
    json.count("labels", address_of(scorer->labels().data()));
    json.count("address", address_of(scorer.release()));
    return {};
  });
}

using Json = JsonText&;

}  // namespace

EMSCRIPTEN_BINDINGS(outpost) {
  using emscripten::function;
  function(
      "engineOpen", +[](unsigned threads) { return give(Engine(threads)); });
  function(
      "engineThreads", +[](Address engine) { return at<Engine>(engine).executor().concurrency(); });
  function("detectors", &detectors);

  function(
      "tableOpen", +[](Address engine, val source, val options) {
        return answer([&](Json json) { return table_open(at<Engine>(engine), std::move(source), options, json); });
      });
  function(
      "tableSelect", +[](Address table, val options) {
        return answer([&](Json json) { return plan(at<OpenTable>(table), options, json); });
      });
  function(
      "tableLabels", +[](Address engine, Address table, val arrays) {
        return answer([&](Json) { return table_labels(at<Engine>(engine), at<OpenTable>(table), arrays); });
      });
  function(
      "tableTrain", +[](Address engine, Address table, val options, val poll, val arrays) {
        return answer([&](Json json) {
          return train_table(at<Engine>(engine), at<OpenTable>(table), options, poll, arrays, json);
        });
      });
  function("tableFree", &destroy<OpenTable>);

  function(
      "rowsOpen", +[](unsigned rows, val names) { return rows_open(rows, names); });
  function(
      "rowsData", +[](Address rows) { return address_of(at<NumberRows>(rows).matrix.data()); });
  function(
      "rowsTrain", +[](Address engine, Address rows, val options, val poll, val arrays) {
        return answer([&](Json json) {
          return train_rows(at<Engine>(engine), at<NumberRows>(rows), options, poll, arrays, json);
        });
      });
  function("rowsFree", &destroy<NumberRows>);

  function(
      "modelLoad", +[](val bytes) { return answer([&](Json json) { return model_load(bytes, json); }); });
  function("modelBytes", &model_bytes);
  function("modelFree", &destroy<Pipeline>);

  function(
      "passBegin", +[](Address engine, Address table, Address model) {
        return answer(
            [&](Json json) { return pass_begin(at<Engine>(engine), at<OpenTable>(table), at<Pipeline>(model), json); });
      });
  function(
      "passNext", +[](Address pass, val arrays) {
        return answer([&](Json json) { return pass_next(at<TablePass>(pass), arrays, json); });
      });
  function("passFree", &destroy<TablePass>);

  function(
      "scorerOpen", +[](Address engine, Address model, unsigned capacity) {
        return scorer_open(at<Engine>(engine), at<Pipeline>(model), capacity);
      });
  function("scorerFree", &destroy<Scorer>);

  function(
      "evaluate", +[](val scores, val labels, val options) {
        return answer([&](Json json) { return evaluate(scores, labels, options, json); });
      });
}

}  // namespace outpost::wasm

// Past Embind: one event is scored in a few microseconds, of which its conversions would be a good part.
extern "C" EMSCRIPTEN_KEEPALIVE void outpost_score(outpost::wasm::Scorer* scorer, unsigned rows) { scorer->run(rows); }
