#include <unordered_set>

#include <outpost/onnx/graph_writer.hpp>
#include <outpost/onnx/model_view.hpp>

namespace outpost::onnx {
namespace {

using Names = std::unordered_set<std::string_view>;

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

tl::unexpected<Error> corrupt(std::string message) {
  return fail(ErrorCode::corrupt_model, std::move(message), "Export the model again.");
}

Result<void> define(std::string_view name, Names& names) {
  if (name.empty() || names.insert(name).second) return {};
  return corrupt("the value " + quoted(name) + " is defined twice");
}

/// `outer` are the values that a subgraph sees from around it.
Result<void> check_graph(const Graph& graph, const Names& outer) {
  Names names = outer;
  for (const ValueInfo& input : graph.inputs) names.insert(input.name);
  for (const Tensor& tensor : graph.initializers) {
    if (tensor.external) {
      return fail(ErrorCode::unsupported, "tensor " + quoted(tensor.name) + " has its data in another file",
                  "Save the model as one file (onnx.save with save_as_external_data=False).");
    }
    names.insert(tensor.name);
  }
  for (const Node& node : graph.nodes) {
    if (!node.domain.empty() && node.domain != "ai.onnx" && node.domain != kMlDomain) {
      return fail(ErrorCode::unsupported,
                  "operator " + quoted(node.op_type) + " is of the domain " + quoted(node.domain) +
                      "; only ai.onnx and ai.onnx.ml are run",
                  "Export the model with standard operators.");
    }
    for (const std::string_view input : node.inputs) {
      if (input.empty() || names.count(input) != 0) continue;
      return corrupt("operator " + quoted(node.op_type) + " uses the value " + quoted(input) +
                     " before it is defined: a cycle, or nodes out of order");
    }
    for (const Graph& body : node.subgraphs) OUTPOST_TRY(check_graph(body, names));
    for (const std::string_view output : node.outputs) OUTPOST_TRY(define(output, names));
  }
  for (const ValueInfo& output : graph.outputs) {
    if (names.count(output.name) == 0) return corrupt("the output " + quoted(output.name) + " is never computed");
  }
  return {};
}

}  // namespace

Result<void> check_runnable(const ModelView& model) {
  if (model.functions != 0) {
    return fail(ErrorCode::unsupported, "the model defines functions of its own, which are not run",
                "Export the model with its functions inlined.");
  }
  if (model.graph.inputs.empty() || model.graph.outputs.empty() || model.graph.nodes.empty()) {
    return corrupt("the graph has no input, no output or no node");
  }
  return check_graph(model.graph, {});
}

}  // namespace outpost::onnx
