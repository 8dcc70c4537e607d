#include <outpost/detect/ecod.hpp>

#include <algorithm>
#include <array>
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

constexpr std::uint32_t kMinKnots = 16;
constexpr std::uint32_t kMaxKnots = 1'000'000;
constexpr std::size_t kGraphBytes = 64;  // a value's intermediate ones in a graph: places, tails, flags

/// One feature's step functions. Both tails have one entry more than there are knots.
struct TailTable {
  std::vector<float> knots;  ///< distinct training values, ascending
  std::vector<float> left;   ///< left[i]: tail of x when i knots are <= x; left[0] is below the range
  std::vector<float> right;  ///< right[i]: tail of x when i knots are < x; the last is above the range
  bool left_skewed = false;
};

/// Places of the knots to keep, given how many rows lie at or below each.
std::vector<std::uint32_t> choose_knots(const std::vector<std::uint32_t>& rows_up_to, std::uint32_t max_knots) {
  const auto n = static_cast<std::uint32_t>(rows_up_to.size());
  std::vector<std::uint32_t> keep;
  if (n <= max_knots) {
    keep.resize(n);
    for (std::uint32_t i = 0; i < n; ++i) keep[i] = i;
    return keep;
  }
  const std::uint32_t tail = max_knots / 4;
  const std::uint32_t middle = max_knots - 2 * tail;
  keep.reserve(max_knots);
  for (std::uint32_t i = 0; i < tail; ++i) keep.push_back(i);
  const std::uint64_t first_rank = rows_up_to[tail - 1];
  const std::uint64_t ranks = rows_up_to[n - tail - 1] - first_rank;
  std::uint32_t i = tail;
  for (std::uint64_t j = 1; j <= middle; ++j) {
    const std::uint64_t rank = first_rank + ranks * j / middle;
    while (i < n - tail - 1 && rows_up_to[i] < rank) ++i;
    if (keep.back() < i) keep.push_back(i);
  }
  for (i = n - tail; i < n; ++i) keep.push_back(i);
  return keep;
}

/// Sign of the third central moment. Summed in sorted order, so that it does not depend on the order of rows.
bool is_left_skewed(const std::vector<std::uint64_t>& sorted) {
  double sum = 0;
  for (const std::uint64_t packed : sorted) sum += packed_value(packed);
  const double mean = sum / static_cast<double>(sorted.size());
  double moment = 0;
  for (const std::uint64_t packed : sorted) {
    const double deviation = packed_value(packed) - mean;
    moment += deviation * deviation * deviation;
  }
  return moment < 0;
}

class Ecod final : public Detector {
 public:
  explicit Ecod(const EcodOptions& options) : options_(options) {
    options_.max_knots = std::min(std::max(options_.max_knots, kMinKnots), kMaxKnots);
  }

  Result<void> fit(MatrixView rows, const FitContext& context, std::span<float> training_scores) override {
    OUTPOST_TRY(check_rows(rows, 1, "ECOD"));
    const std::size_t n = rows.rows(), d = rows.cols(), sums = sum_count();
    const RunContext& run = context.run;
    // tail[c]: -log(c / n) for c rows; the tails of every feature are among these.
    std::vector<float> tail(n + 1);
    for (std::size_t c = 1; c <= n; ++c) {
      tail[c] = static_cast<float>(0.0 - portable_log(static_cast<double>(c) / static_cast<double>(n)));
    }
    tail[0] = static_cast<float>(portable_log(static_cast<double>(n) + 1.0));

    tables_.assign(d, {});
    std::vector<double> totals(n * sums);
    const std::size_t group = std::min(d, std::max<std::size_t>(1, run.executor().concurrency()));
    std::vector<Slot> slots(group);
    for (std::size_t first = 0; first < d; first += group) {
      if (run.cancelled()) return fail(ErrorCode::cancelled, "Fitting ECOD was cancelled");
      const std::size_t count = std::min(group, d - first);
      run.executor().parallel_for(count, [&](std::size_t i) { fit_feature(rows, first + i, tail, slots[i]); });
      // One feature after the other, so that each row's sum runs in the order of features.
      const std::size_t chunks = (n + kChunkRows - 1) / kChunkRows;
      run.executor().parallel_for(chunks, [&](std::size_t chunk) {
        const std::size_t begin = chunk * kChunkRows, end = std::min(n, begin + kChunkRows);
        for (std::size_t i = 0; i < count; ++i) {
          const bool left_skewed = tables_[first + i].left_skewed;
          for (std::size_t r = begin; r < end; ++r) {
            add_tails(slots[i].left[r], slots[i].right[r], left_skewed, &totals[r * sums]);
          }
        }
      });
      run.report(first + count, d);
    }
    for (std::size_t r = 0; r < n; ++r) training_scores[r] = combine(&totals[r * sums]);
    return {};
  }

