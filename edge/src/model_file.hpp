/// @file  Model files: what `train` writes, and any other ONNX file; what `score` and `inspect` read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <outpost/base/result.hpp>
#include <outpost/model/pipeline.hpp>
#include <outpost/onnx/model_view.hpp>

namespace outpost::edge {

struct LoadedModel {
  std::string path;
  std::vector<std::uint8_t> bytes;
  onnx::ModelView view;         ///< into `bytes`, which may be moved but not changed
  std::optional<Pipeline> own;  ///< where Outpost made it
};

/// A file whose first bytes are those of our own models is one of them or damaged; anything else is read as a foreign
/// ONNX file. Errors: those of the host; corrupt_model and unsupported with the path.
Result<LoadedModel> load_model(const std::string& path);
/// Whether the file begins as an ONNX file does, whatever its name. False where it cannot be read.
bool looks_like_model(const std::string& path);

}  // namespace outpost::edge
