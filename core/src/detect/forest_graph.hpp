/// @file  A forest as the node TreeEnsembleRegressor of ai.onnx.ml.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <outpost/onnx/graph_reader.hpp>
#include <outpost/onnx/graph_writer.hpp>

#include "detect/isolation_tree.hpp"

namespace outpost {

/// Adds the node; returns the sum of leaf values for each of `rows`, float32 [N, 1].
onnx::Value write_forest(onnx::GraphWriter& graph, onnx::Value rows, std::span<const IsolationTree> trees);

/// The trees back: `count` of them, each breadth-first and complete, of at most `max_nodes` nodes, splitting on
/// features below `features`; values are finite. After an error the graph is rejected and there is none.
std::vector<IsolationTree> read_forest(onnx::GraphReader& graph, std::size_t count, std::size_t max_nodes,
                                       std::size_t features);

}  // namespace outpost
