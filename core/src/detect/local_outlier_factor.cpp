#include <outpost/detect/local_outlier_factor.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include "detect/graph_support.hpp"
#include "detect/neighbours.hpp"
#include "detect/registry_rows.hpp"
#include "detect/support.hpp"

namespace outpost {

namespace {

class LocalOutlierFactor final : public Detector {
 public:
  explicit LocalOutlierFactor(const LocalOutlierFactorOptions& options) : options_(options) {
    options_.n_neighbors = std::min(std::max(options_.n_neighbors, 1U), ReferenceRows::kMaxNeighbours);
    options_.max_samples = std::min(std::max(options_.max_samples, 2U), ReferenceRows::kMaxSamples);
  }

  Result<void> fit(MatrixView rows, const FitContext& context, std::span<float> training_scores) override {
    OUTPOST_TRY(check_rows(rows, 2, "LOF"));
    const ReferenceRows reference = choose_reference_rows(rows.rows(), options_.max_samples, context.seed);
    index_ = NeighbourIndex(rows, reference.rows);
    k_ = neighbours_of(index_.size());
    OUTPOST_TRY(fit_references(rows, reference, context, training_scores));
    if (index_.size() == rows.rows()) return {};
    // The rows that were not drawn are new to the sample.
    const bool finished = for_each_chunk(rows.rows(), context.run, [&](std::size_t first, std::size_t count) {
      std::vector<std::uint32_t> others;
      for (std::size_t r = first; r < first + count; ++r) {
        if (reference.points[r] == NeighbourIndex::kNone) others.push_back(static_cast<std::uint32_t>(r));
      }
      std::vector<float> scores(others.size());
      score(gather_rows(rows, others), scores);
      for (std::size_t i = 0; i < others.size(); ++i) training_scores[others[i]] = scores[i];
    });
    if (!finished) return cancelled();
    return {};
  }

  void score(MatrixView rows, std::span<float> scores) const override {
    Scratch scratch;
    for (std::size_t first = 0; first < rows.rows(); first += kPiece) {
      const std::size_t count = std::min(kPiece, rows.rows() - first);
      score_piece(rows.slice(first, count), scores.subspan(first, count), scratch);
    }
  }

  Matrix kept_rows(std::size_t count) const override { return index_.points(count); }

  onnx::Value write_graph(onnx::GraphWriter& graph, onnx::Value rows) const override {
    using onnx::DataType;
    const auto n = static_cast<std::int64_t>(index_.size());
    const NeighbourIndex::GraphNeighbours near = index_.write_graph(graph, rows, k_);
    const onnx::Value distances = NeighbourIndex::write_distances(graph, near.squared, near.scale);
    const onnx::Value k_distances = graph.f32("lof.k_distances", {n}, k_distance_);
    const onnx::Value densities = graph.f32("lof.densities", {n}, density_);
    const onnx::Value k = graph.constant(static_cast<double>(k_));
    const onnx::Value reached = graph.add("Max", {distances, graph.add("Gather", {k_distances, near.indices})});
    const onnx::Value mean = graph.add("Div", {sum_of_row(graph, reached, DataType::float32), k});
    const onnx::Value floored = graph.add("Add", {mean, graph.constant(kDensityFloor)});
    const onnx::Value density = graph.cast(graph.add("Div", {graph.constant(1.0), floored}), DataType::float32);
    const onnx::Value others = sum_of_row(graph, graph.add("Gather", {densities, near.indices}), DataType::float32);
    const onnx::Value others_mean = graph.add("Div", {others, k});
    return clamp_to_score(graph, graph.add("Div", {others_mean, graph.cast(density, DataType::float64)}));
  }

  Result<void> read_graph(onnx::GraphReader& graph, std::size_t features) override {
    OUTPOST_TRY(index_.read_graph(graph, features, options_.max_samples));
    k_ = neighbours_of(index_.size());
    const auto n = static_cast<std::int64_t>(index_.size());
    k_distance_ = graph.f32("lof.k_distances", {n}, index_.size());
    density_ = graph.f32("lof.densities", {n}, index_.size());
    for (const float distance : k_distance_) {
      if (!std::isfinite(distance) || distance < 0) graph.reject("a distance that is negative or not finite");
    }
    for (const float density : density_) {
      if (!std::isfinite(density) || density <= 0) graph.reject("a density that is not positive and finite");
    }
    return graph.status();
  }

  std::size_t graph_batch() const override { return index_.graph_batch(); }

  std::size_t memory_bytes() const override {
    return index_.memory_bytes() + (k_distance_.size() + density_.size()) * sizeof(float);
  }

  std::size_t fit_memory_bytes(std::size_t rows, std::size_t features) const override {
    const std::size_t points = std::min<std::size_t>(rows, options_.max_samples);
    const std::size_t k = std::min<std::size_t>(options_.n_neighbors, points);
    return points * ((features + 3) * sizeof(float) + k * 8) + rows * sizeof(std::uint32_t);
  }

 private:
  static constexpr std::size_t kPiece = 1024;
  /// Keeps densities finite among duplicates; scikit-learn's value.
  static constexpr double kDensityFloor = 1e-10;

