#include <outpost/combine/preprocess.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <string>
#include <utility>

#include <outpost/base/reduce.hpp>
#include <outpost/base/sort.hpp>

namespace outpost {
namespace {

constexpr float kLimit = 1e18F;
constexpr std::size_t kBlockRows = 256;    // rows for which one column after another is written: they stay in cache
constexpr std::size_t kPlanValues = 1024;  // the repeated coefficients stay within 12 KiB where columns are few
constexpr std::size_t kPlanRows = 16;      // 16 rows hold whole vectors of up to 16 lanes

float clip(float x) {
  x = x < -kLimit ? -kLimit : x;
  return x > kLimit ? kLimit : x;
}

/// The lower median of ascending values; a zero is +0.
float lower_median(std::span<const float> ascending) { return ascending[(ascending.size() - 1) / 2] + 0.0F; }

struct Scale {
  float center = 0;
  float inverse_spread = 1;
};

Scale make_scale(double center, double spread) {
  // Below this the inverse overflows float32, and 0 * infinity would be NaN.
  const double smallest = 1.0 / static_cast<double>(std::numeric_limits<float>::max());
  if (!(spread > smallest)) return {static_cast<float>(center), 1.0F};
  return {static_cast<float>(center), static_cast<float>(1.0 / spread)};
}

/// Learns the scaling of one column, reordering its values (finite, n >= 1).
Scale fit_scale(std::span<float> values, Scaling scaling) {
  if (scaling == Scaling::none) return {};
  const Extremes ends = extremes(values);
  const double low = ends.min;
  const double high = ends.max;
  // A constant column has no spread; the rounding of its mean must not make one up.
  if (low == high) return {ends.min, 1.0F};
  switch (scaling) {
    case Scaling::none: break;
    case Scaling::standard: {
      const auto n = static_cast<double>(values.size());
      const double mean = sum(values) / n;
      return make_scale(mean, std::sqrt(sum_squared_deviations(values, mean) / n));
    }
    case Scaling::robust: {
      sort_floats(values);
      const double range = sorted_quantile(values, 0.75) - sorted_quantile(values, 0.25);
      return make_scale(lower_median(values), range / 1.349);
    }
    case Scaling::minmax: return make_scale(low, high - low);
  }
  return {};
}

/// Place of a category code among `categories`, or `categories` when it is none (NaN, out of range, a fraction).
std::size_t category_of(float code, std::size_t categories) {
  if (!(code >= 0 && code < static_cast<float>(categories))) return categories;
  const auto place = static_cast<std::size_t>(code);
  return static_cast<float>(place) == code ? place : categories;
}

}  // namespace

std::string_view to_string(CategoryEncoding encoding) {
  switch (encoding) {
    case CategoryEncoding::one_hot: return "one_hot";
    case CategoryEncoding::frequency: return "frequency";
  }
  return "unknown";
}

std::optional<CategoryEncoding> category_encoding_from(std::string_view name) {
  for (const auto encoding : {CategoryEncoding::one_hot, CategoryEncoding::frequency}) {
    if (to_string(encoding) == name) return encoding;
  }
  return std::nullopt;
}

/// What fit() knows while it looks at one input feature at a time.
struct Preprocessor::Fitting {
  MatrixView rows;
  const PreprocessOptions& options;

  float at(std::size_t row, std::size_t feature) const { return rows.data()[row * rows.cols() + feature]; }

  std::vector<Column> value_columns(std::size_t feature) const {
    const std::size_t n = rows.rows();
    Column column;
    column.origin = static_cast<std::uint32_t>(feature);
    std::vector<float> values;
    values.reserve(n);
    for (std::size_t r = 0; r < n; ++r) {
      const float x = at(r, feature);
      if (x == x) values.push_back(clip(x));
    }
    const bool missing = values.size() < n;
    sort_floats(values);
    if (!values.empty()) column.impute = lower_median(values);
    // Filled a second time: sums must see the values in the order of rows.
    if (options.scaling != Scaling::none) {
      values.resize(n);
      for (std::size_t r = 0; r < n; ++r) {
        const float x = at(r, feature);
        values[r] = x == x ? clip(x) : column.impute;
      }
      set_scale(column, values);
    }
    std::vector<Column> columns{std::move(column)};
    if (missing) add_indicator(columns, feature);
    return columns;
  }

  std::vector<Column> category_columns(std::size_t feature, std::size_t categories) const {
    const std::size_t n = rows.rows();
    std::vector<std::uint64_t> counts(categories + 1, 0);
    bool missing = false;
    for (std::size_t r = 0; r < n; ++r) {
      const float code = at(r, feature);
      missing = missing || code != code;
      ++counts[category_of(code, categories)];
    }
    std::vector<Column> columns;
    if (options.encoding == CategoryEncoding::one_hot && categories <= kMaxOneHot) {
      for (std::size_t c = 0; c < categories; ++c) {
        Column& column = columns.emplace_back();
        column.kind = Column::Kind::one_hot;
        column.category = static_cast<float>(c);
      }
    } else {
      Column& column = columns.emplace_back();
      column.kind = Column::Kind::frequency;
      for (std::size_t c = 0; c < categories; ++c) {
        column.shares.push_back(static_cast<float>(static_cast<double>(counts[c]) / static_cast<double>(n)));
      }
      if (options.scaling != Scaling::none) {
        std::vector<float> values(n);
        for (std::size_t r = 0; r < n; ++r) {
          const std::size_t c = category_of(at(r, feature), categories);
          values[r] = c < categories ? column.shares[c] : 0.0F;
        }
        set_scale(column, values);
      }
    }
    for (Column& column : columns) column.origin = static_cast<std::uint32_t>(feature);
    if (missing) add_indicator(columns, feature);
    return columns;
  }

