/// @file  TablePass: scores a table in blocks of rows, so that memory is that of one block whatever its size.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <outpost/data/features.hpp>
#include <outpost/data/record_reader.hpp>
#include <outpost/model/pipeline.hpp>

namespace outpost::wasm {

class TablePass {
 public:
  /// Starts at the first row. All three must outlive the pass, and the reader be used by nobody else meanwhile.
  /// Errors: those of the reader; schema_mismatch for columns that the table does not have.
  static Result<TablePass> begin(RecordReader& reader, const Pipeline& pipeline, Executor& executor);
  /// Scores the next rows; false at the end. Errors: those of the reader.
  Result<bool> next();

  // Of the rows that next() scored; valid until it is called again.
  std::span<const float> scores() const { return scores_; }
  std::span<const float> probabilities() const { return probabilities_; }
  std::span<const std::uint8_t> labels() const { return labels_; }

  std::uint64_t unreadable_cells() const { return encoder_.unreadable_cells(); }
  std::uint64_t unseen_categories() const { return encoder_.unseen_categories(); }

 private:
  TablePass(RecordReader& reader, const Pipeline& pipeline, Executor& executor, FeatureEncoder encoder)
      : reader_(&reader), pipeline_(&pipeline), executor_(&executor), encoder_(std::move(encoder)) {}

  RecordReader* reader_;
  const Pipeline* pipeline_;
  Executor* executor_;
  FeatureEncoder encoder_;
  RecordBatch batch_;
  std::vector<float> features_;
  std::vector<float> scores_;
  std::vector<float> probabilities_;
  std::vector<std::uint8_t> labels_;
};

}  // namespace outpost::wasm
