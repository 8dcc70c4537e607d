#include "output/histogram.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "output/number_text.hpp"

namespace outpost::edge {
namespace {

constexpr std::size_t kBins = 12;
constexpr std::array<std::string_view, 8> kLevels = {"\u2581", "\u2582", "\u2583", "\u2584",
                                                     "\u2585", "\u2586", "\u2587", "\u2588"};

std::string bar(std::uint64_t count, std::uint64_t most, std::size_t width) {
  if (count == 0) return "";
  static constexpr std::array<std::string_view, 8> kEighths = {"",       "\u258f", "\u258e", "\u258d",
                                                               "\u258c", "\u258b", "\u258a", "\u2589"};
  const double share = std::sqrt(static_cast<double>(count) / static_cast<double>(most));
  const auto eighths = std::max<std::size_t>(1, static_cast<std::size_t>(share * static_cast<double>(width) * 8));
  std::string out;
  for (std::size_t i = 0; i < eighths / 8; ++i) out += "\u2588";
  return out.append(kEighths[eighths % 8]);
}

}  // namespace

std::string score_histogram(std::span<const float> scores, float threshold, const Terminal& terminal) {
  if (scores.empty()) return "";
  const auto [lowest, highest] = std::minmax_element(scores.begin(), scores.end());
  const double low = *lowest;
  const double range = static_cast<double>(*highest) - low;
  if (!(range > 0)) return "";
  const auto bin_of = [&](double score) {
    return std::min(kBins - 1, static_cast<std::size_t>((score - low) / range * static_cast<double>(kBins)));
  };
  std::array<std::uint64_t, kBins> counts{};
  for (const float score : scores) ++counts[bin_of(score)];
  const std::uint64_t most = *std::max_element(counts.begin(), counts.end());
  const bool marked = threshold >= *lowest && threshold < *highest;
  const std::size_t mark = marked ? bin_of(threshold) : kBins;

  std::string out;
  const std::size_t bar_width = std::clamp<std::size_t>(terminal.width - 36, 8, 40);
  for (std::size_t b = 0; b < kBins; ++b) {
    std::string edge = column_number(low + range * static_cast<double>(b) / kBins, *highest);
    edge.insert(0, edge.size() < 10 ? 10 - edge.size() : 0, ' ');
    const bool above = marked && b > mark;
    out += "  " + edge + "  " + terminal.paint(bar(counts[b], most, bar_width), above ? Colour::red : Colour::cyan);
    out += (counts[b] != 0 ? " " : "") + grouped(counts[b]);
    if (b == mark) out += terminal.paint("  < threshold " + short_number(threshold), Colour::yellow);
    out += '\n';
  }
  return out;
}

std::string sparkline(std::span<const double> heights) {
  double highest = 0;
  for (const double height : heights) highest = std::max(highest, height);
  std::string out;
  for (const double height : heights) {
    const double share = highest > 0 ? std::sqrt(height / highest) : 0;
    out += kLevels[std::min<std::size_t>(7, static_cast<std::size_t>(share * 8))];
  }
  return out;
}

std::vector<double> densities(std::span<const double> quantiles, std::span<const double> shares, std::size_t bins) {
  if (quantiles.size() < 2 || quantiles.size() != shares.size() || bins == 0) return {};
  const double low = quantiles.front();
  const double range = quantiles.back() - low;
  if (!(range > 0) || !std::isfinite(range)) return {};
  // Share of rows at or below x, linear between quantiles.
  const auto share_at = [&](double x) {
    std::size_t i = 1;
    while (i + 1 < quantiles.size() && quantiles[i] < x) ++i;
    const double width = quantiles[i] - quantiles[i - 1];
    const double part = width > 0 ? std::clamp((x - quantiles[i - 1]) / width, 0.0, 1.0) : 1.0;
    return shares[i - 1] + part * (shares[i] - shares[i - 1]);
  };
  std::vector<double> result;
  double before = 0;
  for (std::size_t b = 1; b <= bins; ++b) {
    const double share = b == bins ? 1.0 : share_at(low + range * static_cast<double>(b) / static_cast<double>(bins));
    result.push_back(std::max(0.0, share - before));
    before = share;
  }
  return result;
}

}  // namespace outpost::edge
