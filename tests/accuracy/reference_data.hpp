/// @file  The reference folder: public labelled data sets, and what PyOD scores on them. Named by OUTPOST_REFERENCE,
/// else ../shared/reference beside the repository.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <outpost/data/features.hpp>

namespace outpost::test {

struct DataSet {
  std::string name;
  FeatureSet set;
  EncodedTable table;  ///< labels: 1 = anomaly
};

/// ROC-AUC by "data set,preprocessing,detector"; preprocessing raw or zscore, detectors as PyOD names them.
using AucTable = std::map<std::string, double>;

struct ReferenceData {
  std::vector<DataSet> sets;  ///< tabular/*.csv, by name
  AucTable pyod;              ///< pyod_results.csv
  AucTable pyod_seeds;        ///< pyod_seeds.csv: means over ten seeds
  AucTable pyod_spread;       ///< and the standard deviation of one seed
};

/// Read once; null, after one line "SKIPPED: reference data not found", where the folder is missing. A folder that
/// cannot be read is a failed test.
const ReferenceData* reference_data();

}  // namespace outpost::test