  void set_scale(Column& column, std::span<float> values) const {
    const Scale scale = fit_scale(values, options.scaling);
    column.center = scale.center;
    column.inverse_spread = scale.inverse_spread;
  }

  void add_indicator(std::vector<Column>& columns, std::size_t feature) const {
    if (!options.missing_indicator) return;
    Column& column = columns.emplace_back();
    column.origin = static_cast<std::uint32_t>(feature);
    column.kind = Column::Kind::missing;
  }
};

Result<Preprocessor> Preprocessor::fit(MatrixView rows, const FeatureSet& set, const PreprocessOptions& options,
                                       const RunContext& context) {
  if (rows.cols() != set.size()) {
    return fail(ErrorCode::schema_mismatch,
                "the rows have " + std::to_string(rows.cols()) + " columns, " + std::to_string(set.size()) +
                    " features were planned",
                "encode the rows with the same feature plan");
  }
  if (rows.rows() == 0) return fail(ErrorCode::not_enough_data, "there is no row to learn from", "give at least one");

  const Fitting fitting{rows, options};
  std::vector<std::vector<Column>> by_feature(set.size());
  // Groups, so that progress and cancellation are seen to between them.
  const std::size_t group = 8 * context.executor().concurrency();
  for (std::size_t begin = 0; begin < set.size(); begin += group) {
    if (context.cancelled()) return fail(ErrorCode::cancelled, "stopped while preprocessing was being learnt");
    const std::size_t count = std::min(group, set.size() - begin);
    context.executor().parallel_for(count, [&](std::size_t i) {
      if (context.cancelled()) return;
      const std::size_t feature = begin + i;
      const Feature& info = set.features[feature];
      by_feature[feature] = info.kind == FeatureKind::category_code
                                ? fitting.category_columns(feature, info.categories.size())
                                : fitting.value_columns(feature);
    });
    context.report(begin + count, set.size());
  }
  if (context.cancelled()) return fail(ErrorCode::cancelled, "stopped while preprocessing was being learnt");

  Preprocessor result;
  result.input_features_ = set.size();
  for (auto& columns : by_feature) {
    std::move(columns.begin(), columns.end(), std::back_inserter(result.columns_));
  }
  if (result.columns_.empty()) {
    return fail(ErrorCode::not_enough_data, "no column is left after encoding", "include at least one usable column");
  }
  result.make_plan();
  return result;
}

void Preprocessor::make_plan() {
  origins_.clear();
  for (const Column& column : columns_) origins_.push_back(column.origin);
  in_place_ = columns_.size() == input_features_;
  values_only_ = in_place_;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (origins_[c] != c) in_place_ = values_only_ = false;
    if (columns_[c].kind != Column::Kind::value) values_only_ = false;
  }
  if (!values_only_) return;
  const std::size_t repeats = columns_.size() * kPlanRows <= kPlanValues ? kPlanRows : 1;
  for (std::size_t i = 0; i < repeats; ++i) {
    for (const Column& column : columns_) {
      impute_.push_back(column.impute);
      center_.push_back(column.center);
      inverse_.push_back(column.inverse_spread);
    }
  }
}

void Preprocessor::transform(MatrixView rows, std::span<float> out) const {
  assert(rows.cols() == input_features_ && out.size() == rows.rows() * columns_.size());
  if (values_only_) {
    const std::size_t total = rows.rows() * columns_.size();
    for (std::size_t i = 0; i < total; i += impute_.size()) {
      transform_values(rows.data() + i, out.data() + i, std::min(impute_.size(), total - i));
    }
    return;
  }
  for (std::size_t first = 0; first < rows.rows(); first += kBlockRows) {
    const std::size_t count = std::min(kBlockRows, rows.rows() - first);
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      transform_column(columns_[c], rows.data() + first * input_features_, count,
                       out.data() + first * columns_.size() + c);
    }
  }
}

/// `in` and `out` may be the same.
void Preprocessor::transform_values(const float* in, float* out, std::size_t count) const {
  const float* impute = impute_.data();
  const float* center = center_.data();
  const float* inverse = inverse_.data();
  for (std::size_t i = 0; i < count; ++i) {
    float x = in[i];
    x = x == x ? x : impute[i];
    out[i] = clip((clip(x) - center[i]) * inverse[i]);
  }
}

/// Writes one output column of a block: `in` is its first row, `out` the column's place in the first output row.
void Preprocessor::transform_column(const Column& column, const float* in, std::size_t rows, float* out) const {
  const std::size_t in_step = input_features_;
  const std::size_t out_step = columns_.size();
  in += column.origin;
  switch (column.kind) {
    case Column::Kind::value:
      for (std::size_t r = 0; r < rows; ++r) {
        float x = in[r * in_step];
        x = x == x ? x : column.impute;
        out[r * out_step] = clip((clip(x) - column.center) * column.inverse_spread);
      }
      return;
    case Column::Kind::one_hot:
      for (std::size_t r = 0; r < rows; ++r) out[r * out_step] = in[r * in_step] == column.category ? 1.0F : 0.0F;
      return;
    case Column::Kind::missing:
      for (std::size_t r = 0; r < rows; ++r) out[r * out_step] = in[r * in_step] != in[r * in_step] ? 1.0F : 0.0F;
      return;
    case Column::Kind::frequency:
      for (std::size_t r = 0; r < rows; ++r) {
        const std::size_t c = category_of(in[r * in_step], column.shares.size());
        const float share = c < column.shares.size() ? column.shares[c] : 0.0F;
        out[r * out_step] = clip((share - column.center) * column.inverse_spread);
      }
      return;
  }
}

}  // namespace outpost
