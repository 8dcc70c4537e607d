#include "model/summary.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include <outpost/base/sort.hpp>

#include "base/hash.hpp"
#include "base/utf8.hpp"

namespace outpost {
namespace {

constexpr float kLargest = std::numeric_limits<float>::max();

float finite(float x) { return x < -kLargest ? -kLargest : (x > kLargest ? kLargest : x); }

/// The lower quantile at `part` / `parts`: a value of the data.
float value_at(const std::vector<float>& ascending, std::uint64_t part, std::uint64_t parts) {
  return ascending[static_cast<std::size_t>(part * (ascending.size() - 1) / parts)];
}

/// 1.4826 MAD; where that is 0, by the quartiles; where they are equal too (a feature that hardly ever moves), by the
/// mean absolute deviation.
float robust_scale(std::vector<float>& ascending, float median) {
  const double quartiles =
      static_cast<double>(value_at(ascending, 3, 4)) - static_cast<double>(value_at(ascending, 1, 4));
  for (float& value : ascending) value = finite(std::fabs(value - median));
  sort_floats(ascending);
  const double mad = ascending[(ascending.size() - 1) / 2];
  double scale = mad > 0 ? 1.4826 * mad : quartiles / 1.349;
  if (!(scale > 0)) {
    double sum = 0;
    for (const float deviation : ascending) sum += deviation;
    scale = 1.2533 * (sum / static_cast<double>(ascending.size()));
  }
  const auto single = static_cast<float>(std::min(scale, 1e38));
  return single > 0 ? single : 1.0F;
}

FeatureSummary summarise_category(MatrixView rows, std::size_t column, std::size_t categories) {
  FeatureSummary summary;
  std::vector<std::uint64_t> counts(categories);
  std::uint64_t missing = 0;
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    const float code = rows(r, column);
    if (code >= 0 && code < static_cast<float>(categories)) {
      ++counts[static_cast<std::size_t>(code)];
    } else {
      ++missing;
    }
  }
  const auto share = [&](std::uint64_t count) {
    return static_cast<float>(static_cast<double>(count) / static_cast<double>(rows.rows()));
  };
  for (const std::uint64_t count : counts) summary.shares.push_back(share(count));
  summary.missing = share(missing);
  return summary;
}

}  // namespace

std::size_t quantile_count(std::size_t features) {
  constexpr std::size_t kMost = 64, kLeast = 5, kInAll = 64 * 4096;
  return std::clamp(kInAll / std::max<std::size_t>(1, features), kLeast, kMost);
}

FeatureSummary summarise(MatrixView rows, std::size_t column, const Feature& feature) {
  if (feature.kind == FeatureKind::category_code) return summarise_category(rows, column, feature.categories.size());
  FeatureSummary summary;
  std::vector<float> values;
  values.reserve(rows.rows());
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    const float x = rows(r, column);
    if (x == x) values.push_back(finite(x) + 0.0F);  // a zero is +0
  }
  summary.missing =
      static_cast<float>(static_cast<double>(rows.rows() - values.size()) / static_cast<double>(rows.rows()));
  if (values.empty()) return summary;
  sort_floats(values);
  summary.median = values[(values.size() - 1) / 2];
  const std::size_t levels = quantile_count(rows.cols());
  for (std::size_t q = 0; q < levels; ++q) {
    summary.quantiles.push_back(value_at(values, q, levels - 1));
  }
  summary.scale = robust_scale(values, summary.median);
  return summary;
}

std::string hash_training(const FeatureSet& features, MatrixView rows) {
  StreamHash hash;
  const auto add_text = [&](const std::string& text) {
    hash.add(text.data(), text.size());
    hash.add("", 1);  // the end of a text, so that "ab", "c" is not "a", "bc"
  };
  for (const Feature& feature : features.features) {
    add_text(feature.name);
    add_text(feature.column);
    add_text(std::string(to_string(feature.kind)));
    for (const std::string& category : feature.categories) add_text(category);
  }
  const std::size_t total = rows.rows() * rows.cols();
  std::vector<float> plain;
  for (std::size_t first = 0; first < total; first += kChunkRows) {
    plain.assign(rows.data() + first, rows.data() + std::min(total, first + kChunkRows));
    for (float& value : plain) value = value == value ? value : std::numeric_limits<float>::quiet_NaN();
    hash.add(plain.data(), plain.size() * sizeof(float));
  }
  return hash.hex();
}

Result<void> check_names(const FeatureSet& features, const std::vector<std::pair<std::string, std::string>>& lineage,
                         const std::string& time) {
  const auto refuse = [](const std::string& what) {
    return fail(ErrorCode::invalid_argument, what + " is not valid UTF-8", "Convert the data to UTF-8 first.");
  };
  constexpr std::size_t kMaxFeatures = 1'000'000, kMaxCategories = 100'000;  // what a model file may hold
  if (features.size() > kMaxFeatures) {
    return fail(ErrorCode::unsupported,
                "there are " + std::to_string(features.size()) + " features, at most " + std::to_string(kMaxFeatures) +
                    " are supported",
                "Leave some out.");
  }
  for (std::size_t f = 0; f < features.size(); ++f) {
    const Feature& feature = features.features[f];
    if (feature.categories.size() > kMaxCategories) {
      return fail(ErrorCode::unsupported,
                  "feature '" + feature.name + "' has " + std::to_string(feature.categories.size()) +
                      " categories, at most " + std::to_string(kMaxCategories) + " are supported",
                  "Leave it out.");
    }
    const std::string which = "of feature " + std::to_string(f + 1);
    if (!is_valid_utf8(feature.name) || !is_valid_utf8(feature.column)) return refuse("the name " + which);
    if (!std::all_of(feature.categories.begin(), feature.categories.end(), is_valid_utf8)) {
      return refuse("a category " + which);
    }
  }
  for (const auto& [key, value] : lineage) {
    if (!is_valid_utf8(key) || !is_valid_utf8(value)) return refuse("a note on the model's lineage");
  }
  if (!is_valid_utf8(time)) return refuse("the training time");
  return {};
}

}  // namespace outpost