  void score(MatrixView rows, std::span<float> scores) const override {
    constexpr std::size_t kBlock = 32 * kSearchWidth;
    const std::size_t d = rows.cols(), sums = sum_count();
    std::array<float, kBlock> x{};
    std::array<std::uint32_t, kBlock> at_or_below{};
    std::array<double, kBlock * 3> totals{};
    for (std::size_t first = 0; first < rows.rows(); first += kBlock) {
      const std::size_t count = std::min(kBlock, rows.rows() - first);
      totals.fill(0);
      for (std::size_t f = 0; f < d; ++f) {
        const TailTable& table = tables_[f];
        const float* column = rows.data() + first * d + f;
        for (std::size_t r = 0; r < count; ++r) x[r] = column[r * d];
        const auto knots = static_cast<std::uint32_t>(table.knots.size());
        for (std::size_t r = 0; r < count; r += kSearchWidth) {
          count_not_above(table.knots.data(), knots, x.data() + r, at_or_below.data() + r);
        }
        for (std::size_t r = 0; r < count; ++r) {
          const std::uint32_t upto = at_or_below[r];
          const std::uint32_t below = upto > 0 && table.knots[upto - 1] == x[r] ? upto - 1 : upto;
          add_tails(table.left[upto], table.right[below], table.left_skewed, &totals[r * sums]);
        }
      }
      for (std::size_t r = 0; r < count; ++r) scores[first + r] = combine(&totals[r * sums]);
    }
  }

  /// The tails themselves, of the sum that was chosen.
  std::optional<double> contributions(std::span<const float> row, std::span<double> columns) const override {
    std::array<double, 3> totals{};
    const auto tails_of = [&](std::size_t f) {
      const TailTable& table = tables_[f];
      const auto above = std::upper_bound(table.knots.begin(), table.knots.end(), row[f]);
      const auto upto = static_cast<std::size_t>(above - table.knots.begin());
      const std::size_t below = upto > 0 && table.knots[upto - 1] == row[f] ? upto - 1 : upto;
      std::array<double, 3> tails{};
      add_tails(table.left[upto], table.right[below], table.left_skewed, tails.data());
      return tails;
    };
    for (std::size_t f = 0; f < row.size(); ++f) {
      const std::array<double, 3> tails = tails_of(f);
      for (std::size_t s = 0; s < totals.size(); ++s) totals[s] += tails[s];
    }
    const auto chosen = static_cast<std::size_t>(std::max_element(totals.begin(), totals.end()) - totals.begin());
    for (std::size_t f = 0; f < row.size(); ++f) columns[f] = tails_of(f)[chosen];
    return 0.0;
  }

  onnx::Value write_graph(onnx::GraphWriter& graph, onnx::Value rows) const override {
    std::vector<float> knots, left, right;
    std::vector<std::size_t> lengths;
    for (const TailTable& table : tables_) {
      knots.insert(knots.end(), table.knots.begin(), table.knots.end());
      left.insert(left.end(), table.left.begin() + 1, table.left.end());
      right.insert(right.end(), table.right.begin(), table.right.end() - 1);
      lengths.push_back(table.knots.size());
    }
    const auto total = static_cast<std::int64_t>(knots.size());
    const onnx::Value sorted = graph.f32("ecod.knots", {total}, knots);
    const TableEnds ends = write_table_ends(graph, "ecod.knot_ends", lengths);
    const std::size_t longest = *std::max_element(lengths.begin(), lengths.end());
    const onnx::Value place = find_last_not_above(graph, sorted, ends, longest, rows);
    const onnx::Value outer = graph.f32("ecod.outer_tail", {}, {&tables_.front().left.front(), 1});
    // Where nothing is at or below, the place is another feature's, or -1, which Gather takes for the last.
    const onnx::Value some_below = graph.add("Greater", {place, ends.before});
    const onnx::Value left_entry = graph.add("Gather", {graph.f32("ecod.left_tails", {total}, left), place});
    const onnx::Value left_tail = graph.add("Where", {some_below, left_entry, outer});
    const onnx::Value equal = graph.add("Equal", {graph.add("Gather", {sorted, place}), rows});
    const onnx::Value next = graph.add("Add", {place, graph.constant(std::int64_t{1})});
    const onnx::Value from = graph.add("Where", {graph.add("And", {some_below, equal}), place, next});
    const onnx::Value right_entry =
        graph.add("Gather", {graph.f32("ecod.right_tails", {total}, right), graph.add("Min", {from, ends.last})});
    const onnx::Value some_above = graph.add("LessOrEqual", {from, ends.last});
    const onnx::Value right_tail = graph.add("Where", {some_above, right_entry, outer});
    return clamp_to_score(graph, write_sum(graph, left_tail, right_tail));
  }