  struct Scratch {
    std::vector<float> distances;
    std::vector<std::uint32_t> indices;
  };

  std::size_t neighbours_of(std::size_t points) const {
    return std::min<std::size_t>(options_.n_neighbors, points - 1);
  }

  static tl::unexpected<Error> cancelled() { return fail(ErrorCode::cancelled, "Fitting LOF was cancelled"); }

  Result<void> fit_references(MatrixView rows, const ReferenceRows& reference, const FitContext& context,
                              std::span<float> training_scores) {
    const std::size_t n = index_.size();
    std::vector<float> distances(n * k_);
    std::vector<std::uint32_t> indices(n * k_);
    const bool whole = n == rows.rows();
    const bool finished = for_each_chunk(n, context.run, [&](std::size_t first, std::size_t count) {
      const std::span<const std::uint32_t> chosen(reference.rows.data() + first, count);
      std::vector<std::uint32_t> own(count);
      for (std::size_t i = 0; i < count; ++i) own[i] = static_cast<std::uint32_t>(first + i);
      const std::span<float> near(distances.data() + first * k_, count * k_);
      const std::span<std::uint32_t> who(indices.data() + first * k_, count * k_);
      if (whole) {
        index_.nearest(rows.slice(first, count), own, k_, near, who);
        return;
      }
      index_.nearest(gather_rows(rows, chosen), own, k_, near, who);
    });
    if (!finished) return cancelled();

    k_distance_.resize(n);
    for (std::size_t p = 0; p < n; ++p) k_distance_[p] = distances[p * k_ + k_ - 1];
    density_.resize(n);
    for (std::size_t p = 0; p < n; ++p)
      density_[p] = static_cast<float>(density_of(&distances[p * k_], &indices[p * k_]));
    for (std::size_t p = 0; p < n; ++p) {
      training_scores[reference.rows[p]] = factor(density_[p], &indices[p * k_]);
    }
    return {};
  }

  /// Local reachability density (definition 6) of a row with these neighbours.
  double density_of(const float* distances, const std::uint32_t* indices) const {
    double sum = 0;
    for (std::size_t j = 0; j < k_; ++j) sum += std::max(distances[j], k_distance_[indices[j]]);
    return 1.0 / (sum / static_cast<double>(k_) + kDensityFloor);
  }

  /// Local outlier factor (definition 7).
  float factor(float density, const std::uint32_t* indices) const {
    double sum = 0;
    for (std::size_t j = 0; j < k_; ++j) sum += density_[indices[j]];
    return to_score(sum / static_cast<double>(k_) / density);
  }

  void score_piece(MatrixView rows, std::span<float> scores, Scratch& scratch) const {
    scratch.distances.resize(rows.rows() * k_);
    scratch.indices.resize(rows.rows() * k_);
    index_.nearest(rows, {}, k_, scratch.distances, scratch.indices);
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      const auto density = static_cast<float>(density_of(&scratch.distances[r * k_], &scratch.indices[r * k_]));
      scores[r] = factor(density, &scratch.indices[r * k_]);
    }
  }

  LocalOutlierFactorOptions options_;
  NeighbourIndex index_;
  std::size_t k_ = 0;              ///< neighbours used: n_neighbors, or fewer where there are fewer rows
  std::vector<float> k_distance_;  ///< of each point, to its k-th neighbour
  std::vector<float> density_;     ///< local reachability density of each point
};

}  // namespace

std::unique_ptr<Detector> make_local_outlier_factor(const LocalOutlierFactorOptions& options) {
  return std::make_unique<LocalOutlierFactor>(options);
}

DetectorInfo local_outlier_factor_row() {
  DetectorInfo row;
  row.id = "lof.v1";
  row.name = "lof";
  row.title = "Local outlier factor";
  row.family = "neighbours";
  row.reference =
      "M. M. Breunig, H.-P. Kriegel, R. T. Ng, J. Sander, \"LOF: Identifying Density-Based Local Outliers\", SIGMOD "
      "2000";
  row.summary = "Rows in a thinner neighbourhood than their neighbours' are anomalous.";
  row.good_at = "Data of uneven density, where a small distance is odd in one region and usual in another.";
  row.bad_at = "Groups of more than k alike anomalies, many duplicates, many irrelevant features.";
  row.cost = "Compares every row with up to max_samples others; keeps those in the model.";
  row.parameters = {
      {"n_neighbors",
       ParameterType::integer,
       "20",
       1,
       ReferenceRows::kMaxNeighbours,
       {},
       "Neighbours to look at; more than the size of the largest group of alike anomalies."},
      {"max_samples",
       ParameterType::integer,
       "20000",
       2,
       ReferenceRows::kMaxSamples,
       {},
       "Most training rows to compare with, drawn at random where there are more."},
  };
  row.default_scaling = Scaling::standard;
  row.min_rows = 2;
  row.make = [](const ParameterValues& values) {
    LocalOutlierFactorOptions options;
    options.n_neighbors = static_cast<std::uint32_t>(values.integer("n_neighbors"));
    options.max_samples = static_cast<std::uint32_t>(values.integer("max_samples"));
    return make_local_outlier_factor(options);
  };
  return row;
}

}  // namespace outpost
