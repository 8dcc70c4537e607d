#include <outpost/detect/knn.hpp>

#include <algorithm>
#include <vector>

#include "detect/graph_support.hpp"
#include "detect/neighbours.hpp"
#include "detect/registry_rows.hpp"
#include "detect/support.hpp"

namespace outpost {

namespace {

class Knn final : public Detector {
 public:
  explicit Knn(const KnnOptions& options) : options_(options) {
    options_.n_neighbors = std::min(std::max(options_.n_neighbors, 1U), ReferenceRows::kMaxNeighbours);
    options_.max_samples = std::min(std::max(options_.max_samples, 2U), ReferenceRows::kMaxSamples);
  }

  Result<void> fit(MatrixView rows, const FitContext& context, std::span<float> training_scores) override {
    OUTPOST_TRY(check_rows(rows, 2, "kNN"));
    const ReferenceRows reference = choose_reference_rows(rows.rows(), options_.max_samples, context.seed);
    index_ = NeighbourIndex(rows, reference.rows);
    k_ = neighbours_of(index_.size());
    const std::span<const std::uint32_t> own(reference.points);
    const bool finished = for_each_chunk(rows.rows(), context.run, [&](std::size_t first, std::size_t count) {
      score_against(rows.slice(first, count), own.subspan(first, count), training_scores.subspan(first, count));
    });
    if (!finished) return fail(ErrorCode::cancelled, "Fitting kNN was cancelled");
    return {};
  }

  void score(MatrixView rows, std::span<float> scores) const override {
    // In pieces, so that the neighbour lists stay small whatever the caller passes.
    for (std::size_t first = 0; first < rows.rows(); first += kPiece) {
      const std::size_t count = std::min(kPiece, rows.rows() - first);
      score_against(rows.slice(first, count), {}, scores.subspan(first, count));
    }
  }

  Matrix kept_rows(std::size_t count) const override { return index_.points(count); }

  onnx::Value write_graph(onnx::GraphWriter& graph, onnx::Value rows) const override {
    const NeighbourIndex::GraphNeighbours near = index_.write_graph(graph, rows, k_);
    const auto distance = [&](std::size_t place) {
      return NeighbourIndex::write_distances(graph, columns(graph, near.squared, place, place + 1), near.scale);
    };
    if (options_.method == KnnMethod::largest) return distance(k_ - 1);
    if (options_.method == KnnMethod::mean) {
      const onnx::Value distances = NeighbourIndex::write_distances(graph, near.squared, near.scale);
      const onnx::Value sum = sum_of_row(graph, distances, onnx::DataType::float32);
      return clamp_to_score(graph, graph.add("Div", {sum, graph.constant(static_cast<double>(k_))}));
    }
    const onnx::Value low = graph.cast(distance((k_ - 1) / 2), onnx::DataType::float64);
    const onnx::Value high = graph.cast(distance(k_ / 2), onnx::DataType::float64);
    return clamp_to_score(graph, graph.add("Div", {graph.add("Add", {low, high}), graph.constant(2.0)}));
  }

  Result<void> read_graph(onnx::GraphReader& graph, std::size_t features) override {
    OUTPOST_TRY(index_.read_graph(graph, features, options_.max_samples));
    k_ = neighbours_of(index_.size());
    return {};
  }

  std::size_t graph_batch() const override { return index_.graph_batch(); }

  std::size_t memory_bytes() const override { return index_.memory_bytes(); }

  std::size_t fit_memory_bytes(std::size_t rows, std::size_t features) const override {
    const std::size_t points = std::min<std::size_t>(rows, options_.max_samples);
    return points * (features + 1) * sizeof(float) + rows * sizeof(std::uint32_t) +
           std::min(rows, kPiece) * options_.n_neighbors * 8;
  }

 private:
  static constexpr std::size_t kPiece = 1024;

  std::size_t neighbours_of(std::size_t points) const {
    return std::min<std::size_t>(options_.n_neighbors, points - 1);
  }

  void score_against(MatrixView rows, std::span<const std::uint32_t> excluded, std::span<float> scores) const {
    std::vector<float> distances(std::min(kPiece, rows.rows()) * k_);
    std::vector<std::uint32_t> indices(distances.size());
    for (std::size_t first = 0; first < rows.rows(); first += kPiece) {
      const std::size_t count = std::min(kPiece, rows.rows() - first);
      const std::span<float> near = std::span(distances).first(count * k_);
      index_.nearest(rows.slice(first, count), excluded.empty() ? excluded : excluded.subspan(first, count), k_, near,
                     std::span(indices).first(count * k_));
      for (std::size_t r = 0; r < count; ++r) scores[first + r] = summarise(near.subspan(r * k_, k_));
    }
  }

  float summarise(std::span<const float> ascending) const {
    switch (options_.method) {
      case KnnMethod::largest: return ascending[k_ - 1];
      case KnnMethod::mean: {
        double sum = 0;
        for (const float distance : ascending) sum += distance;
        return to_score(sum / static_cast<double>(k_));
      }
      case KnnMethod::median: {
        const double low = ascending[(k_ - 1) / 2], high = ascending[k_ / 2];
        return to_score((low + high) / 2);
      }
    }
    return 0;
  }

  KnnOptions options_;
  NeighbourIndex index_;
  std::size_t k_ = 0;  ///< neighbours used: n_neighbors, or fewer where there are fewer rows
};

}  // namespace

std::unique_ptr<Detector> make_knn(const KnnOptions& options) { return std::make_unique<Knn>(options); }

DetectorInfo knn_row() {
  DetectorInfo row;
  row.id = "knn.v1";
  row.name = "knn";
  row.title = "k nearest neighbours";
  row.family = "neighbours";
  row.reference =
      "S. Ramaswamy, R. Rastogi, K. Shim, \"Efficient Algorithms for Mining Outliers from Large Data Sets\", SIGMOD "
      "2000; F. Angiulli, C. Pizzuti, \"Fast Outlier Detection in High Dimensional Spaces\", PKDD 2002";
  row.summary = "Rows far from their nearest neighbours are anomalous.";
  row.good_at = "Rows that lie away from all others, whatever the shape of the data.";
  row.bad_at = "Small groups of more than k alike anomalies, data of uneven density, many irrelevant features.";
  row.cost = "Compares every row with up to max_samples others; keeps those in the model.";
  row.parameters = {
      {"n_neighbors",
       ParameterType::integer,
       "5",
       1,
       ReferenceRows::kMaxNeighbours,
       {},
       "Neighbours to look at; more than the size of the largest group of alike anomalies."},
      {"method",
       ParameterType::choice,
       "largest",
       0,
       0,
       {"largest", "mean", "median"},
       "Which of the k distances is the score."},
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
    KnnOptions options;
    options.n_neighbors = static_cast<std::uint32_t>(values.integer("n_neighbors"));
    const std::string_view method = values.choice("method");
    options.method = method == "mean" ? KnnMethod::mean : method == "median" ? KnnMethod::median : KnnMethod::largest;
    options.max_samples = static_cast<std::uint32_t>(values.integer("max_samples"));
    return make_knn(options);
  };
  return row;
}

}  // namespace outpost
