/// @file  Fitted pipelines over plain and awkward data, for tests that look at the graphs they become.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <outpost/base/matrix.hpp>
#include <outpost/data/features.hpp>
#include <outpost/model/pipeline.hpp>

namespace outpost::test {

/// What one model is made from, and new rows to score with it.
struct GraphCase {
  std::string name;
  PipelineOptions options;
  FeatureSet features;
  Matrix rows;
  Matrix fresh;
};

/// Every detector of the registry with its defaults over every kind of data, preprocessing and scaling; then the
/// detectors' own variants (methods, small and large parameters) over plain data.
std::vector<GraphCase> graph_cases();

/// Fails the test when it does not fit, unless that needs more rows than there are: then empty.
std::optional<Pipeline> fit_case(const GraphCase& each);

}  // namespace outpost::test
