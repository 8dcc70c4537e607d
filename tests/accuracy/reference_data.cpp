#include "reference_data.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>

#include <catch2/catch.hpp>

#include <outpost/host/file_source.hpp>

namespace outpost::test {
namespace {

namespace fs = std::filesystem;

template <class T>
T checked(Result<T> result) {
  if (!result) FAIL(result.error().message);
  return std::move(*result);
}

/// Reads a data set as the program does: scan, plan, encode.
DataSet load(const fs::path& path) {
  const auto reader = checked(open_records(checked(host::open_file_source(path.string()))));
  const TableScan scan = checked(scan_table(*reader, {}, {}));
  FeatureOptions options;
  options.label = "label";
  FeaturePlan plan = checked(plan_features(scan.schema, scan.profiles, options));
  DataSet data{path.stem().string(), std::move(plan.set), {}};
  data.table = checked(encode_table(*reader, data.set, "label", scan.rows, {}));
  return data;
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields;
  std::stringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

AucTable load_auc(const fs::path& path, const std::string& auc_column) {
  std::ifstream file(path);
  if (!file) FAIL("cannot read " << path);
  std::string line;
  std::getline(file, line);
  const std::vector<std::string> header = split(line);
  const auto column = [&](const std::string& name) {
    const auto found = std::find(header.begin(), header.end(), name);
    if (found == header.end()) FAIL(path << " has no column " << name);
    return static_cast<std::size_t>(found - header.begin());
  };
  const std::size_t set = column("dataset"), prep = column("prep"), detector = column("detector"),
                    auc = column(auc_column);
  AucTable table;
  while (std::getline(file, line)) {
    const std::vector<std::string> fields = split(line);
    if (fields.size() <= auc || fields[auc].empty()) continue;  // a detector that timed out
    table[fields[set] + "," + fields[prep] + "," + fields[detector]] = std::stod(fields[auc]);
  }
  return table;
}

}  // namespace

const ReferenceData* reference_data() {
  static const std::unique_ptr<const ReferenceData> data = []() -> std::unique_ptr<const ReferenceData> {
    const char* named = std::getenv("OUTPOST_REFERENCE");
    const fs::path folder = named != nullptr ? fs::path(named) : fs::path(OUTPOST_SOURCE_DIR) / "../shared/reference";
    if (!fs::is_directory(folder / "tabular")) return nullptr;
    auto loaded = std::make_unique<ReferenceData>();
    std::vector<fs::path> paths;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder / "tabular")) {
      if (entry.path().extension() == ".csv") paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    for (const fs::path& path : paths) loaded->sets.push_back(load(path));
    loaded->pyod = load_auc(folder / "pyod_results.csv", "roc_auc");
    loaded->pyod_seeds = load_auc(folder / "pyod_seeds.csv", "roc_mean");
    loaded->pyod_spread = load_auc(folder / "pyod_seeds.csv", "roc_sd");
    return loaded;
  }();
  if (!data) std::cout << "SKIPPED: reference data not found\n";  // once for each test case that asks
  return data.get();
}

}  // namespace outpost::test
