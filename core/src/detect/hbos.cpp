#include <outpost/detect/hbos.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <numeric>
#include <vector>

#include <outpost/base/math.hpp>

#include "detect/column_sort.hpp"
#include "detect/graph_support.hpp"
#include "detect/registry_rows.hpp"
#include "detect/support.hpp"

namespace outpost {

namespace {

constexpr std::uint32_t kMaxBins = 10'000;
constexpr std::size_t kGraphBytes = 64;   // a value's intermediate ones in a graph: float64, places, flags
constexpr std::size_t kFeatureGroup = 8;  // half a cache line of a row: features that are read together

/// One feature: where its bins are, and what a row in each adds to the score. The last entry of `scores` is for rows
/// in no bin.
struct Histogram {
  float low = 0, high = 0;        ///< smallest and largest training value
  double bins_per_unit = 0;       ///< static bins; 0 for a constant feature
  std::vector<float> bin_starts;  ///< dynamic bins only: smallest value of each
  std::vector<float> scores;

  std::uint32_t bins() const { return static_cast<std::uint32_t>(scores.size() - 1); }
};

/// log(1 / height) for each bin and for the floor, from rows and width of the bins.
std::vector<float> bin_scores(const std::vector<std::uint32_t>& counts, const std::vector<double>& widths) {
  double highest = 0, one_row = 0;
  for (std::size_t b = 0; b < counts.size(); ++b) {
    highest = std::max(highest, counts[b] / widths[b]);
    one_row = b == 0 ? 1.0 / widths[b] : std::min(one_row, 1.0 / widths[b]);
  }
  const double floor_score = portable_log(highest / (0.5 * one_row));
  std::vector<float> scores(counts.size() + 1);
  for (std::size_t b = 0; b < counts.size(); ++b) {
    scores[b] = to_score(counts[b] == 0 ? floor_score : portable_log(highest / (counts[b] / widths[b])));
  }
  scores.back() = to_score(floor_score);
  return scores;
}

std::uint32_t square_root_of(std::size_t rows) {
  auto root = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(rows)));
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, std::min<std::uint64_t>(root, kMaxBins)));
}

class Hbos final : public Detector {
 public:
  explicit Hbos(const HbosOptions& options) : options_(options) {
    options_.n_bins = std::min(options_.n_bins, kMaxBins);
  }

  Result<void> fit(MatrixView rows, const FitContext& context, std::span<float> training_scores) override {
    OUTPOST_TRY(check_rows(rows, 1, "HBOS"));
    const std::uint32_t bins = options_.n_bins == 0 ? square_root_of(rows.rows()) : options_.n_bins;
    histograms_.assign(rows.cols(), {});
    std::atomic<bool> stopped{false};
    const std::size_t groups = (rows.cols() + kFeatureGroup - 1) / kFeatureGroup;
    context.run.executor().parallel_for(groups, [&](std::size_t g) {
      const std::size_t first = g * kFeatureGroup, last = std::min(rows.cols(), first + kFeatureGroup);
      if (context.run.cancelled()) stopped = true;
      if (stopped) return;
      if (options_.mode == HbosMode::static_bins) {
        fit_static(rows, first, last, bins);
      } else {
        fit_dynamic(rows, first, last, bins);
      }
    });
    if (stopped) return fail(ErrorCode::cancelled, "Fitting HBOS was cancelled");
    return score_rows(*this, rows, training_scores, context.run);
  }

  void score(MatrixView rows, std::span<float> scores) const override {
    constexpr std::size_t kBlock = 32 * kSearchWidth;
    const std::size_t d = rows.cols();
    std::array<float, kBlock> x{};
    std::array<std::uint32_t, kBlock> place{};
    std::array<double, kBlock> sums{};
    for (std::size_t first = 0; first < rows.rows(); first += kBlock) {
      const std::size_t count = std::min(kBlock, rows.rows() - first);
      sums.fill(0);
      for (std::size_t f = 0; f < d; ++f) {
        const Histogram& histogram = histograms_[f];
        const float* column = rows.data() + first * d + f;
        for (std::size_t r = 0; r < count; ++r) x[r] = column[r * d];
        find_bins(histogram, x, place, count);
        for (std::size_t r = 0; r < count; ++r) sums[r] += histogram.scores[place[r]];
      }
      for (std::size_t r = 0; r < count; ++r) scores[first + r] = to_score(sums[r]);
    }
  }

