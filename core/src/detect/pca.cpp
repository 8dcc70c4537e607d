#include <outpost/detect/pca.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "detect/graph_support.hpp"
#include "detect/registry_rows.hpp"
#include "detect/support.hpp"
#include "detect/symmetric_eigen.hpp"

namespace outpost {

namespace {

constexpr std::size_t kMaxOrder = 2048;  // of the matrix whose eigenvectors are found: ten seconds
constexpr std::size_t kUnroll = 8;       // vectors added to the matrix at once
/// Components with less variance than this share of the first are rounding noise: float32 leaves about 1e-14,
/// numbers written with five digits 1e-10.
constexpr double kNoise = 1e-9;
/// What a model file may hold: beyond all that fitting values within +-1e18 gives, and no sum of squares overflows.
constexpr double kLargestMean = 1e19, kLargestWeight = 1e100;

/// total[j] = sum over chunks of rows, in their order, of what `work(first, count, partial)` adds to its partial.
/// False when cancelled.
bool sum_over_chunks(std::size_t rows, const RunContext& run, std::vector<double>& total,
                     const std::function<void(std::size_t, std::size_t, double*)>& work) {
  const std::size_t chunks = (rows + kChunkRows - 1) / kChunkRows;
  const std::size_t group = std::min(chunks, std::max<std::size_t>(1, run.executor().concurrency()));
  std::vector<double> partials(group * total.size());
  for (std::size_t begin = 0; begin < chunks; begin += group) {
    if (run.cancelled()) return false;
    const std::size_t count = std::min(group, chunks - begin);
    std::fill(partials.begin(), partials.end(), 0.0);
    run.executor().parallel_for(count, [&](std::size_t i) {
      const std::size_t first = (begin + i) * kChunkRows;
      work(first, std::min(kChunkRows, rows - first), partials.data() + i * total.size());
    });
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < total.size(); ++j) total[j] += partials[i * total.size() + j];
    }
    run.report(std::min(rows, (begin + count) * kChunkRows), rows);
  }
  return true;
}

/// Adds the outer products of kUnroll vectors of `size` values to a lower triangle stored by rows. Each entry is summed
/// in the order of the vectors.
void add_outer_products(const double* __restrict vectors, std::size_t size, double* __restrict triangle) {
  static_assert(kUnroll == 8);
  const double *v0 = vectors, *v1 = v0 + size, *v2 = v1 + size, *v3 = v2 + size;
  const double *v4 = v3 + size, *v5 = v4 + size, *v6 = v5 + size, *v7 = v6 + size;
  for (std::size_t i = 0; i < size; ++i) {
    double* __restrict row = triangle + i * (i + 1) / 2;
    const double a0 = v0[i], a1 = v1[i], a2 = v2[i], a3 = v3[i], a4 = v4[i], a5 = v5[i], a6 = v6[i], a7 = v7[i];
    for (std::size_t j = 0; j <= i; ++j) {
      row[j] = row[j] + a0 * v0[j] + a1 * v1[j] + a2 * v2[j] + a3 * v3[j] + a4 * v4[j] + a5 * v5[j] + a6 * v6[j] +
               a7 * v7[j];
    }
  }
}

Result<Spectrum> decompose(const std::vector<double>& triangle, std::size_t order) {
  auto spectrum = decompose_symmetric(triangle, order);
  if (spectrum) return std::move(*spectrum);
  return fail(ErrorCode::unsupported, "PCA: the eigenvalues did not converge", "Leave out near-constant features.");
}

/// The largest absolute entry (the first such) becomes positive.
void fix_sign(double* vector, std::size_t size) {
  std::size_t largest = 0;
  for (std::size_t j = 1; j < size; ++j) {
    if (std::fabs(vector[j]) > std::fabs(vector[largest])) largest = j;
  }
  if (vector[largest] >= 0) return;
  for (std::size_t j = 0; j < size; ++j) vector[j] = -vector[j];
}

