#include <outpost/detect/isolation_forest.hpp>

#include <algorithm>
#include <cmath>

#include <outpost/base/math.hpp>

#include "detect/forest_graph.hpp"
#include "detect/forest_scorer.hpp"
#include "detect/forest_shap.hpp"
#include "detect/graph_support.hpp"
#include "detect/isolation_tree.hpp"
#include "detect/registry_rows.hpp"

namespace outpost {

double average_path_length(std::uint64_t rows) {
  if (rows < 2) return 0;
  if (rows == 2) return 1;
  constexpr std::uint64_t kExact = 4096;
  constexpr double kEulerGamma = 0.57721566490153286061;
  const auto n = static_cast<double>(rows - 1);
  double harmonic = 0;
  if (rows <= kExact) {
    for (std::uint64_t i = rows - 1; i > 0; --i) harmonic += 1.0 / static_cast<double>(i);
  } else {
    harmonic = portable_log(n) + kEulerGamma + 1.0 / (2 * n) - 1.0 / (12 * n * n);
  }
  return 2 * harmonic - 2 * n / static_cast<double>(rows);
}

namespace {

constexpr int kSumBits = 24;  ///< whole numbers that float32 holds exactly
constexpr int kMaxQuantumBits = 24;
constexpr double kLongestPath = 1e6;     // no tree grown on as many rows as are allowed is deeper
constexpr double kLargestExponent = 64;  // of portable_exp2_neg
constexpr double kLn2 = 0.69314718055994530942;
constexpr double kSameExponent = 1e-7;  // nearer than this a difference of scores is noise: the tangent is taken

double power_of_two(int exponent) {
  double value = 1;
  for (int i = 0; i < exponent; ++i) value *= 2;
  return value;
}

/// Largest k in 0..24 so that the sum over trees of their longest path, in units of 2^-k, stays below 2^24.
/// Negative when even whole numbers do not fit.
int quantum_bits(std::span<const IsolationTree> trees) {
  double longest = 0;
  for (const IsolationTree& tree : trees) {
    double path = 0;
    for (std::size_t i = 0; i < tree.feature.size(); ++i) {
      if (tree.feature[i] == kLeaf) path = std::max(path, static_cast<double>(tree.value[i]));
    }
    longest += path;
  }
  // Rounding may lengthen each path by half a unit.
  const double room = power_of_two(kSumBits) - static_cast<double>(trees.size());
  int bits = -1;
  while (bits < kMaxQuantumBits && longest * power_of_two(bits + 1) <= room) ++bits;
  return bits;
}

class IsolationForest final : public Detector {
 public:
  explicit IsolationForest(const IsolationForestOptions& options) : options_(options) {}

  Result<void> fit(MatrixView rows, const FitContext& context, std::span<float> training_scores) override {
    if (rows.empty()) return fail(ErrorCode::not_enough_data, "The isolation forest needs at least one row");
    samples_ = std::min<std::size_t>(options_.max_samples, rows.rows());
    trees_.assign(options_.n_estimators, {});
    const std::size_t group = std::max<std::size_t>(1, context.run.executor().concurrency()) * 4;
    for (std::size_t first = 0; first < trees_.size(); first += group) {
      if (context.run.cancelled()) return fail(ErrorCode::cancelled, "Fitting the isolation forest was cancelled");
      context.run.executor().parallel_for(std::min(group, trees_.size() - first), [&](std::size_t i) {
        Random random(context.seed, first + i);
        trees_[first + i] = grow_isolation_tree(rows, samples_, random);
      });
    }
    const int bits = quantum_bits(trees_);
    const double scale = power_of_two(std::max(bits, 0));
    for (IsolationTree& tree : trees_) {
      for (std::size_t i = 0; i < tree.feature.size(); ++i) {
        if (tree.feature[i] == kLeaf)
          tree.value[i] = static_cast<float>(std::floor(tree.value[i] * scale + 0.5) / scale);
      }
    }
    path_scale_ = path_scale(samples_);
    scorer_ = ForestScorer(trees_, rows.cols());
    return score_rows(*this, rows, training_scores, context.run);
  }

  void score(MatrixView rows, std::span<float> scores) const override {
    if (samples_ < 2) {  // no path to measure: nothing is more anomalous than anything else
      std::fill(scores.begin(), scores.end(), 0.5F);
      return;
    }
    scorer_.sum(rows, scores);
    for (float& score : scores) score = portable_exp2_neg(score * path_scale_);
  }

  /// Path-dependent TreeSHAP of the path length, brought to the score's scale by one factor: the slope of the line
  /// between the score of the expected path and the row's.
  std::optional<double> contributions(std::span<const float> row, std::span<double> columns) const override {
    std::fill(columns.begin(), columns.end(), 0.0);
    if (samples_ < 2) return 0.5;
    const double expected = split_path_length(trees_, samples_, row, columns);
    double change = 0;
    for (const double part : columns) change += part;
    const double base = score_of_path(expected);
    const double slope = std::fabs(change * path_scale_) > kSameExponent
                             ? (score_of_path(expected + change) - base) / change
                             : -kLn2 * path_scale_ * base;
    for (double& part : columns) part *= slope;
    return base;
  }

