/// @file  What an ONNX file is made of, in the forms that `outpost inspect` prints.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include <outpost/onnx/model_view.hpp>

#include "output/describe.hpp"

namespace outpost::edge {

/// Inputs, outputs, operators with counts, opsets, stored tensors, metadata keys with sizes, and whether it can run.
Facts graph_facts(const onnx::ModelView& model);
nlohmann::ordered_json graph_json(const onnx::ModelView& model);
/// "part,name,value": a line each input, output, operator, opset and metadata key.
std::string graph_csv(const onnx::ModelView& model);

}  // namespace outpost::edge