class Pca final : public Detector {
 public:
  explicit Pca(const PcaOptions& options) : options_(options) {
    options_.major_variance = std::min(std::max(options_.major_variance, 0.0), 1.0);
    options_.minor_eigenvalue = std::min(std::max(options_.minor_eigenvalue, 0.0), 1.0);
  }

  Result<void> fit(MatrixView rows, const FitContext& context, std::span<float> training_scores) override {
    OUTPOST_TRY(check_rows(rows, 2, "PCA"));
    const std::size_t n = rows.rows(), d = rows.cols();
    if (!find_means(rows, context.run)) return cancelled();
    std::vector<double> spreads(d);  // standard deviations; 0 = constant
    const bool wide = d > n;
    std::vector<double> products;
    if (wide) {
      find_spreads(rows, spreads);
    } else {
      OUTPOST_TRY(check_order(d));
      products.assign(d * (d + 1) / 2, 0.0);
      if (!sum_products(rows, context.run, products)) return cancelled();
      for (std::size_t f = 0; f < d; ++f) {
        spreads[f] = std::sqrt(products[f * (f + 1) / 2 + f] / static_cast<double>(n - 1));
      }
    }
    std::vector<std::size_t> active;
    for (std::size_t f = 0; f < d; ++f) {
      if (spreads[f] > 0) active.push_back(f);
    }
    Spectrum spectrum;
    if (!active.empty()) {
      OUTPOST_TRY_ASSIGN(
          spectrum, wide ? decompose_rows(rows, spreads, active) : decompose_features(products, spreads, active, n));
    }
    choose_components(spectrum, spreads, active, d);
    return score_rows(*this, rows, training_scores, context.run);
  }

  void score(MatrixView rows, std::span<float> scores) const override {
    constexpr std::size_t kRows = 4;  // rows that share each load of the weights
    const std::size_t d = rows.cols(), m = components_;
    std::vector<double> projections(kRows * m);
    for (std::size_t first = 0; first < rows.rows(); first += kRows) {
      const std::size_t count = std::min(kRows, rows.rows() - first);
      const float* row[kRows];
      for (std::size_t r = 0; r < kRows; ++r) row[r] = rows.data() + (first + std::min(r, count - 1)) * d;
      std::fill(projections.begin(), projections.end(), 0.0);
      double* __restrict y0 = projections.data();
      double* __restrict y1 = y0 + m;
      double* __restrict y2 = y1 + m;
      double* __restrict y3 = y2 + m;
      for (std::size_t f = 0; f < d; ++f) {
        const double z0 = row[0][f] - means_[f], z1 = row[1][f] - means_[f];
        const double z2 = row[2][f] - means_[f], z3 = row[3][f] - means_[f];
        const double* __restrict w = weights_.data() + f * m;
        for (std::size_t c = 0; c < m; ++c) {
          y0[c] += z0 * w[c];
          y1[c] += z1 * w[c];
          y2[c] += z2 * w[c];
          y3[c] += z3 * w[c];
        }
      }
      for (std::size_t r = 0; r < count; ++r) {
        const double* y = projections.data() + r * m;
        double sum = 0;
        for (std::size_t c = 0; c < m; ++c) sum += y[c] * y[c];
        scores[first + r] = to_score(sum);
      }
    }
  }

  /// The score is the sum of y_i^2, and y_i = sum_j z_j w_ji: column j has the part sum_i y_i z_j w_ji of it.
  std::optional<double> contributions(std::span<const float> row, std::span<double> columns) const override {
    std::vector<double> projections(components_);
    for (std::size_t f = 0; f < row.size(); ++f) {
      const double z = row[f] - means_[f];
      for (std::size_t c = 0; c < components_; ++c) projections[c] += z * weights_[f * components_ + c];
    }
    for (std::size_t f = 0; f < row.size(); ++f) {
      const double z = row[f] - means_[f];
      double sum = 0;
      for (std::size_t c = 0; c < components_; ++c) sum += projections[c] * (z * weights_[f * components_ + c]);
      columns[f] = sum;
    }
    return 0.0;
  }

