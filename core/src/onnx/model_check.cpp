#include <unordered_set>

#include <outpost/onnx/graph_writer.hpp>
#include <outpost/onnx/model_view.hpp>

namespace outpost::onnx {
namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

tl::unexpected<Error> corrupt(std::string message) {
  return fail(ErrorCode::corrupt_model, std::move(message), "Export the model again.");
}

/// Walks the graph and its subgraphs with the names that are visible, each of which is defined once.
class Checker {
 public:
  Result<void> check(const Graph& graph) {
    const std::size_t outer = defined_.size();
    OUTPOST_TRY(check_tensors(graph));
    for (const Node& node : graph.nodes) OUTPOST_TRY(check(node));
    for (const ValueInfo& output : graph.outputs) {
      if (names_.count(output.name) == 0) return corrupt("the output " + quoted(output.name) + " is never computed");
    }
    // What a subgraph defines is not seen outside of it.
    for (; defined_.size() > outer; defined_.pop_back()) names_.erase(defined_.back());
    return {};
  }

 private:
  Result<void> define(std::string_view name) {
    if (name.empty()) return {};
    if (!names_.insert(name).second) return corrupt("the value " + quoted(name) + " is defined twice");
    defined_.push_back(name);
    return {};
  }

  Result<void> check_tensors(const Graph& graph) {
    std::unordered_set<std::string_view> inputs;
    for (const ValueInfo& input : graph.inputs) {
      OUTPOST_TRY(define(input.name));
      inputs.insert(input.name);
    }
    for (const Tensor& tensor : graph.initializers) {
      if (tensor.external) {
        return fail(ErrorCode::unsupported, "tensor " + quoted(tensor.name) + " has its data in another file",
                    "Save the model as one file (onnx.save with save_as_external_data=False).");
      }
      // An initializer may be listed as an input too: its default value.
      if (inputs.erase(tensor.name) == 0) OUTPOST_TRY(define(tensor.name));
    }
    return {};
  }

  Result<void> check(const Node& node) {
    if (!node.domain.empty() && node.domain != "ai.onnx" && node.domain != kMlDomain) {
      return fail(ErrorCode::unsupported,
                  "operator " + quoted(node.op_type) + " is of the domain " + quoted(node.domain) +
                      "; only ai.onnx and ai.onnx.ml are run",
                  "Export the model with standard operators.");
    }
    for (const std::string_view input : node.inputs) {
      if (input.empty() || names_.count(input) != 0) continue;
      return corrupt("operator " + quoted(node.op_type) + " uses the value " + quoted(input) +
                     " before it is defined: a cycle, or nodes out of order");
    }
    for (const Graph& body : node.subgraphs) OUTPOST_TRY(check(body));
    for (const std::string_view output : node.outputs) OUTPOST_TRY(define(output));
    return {};
  }

  std::unordered_set<std::string_view> names_;
  std::vector<std::string_view> defined_;  ///< in their order, so that a subgraph's can be taken back
};

}  // namespace

Result<void> check_runnable(const ModelView& model) {
  if (model.functions != 0) {
    return fail(ErrorCode::unsupported, "the model defines functions of its own, which are not run",
                "Export the model with its functions inlined.");
  }
  if (model.graph.inputs.empty() || model.graph.outputs.empty() || model.graph.nodes.empty()) {
    return corrupt("the graph has no input, no output or no node");
  }
  return Checker().check(model.graph);
}

}  // namespace outpost::onnx
