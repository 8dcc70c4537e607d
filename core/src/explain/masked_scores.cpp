#include "explain/masked_scores.hpp"

#include <algorithm>

namespace outpost {
namespace {

constexpr std::uint32_t kNobody = 0xFFFFFFFFU;
constexpr std::size_t kRowsAtOnce = 1024;  // a piece of parallel work; enough that neighbour searches share their loads

}  // namespace

MaskedScores::MaskedScores(const Pipeline& pipeline, std::span<const float> row, MatrixView background)
    : detector_(pipeline.fitted_detector()), background_(background) {
  const std::vector<std::uint32_t>& origins = pipeline.preprocessor().origins();
  columns_.resize(origins.size());
  pipeline.preprocessor().transform(MatrixView(row.data(), 1, row.size()), columns_);
  detector_.score(MatrixView(columns_.data(), 1, columns_.size()), {&score_, 1});
  player_of_.assign(origins.size(), kNobody);
  std::vector<std::uint32_t> player_of_feature(pipeline.features().size(), kNobody);
  for (std::size_t c = 0; c < origins.size(); ++c) {
    bool differs = false;
    for (std::size_t b = 0; b < background.rows() && !differs; ++b) differs = background(b, c) != columns_[c];
    std::uint32_t& player = player_of_feature[origins[c]];
    if (!differs || player != kNobody) continue;
    player = static_cast<std::uint32_t>(players_.size());
    players_.push_back(origins[c]);
  }
  for (std::size_t c = 0; c < origins.size(); ++c) player_of_[c] = player_of_feature[origins[c]];
}

void MaskedScores::mask(const std::uint8_t* set, std::size_t background_row, std::span<float> out) const {
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const bool known = player_of_[c] == kNobody || set[player_of_[c]] != 0;
    out[c] = known ? columns_[c] : background_(background_row, c);
  }
}

bool MaskedScores::mean_scores(const Coalitions& sets, std::span<double> means, const RunContext& context) const {
  const std::size_t rows = background_.rows(), d = columns_.size(), count = means.size();
  const std::size_t at_once = std::max<std::size_t>(1, kRowsAtOnce / rows);
  const std::size_t pieces = (count + at_once - 1) / at_once;
  context.executor().parallel_for(pieces, [&](std::size_t piece) {
    if (context.cancelled()) return;
    const std::size_t first = piece * at_once, last = std::min(count, first + at_once);
    Matrix masked((last - first) * rows, d);
    for (std::size_t s = first; s < last; ++s) {
      for (std::size_t b = 0; b < rows; ++b) mask(&sets[s * players()], b, masked.row((s - first) * rows + b));
    }
    std::vector<float> scores(masked.rows());
    detector_.score(masked, scores);
    for (std::size_t s = first; s < last; ++s) {
      double sum = 0;
      for (std::size_t b = 0; b < rows; ++b) sum += scores[(s - first) * rows + b];
      means[s] = sum / static_cast<double>(rows);
    }
  });
  return !context.cancelled();
}

bool MaskedScores::single_scores(const Coalitions& sets, std::span<const std::uint32_t> rows, std::span<double> scores,
                                 const RunContext& context) const {
  const std::size_t pieces = (rows.size() + kRowsAtOnce - 1) / kRowsAtOnce;
  context.executor().parallel_for(pieces, [&](std::size_t piece) {
    if (context.cancelled()) return;
    const std::size_t first = piece * kRowsAtOnce, last = std::min(rows.size(), first + kRowsAtOnce);
    Matrix masked(last - first, columns_.size());
    for (std::size_t s = first; s < last; ++s) mask(&sets[s * players()], rows[s], masked.row(s - first));
    std::vector<float> found(masked.rows());
    detector_.score(masked, found);
    for (std::size_t s = first; s < last; ++s) scores[s] = found[s - first];
  });
  return !context.cancelled();
}

}  // namespace outpost