  std::optional<double> contributions(std::span<const float> row, std::span<double> columns) const override {
    std::array<float, 32 * kSearchWidth> x{};
    std::array<std::uint32_t, 32 * kSearchWidth> place{};
    for (std::size_t f = 0; f < row.size(); ++f) {
      x[0] = row[f];
      find_bins(histograms_[f], x, place, 1);
      columns[f] = histograms_[f].scores[place[0]];
    }
    return 0.0;
  }

  onnx::Value write_graph(onnx::GraphWriter& graph, onnx::Value rows) const override {
    const auto features = static_cast<std::int64_t>(histograms_.size());
    std::vector<float> low, high, floors, scores;
    std::vector<std::size_t> bins;
    for (const Histogram& histogram : histograms_) {
      low.push_back(histogram.low);
      high.push_back(histogram.high);
      floors.push_back(histogram.scores.back());
      scores.insert(scores.end(), histogram.scores.begin(), histogram.scores.end() - 1);
      bins.push_back(histogram.bins());
    }
    const onnx::Value lowest = graph.f32("hbos.low", {features}, low);
    const onnx::Value highest = graph.f32("hbos.high", {features}, high);
    const TableEnds ends = write_table_ends(graph, "hbos.bin_ends", bins);
    const onnx::Value place = options_.mode == HbosMode::static_bins
                                  ? write_static_place(graph, rows, lowest, highest, ends)
                                  : write_dynamic_place(graph, rows, ends, bins);
    // Outside the range the place may be another feature's, or -1, which Gather takes for the last: not chosen below.
    const onnx::Value table = graph.f32("hbos.bin_scores", {static_cast<std::int64_t>(scores.size())}, scores);
    const onnx::Value inside =
        graph.add("And", {graph.add("GreaterOrEqual", {rows, lowest}), graph.add("LessOrEqual", {rows, highest})});
    const onnx::Value score = graph.add(
        "Where", {inside, graph.add("Gather", {table, place}), graph.f32("hbos.floor_scores", {features}, floors)});
    return clamp_to_score(graph, sum_of_row(graph, score, onnx::DataType::float32));
  }

  Result<void> read_graph(onnx::GraphReader& graph, std::size_t features) override {
    const auto d = static_cast<std::int64_t>(features);
    const bool dynamic = options_.mode == HbosMode::dynamic_bins;
    const std::vector<float> low = graph.f32("hbos.low", {d}, features);
    const std::vector<float> high = graph.f32("hbos.high", {d}, features);
    const std::vector<float> floors = graph.f32("hbos.floor_scores", {d}, features);
    const std::vector<std::size_t> bins = read_table_lengths(graph, "hbos.bin_ends", features, kMaxBins);
    const std::size_t most = saturating_product(features, kMaxBins);
    const std::vector<float> scores = graph.f32("hbos.bin_scores", {-1}, most);
    const std::vector<float> starts = dynamic ? graph.f32("hbos.bin_starts", {-1}, most) : std::vector<float>();
    const std::vector<double> scales = dynamic ? std::vector<double>() : graph.f64("hbos.bins_per_unit", {d}, features);
    OUTPOST_TRY(graph.status());
    // 64 bits, because a file may promise more than a wasm size holds.
    const std::uint64_t total = std::accumulate(bins.begin(), bins.end(), std::uint64_t{0});
    if (scores.size() != total || (dynamic && starts.size() != total)) {
      graph.reject("a number of bins that is not the tables' own");
    }
    histograms_.clear();
    for (std::size_t f = 0, first = 0; graph.ok() && f < features; first += bins[f++]) {
      const auto begin = static_cast<std::ptrdiff_t>(first), end = static_cast<std::ptrdiff_t>(first + bins[f]);
      Histogram histogram;
      histogram.low = low[f];
      histogram.high = high[f];
      histogram.scores.assign(scores.begin() + begin, scores.begin() + end);
      histogram.scores.push_back(floors[f]);
      if (dynamic) histogram.bin_starts.assign(starts.begin() + begin, starts.begin() + end);
      check_histogram(histogram, graph);
      set_scale(histogram);
      if (graph.ok() && !dynamic && scales[f] != histogram.bins_per_unit) graph.reject("a bin width that is not one");
      histograms_.push_back(std::move(histogram));
    }
    return graph.status();
  }

  std::size_t graph_batch() const override { return rows_within_batch(histograms_.size() * kGraphBytes); }

  std::size_t memory_bytes() const override {
    std::size_t bytes = histograms_.size() * sizeof(Histogram);
    for (const Histogram& h : histograms_) bytes += (h.bin_starts.size() + h.scores.size()) * sizeof(float);
    return bytes;
  }

