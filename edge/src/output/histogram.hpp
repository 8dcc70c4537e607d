/// @file  Distributions drawn with characters: people would rather look than read.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "output/terminal.hpp"

namespace outpost::edge {

/// Scores as horizontal bars, one line a bin, lengths by the square root of the count so that rare scores stay
/// visible; the line where the threshold falls is marked (NaN: none). Empty where all scores are equal.
std::string score_histogram(std::span<const float> scores, float threshold, const Terminal& terminal);

/// One line of eight-level blocks, one a count; empty for no counts.
std::string sparkline(std::span<const double> heights);
/// Density between quantiles as heights of `bins` equal parts of [first, last quantile]; `shares` are the quantiles'
/// shares in [0, 1], ascending.
std::vector<double> densities(std::span<const double> quantiles, std::span<const double> shares, std::size_t bins);

}  // namespace outpost::edge
