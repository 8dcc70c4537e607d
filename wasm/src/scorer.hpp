/// @file  Scorer: a buffer of rows in WebAssembly's memory that JavaScript fills, and the results beside it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <outpost/model/pipeline.hpp>

namespace outpost::wasm {

/// The buffers keep their addresses for as long as the scorer lives.
class Scorer {
 public:
  /// `pipeline` and `executor` must outlive the scorer. `capacity` 1 or more.
  Scorer(const Pipeline& pipeline, Executor& executor, std::size_t capacity);

  std::size_t capacity() const { return scores_.size(); }
  std::vector<float>& features() { return features_; }
  const std::vector<float>& scores() const { return scores_; }
  const std::vector<float>& probabilities() const { return probabilities_; }
  const std::vector<std::uint8_t>& labels() const { return labels_; }
  /// Scores the first `rows` (up to capacity) rows of features().
  void run(std::size_t rows);

 private:
  const Pipeline& pipeline_;
  Executor& executor_;
  std::vector<float> features_;
  std::vector<float> scores_;
  std::vector<float> probabilities_;
  std::vector<std::uint8_t> labels_;
};

/// Probability and label of each score.
void judge(const Pipeline& pipeline, std::span<const float> scores, std::span<float> probabilities,
           std::span<std::uint8_t> labels);

}  // namespace outpost::wasm
