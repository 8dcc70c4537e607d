/// @file  Sidecar: what a foreign model does not say of itself, in the JSON file NAME.onnx.json beside NAME.onnx.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <outpost/base/result.hpp>

namespace outpost::edge {

/// Every key is optional.
struct Sidecar {
  std::string path;
  std::optional<std::string> input;         ///< the input's name, checked against the model
  std::optional<std::string> output;        ///< the output that is the score (or the reconstruction)
  std::optional<bool> higher_is_anomalous;  ///< false: low values are anomalous
  std::vector<std::string> features;        ///< columns of the data, in the model's order
  std::optional<double> threshold;          ///< in the output's own scale
  std::optional<bool> reconstruction;       ///< the output is the input rebuilt; the score is its error
};

/// Reads `model_path`.json where there is one. Errors: those of the host; invalid_argument for what is not an object of
/// these keys and types, naming the key.
Result<std::optional<Sidecar>> read_sidecar(const std::string& model_path);

}  // namespace outpost::edge
