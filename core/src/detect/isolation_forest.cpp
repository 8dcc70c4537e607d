#include <outpost/detect/isolation_forest.hpp>

#include <algorithm>
#include <cmath>

#include <outpost/base/math.hpp>

#include "detect/forest_scorer.hpp"
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
    quantum_bits_ = static_cast<std::uint32_t>(std::max(bits, 0));
    const double scale = power_of_two(static_cast<int>(quantum_bits_));
    for (IsolationTree& tree : trees_) {
      for (std::size_t i = 0; i < tree.feature.size(); ++i) {
        if (tree.feature[i] == kLeaf)
          tree.value[i] = static_cast<float>(std::floor(tree.value[i] * scale + 0.5) / scale);
      }
    }
    prepare(rows.cols());
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

  void write_state(ByteWriter& writer) const override {
    writer.u64(samples_);
    writer.u32(quantum_bits_);
    for (const IsolationTree& tree : trees_) {
      writer.u32_array(tree.feature);
      writer.f32_array(tree.value);
    }
  }

  Result<void> read_state(ByteReader& reader, std::size_t features) override {
    samples_ = static_cast<std::size_t>(reader.u64());
    quantum_bits_ = reader.u32();
    if (samples_ < 1 || samples_ > options_.max_samples) reader.reject("rows a tree out of range");
    if (quantum_bits_ > static_cast<std::uint32_t>(kMaxQuantumBits)) reader.reject("path length unit out of range");
    trees_.clear();
    while (reader.ok() && trees_.size() < options_.n_estimators) {
      IsolationTree tree;
      tree.feature = reader.u32_array(2 * samples_);
      tree.value = reader.f32_array(2 * samples_);
      check_tree(tree, features, reader);
      trees_.push_back(std::move(tree));
    }
    if (reader.ok() && quantum_bits(trees_) < static_cast<int>(quantum_bits_)) {
      reader.reject("path lengths whose sum is not exact");
    }
    OUTPOST_TRY(reader.status());
    prepare(features);
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
  void prepare(std::size_t features) {
    scorer_ = ForestScorer(trees_, features);
    const double total_path = static_cast<double>(trees_.size()) * average_path_length(samples_);
    path_scale_ = samples_ > 1 ? static_cast<float>(1.0 / total_path) : 0.0F;
  }

  void check_tree(const IsolationTree& tree, std::size_t features, ByteReader& reader) const {
    if (!reader.ok()) return;
    const std::size_t nodes = tree.feature.size();
    if (nodes == 0 || tree.value.size() != nodes) return reader.reject("a tree without nodes");
    std::size_t inner = 0;
    const double scale = power_of_two(static_cast<int>(quantum_bits_));
    for (std::size_t i = 0; i < nodes; ++i) {
      const double value = tree.value[i];
      if (!std::isfinite(value)) return reader.reject("a tree value that is not finite");
      if (tree.feature[i] != kLeaf) {
        if (tree.feature[i] >= features) return reader.reject("a split on a feature that does not exist");
        // In breadth-first order a node's children come after it.
        if (2 * inner + 1 <= i) return reader.reject("a tree whose nodes are out of order");
        ++inner;
      } else if (value < 0 || value > power_of_two(kSumBits) || value * scale != std::floor(value * scale)) {
        return reader.reject("a path length out of range");
      }
    }
    if (nodes != 2 * inner + 1) return reader.reject("a tree with missing or surplus nodes");
  }

  IsolationForestOptions options_;
  std::vector<IsolationTree> trees_;
  std::size_t samples_ = 0;         ///< rows a tree was grown on
  std::uint32_t quantum_bits_ = 0;  ///< leaf values are multiples of 2^-quantum_bits_
  float path_scale_ = 0;            ///< 1 / (trees * c(samples))
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
