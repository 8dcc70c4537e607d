/// @file  The data of the parity suite: CSV files, and tables made awkward on purpose.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <outpost/base/matrix.hpp>
#include <outpost/base/result.hpp>
#include <outpost/data/features.hpp>

namespace outpost::parity {

struct DataSet {
  std::string name;  ///< file name without its ending, or what is awkward
  FeatureSet features;
  Matrix rows;    ///< to train on
  Matrix scored;  ///< to score as new: `rows`, then rows made of their values that no training row has
  bool missing_indicator = false;
};

/// Missing, constant, huge, denormal, tied values; few rows; categories and times beside numbers.
Result<std::vector<DataSet>> awkward_sets();

/// A CSV table through the core's own scan, plan and encoder; a column "label" is no feature. Keeps at most `max_rows`
/// rows, spread evenly over the table. Errors: those of the readers.
Result<DataSet> csv_set(std::string name, std::string_view bytes, std::size_t max_rows);

}  // namespace outpost::parity
