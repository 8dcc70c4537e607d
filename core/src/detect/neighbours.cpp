// The kernel is compiled once for each SIMD target (Highway); all give the same bits.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "detect/neighbours.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h

#include "detect/neighbours.hpp"

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace outpost {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using PointTag = hn::CappedTag<float, PointBlocks::kPoints / 2>;

/// Offers the points of two vectors that are nearer than the list's last.
HWY_ATTR void offer_points(hn::Vec<PointTag> low, hn::Vec<PointTag> high, std::uint32_t first_point,
                           NearestList& list) {
  const PointTag df;
  const std::size_t lanes = hn::Lanes(df);
  alignas(64) float squared[PointBlocks::kPoints];
  hn::Store(low, df, squared);
  hn::Store(high, df, squared + lanes);
  const auto bound = hn::Set(df, list.bound());
  alignas(8) std::uint8_t bits[8] = {};
  for (std::size_t part = 0; part < 2; ++part) {
    hn::StoreMaskBits(df, hn::Lt(part == 0 ? low : high, bound), bits);
    std::uint32_t left = bits[0] | static_cast<std::uint32_t>(lanes > 8 ? bits[1] : 0) << 8;
    for (; left != 0; left &= left - 1) {
      const std::size_t lane = part * lanes + hwy::Num0BitsBelowLS1Bit_Nonzero32(left);
      list.offer(squared[lane], first_point + static_cast<std::uint32_t>(lane));
    }
  }
}

/// Compares the points of blocks [first, last) with four queries (interleaved by feature).
HWY_ATTR void scan_points(const PointBlocks& points, std::size_t first, std::size_t last,
                          const float* HWY_RESTRICT queries, NearestList* lists) {
  // Partial sums only grow, so a vector pair whose points are all too far already is left early.
  constexpr std::size_t kFeatureStep = 32;
  const PointTag df;
  const std::size_t lanes = hn::Lanes(df);
  const std::size_t features = points.features;
  for (std::size_t block = first; block < last; ++block) {
    const PointBlocks::Line* HWY_RESTRICT lines = points.lines + block * features;
    for (std::size_t sub = 0; sub < PointBlocks::kPoints; sub += 2 * lanes) {
      const auto bound0 = hn::Set(df, lists[0].bound()), bound1 = hn::Set(df, lists[1].bound());
      const auto bound2 = hn::Set(df, lists[2].bound()), bound3 = hn::Set(df, lists[3].bound());
      auto a0 = hn::Zero(df), a1 = hn::Zero(df), a2 = hn::Zero(df), a3 = hn::Zero(df);
      auto b0 = hn::Zero(df), b1 = hn::Zero(df), b2 = hn::Zero(df), b3 = hn::Zero(df);
      std::size_t f = 0;
      while (true) {
        const std::size_t stop = features - f < kFeatureStep ? features : f + kFeatureStep;
        for (; f < stop; ++f) {
          const auto low = hn::Load(df, lines[f].values + sub);
          const auto high = hn::Load(df, lines[f].values + sub + lanes);
          const float* query = queries + f * PointBlocks::kQueries;
          const auto q0 = hn::Set(df, query[0]), q1 = hn::Set(df, query[1]);
          const auto q2 = hn::Set(df, query[2]), q3 = hn::Set(df, query[3]);
          auto t = hn::Sub(low, q0);
          a0 = hn::Add(a0, hn::Mul(t, t));
          t = hn::Sub(high, q0);
          b0 = hn::Add(b0, hn::Mul(t, t));
          t = hn::Sub(low, q1);
          a1 = hn::Add(a1, hn::Mul(t, t));
          t = hn::Sub(high, q1);
          b1 = hn::Add(b1, hn::Mul(t, t));
          t = hn::Sub(low, q2);
          a2 = hn::Add(a2, hn::Mul(t, t));
          t = hn::Sub(high, q2);
          b2 = hn::Add(b2, hn::Mul(t, t));
          t = hn::Sub(low, q3);
          a3 = hn::Add(a3, hn::Mul(t, t));
          t = hn::Sub(high, q3);
          b3 = hn::Add(b3, hn::Mul(t, t));
        }
        const auto near0 = hn::Or(hn::Lt(a0, bound0), hn::Lt(b0, bound0));
        const auto near1 = hn::Or(hn::Lt(a1, bound1), hn::Lt(b1, bound1));
        const auto near2 = hn::Or(hn::Lt(a2, bound2), hn::Lt(b2, bound2));
        const auto near3 = hn::Or(hn::Lt(a3, bound3), hn::Lt(b3, bound3));
        if (HWY_LIKELY(hn::AllFalse(df, hn::Or(hn::Or(near0, near1), hn::Or(near2, near3))))) break;
        if (f < features) continue;
        const auto first_point = static_cast<std::uint32_t>(block * PointBlocks::kPoints + sub);
        if (!hn::AllFalse(df, near0)) offer_points(a0, b0, first_point, lists[0]);
        if (!hn::AllFalse(df, near1)) offer_points(a1, b1, first_point, lists[1]);
        if (!hn::AllFalse(df, near2)) offer_points(a2, b2, first_point, lists[2]);
        if (!hn::AllFalse(df, near3)) offer_points(a3, b3, first_point, lists[3]);
        break;
      }
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace outpost
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

#include <outpost/base/random.hpp>

#include "detect/support.hpp"

namespace outpost {

HWY_EXPORT(scan_points);

namespace {

constexpr std::size_t kBatchQueries = 64;
constexpr std::size_t kTileBytes = 16 * 1024;  // of points, half of a small L1 cache
constexpr int kSmallExponent = -30;            // below 2^-30, squares lose digits to underflow too soon

/// 2^exponent, exact.
double power_of_two(int exponent) { return std::ldexp(1.0, exponent); }

}  // namespace

int NeighbourIndex::limit_exponent(std::size_t features) {
  int bits = 0;
  while (bits < 64 && (std::uint64_t{1} << bits) < features) ++bits;
  return (125 - bits) / 2;
}

void NeighbourIndex::allocate(std::size_t points, std::size_t features) {
  size_ = points;
  features_ = features;
  const std::size_t blocks = (points + PointBlocks::kPoints - 1) / PointBlocks::kPoints;
  PointBlocks::Line missing;
  std::fill(std::begin(missing.values), std::end(missing.values), std::numeric_limits<float>::infinity());
  lines_.assign(blocks * features, missing);
}

NeighbourIndex::NeighbourIndex(MatrixView rows, std::span<const std::uint32_t> chosen) {
  allocate(chosen.size(), rows.cols());
  float largest = 0;
  for (const std::uint32_t row : chosen) {
    for (const float value : rows.row(row)) largest = std::max(largest, std::fabs(value));
  }
  int exponent = 0;  // largest < 2^exponent
  std::frexp(largest, &exponent);
  const int limit = limit_exponent(features_);
  if (exponent > limit) {
    exponent_ = limit - exponent;
  } else if (largest > 0 && exponent < kSmallExponent) {
    exponent_ = -exponent;
  }
  const double scale = power_of_two(exponent_);
  for (std::size_t p = 0; p < size_; ++p) {
    const std::span<const float> row = rows.row(chosen[p]);
    for (std::size_t f = 0; f < features_; ++f) at(p, f) = static_cast<float>(row[f] * scale);
  }
}

Matrix NeighbourIndex::points(std::size_t count) const {
  Matrix rows(std::min(count, size_), features_);
  const double unscale = power_of_two(-exponent_);
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    const std::size_t point = r * size_ / rows.rows();
    const PointBlocks::Line* line = &lines_[point / PointBlocks::kPoints * features_];
    for (std::size_t f = 0; f < features_; ++f) {
      rows(r, f) = static_cast<float>(line[f].values[point % PointBlocks::kPoints] * unscale);
    }
  }
  return rows;
}

double NeighbourIndex::limit() const { return power_of_two(limit_exponent(features_) - exponent_); }

void NeighbourIndex::nearest(MatrixView queries, std::span<const std::uint32_t> excluded, std::size_t k,
                             std::span<float> distances, std::span<std::uint32_t> indices) const {
  constexpr std::size_t kQueries = PointBlocks::kQueries;
  const std::size_t blocks = (size_ + PointBlocks::kPoints - 1) / PointBlocks::kPoints;
  const std::size_t tile = std::max<std::size_t>(1, kTileBytes / (features_ * sizeof(PointBlocks::Line)));
  const PointBlocks points{lines_.data(), features_};
  const double scale = power_of_two(exponent_), unscale = power_of_two(-exponent_);
  const double limit = power_of_two(limit_exponent(features_));

  std::fill(distances.begin(), distances.end(), std::numeric_limits<float>::infinity());
  std::fill(indices.begin(), indices.end(), 0U);
  std::vector<float> packed(std::min(kBatchQueries, (queries.rows() + kQueries - 1) / kQueries * kQueries) * features_);
  for (std::size_t first = 0; first < queries.rows(); first += kBatchQueries) {
    const std::size_t count = std::min(kBatchQueries, queries.rows() - first);
    const std::size_t groups = (count + kQueries - 1) / kQueries;
    // The places of an incomplete group stay at queries to which no point is near enough.
    float never = -std::numeric_limits<float>::infinity();
    std::uint32_t nowhere = 0;
    NearestList lists[kBatchQueries];
    for (std::size_t q = 0; q < groups * kQueries; ++q) {
      float* out = packed.data() + q / kQueries * features_ * kQueries + q % kQueries;
      if (q >= count) {
        lists[q] = NearestList{&never, &nowhere, 1, kNone};
        for (std::size_t f = 0; f < features_; ++f) out[f * kQueries] = 0;
        continue;
      }
      const std::size_t row = first + q;
      lists[q] = NearestList{&distances[row * k], &indices[row * k], k, excluded.empty() ? kNone : excluded[row]};
      const std::span<const float> values = queries.row(row);
      for (std::size_t f = 0; f < features_; ++f) {
        out[f * kQueries] = static_cast<float>(std::min(std::max(values[f] * scale, -limit), limit));
      }
    }
    for (std::size_t block = 0; block < blocks; block += tile) {
      const std::size_t end = std::min(blocks, block + tile);
      for (std::size_t g = 0; g < groups; ++g) {
        HWY_DYNAMIC_DISPATCH(scan_points)(points, block, end, &packed[g * features_ * kQueries], &lists[g * kQueries]);
      }
    }
  }
  for (float& distance : distances) distance = to_score(static_cast<double>(std::sqrt(distance)) * unscale);
}

ReferenceRows choose_reference_rows(std::size_t rows, std::size_t max_samples, std::uint64_t seed) {
  ReferenceRows chosen;
  chosen.points.assign(rows, NeighbourIndex::kNone);
  if (rows <= max_samples) {
    chosen.rows.resize(rows);
    std::iota(chosen.rows.begin(), chosen.rows.end(), 0U);
  } else {
    Random random(seed);
    chosen.rows = sample_without_replacement(random, rows, max_samples);
  }
  for (std::size_t p = 0; p < chosen.rows.size(); ++p) chosen.points[chosen.rows[p]] = static_cast<std::uint32_t>(p);
  return chosen;
}

Matrix gather_rows(MatrixView rows, std::span<const std::uint32_t> indices) {
  Matrix gathered(indices.size(), rows.cols());
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const std::span<const float> row = rows.row(indices[i]);
    std::copy(row.begin(), row.end(), gathered.row(i).begin());
  }
  return gathered;
}

}  // namespace outpost
#endif  // HWY_ONCE
