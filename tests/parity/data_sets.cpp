#include "data_sets.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include <outpost/base/random.hpp>
#include <outpost/data/byte_source.hpp>
#include <outpost/data/record_reader.hpp>
#include <outpost/data/scan.hpp>

#include "test_data.hpp"

namespace outpost::parity {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t kAllRows = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kMadeRows = 400;

/// Rows whose values come from different training rows, some of them missing, huge or tiny.
Matrix with_made_rows(const Matrix& rows, const FeatureSet& features) {
  const std::size_t count = rows.rows();
  const std::size_t cols = rows.cols();
  const std::size_t made = std::min(count, kMadeRows);
  Matrix all(count + made, cols);
  std::copy_n(rows.data(), count * cols, all.data());
  for (std::size_t r = 0; r < made; ++r) {
    for (std::size_t c = 0; c < cols; ++c) {
      float value = rows((r * 7 + c * 13) % count, c);
      const std::size_t place = r * cols + c;
      if (place % 11 == 0) value = kMissing;
      // The code of a category has no size: it is one of the known, or missing.
      if (features.features[c].kind != FeatureKind::category_code) {
        if (place % 31 == 1) value *= 1e30F;
        if (place % 37 == 2) value *= 1e-38F;
      }
      all(count + r, c) = value;
    }
  }
  return all;
}

DataSet of_numbers(std::string name, Matrix rows) {
  DataSet set;
  set.name = std::move(name);
  for (std::size_t c = 0; c < rows.cols(); ++c) {
    const std::string feature = "f" + std::to_string(c);
    set.features.features.push_back({feature, feature, FeatureKind::number, {}, '.'});
  }
  set.scored = with_made_rows(rows, set.features);
  set.rows = std::move(rows);
  return set;
}

DataSet missing() {
  Matrix rows = test::blobs(600, 6, 12, 1);
  Random random(2);
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    for (std::size_t c = 0; c < rows.cols(); ++c) {
      // From hardly ever to nearly always.
      if (random.uniform() < 0.02 + 0.19 * static_cast<double>(c)) rows(r, c) = kMissing;
    }
  }
  for (std::size_t c = 0; c < rows.cols(); ++c) rows(17, c) = kMissing;
  DataSet set = of_numbers("missing", std::move(rows));
  set.missing_indicator = true;
  return set;
}

DataSet constant() {
  Matrix rows = test::blobs(400, 5, 8, 3);
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    rows(r, 1) = 4;
    rows(r, 3) = r == 100 ? 1.0F : 0.0F;
    rows(r, 4) = kMissing;
  }
  return of_numbers("constant", std::move(rows));
}

DataSet huge() {
  Matrix rows = test::blobs(500, 5, 10, 4);
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    rows(r, 0) *= 1e17F;
    rows(r, 1) *= 1e36F;
  }
  rows(3, 2) = std::numeric_limits<float>::max();
  rows(4, 3) = std::numeric_limits<float>::lowest();
  rows(5, 4) = 1e18F;
  return of_numbers("huge", std::move(rows));
}

DataSet denormal() {
  Matrix rows = test::blobs(500, 5, 10, 5);
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    rows(r, 0) *= 1e-38F;
    rows(r, 1) *= 1e-43F;
    rows(r, 2) = r % 3 == 0 ? std::numeric_limits<float>::denorm_min() : 0.0F;
    rows(r, 3) = r % 2 == 0 ? 0.0F : -0.0F;
  }
  return of_numbers("denormal", std::move(rows));
}

/// Few different values: whole rows are equal, and so are distances, ranks and split points.
DataSet ties() {
  Random random(6);
  Matrix rows(600, 4);
  for (std::size_t i = 0; i < 600 * 4; ++i) rows.data()[i] = static_cast<float>(random.uniform_index(4));
  for (std::size_t r = 0; r < 200; ++r) {
    for (std::size_t c = 0; c < 4; ++c) rows(r * 3, c) = 1;
  }
  rows(599, 0) = 40;
  return of_numbers("ties", std::move(rows));
}

/// Text of a table with categories, booleans, times and missing cells.
std::string mixed_csv() {
  // As they stand in a CSV file.
  constexpr std::string_view kColours[] = {"red", "green", "blue", "blue", "blue", "\"Grün, \"\"hell\"\"\"", "", "n/a"};
  std::string text = "colour,ready,amount,seen,count,site\n";
  Random random(7);
  // One random number a statement: within an expression, compilers draw them in different orders.
  const auto add_number = [&](std::uint32_t below) { text += std::to_string(random.uniform_index(below)); };
  for (std::size_t r = 0; r < 500; ++r) {
    text += kColours[random.uniform_index(std::size(kColours))];
    text += random.uniform() < 0.9 ? ",yes," : ",no,";
    add_number(2000);
    text += '.';
    add_number(100);
    text += ",2024-0" + std::to_string(1 + r / 60) + "-1";
    add_number(10);
    text += "T1";
    add_number(10);
    text += ":3";
    add_number(10);
    text += ":00Z,";
    add_number(50);
    text += ",s";
    add_number(6);
    text += '\n';
  }
  return text;
}

}  // namespace

Result<std::vector<DataSet>> awkward_sets() {
  std::vector<DataSet> sets;
  sets.push_back(missing());
  sets.push_back(constant());
  sets.push_back(huge());
  sets.push_back(denormal());
  sets.push_back(ties());
  sets.push_back(of_numbers("few-rows", test::gaussian(30, 3, 8)));
  sets.push_back(of_numbers("wide", test::gaussian(60, 150, 9)));
  const std::string text = mixed_csv();
  OUTPOST_TRY_ASSIGN(DataSet mixed, csv_set("mixed", text, kAllRows));
  sets.push_back(std::move(mixed));
  return sets;
}

Result<DataSet> csv_set(std::string name, std::string_view bytes, std::size_t max_rows) {
  OUTPOST_TRY_ASSIGN(const std::unique_ptr<RecordReader> reader, open_records(make_memory_source(bytes, name)));
  OUTPOST_TRY_ASSIGN(const TableScan scan, scan_table(*reader, {}, {}));
  FeatureOptions options;
  const std::vector<std::string>& columns = reader->names();
  if (std::find(columns.begin(), columns.end(), "label") != columns.end()) options.label = "label";
  OUTPOST_TRY_ASSIGN(FeaturePlan plan, plan_features(scan.schema, scan.profiles, options));
  OUTPOST_TRY_ASSIGN(EncodedTable table, encode_table(*reader, plan.set, {}, scan.rows, {}));
  DataSet set;
  set.name = std::move(name);
  set.features = std::move(plan.set);
  const std::size_t rows = table.features.rows();
  const std::size_t kept = std::min(rows, max_rows);
  std::vector<std::size_t> order(kept);
  for (std::size_t i = 0; i < kept; ++i) order[i] = i * rows / kept;
  set.rows = test::take_rows(table.features, order);
  set.scored = with_made_rows(set.rows, set.features);
  return set;
}

}  // namespace outpost::parity
