/// @file  Exact nearest neighbours by brute force: what kNN and LOF stand on.
///
/// A squared distance is the float32 sum of squared differences in the order of features; each SIMD lane is one
/// reference point, so the bits are the same at every vector width. Neighbours are ordered by (squared distance, row
/// index). No tree: at ten and more features a tree visits most points anyway, and a sweep runs at the speed of the
/// arithmetic.
///
/// Overflow: reference values are multiplied by a power of two, chosen when the index is built: 1 unless a squared
/// distance could overflow (values beyond about 1e18 / sqrt(features / 32)) or all values are below 2^-30. Query values
/// are cut to limit(), beyond which only more distance of the same kind would follow. So every distance is finite.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <outpost/base/execution.hpp>
#include <outpost/base/matrix.hpp>
#include <outpost/base/result.hpp>
#include <outpost/onnx/graph_reader.hpp>
#include <outpost/onnx/graph_writer.hpp>

namespace outpost {

/// The k nearest so far of one query, ascending. Starts with distances of infinity.
struct NearestList {
  float* distances = nullptr;  ///< squared
  std::uint32_t* indices = nullptr;
  std::size_t k = 0;
  std::uint32_t excluded = 0;

  float bound() const { return distances[k - 1]; }
  /// Indices are offered in ascending order, so at equal distance the one already there stays first.
  void offer(float distance, std::uint32_t index) {
    if (!(distance < bound()) || index == excluded) return;
    std::size_t place = k - 1;
    if (k <= kShort) {
      for (; place > 0 && distance < distances[place - 1]; --place) {
        distances[place] = distances[place - 1];
        indices[place] = indices[place - 1];
      }
    } else {
      place = static_cast<std::size_t>(std::upper_bound(distances, distances + k, distance) - distances);
      std::copy_backward(distances + place, distances + k - 1, distances + k);
      std::copy_backward(indices + place, indices + k - 1, indices + k);
    }
    distances[place] = distance;
    indices[place] = index;
  }

 private:
  static constexpr std::size_t kShort = 32;  ///< up to here moving one by one is faster than a search
};

/// Reference points, transposed: point p, feature f is lines[p / kPoints * features + f].values[p % kPoints]. Missing
/// points of the last block are infinitely far.
struct PointBlocks {
  static constexpr std::size_t kPoints = 32;  ///< two of the widest vectors
  static constexpr std::size_t kQueries = 4;  ///< queries that share each load of the points
  struct alignas(64) Line {
    float values[kPoints];
  };
  const Line* lines = nullptr;
  std::size_t features = 0;
};

class NeighbourIndex {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFFU;

  NeighbourIndex() = default;
  /// Copies the `chosen` rows, which become the points 0, 1, ... in that order. Values finite.
  NeighbourIndex(MatrixView rows, std::span<const std::uint32_t> chosen);

  std::size_t size() const { return size_; }
  std::size_t features() const { return features_; }
  /// At most `count` of the points, evenly chosen, in units of the data.
  Matrix points(std::size_t count) const;
  /// Largest absolute query value that is told apart, in units of the data.
  double limit() const;

  /// The k nearest points of each query, nearest first: distances and indices are queries.rows() x k.
  /// `excluded`: for each query the point not to be counted, or kNone; empty = none. 1 <= k <= size(), less one where
  /// a point is excluded.
  void nearest(MatrixView queries, std::span<const std::uint32_t> excluded, std::size_t k, std::span<float> distances,
               std::span<std::uint32_t> indices) const;

  std::size_t memory_bytes() const { return lines_.size() * sizeof(PointBlocks::Line); }

  /// What nearest() finds, as values of a graph, both [N, k]. The graph's sums run in the order of features too, so
  /// they have the same bits.
  struct GraphNeighbours {
    onnx::Value squared;  ///< float32 squared distances, nearest first, in units of the held values
    onnx::Value indices;  ///< int64
    onnx::Value scale;    ///< float64: held values are those of the data times this power of two
  };
  GraphNeighbours write_graph(onnx::GraphWriter& graph, onnx::Value rows, std::size_t k) const;
  /// Distances as nearest() gives them, float32, from squared ones and the scale of write_graph.
  static onnx::Value write_distances(onnx::GraphWriter& graph, onnx::Value squared, onnx::Value scale);
  /// Takes back what write_graph stored: at most `max_points` points.
  Result<void> read_graph(onnx::GraphReader& graph, std::size_t features, std::size_t max_points);
  std::size_t graph_batch() const;

 private:
  /// Held values lie within +-2^limit_exponent: then features * (2 * 2^limit_exponent)^2 <= 2^127.
  static int limit_exponent(std::size_t features);
  void allocate(std::size_t points, std::size_t features);
  float& at(std::size_t point, std::size_t feature) {
    return lines_[point / PointBlocks::kPoints * features_ + feature].values[point % PointBlocks::kPoints];
  }

  std::size_t size_ = 0;
  std::size_t features_ = 0;
  int exponent_ = 0;  ///< values are held times 2^exponent_
  std::vector<PointBlocks::Line> lines_;
};

/// Which rows a neighbour detector keeps: all, or `max_samples` drawn without replacement.
struct ReferenceRows {
  static constexpr std::uint32_t kMaxSamples = 200'000;
  static constexpr std::uint32_t kMaxNeighbours = 1000;
  std::vector<std::uint32_t> rows;    ///< ascending
  std::vector<std::uint32_t> points;  ///< for each row its place among the kept, or NeighbourIndex::kNone
};
ReferenceRows choose_reference_rows(std::size_t rows, std::size_t max_samples, std::uint64_t seed);

/// The rows with these indices, in that order.
Matrix gather_rows(MatrixView rows, std::span<const std::uint32_t> indices);

}  // namespace outpost
