/// @file  The steps every command is made of: open -> scan -> plan -> encode -> fit or score.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <outpost/base/result.hpp>
#include <outpost/data/features.hpp>
#include <outpost/data/record_reader.hpp>
#include <outpost/data/scan.hpp>
#include <outpost/model/pipeline.hpp>

#include "options.hpp"
#include "session.hpp"

namespace outpost::edge {

/// Input that has been opened and looked at.
struct Data {
  std::unique_ptr<RecordReader> reader;
  TableScan scan;
};

/// A pipeline with the scores of the rows it was fitted on.
struct Fitted {
  Pipeline pipeline;
  std::vector<float> scores;
  double fit_seconds = 0;
};

/// A core call that fails with not_found because of a name the user typed (a column, a detector): a usage error.
template <class T>
Result<T> typed_name(Result<T> result) {
  if (!result && result.error().code == ErrorCode::not_found) result.error().code = ErrorCode::invalid_argument;
  return result;
}

/// Errors: invalid_argument where `command` was given no DATA.
Result<void> require_data(const Options& options, const char* command);
/// Looks at the detector's name and parameters, so that a slip is told before a large file is read.
Result<void> check_detector(const Options& options);
/// Opens DATA. Errors: those of the host and the reader.
Result<std::unique_ptr<RecordReader>> open_data(const Options& options, Session& session);
/// One pass over all rows: types and profiles.
Result<Data> load_data(const Options& options, Session& session);
Result<FeaturePlan> plan(const Data& data, const Options& options);
/// One pass over all rows: the float32 matrix, and the labels where there are some. `expected_rows` 0 = unknown.
Result<EncodedTable> encode(RecordReader& reader, const FeatureSet& set, std::uint64_t expected_rows,
                            const Options& options, Session& session);
/// Consumes the matrix. Says on standard error beforehand when much memory will be needed.
Result<Fitted> fit(Matrix rows, const FeatureSet& set, const Options& options, Session& session);
/// Scores rows as new ones.
Result<std::vector<float>> score(const Pipeline& pipeline, MatrixView rows, Session& session);

/// Called with the row's number, its features, and its cells (row `place` of `batch`). False ends the visit.
using RowVisitor = std::function<bool(std::uint64_t row, std::span<const float> features, const RecordBatch& batch,
                                      std::size_t place)>;
/// Reads the rows once more, in order. Memory is that of one batch.
Result<void> visit_rows(RecordReader& reader, const FeatureSet& set, Session& session, const RowVisitor& visit);

}  // namespace outpost::edge
