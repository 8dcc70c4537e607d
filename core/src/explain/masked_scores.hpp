/// @file  MaskedScores: the score of one row when only some of its features are known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <outpost/base/execution.hpp>
#include <outpost/base/matrix.hpp>
#include <outpost/model/pipeline.hpp>

namespace outpost {

/// Sets of players: which features that can matter are taken from the row. One byte a player, sets one after the other.
using Coalitions = std::vector<std::uint8_t>;

/// Players are the features whose columns differ from some background row; the others change nothing.
class MaskedScores {
 public:
  MaskedScores(const Pipeline& pipeline, std::span<const float> row, MatrixView background);

  std::size_t players() const { return players_.size(); }
  std::uint32_t feature(std::size_t player) const { return players_[player]; }
  float score() const { return score_; }  ///< of the row, as the detector gives it

  /// For each set, the mean score over the background rows with the set's features replaced by the row's.
  /// Returns false when cancelled.
  bool mean_scores(const Coalitions& sets, std::span<double> means, const RunContext& context) const;
  /// For each set i, the score with background row rows[i] alone.
  bool single_scores(const Coalitions& sets, std::span<const std::uint32_t> rows, std::span<double> scores,
                     const RunContext& context) const;

 private:
  void mask(const std::uint8_t* set, std::size_t background_row, std::span<float> out) const;

  const Detector& detector_;
  MatrixView background_;
  std::vector<float> columns_;            ///< the row's
  std::vector<std::uint32_t> player_of_;  ///< of each column; kNobody where it does not matter
  std::vector<std::uint32_t> players_;    ///< feature of each player
  float score_ = 0;
};

}  // namespace outpost
