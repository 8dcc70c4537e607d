/// @file  Options of the calls from JavaScript, read out of plain objects.
#pragma once

#include <emscripten/val.h>

#include <cstdint>

#include <outpost/base/result.hpp>
#include <outpost/data/features.hpp>
#include <outpost/data/record_reader.hpp>
#include <outpost/data/scan.hpp>
#include <outpost/model/pipeline.hpp>

namespace outpost::wasm {

// A property that is undefined keeps its default. The JavaScript side has checked the kind of each value (number,
// string, list of strings); here words are looked up and ranges checked. Errors: invalid_argument, naming the
// property and what may stand there.

struct TableOptions {
  ReaderOptions reader;
  ScanOptions scan;
};
/// {format, delimiter, header, raggedRows, types: [[column, type]...], maxCategories}
Result<TableOptions> table_options(const emscripten::val& object);
/// {include: [column...], exclude: [column...], label: column}
FeatureOptions feature_options(const emscripten::val& object);

struct TrainOptions {
  PipelineOptions pipeline;
  std::uint64_t seed = 42;
};
/// {detector, parameters: [[name, text]...], scaling, encoding, missingIndicator, thresholdMethod, contamination,
/// factor, seed}
Result<TrainOptions> train_options(const emscripten::val& object);

}  // namespace outpost::wasm