  onnx::Value write_graph(onnx::GraphWriter& graph, onnx::Value rows) const override {
    const auto d = static_cast<std::int64_t>(means_.size()), m = static_cast<std::int64_t>(components_);
    const onnx::Value wide = graph.cast(rows, onnx::DataType::float64);
    const onnx::Value deviations = graph.add("Sub", {wide, graph.f64("pca.means", {d}, means_)});
    const onnx::Value weights = graph.f64("pca.weights", {d, m}, weights_);
    // Added in the order of score(), which MatMul does not keep: where large terms cancel, the order decides.
    const std::vector<onnx::Value> values =
        graph.add_many("Split", {deviations}, means_.size(), {{"axis", std::int64_t{1}}});
    const std::vector<onnx::Value> columns =
        graph.add_many("Split", {weights}, means_.size(), {{"axis", std::int64_t{0}}});
    onnx::Value projections;
    for (std::size_t f = 0; f < means_.size(); ++f) {
      const onnx::Value term = graph.add("Mul", {values[f], columns[f]});
      projections = f == 0 ? term : graph.add("Add", {projections, term});
    }
    const onnx::Value squares = graph.add("Mul", {projections, projections});
    return clamp_to_score(graph, sum_of_row(graph, squares, onnx::DataType::float64));
  }

  Result<void> read_graph(onnx::GraphReader& graph, std::size_t features) override {
    const auto d = static_cast<std::int64_t>(features);
    means_ = graph.f64("pca.means", {d}, features);
    weights_ = graph.f64("pca.weights", {d, -1}, saturating_product(features, features));
    OUTPOST_TRY(graph.status());
    components_ = weights_.size() / features;
    if (components_ == 0) graph.reject("no component");
    for (const double mean : means_) {
      const bool tiny = mean != 0 && std::fabs(mean) < std::numeric_limits<float>::min();
      if (tiny || !(std::fabs(mean) <= kLargestMean)) graph.reject("a mean out of range");
    }
    for (const double weight : weights_) {
      if (!(std::fabs(weight) <= kLargestWeight)) graph.reject("a component weight out of range");
    }
    return graph.status();
  }

  std::size_t graph_batch() const override {
    return rows_within_batch((3 * means_.size() + 4 * components_) * sizeof(double));
  }

  std::size_t memory_bytes() const override { return (means_.size() + weights_.size()) * sizeof(double); }

  std::size_t fit_memory_bytes(std::size_t rows, std::size_t features) const override {
    const std::size_t order = std::min(rows, features);
    // The sums, the matrix, the eigenvectors of it and those of the features, the weights; sums for a few threads.
    return (3 * order * order + 2 * features * order + 8 * features + 2 * rows) * sizeof(double);
  }

 private:
  static tl::unexpected<Error> cancelled() { return fail(ErrorCode::cancelled, "Fitting PCA was cancelled"); }

  static Result<void> check_order(std::size_t order) {
    if (order <= kMaxOrder) return {};
    return fail(ErrorCode::unsupported,
                "PCA takes at most " + std::to_string(kMaxOrder) + " features that vary (or rows), not " +
                    std::to_string(order),
                "Leave out features, or use iforest, ecod or hbos.");
  }

  /// Distances from the first row are averaged, so that a constant feature's mean is exactly its value.
  bool find_means(MatrixView rows, const RunContext& run) {
    const std::size_t d = rows.cols();
    std::vector<double> sums(d);
    const float* origin = rows.data();
    const bool finished =
        sum_over_chunks(rows.rows(), run, sums, [&](std::size_t first, std::size_t count, double* partial) {
          for (std::size_t r = first; r < first + count; ++r) {
            const float* row = rows.data() + r * d;
            for (std::size_t f = 0; f < d; ++f) partial[f] += static_cast<double>(row[f]) - origin[f];
          }
        });
    means_.resize(d);
    for (std::size_t f = 0; f < d; ++f) {
      means_[f] = origin[f] + sums[f] / static_cast<double>(rows.rows());
      // ONNX Runtime takes a float64 below float32's range for 0 and leaves the subtraction out.
      if (std::fabs(means_[f]) < std::numeric_limits<float>::min()) means_[f] = 0;
    }
    return finished;
  }

