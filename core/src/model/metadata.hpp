/// @file  The metadata of a model file as text: JSON, in the keys that docs/formats/model.md lists.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <outpost/model/pipeline.hpp>
#include <outpost/onnx/graph_reader.hpp>

namespace outpost::metadata {

inline constexpr std::uint64_t kFormatVersion = 1;
inline constexpr std::string_view kFormat = "outpost.format", kDetector = "outpost.detector",
                                  kSchema = "outpost.schema", kParameters = "outpost.parameters",
                                  kThreshold = "outpost.threshold", kTraining = "outpost.training",
                                  kSelfTest = "outpost.selftest", kBatch = "outpost.batch",
                                  kLineage = "outpost.lineage";

struct Parameters {
  std::vector<std::pair<std::string, std::string>> values;
  Scaling scaling = Scaling::none;
  std::uint64_t seed = 0;
};
struct Training {
  std::uint64_t rows = 0;
  std::string hash, time;
  std::vector<FeatureSummary> summaries;
};
using Notes = std::vector<std::pair<std::string, std::string>>;

std::string write_schema(const FeatureSet& features);
std::string write_parameters(const Parameters& parameters);
std::string write_threshold(ThresholdMethod method, float value);
std::string write_training(const Training& training, const FeatureSet& features);
std::string write_self_test(const SelfTest& test);
std::string write_notes(const Notes& notes);

/// Each takes the text of a model file and checks it; what is wrong is rejected in `graph`.
FeatureSet read_schema(std::string_view text, onnx::GraphReader& graph);
Parameters read_parameters(std::string_view text, onnx::GraphReader& graph);
ThresholdMethod read_threshold(std::string_view text, onnx::GraphReader& graph);
Training read_training(std::string_view text, const FeatureSet& features, onnx::GraphReader& graph);
SelfTest read_self_test(std::string_view text, std::size_t features, onnx::GraphReader& graph);
Notes read_notes(std::string_view text, onnx::GraphReader& graph);

}  // namespace outpost::metadata
