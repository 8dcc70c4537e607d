#include "commands/inspect_graph.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "output/message_text.hpp"
#include "output/number_text.hpp"

namespace outpost::edge {
namespace {

constexpr std::size_t kMostListed = 30;

struct Contents {
  std::vector<std::pair<std::string, std::uint64_t>> operators;  ///< most frequent first
  std::uint64_t nodes = 0;
  std::uint64_t tensors = 0;
  std::uint64_t parameters = 0;  ///< numbers in stored tensors
};

void count(const onnx::Graph& graph, std::map<std::string, std::uint64_t>& operators, Contents& contents) {
  for (const onnx::Node& node : graph.nodes) {
    ++contents.nodes;
    ++operators[(node.domain.empty() ? "" : std::string(node.domain) + ".") + std::string(node.op_type)];
    for (const onnx::Graph& inner : node.subgraphs) count(inner, operators, contents);
  }
  contents.tensors += graph.initializers.size();
  for (const onnx::Tensor& tensor : graph.initializers) {
    contents.parameters += static_cast<std::uint64_t>(std::max<std::int64_t>(0, tensor.elements));
  }
}

Contents contents_of(const onnx::ModelView& model) {
  Contents contents;
  std::map<std::string, std::uint64_t> operators;
  count(model.graph, operators, contents);
  contents.operators.assign(operators.begin(), operators.end());
  std::stable_sort(contents.operators.begin(), contents.operators.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return contents;
}

/// Inputs that are fed: older files list their stored tensors as inputs as well.
std::vector<const onnx::ValueInfo*> fed_inputs(const onnx::Graph& graph) {
  std::vector<std::string_view> stored;
  for (const onnx::Tensor& tensor : graph.initializers) stored.push_back(tensor.name);
  std::sort(stored.begin(), stored.end());
  std::vector<const onnx::ValueInfo*> inputs;
  for (const onnx::ValueInfo& value : graph.inputs) {
    if (!std::binary_search(stored.begin(), stored.end(), value.name)) inputs.push_back(&value);
  }
  return inputs;
}

std::vector<const onnx::ValueInfo*> outputs_of(const onnx::Graph& graph) {
  std::vector<const onnx::ValueInfo*> outputs;
  for (const onnx::ValueInfo& value : graph.outputs) outputs.push_back(&value);
  return outputs;
}

std::string values_text(const std::vector<const onnx::ValueInfo*>& values) {
  std::string text;
  for (std::size_t i = 0; i < values.size() && i < kMostListed; ++i) {
    text += (i == 0 ? "" : ", ") + std::string(values[i]->name) + " " + onnx::describe(*values[i]);
  }
  if (values.size() > kMostListed) text += " and " + grouped(values.size() - kMostListed) + " more";
  return text.empty() ? "none" : text;
}

nlohmann::ordered_json values_json(const std::vector<const onnx::ValueInfo*>& values) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const onnx::ValueInfo* value : values) {
    nlohmann::ordered_json shape = nullptr;
    if (value->has_shape) {
      shape = nlohmann::ordered_json::array();
      for (const onnx::Dimension& dimension : value->shape) {
        if (dimension.size >= 0) {
          shape.push_back(dimension.size);
        } else {
          shape.push_back(dimension.symbol.empty() ? "?" : std::string(dimension.symbol));
        }
      }
    }
    const bool tensor = value->type != onnx::DataType::undefined;
    list.push_back({{"name", std::string(value->name)},
                    {"type", tensor ? onnx::to_string(value->type) : "not a tensor"},
                    {"shape", std::move(shape)}});
  }
  return list;
}

std::string opset_name(const onnx::OpsetImport& opset) {
  return opset.domain.empty() ? "ai.onnx" : std::string(opset.domain);
}

std::string opsets_text(const onnx::ModelView& model) {
  std::string text;
  for (const onnx::OpsetImport& opset : model.opsets) {
    text += (text.empty() ? "" : ", ") + opset_name(opset) + " " + std::to_string(opset.version);
  }
  return text.empty() ? "none stated" : text;
}

}  // namespace