  /// Sums of products of deviations from the mean, for each pair of features.
  bool sum_products(MatrixView rows, const RunContext& run, std::vector<double>& products) const {
    const std::size_t d = rows.cols();
    return sum_over_chunks(rows.rows(), run, products, [&](std::size_t first, std::size_t count, double* partial) {
      std::vector<double> deviations(kUnroll * d);
      for (std::size_t begin = 0; begin < count; begin += kUnroll) {
        const std::size_t block = std::min(kUnroll, count - begin);
        std::fill(deviations.begin() + static_cast<std::ptrdiff_t>(block * d), deviations.end(), 0.0);
        for (std::size_t r = 0; r < block; ++r) {
          const float* row = rows.data() + (first + begin + r) * d;
          for (std::size_t f = 0; f < d; ++f) deviations[r * d + f] = row[f] - means_[f];
        }
        add_outer_products(deviations.data(), d, partial);
      }
    });
  }

  void find_spreads(MatrixView rows, std::vector<double>& spreads) const {
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      for (std::size_t f = 0; f < rows.cols(); ++f) {
        const double deviation = rows(r, f) - means_[f];
        spreads[f] += deviation * deviation;
      }
    }
    for (double& spread : spreads) spread = std::sqrt(spread / static_cast<double>(rows.rows() - 1));
  }

  static Result<Spectrum> decompose_features(const std::vector<double>& products, const std::vector<double>& spreads,
                                             const std::vector<std::size_t>& active, std::size_t rows) {
    std::vector<double> correlations;
    correlations.reserve(active.size() * (active.size() + 1) / 2);
    for (std::size_t i = 0; i < active.size(); ++i) {
      const std::size_t f = active[i];
      for (std::size_t j = 0; j < i; ++j) {
        const double covariance = products[f * (f + 1) / 2 + active[j]] / static_cast<double>(rows - 1);
        correlations.push_back(covariance / spreads[f] / spreads[active[j]]);
      }
      correlations.push_back(1.0);
    }
    return decompose(correlations, active.size());
  }

  /// With more features than rows the matrix of the rows' products is smaller and has the same eigenvalues but for
  /// zeros; a component is the rows weighted by its eigenvector.
  Result<Spectrum> decompose_rows(MatrixView rows, const std::vector<double>& spreads,
                                  const std::vector<std::size_t>& active) const {
    const std::size_t n = rows.rows();
    OUTPOST_TRY(check_order(n));
    const auto standardised = [&](std::size_t r, std::size_t f) { return (rows(r, f) - means_[f]) / spreads[f]; };
    std::vector<double> products(n * (n + 1) / 2);
    std::vector<double> columns(kUnroll * n);
    for (std::size_t begin = 0; begin < active.size(); begin += kUnroll) {
      const std::size_t block = std::min(kUnroll, active.size() - begin);
      std::fill(columns.begin() + static_cast<std::ptrdiff_t>(block * n), columns.end(), 0.0);
      for (std::size_t r = 0; r < n; ++r) {
        for (std::size_t i = 0; i < block; ++i) columns[i * n + r] = standardised(r, active[begin + i]);
      }
      add_outer_products(columns.data(), n, products.data());
    }
    for (double& product : products) product /= static_cast<double>(n - 1);
    OUTPOST_TRY_ASSIGN(const Spectrum of_rows, decompose(products, n));

    Spectrum spectrum;
    for (std::size_t c = 0; c < n && of_rows.values[c] > kNoise * of_rows.values[0]; ++c) {
      spectrum.values.push_back(of_rows.values[c]);
      const double length = std::sqrt(of_rows.values[c] * static_cast<double>(n - 1));
      const std::size_t start = spectrum.vectors.size();
      spectrum.vectors.resize(start + active.size());
      for (std::size_t r = 0; r < n; ++r) {
        const double weight = of_rows.vectors[c * n + r] / length;
        for (std::size_t j = 0; j < active.size(); ++j) {
          spectrum.vectors[start + j] += weight * standardised(r, active[j]);
        }
      }
    }
    return spectrum;
  }

  /// Keeps major components, then minor ones, as weights: the product of a row's deviations from the mean with a column
  /// of weights is y_i / sqrt(lambda_i).
  void choose_components(Spectrum& spectrum, const std::vector<double>& spreads, const std::vector<std::size_t>& active,
                         std::size_t features) {
    const std::size_t order = active.size();
    std::vector<std::size_t> chosen;
    double total = 0, explained = 0;
    for (const double value : spectrum.values) total += std::max(value, 0.0);
    std::size_t c = 0;
    while (c < spectrum.values.size() && explained < options_.major_variance * total && is_signal(spectrum, c)) {
      explained += spectrum.values[c];
      chosen.push_back(c++);
    }
    for (; c < spectrum.values.size() && is_signal(spectrum, c); ++c) {
      if (spectrum.values[c] < options_.minor_eigenvalue) chosen.push_back(c);
    }
    // One component of zeros where nothing varies: not every runtime of the graph multiplies empty matrices.
    components_ = std::max<std::size_t>(1, chosen.size());
    weights_.assign(features * components_, 0.0);
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      double* vector = spectrum.vectors.data() + chosen[i] * order;
      fix_sign(vector, order);
      const double deviation = std::sqrt(spectrum.values[chosen[i]]);
      for (std::size_t j = 0; j < order; ++j) {
        weights_[active[j] * components_ + i] = vector[j] / (spreads[active[j]] * deviation);
      }
    }
  }

  static bool is_signal(const Spectrum& spectrum, std::size_t c) {
    return spectrum.values[c] > kNoise * spectrum.values[0];
  }

  PcaOptions options_;
  std::size_t components_ = 0;  ///< major, then minor
  std::vector<double> means_;
  std::vector<double> weights_;  ///< features x components
};

}  // namespace

