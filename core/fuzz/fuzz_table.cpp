// Bytes to features: the passes over the data agree with each other.
#include <cmath>

#include <outpost/data/features.hpp>
#include <outpost/data/scan.hpp>

#include "fuzz_support.hpp"

namespace outpost::fuzz {
namespace {

void check_scan(const TableScan& scan) {
  const std::size_t columns = scan.schema.columns.size();
  FUZZ_CHECK(scan.profiles.size() == columns && scan.decisions.size() == columns);
  FUZZ_CHECK(scan.rows > 0 && scan.duplicate_rows < scan.rows);
  for (std::size_t c = 0; c < columns; ++c) {
    const ColumnProfile& profile = scan.profiles[c];
    FUZZ_CHECK(profile.count == scan.rows);
    FUZZ_CHECK(profile.missing <= profile.count);
    FUZZ_CHECK(profile.distinct <= profile.count - profile.missing);
    FUZZ_CHECK(profile.dominant_count <= profile.count - profile.missing);
    FUZZ_CHECK(!std::isnan(profile.min) && !std::isnan(profile.max) && profile.min <= profile.max);
    const auto& categories = scan.schema.columns[c].categories;
    FUZZ_CHECK(std::is_sorted(categories.begin(), categories.end()));
  }
}

void check_encoded(const EncodedTable& table, const FeatureSet& set, std::uint64_t rows) {
  FUZZ_CHECK(table.features.rows() == rows && table.features.cols() == set.size());
  FUZZ_CHECK(table.unseen_categories == 0);  // the categories come from these rows
  for (std::size_t c = 0; c < set.size(); ++c) {
    const Feature& feature = set.features[c];
    for (std::size_t r = 0; r < rows; ++r) {
      const float value = table.features(r, c);
      if (std::isnan(value)) continue;
      switch (feature.kind) {
        case FeatureKind::number: break;
        case FeatureKind::boolean: FUZZ_CHECK(value == 0 || value == 1); break;
        case FeatureKind::category_code:
          FUZZ_CHECK(value >= 0 && value < static_cast<float>(feature.categories.size()));
          break;
        case FeatureKind::hour: FUZZ_CHECK(value >= 0 && value <= 24); break;
        case FeatureKind::weekday: FUZZ_CHECK(value >= 0 && value <= 6 && value == std::floor(value)); break;
        case FeatureKind::gap: FUZZ_CHECK(std::isfinite(value)); break;
      }
    }
  }
}

bool same_bits(const Matrix& a, const Matrix& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         std::memcmp(a.data(), b.data(), a.rows() * a.cols() * sizeof(float)) == 0;
}

}  // namespace
}  // namespace outpost::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace outpost;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ReaderOptions options;
  options.ragged = RaggedRows::fill;
  auto reader = open_records(std::make_unique<fuzz::PieceSource>(text, fuzz::digest(text), 4096), options);
  if (!reader) return 0;
  const RunContext context;
  const auto scan = scan_table(**reader, {}, context);
  if (!scan) {
    FUZZ_CHECK(!scan.error().message.empty());
    return 0;
  }
  fuzz::check_scan(*scan);
  const auto plan = plan_features(scan->schema, scan->profiles, {});
  if (!plan) {
    FUZZ_CHECK(!plan.error().message.empty());
    return 0;
  }
  FUZZ_CHECK(plan->set.size() > 0);
  const auto first = encode_table(**reader, plan->set, std::nullopt, scan->rows, context);
  const auto second = encode_table(**reader, plan->set, std::nullopt, 0, context);
  FUZZ_CHECK(first.has_value() && second.has_value());
  fuzz::check_encoded(*first, plan->set, scan->rows);
  FUZZ_CHECK(fuzz::same_bits(first->features, second->features));
  return 0;
}
