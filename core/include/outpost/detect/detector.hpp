/// @file  Detector: the one interface of every anomaly detector. A higher score is more anomalous.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <outpost/base/execution.hpp>
#include <outpost/base/matrix.hpp>
#include <outpost/base/result.hpp>
#include <outpost/onnx/graph_reader.hpp>
#include <outpost/onnx/graph_writer.hpp>

namespace outpost {

/// What fitting needs beside the data.
struct FitContext {
  std::uint64_t seed = 42;
  RunContext run;
};

/// Fits on rows, then scores rows. Input is finite (the pipeline imputes and clips to +-1e18 first).
///
/// Training scores are transductive: a row is not its own neighbour. score() is inductive: it treats every
/// row as new. Same data, parameters and seed give the same bits on every platform, whatever the executor.
/// After an error from fit() or read_graph() the detector may only be destroyed or fitted again.
/// score() may run on several threads at once; nothing else may.
class Detector {
 public:
  virtual ~Detector() = default;

  /// Learns from `rows` (n x d, n >= 1, d >= 1) and writes n training scores (finite).
  /// Errors: not_enough_data (message says how many rows are needed), cancelled.
  virtual Result<void> fit(MatrixView rows, const FitContext& context, std::span<float> training_scores) = 0;

  /// Writes one finite score a row. `rows.cols()` is that of fit. Cannot fail once fitted.
  virtual void score(MatrixView rows, std::span<float> scores) const = 0;

  /// Splits the score of one row over its columns: the number returned and all of `columns` (one a column, overwritten)
  /// add up to score() but for rounding to float32, and for scores cut to its range. Nothing where the detector has no
  /// such split of its own, and must be explained from outside. Docs: docs/explain.md.
  virtual std::optional<double> contributions(std::span<const float> /*row*/, std::span<double> /*columns*/) const {
    return std::nullopt;
  }
  /// At most `count` of the training rows that the detector keeps, evenly chosen; none where it keeps no rows.
  virtual Matrix kept_rows(std::size_t /*count*/) const { return {}; }

  /// Adds nodes that compute score() from `rows` (float32 [N, d], finite) and returns the name of the scores, float32
  /// [N, 1]. The fitted state is in those nodes and their named tensors, and nowhere else.
  virtual onnx::Value write_graph(onnx::GraphWriter& graph, onnx::Value rows) const = 0;
  /// Takes the state back out of what write_graph wrote, for `features` columns, into a detector made with the same
  /// parameters. Everything read is checked: whatever the file, scores are finite. Errors: corrupt_model.
  virtual Result<void> read_graph(onnx::GraphReader& graph, std::size_t features) = 0;
  /// How many rows a runtime that runs the graph should be fed at once, so that its intermediate values stay within
  /// tens of megabytes.
  virtual std::size_t graph_batch() const { return kChunkRows; }

  /// Bytes of the fitted state in memory.
  virtual std::size_t memory_bytes() const = 0;
  /// Peak bytes that fit() takes beside its input, for n rows of d features (an estimate, for a warning).
  virtual std::size_t fit_memory_bytes(std::size_t rows, std::size_t features) const = 0;
};

/// Scores all rows in chunks on the context's executor. Errors: cancelled.
Result<void> score_rows(const Detector& detector, MatrixView rows, std::span<float> scores, const RunContext& context);

}  // namespace outpost
