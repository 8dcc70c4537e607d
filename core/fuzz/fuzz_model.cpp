// Model files: whatever the bytes, reading answers an error or a model that gives finite scores.
// An input that begins with "RAW" is the file itself. Any other is a list of edits of a good file: its first byte
// chooses the detector, then every four bytes are an edit (offset: two bytes, kind, value). The edited file gets a
// correct checksum, as it would from somebody who means harm.
#include <cmath>
#include <limits>
#include <span>

#include <outpost/model/pipeline.hpp>
#include <outpost/onnx/graph_writer.hpp>

#include "fuzz_support.hpp"

namespace outpost::fuzz {
namespace {

constexpr std::size_t kRows = 64;
using Bytes = std::vector<std::uint8_t>;

FeatureSet three_features() {
  FeatureSet set;
  for (const char* name : {"x", "y", "kind"}) {
    Feature feature;
    feature.name = feature.column = name;
    set.features.push_back(feature);
  }
  set.features[2].kind = FeatureKind::category_code;
  set.features[2].categories = {"a", "b", "c"};
  return set;
}

/// A small fitted model of each detector, as bytes.
const std::vector<Bytes>& good_files() {
  static const std::vector<Bytes> files = [] {
    std::vector<Bytes> all;
    for (const DetectorInfo& info : detector_registry()) {
      Random random(1);
      Matrix rows(kRows, 3);
      for (std::size_t r = 0; r < kRows; ++r) {
        rows(r, 0) = static_cast<float>(random.normal());
        rows(r, 1) = r % 9 == 0 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(random.uniform());
        rows(r, 2) = static_cast<float>(random.uniform_index(3));
      }
      PipelineOptions options;
      options.detector = std::string(info.name);
      for (const ParameterInfo& parameter : info.parameters) {
        if (parameter.name == "n_estimators") options.parameters = {{"n_estimators", "3"}};
      }
      std::vector<float> scores;
      const auto pipeline = Pipeline::fit(std::move(rows), three_features(), options, FitContext{}, scores);
      FUZZ_CHECK(pipeline.has_value());
      // Without the checksum, which takes the last bytes.
      Bytes file = pipeline->serialize();
      Bytes sealed_nothing;
      onnx::seal(sealed_nothing);
      file.resize(file.size() - sealed_nothing.size());
      all.push_back(std::move(file));
    }
    return all;
  }();
  return files;
}

Bytes edited(std::string_view edits) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(edits[i]); };
  const auto& files = good_files();
  Bytes file = files[edits.empty() ? 0 : byte(0) % files.size()];
  for (std::size_t i = 1; i + 4 <= edits.size() && !file.empty(); i += 4) {
    const std::size_t at = (byte(i) + std::size_t{256} * byte(i + 1)) % file.size();
    switch (byte(i + 2) % 4) {
      case 0: file[at] = byte(i + 3); break;
      case 1: file[at] = static_cast<std::uint8_t>(file[at] ^ byte(i + 3)); break;
      case 2: file.resize(at); break;
      default: file.insert(file.begin() + static_cast<std::ptrdiff_t>(at), byte(i + 3)); break;
    }
  }
  onnx::seal(file);
  return file;
}

void check_scores(const Pipeline& pipeline) {
  const std::size_t features = pipeline.features().size();
  const float values[] = {
      0.0F, 1.0F, -3.5F, 1e30F, -std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()};
  Matrix rows(std::size(values), features);
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    for (std::size_t c = 0; c < features; ++c) rows(r, c) = values[(r + c) % std::size(values)];
  }
  std::vector<float> scores(rows.rows(), std::numeric_limits<float>::quiet_NaN());
  FUZZ_CHECK(pipeline.score(rows, scores, RunContext{}).has_value());
  for (const float score : scores) {
    FUZZ_CHECK(std::isfinite(score));
    const float probability = pipeline.calibration().probability(score);
    FUZZ_CHECK(probability >= 0 && probability <= 1);
  }
}

}  // namespace
}  // namespace outpost::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace outpost;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool raw = text.substr(0, 3) == "RAW";
  const fuzz::Bytes file = raw ? fuzz::Bytes(data + 3, data + size) : fuzz::edited(text);
  const auto pipeline = Pipeline::deserialize(file);
  if (!pipeline) {
    FUZZ_CHECK(!pipeline.error().message.empty());
    return 0;
  }
  fuzz::check_scores(*pipeline);
  // What was read is written as something that reads the same.
  const fuzz::Bytes again = pipeline->serialize();
  const auto second = Pipeline::deserialize(again);
  FUZZ_CHECK(second.has_value());
  FUZZ_CHECK(second->serialize() == again);
  return 0;
}
