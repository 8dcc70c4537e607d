/// @file  Model files: what `train` writes and `score` and `inspect` read.
#pragma once

#include <cstddef>
#include <string>

#include <outpost/base/result.hpp>
#include <outpost/model/pipeline.hpp>

namespace outpost::edge {

struct LoadedModel {
  Pipeline pipeline;
  std::size_t bytes = 0;
};

/// Errors: those of the host; corrupt_model and unsupported with the path.
Result<LoadedModel> load_model(const std::string& path);
/// Whether the file begins as a model does. False where it cannot be read.
bool looks_like_model(const std::string& path);

}  // namespace outpost::edge
