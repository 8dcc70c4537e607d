#include "table_pass.hpp"

#include <utility>

#include "scorer.hpp"

namespace outpost::wasm {
namespace {

/// Rows of one block: enough chunks of kChunkRows for a pool of threads, few enough to stop soon when asked to.
constexpr std::size_t kBlockRows = 8 * kChunkRows;

}  // namespace

Result<TablePass> TablePass::begin(RecordReader& reader, const Pipeline& pipeline, Executor& executor) {
  OUTPOST_TRY(reader.rewind());
  OUTPOST_TRY_ASSIGN(FeatureEncoder encoder, FeatureEncoder::create(pipeline.features(), reader.names()));
  return TablePass(reader, pipeline, executor, std::move(encoder));
}

Result<bool> TablePass::next() {
  features_.clear();
  std::size_t rows = 0;
  while (rows < kBlockRows) {
    OUTPOST_TRY_ASSIGN(const bool more, reader_->next(batch_));
    if (!more) break;
    encoder_.encode(batch_, features_);
    rows += batch_.rows;
  }
  scores_.resize(rows);
  probabilities_.resize(rows);
  labels_.resize(rows);
  if (rows == 0) return false;
  OUTPOST_TRY(pipeline_->score(MatrixView(features_.data(), rows, pipeline_->features().size()), scores_,
                               RunContext(*executor_)));
  judge(*pipeline_, scores_, probabilities_, labels_);
  return true;
}

}  // namespace outpost::wasm