  std::size_t fit_memory_bytes(std::size_t rows, std::size_t features) const override {
    const std::size_t bins = options_.n_bins == 0 ? square_root_of(rows) : options_.n_bins;
    const bool dynamic = options_.mode == HbosMode::dynamic_bins;
    return features * (sizeof(Histogram) + bins * (dynamic ? 8 : 4)) + kFeatureGroup * bins * 12 +
           (dynamic ? rows * 16 : 0);
  }

 private:
  /// Follows from the range and the number of bins, so it is not part of the state.
  static void set_scale(Histogram& histogram) {
    const double range = static_cast<double>(histogram.high) - histogram.low;
    histogram.bins_per_unit = range > 0 ? histogram.bins() / range : 0;
  }

  static std::uint32_t static_bin(const Histogram& histogram, float x) {
    const std::uint32_t bins = histogram.bins();
    const bool inside = x >= histogram.low && x <= histogram.high;
    const double place = inside ? (static_cast<double>(x) - histogram.low) * histogram.bins_per_unit : 0;
    return inside ? std::min(static_cast<std::uint32_t>(place), bins - 1) : bins;
  }

  /// Places of equally wide bins; a value is cut to the range first, so that no place overflows.
  onnx::Value write_static_place(onnx::GraphWriter& graph, onnx::Value rows, onnx::Value low, onnx::Value high,
                                 const TableEnds& ends) const {
    const auto features = static_cast<std::int64_t>(histograms_.size());
    std::vector<double> scales;
    for (const Histogram& histogram : histograms_) scales.push_back(histogram.bins_per_unit);
    const onnx::Value cut = graph.add("Min", {graph.add("Max", {rows, low}), high});
    const onnx::Value above =
        graph.add("Sub", {graph.cast(cut, onnx::DataType::float64), graph.cast(low, onnx::DataType::float64)});
    const onnx::Value bin = graph.cast(graph.add("Mul", {above, graph.f64("hbos.bins_per_unit", {features}, scales)}),
                                       onnx::DataType::int64);
    const onnx::Value first = graph.add("Add", {ends.before, graph.constant(std::int64_t{1})});
    return graph.add("Min", {graph.add("Add", {bin, first}), ends.last});
  }

  onnx::Value write_dynamic_place(onnx::GraphWriter& graph, onnx::Value rows, const TableEnds& ends,
                                  const std::vector<std::size_t>& bins) const {
    std::vector<float> starts;
    for (const Histogram& histogram : histograms_) {
      starts.insert(starts.end(), histogram.bin_starts.begin(), histogram.bin_starts.end());
    }
    const onnx::Value table = graph.f32("hbos.bin_starts", {static_cast<std::int64_t>(starts.size())}, starts);
    return find_last_not_above(graph, table, ends, *std::max_element(bins.begin(), bins.end()), rows);
  }

  void find_bins(const Histogram& histogram, const std::array<float, 32 * kSearchWidth>& x,
                 std::array<std::uint32_t, 32 * kSearchWidth>& place, std::size_t count) const {
    if (options_.mode == HbosMode::static_bins) {
      for (std::size_t r = 0; r < count; ++r) place[r] = static_bin(histogram, x[r]);
      return;
    }
    const std::uint32_t bins = histogram.bins();
    for (std::size_t r = 0; r < count; r += kSearchWidth) {
      count_not_above(histogram.bin_starts.data(), bins, x.data() + r, place.data() + r);
    }
    for (std::size_t r = 0; r < count; ++r) {
      place[r] = x[r] >= histogram.low && x[r] <= histogram.high ? place[r] - 1 : bins;
    }
  }

