/// @file  The shared library of ONNX Runtime: found and opened.
#pragma once

#include <string>

#include <outpost/base/result.hpp>

struct OrtApi;

namespace outpost::host {

struct OnnxLibrary {
  const OrtApi* api = nullptr;
  std::string path;
  std::string version;
};

/// Opens the library; see onnx_session.hpp for where it is looked for. It is never closed: ONNX Runtime leaves threads
/// and thread-local data behind that outlive the last session.
Result<OnnxLibrary> open_onnx_library(const std::string& path);

}  // namespace outpost::host