  Result<void> read_graph(onnx::GraphReader& graph, std::size_t features) override {
    const auto d = static_cast<std::int64_t>(features);
    const std::vector<std::size_t> lengths = read_table_lengths(graph, "ecod.knot_ends", features, options_.max_knots);
    const std::size_t most = saturating_product(features, options_.max_knots);
    const std::vector<float> knots = graph.f32("ecod.knots", {-1}, most);
    const std::vector<float> left = graph.f32("ecod.left_tails", {-1}, most);
    const std::vector<float> right = graph.f32("ecod.right_tails", {-1}, most);
    const float outer = graph.f32("ecod.outer_tail");
    const bool paper = options_.aggregation == EcodAggregation::paper;
    const std::vector<bool> skewed =
        paper ? graph.flags("ecod.left_skewed", {d}, features) : std::vector<bool>(features);
    OUTPOST_TRY(graph.status());
    // 64 bits, because a file may promise more than a wasm size holds.
    const std::uint64_t total = std::accumulate(lengths.begin(), lengths.end(), std::uint64_t{0});
    if (knots.size() != total || left.size() != total || right.size() != total) {
      graph.reject("a number of knots that is not the tables' own");
    }
    tables_.clear();
    for (std::size_t f = 0, first = 0; graph.ok() && f < features; first += lengths[f++]) {
      const auto begin = static_cast<std::ptrdiff_t>(first), end = static_cast<std::ptrdiff_t>(first + lengths[f]);
      TailTable table;
      table.left_skewed = skewed[f];
      table.knots.assign(knots.begin() + begin, knots.begin() + end);
      table.left.push_back(outer);
      table.left.insert(table.left.end(), left.begin() + begin, left.begin() + end);
      table.right.assign(right.begin() + begin, right.begin() + end);
      table.right.push_back(outer);
      check_table(table, graph);
      tables_.push_back(std::move(table));
    }
    return graph.status();
  }

  std::size_t graph_batch() const override { return rows_within_batch(tables_.size() * kGraphBytes); }

  std::size_t memory_bytes() const override {
    std::size_t bytes = tables_.size() * sizeof(TailTable);
    for (const TailTable& t : tables_) bytes += (t.knots.size() + t.left.size() + t.right.size()) * sizeof(float);
    return bytes;
  }

  std::size_t fit_memory_bytes(std::size_t rows, std::size_t features) const override {
    // Sums and tails a row, one feature's sorting and distinct values, then the tables.
    const std::size_t table = std::min<std::size_t>(rows, options_.max_knots) * 12 + sizeof(TailTable);
    return rows * (8 * sum_count() + 4 + 2 * 8 + 2 * 4 + 3 * 4) + features * table;
  }

 private:
  /// Room for one feature while fitting.
  struct Slot {
    std::vector<std::uint64_t> sorted, scratch;
    std::vector<std::uint32_t> rows_up_to, rows_from;
    std::vector<float> distinct, left, right;  ///< left, right: the tails of each row
  };

  std::size_t sum_count() const { return options_.aggregation == EcodAggregation::paper ? 3 : 1; }

  void add_tails(float left, float right, bool left_skewed, double* totals) const {
    if (options_.aggregation == EcodAggregation::sum_of_maxima) {
      totals[0] += std::max(left, right);
      return;
    }
    totals[0] += left;
    totals[1] += right;
    totals[2] += left_skewed ? left : right;
  }

  float combine(const double* totals) const {
    if (options_.aggregation == EcodAggregation::sum_of_maxima) return to_score(totals[0]);
    return to_score(std::max(std::max(totals[0], totals[1]), totals[2]));
  }