  void fit_static(MatrixView rows, std::size_t first, std::size_t last, std::uint32_t bins) {
    for (std::size_t f = first; f < last; ++f) histograms_[f].low = histograms_[f].high = rows(0, f);
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      const float* row = rows.data() + r * rows.cols();
      for (std::size_t f = first; f < last; ++f) {
        histograms_[f].low = std::min(histograms_[f].low, row[f]);
        histograms_[f].high = std::max(histograms_[f].high, row[f]);
      }
    }
    for (std::size_t f = first; f < last; ++f) {
      Histogram& histogram = histograms_[f];
      histogram.scores.resize((histogram.low < histogram.high ? bins : 1) + 1);
      set_scale(histogram);
    }
    std::vector<std::vector<std::uint32_t>> counts(last - first);
    for (std::size_t f = first; f < last; ++f) counts[f - first].assign(histograms_[f].bins(), 0);
    for (std::size_t r = 0; r < rows.rows(); ++r) {
      const float* row = rows.data() + r * rows.cols();
      for (std::size_t f = first; f < last; ++f) ++counts[f - first][static_bin(histograms_[f], row[f])];
    }
    for (std::size_t f = first; f < last; ++f) {
      // Equal widths cancel out of the heights.
      const std::vector<double> widths(histograms_[f].bins(), 1.0);
      histograms_[f].scores = bin_scores(counts[f - first], widths);
    }
  }

  void fit_dynamic(MatrixView rows, std::size_t first, std::size_t last, std::uint32_t bins) {
    std::vector<std::uint64_t> sorted, scratch;
    for (std::size_t f = first; f < last; ++f) {
      sort_column(rows, f, sorted, scratch);
      fit_dynamic_feature(sorted, bins, histograms_[f]);
    }
  }

  static void fit_dynamic_feature(const std::vector<std::uint64_t>& sorted, std::uint32_t bins, Histogram& histogram) {
    const std::size_t n = sorted.size();
    const std::size_t share = (n + bins - 1) / bins;  // rows a bin
    histogram.low = packed_value(sorted.front());
    histogram.high = packed_value(sorted.back());
    std::vector<std::uint32_t> counts;
    std::vector<double> widths;
    for (std::size_t begin = 0, end = 0; begin < n; begin = end) {
      end = std::min(n, begin + share);
      while (end < n && sorted[end] >> 32 == sorted[end - 1] >> 32) ++end;
      const double start = packed_value(sorted[begin]);
      histogram.bin_starts.push_back(packed_value(sorted[begin]));
      counts.push_back(static_cast<std::uint32_t>(end - begin));
      double width = (end < n ? packed_value(sorted[end]) : histogram.high) - start;
      if (width == 0) width = begin > 0 ? start - packed_value(sorted[begin - 1]) : 1;
      widths.push_back(width);
    }
    histogram.scores = bin_scores(counts, widths);
    set_scale(histogram);
  }

  void check_histogram(const Histogram& histogram, onnx::GraphReader& reader) const {
    if (!std::isfinite(histogram.low) || !std::isfinite(histogram.high) || histogram.high < histogram.low) {
      return reader.reject("a histogram range that is not one");
    }
    for (const float score : histogram.scores) {
      if (!std::isfinite(score) || score < 0) return reader.reject("a bin score that is negative or not finite");
    }
    if (options_.mode == HbosMode::static_bins) return;
    if (histogram.bin_starts.front() != histogram.low || !(histogram.bin_starts.back() <= histogram.high)) {
      return reader.reject("bin starts that do not fit the histogram");
    }
    for (std::size_t b = 1; b < histogram.bin_starts.size(); ++b) {
      if (!(histogram.bin_starts[b - 1] < histogram.bin_starts[b]))
        return reader.reject("bin starts that do not ascend");
    }
  }

  HbosOptions options_;
  std::vector<Histogram> histograms_;
};

}  // namespace

std::unique_ptr<Detector> make_hbos(const HbosOptions& options) { return std::make_unique<Hbos>(options); }

DetectorInfo hbos_row() {
  DetectorInfo row;
  row.id = "hbos.v1";
  row.name = "hbos";
  row.title = "Histogram-based outlier score";
  row.family = "distribution";
  row.reference =
      "M. Goldstein, A. Dengel, \"Histogram-based Outlier Score (HBOS): A fast Unsupervised Anomaly Detection "
      "Algorithm\", KI 2012";
  row.summary = "Rows in thinly filled bins of single features' histograms are anomalous.";
  row.good_at = "Very large tables, any scale, values in a gap amid a feature's range.";
  row.bad_at = "Rows whose values are each usual and only odd together; features whose bins suit no single width.";
  row.cost = "Two passes to fit; the fastest detector to score; a few numbers a feature in the model.";
  row.parameters = {
      {"n_bins",
       ParameterType::integer,
       "0",
       0,
       kMaxBins,
       {},
       "Bins of each feature's histogram; 0 takes the square root of the number of rows."},
      {"mode",
       ParameterType::choice,
       "static",
       0,
       0,
       {"static", "dynamic"},
       "Bins of equal width, or of equal numbers of rows."},
  };
  row.default_scaling = Scaling::none;
  row.min_rows = 1;
  row.make = [](const ParameterValues& values) {
    HbosOptions options;
    options.n_bins = static_cast<std::uint32_t>(values.integer("n_bins"));
    options.mode = values.choice("mode") == "dynamic" ? HbosMode::dynamic_bins : HbosMode::static_bins;
    return make_hbos(options);
  };
  return row;
}

}  // namespace outpost
