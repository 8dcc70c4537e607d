#include "scorer.hpp"

namespace outpost::wasm {

Scorer::Scorer(const Pipeline& pipeline, Executor& executor, std::size_t capacity)
    : pipeline_(pipeline),
      executor_(executor),
      features_(capacity * pipeline.features().size()),
      scores_(capacity),
      probabilities_(capacity),
      labels_(capacity) {}

void Scorer::run(std::size_t rows) {
  const std::span scores = std::span(scores_).first(rows);
  // Cannot fail: the width is the model's, and nobody can cancel.
  (void)pipeline_.score(MatrixView(features_.data(), rows, pipeline_.features().size()), scores, RunContext(executor_));
  judge(pipeline_, scores, probabilities_, labels_);
}

void judge(const Pipeline& pipeline, std::span<const float> scores, std::span<float> probabilities,
           std::span<std::uint8_t> labels) {
  for (std::size_t i = 0; i < scores.size(); ++i) {
    probabilities[i] = pipeline.calibration().probability(scores[i]);
    labels[i] = pipeline.is_anomaly(scores[i]) ? 1 : 0;
  }
}

}  // namespace outpost::wasm