  void fit_feature(MatrixView rows, std::size_t feature, const std::vector<float>& tail, Slot& slot) {
    sort_column(rows, feature, slot.sorted, slot.scratch);
    const std::size_t n = slot.sorted.size();
    slot.left.resize(n);
    slot.right.resize(n);
    slot.rows_up_to.clear();
    slot.rows_from.clear();
    slot.distinct.clear();
    for (std::size_t begin = 0, end = 0; begin < n; begin = end) {
      const std::uint64_t value = slot.sorted[begin] >> 32;
      while (end < n && slot.sorted[end] >> 32 == value) ++end;
      for (std::size_t i = begin; i < end; ++i) {
        slot.left[packed_row(slot.sorted[i])] = tail[end];
        slot.right[packed_row(slot.sorted[i])] = tail[n - begin];
      }
      slot.distinct.push_back(packed_value(slot.sorted[begin]));
      slot.rows_up_to.push_back(static_cast<std::uint32_t>(end));
      slot.rows_from.push_back(static_cast<std::uint32_t>(n - begin));
    }
    TailTable& table = tables_[feature];
    table.left_skewed = options_.aggregation == EcodAggregation::paper && is_left_skewed(slot.sorted);
    const std::vector<std::uint32_t> keep = choose_knots(slot.rows_up_to, options_.max_knots);
    table.knots.reserve(keep.size());
    table.left.reserve(keep.size() + 1);
    table.right.reserve(keep.size() + 1);
    table.left.push_back(tail[0]);
    for (const std::uint32_t i : keep) {
      table.knots.push_back(slot.distinct[i]);
      table.left.push_back(tail[slot.rows_up_to[i]]);
      table.right.push_back(tail[slot.rows_from[i]]);
    }
    table.right.push_back(tail[0]);
  }

  /// The sum, or the largest of the three, as float64 [N, 1].
  onnx::Value write_sum(onnx::GraphWriter& graph, onnx::Value left, onnx::Value right) const {
    const auto sum = [&](onnx::Value tails) { return sum_of_row(graph, tails, onnx::DataType::float32); };
    if (options_.aggregation == EcodAggregation::sum_of_maxima) return sum(graph.add("Max", {left, right}));
    std::vector<bool> skewed;
    for (const TailTable& table : tables_) skewed.push_back(table.left_skewed);
    const onnx::Value flags = graph.flags("ecod.left_skewed", {static_cast<std::int64_t>(skewed.size())}, skewed);
    const onnx::Value left_sum = sum(left), right_sum = sum(right);
    return graph.add("Max", {left_sum, right_sum, sum(graph.add("Where", {flags, left, right}))});
  }

  static void check_table(const TailTable& table, onnx::GraphReader& reader) {
    const std::size_t n = table.knots.size();
    for (std::size_t i = 0; i <= n; ++i) {
      if (i < n && !std::isfinite(table.knots[i])) return reader.reject("a knot that is not finite");
      if (i > 0 && i < n && !(table.knots[i - 1] < table.knots[i])) return reader.reject("knots that do not ascend");
      if (!std::isfinite(table.left[i]) || !std::isfinite(table.right[i]) || table.left[i] < 0 || table.right[i] < 0) {
        return reader.reject("a tail that is negative or not finite");
      }
      if (i > 0 && (table.left[i - 1] < table.left[i] || table.right[i] < table.right[i - 1])) {
        return reader.reject("tails that are not monotone");
      }
    }
  }

  EcodOptions options_;
  std::vector<TailTable> tables_;
};

}  // namespace

std::unique_ptr<Detector> make_ecod(const EcodOptions& options) { return std::make_unique<Ecod>(options); }

DetectorInfo ecod_row() {
  DetectorInfo row;
  row.id = "ecod.v1";
  row.name = "ecod";
  row.title = "ECOD";
  row.family = "distribution";
  row.reference =
      "Z. Li, Y. Zhao, X. Hu, N. Botta, C. Ionescu, G. H. Chen, \"ECOD: Unsupervised Outlier Detection Using Empirical "
      "Cumulative Distribution Functions\", IEEE TKDE 2022";
  row.summary = "Rows far out in the tails of single features are anomalous.";
  row.good_at = "Tables of any scale with nothing to tune; many features; a score that is a sum over features.";
  row.bad_at = "Rows whose values are each usual and only odd together, and values in a gap amid a feature's range.";
  row.cost = "Sorts each feature once; scores tens of millions of values a second; at most 240 kB a feature.";
  row.parameters = {
      {"aggregation",
       ParameterType::choice,
       "sum_of_maxima",
       0,
       0,
       {"sum_of_maxima", "paper"},
       "How tails become a score: the rarer tail of each feature, or the paper's largest of three sums."},
      {"max_knots",
       ParameterType::integer,
       "20000",
       kMinKnots,
       kMaxKnots,
       {},
       "Distinct values kept for each feature; more cost memory and sharpen the scores of new rows."},
  };
  row.default_scaling = Scaling::none;
  row.min_rows = 1;
  row.make = [](const ParameterValues& values) {
    EcodOptions options;
    options.aggregation =
        values.choice("aggregation") == "paper" ? EcodAggregation::paper : EcodAggregation::sum_of_maxima;
    options.max_knots = static_cast<std::uint32_t>(values.integer("max_knots"));
    return make_ecod(options);
  };
  return row;
}

}  // namespace outpost