std::unique_ptr<Detector> make_pca(const PcaOptions& options) { return std::make_unique<Pca>(options); }

DetectorInfo pca_row() {
  DetectorInfo row;
  row.id = "pca.v1";
  row.name = "pca";
  row.title = "Principal component classifier";
  row.family = "projection";
  row.reference =
      "M.-L. Shyu, S.-C. Chen, K. Sarinnapakorn, L. Chang, \"A Novel Anomaly Detection Scheme Based on Principal "
      "Component Classifier\", ICDM workshop on foundations and new directions of data mining, 2003";
  row.summary = "Rows far out along principal components, or off the correlations between features, are anomalous.";
  row.good_at = "Correlated measurements of any scale: values that are each usual but break the usual relation.";
  row.bad_at = "Several separate groups of rows, curved relations, and features that hardly ever change.";
  row.cost = "Fit grows with rows times features squared; scores tens of millions of values a second.";
  row.parameters = {
      {"major_variance",
       ParameterType::real,
       "0.5",
       0,
       1,
       {},
       "Share of the variance that the major components explain; 1 uses every component (Mahalanobis distance)."},
      {"minor_eigenvalue",
       ParameterType::real,
       "0.2",
       0,
       1,
       {},
       "Components with less variance than this (one feature has 1) are minor ones; 0 uses none."},
  };
  row.default_scaling = Scaling::none;
  row.min_rows = 2;
  row.make = [](const ParameterValues& values) {
    PcaOptions options;
    options.major_variance = values.real("major_variance");
    options.minor_eigenvalue = values.real("minor_eigenvalue");
    return make_pca(options);
  };
  return row;
}

}  // namespace outpost