  onnx::Value write_graph(onnx::GraphWriter& graph, onnx::Value rows) const override {
    const onnx::Value sum = write_forest(graph, rows, trees_);
    const onnx::Value path = graph.add("Mul", {sum, graph.f32("iforest.path_scale", {}, {&path_scale_, 1})});
    return samples_ < 2 ? graph.add("Add", {path, graph.constant(0.5F)}) : exp2_neg(graph, path);
  }

  Result<void> read_graph(onnx::GraphReader& graph, std::size_t features) override {
    trees_ = read_forest(graph, options_.n_estimators, 2 * std::size_t{options_.max_samples}, features);
    path_scale_ = graph.f32("iforest.path_scale");
    OUTPOST_TRY(graph.status());
    if (!find_samples()) graph.reject("a path length scale that is that of no number of rows");
    check_paths(graph);
    OUTPOST_TRY(graph.status());
    scorer_ = ForestScorer(trees_, features);
    return {};
  }

  std::size_t memory_bytes() const override {
    std::size_t bytes = scorer_.memory_bytes();
    for (const IsolationTree& tree : trees_) bytes += tree.feature.size() * (sizeof(std::uint32_t) + sizeof(float));
    return bytes;
  }

  std::size_t fit_memory_bytes(std::size_t rows, std::size_t features) const override {
    const std::size_t samples = std::min<std::size_t>(options_.max_samples, rows);
    constexpr std::size_t kNodeBytes = 24;  // tree and scorer
    return options_.n_estimators * 2 * samples * kNodeBytes + samples * features * sizeof(float);
  }

 private:
  double score_of_path(double path) const { return portable_exp(-kLn2 * path_scale_ * path); }

  float path_scale(std::size_t samples) const {
    const double total_path = static_cast<double>(options_.n_estimators) * average_path_length(samples);
    return samples > 1 ? static_cast<float>(1.0 / total_path) : 0.0F;
  }

  /// The rows a tree was grown on, from path_scale_ (more rows, smaller scale). False where there is no such number.
  bool find_samples() {
    samples_ = 1;
    if (path_scale_ == 0) return true;
    std::size_t low = 2, high = options_.max_samples;
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (path_scale(middle) > path_scale_) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    samples_ = low;
    return path_scale(low) == path_scale_;
  }

  /// Paths are such that their sum is exact, whatever its order, and within what portable_exp2_neg takes.
  void check_paths(onnx::GraphReader& graph) const {
    double longest = 0;
    int bits = 0;
    for (const IsolationTree& tree : trees_) {
      if (tree_depth(tree) > kMaxTreeDepth) return graph.reject("a tree deeper than one is grown");
      double path = 0;
      for (std::size_t i = 0; i < tree.feature.size(); ++i) {
        if (tree.feature[i] != kLeaf) continue;
        const double value = tree.value[i];
        if (value < 0 || value > kLongestPath) return graph.reject("a path length out of range");
        path = std::max(path, value);
        while (bits <= kMaxQuantumBits && value * power_of_two(bits) != std::floor(value * power_of_two(bits))) ++bits;
      }
      longest += path;
    }
    if (bits > kMaxQuantumBits || longest * power_of_two(bits) > power_of_two(kSumBits)) {
      return graph.reject("path lengths whose sum is not exact");
    }
    if (longest * path_scale_ > kLargestExponent) graph.reject("path lengths out of proportion to the number of rows");
  }

  IsolationForestOptions options_;
  std::vector<IsolationTree> trees_;
  std::size_t samples_ = 0;  ///< rows a tree was grown on
  float path_scale_ = 0;     ///< 1 / (trees * c(samples)); 0 for one sample
  ForestScorer scorer_;
};

}  // namespace

std::unique_ptr<Detector> make_isolation_forest(const IsolationForestOptions& options) {
  return std::make_unique<IsolationForest>(options);
}

DetectorInfo isolation_forest_row() {
  DetectorInfo row;
  row.id = "iforest.v1";
  row.name = "iforest";
  row.title = "Isolation forest";
  row.family = "isolation";
  row.reference = "F. T. Liu, K. M. Ting, Z.-H. Zhou, \"Isolation Forest\", ICDM 2008";
  row.summary = "Rows that random splits separate after few steps are anomalous.";
  row.good_at = "A first look at any table: mixed scales, many rows, irrelevant features; needs no distance.";
  row.bad_at = "Anomalies that stand out only against their nearest neighbours, or along a diagonal.";
  row.cost = "Fit grows with trees and samples only, not with rows; scores millions of rows a second.";
  row.parameters = {
      {"n_estimators", ParameterType::integer, "100", 1, 10000, {}, "Number of trees; more give steadier scores."},
      {"max_samples", ParameterType::integer, "256", 2, 1'000'000, {}, "Rows drawn for each tree, at most all rows."},
  };
  row.default_scaling = Scaling::none;
  row.min_rows = 1;
  row.make = [](const ParameterValues& values) {
    IsolationForestOptions options;
    options.n_estimators = static_cast<std::uint32_t>(values.integer("n_estimators"));
    options.max_samples = static_cast<std::uint32_t>(values.integer("max_samples"));
    return make_isolation_forest(options);
  };
  return row;
}

}  // namespace outpost