Facts graph_facts(const onnx::ModelView& model) {
  const Contents contents = contents_of(model);
  Facts facts;
  facts.emplace_back("Inputs", values_text(fed_inputs(model.graph)));
  facts.emplace_back("Outputs", values_text(outputs_of(model.graph)));
  std::string operators = counted(contents.nodes, "node", "nodes") + ": ";
  for (std::size_t i = 0; i < contents.operators.size() && i < kMostListed; ++i) {
    operators += (i == 0 ? "" : ", ") + contents.operators[i].first;
    if (contents.operators[i].second != 1) operators += " x " + grouped(contents.operators[i].second);
  }
  if (contents.operators.size() > kMostListed) operators += " and more; --format json has them all";
  facts.emplace_back("Operators", operators);
  facts.emplace_back("Stored", counted(contents.tensors, "tensor", "tensors") + " of " +
                                   counted(contents.parameters, "number", "numbers"));
  facts.emplace_back("ONNX", "opset " + opsets_text(model) + "; IR version " + std::to_string(model.ir_version));
  std::string metadata;
  for (std::size_t i = 0; i < model.metadata.size() && i < kMostListed; ++i) {
    const auto& [key, value] = model.metadata[i];
    metadata += (i == 0 ? "" : ", ") + std::string(key) + " (" + bytes_text(static_cast<double>(value.size())) + ")";
  }
  if (model.metadata.size() > kMostListed) metadata += " and more; --format json has them all";
  if (!metadata.empty()) facts.emplace_back("Metadata", metadata);
  const Result<void> runnable = onnx::check_runnable(model);
  facts.emplace_back("Can run",
                     runnable ? "yes, as far as the file shows" : "no: " + message_text(runnable.error().message));
  return facts;
}

nlohmann::ordered_json graph_json(const onnx::ModelView& model) {
  const Contents contents = contents_of(model);
  nlohmann::ordered_json json;
  json["producer"] = std::string(model.producer);
  json["producer_version"] = std::string(model.producer_version);
  json["ir_version"] = model.ir_version;
  json["opsets"] = nlohmann::ordered_json::object();
  for (const onnx::OpsetImport& opset : model.opsets) json["opsets"][opset_name(opset)] = opset.version;
  json["inputs"] = values_json(fed_inputs(model.graph));
  json["outputs"] = values_json(outputs_of(model.graph));
  json["nodes"] = contents.nodes;
  json["operators"] = nlohmann::ordered_json::object();
  for (const auto& [name, times] : contents.operators) json["operators"][name] = times;
  json["initializers"] = contents.tensors;
  json["parameters_stored"] = contents.parameters;
  json["metadata_bytes"] = nlohmann::ordered_json::object();
  for (const auto& [key, value] : model.metadata) json["metadata_bytes"][std::string(key)] = value.size();
  const Result<void> runnable = onnx::check_runnable(model);
  json["runnable"] = runnable.has_value();
  if (!runnable) json["why_not"] = runnable.error().message;
  return json;
}

std::string graph_csv(const onnx::ModelView& model) {
  std::string out = "part,name,value\n";
  const auto line = [&out](const char* part, const std::string& name, const std::string& value) {
    out += std::string(part) + "," + csv_field(name) + "," + csv_field(value) + "\n";
  };
  for (const onnx::ValueInfo* value : fed_inputs(model.graph)) {
    line("input", std::string(value->name), onnx::describe(*value));
  }
  for (const onnx::ValueInfo& value : model.graph.outputs) {
    line("output", std::string(value.name), onnx::describe(value));
  }
  for (const auto& [name, times] : contents_of(model).operators) line("operator", name, std::to_string(times));
  for (const onnx::OpsetImport& opset : model.opsets) line("opset", opset_name(opset), std::to_string(opset.version));
  for (const auto& [key, value] : model.metadata) line("metadata", std::string(key), std::to_string(value.size()));
  return out;
}

}  // namespace outpost::edge
