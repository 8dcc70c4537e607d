#include <outpost/onnx/graph_reader.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace outpost::onnx {

GraphReader::GraphReader(const ModelView& model) : model_(model) {
  for (const Tensor& tensor : model.graph.initializers) {
    if (!tensors_.emplace(tensor.name, &tensor).second) {
      reject("the tensor '" + std::string(tensor.name) + "' stands twice");
    }
  }
}

void GraphReader::reject(std::string reason) {
  if (failed_) return;
  failed_ = true;
  reason_ = std::move(reason);
}

Result<void> GraphReader::status() const {
  if (!failed_) return {};
  return fail(ErrorCode::corrupt_model, "the model is damaged or not made by Outpost: " + reason_,
              "Copy the file again, or train the model again.");
}

const Tensor* GraphReader::find(std::string_view name, DataType type, const std::vector<std::int64_t>& dims,
                                std::size_t max_count) {
  if (failed_) return nullptr;
  const auto found = tensors_.find(name);
  const std::string quoted = "the tensor '" + std::string(name) + "' ";
  if (found == tensors_.end()) return reject(quoted + "is missing"), nullptr;
  const Tensor& tensor = *found->second;
  if (tensor.type != type) return reject(quoted + "is of " + to_string(tensor.type)), nullptr;
  if (!tensor.raw || tensor.external) return reject(quoted + "does not hold its data as raw bytes"), nullptr;
  const bool fits = std::equal(dims.begin(), dims.end(), tensor.dims.begin(), tensor.dims.end(),
                               [](std::int64_t wanted, std::int64_t given) { return wanted < 0 || wanted == given; });
  if (!fits) return reject(quoted + "has an unexpected shape"), nullptr;
  if (static_cast<std::uint64_t>(tensor.elements) > max_count) {
    return reject(quoted + "has " + std::to_string(tensor.elements) + " values, at most " + std::to_string(max_count) +
                  " are allowed"),
           nullptr;
  }
  return &tensor;
}

template <class Value>
std::vector<Value> GraphReader::read(std::string_view name, DataType type, const std::vector<std::int64_t>& dims,
                                     std::size_t max_count) {
  const Tensor* tensor = find(name, type, dims, max_count);
  if (tensor == nullptr) return {};
  // read_model has seen to it that the bytes are those of the elements.
  std::vector<Value> values(tensor->bytes.size() / sizeof(Value));
  if (!values.empty()) std::memcpy(values.data(), tensor->bytes.data(), tensor->bytes.size());
  return values;
}

std::vector<float> GraphReader::f32(std::string_view name, const std::vector<std::int64_t>& dims,
                                    std::size_t max_count) {
  return read<float>(name, DataType::float32, dims, max_count);
}

std::vector<double> GraphReader::f64(std::string_view name, const std::vector<std::int64_t>& dims,
                                     std::size_t max_count) {
  return read<double>(name, DataType::float64, dims, max_count);
}

std::vector<std::int64_t> GraphReader::i64(std::string_view name, const std::vector<std::int64_t>& dims,
                                           std::size_t max_count) {
  return read<std::int64_t>(name, DataType::int64, dims, max_count);
}

std::vector<bool> GraphReader::flags(std::string_view name, const std::vector<std::int64_t>& dims,
                                     std::size_t max_count) {
  const std::vector<std::uint8_t> bytes = read<std::uint8_t>(name, DataType::boolean, dims, max_count);
  if (std::any_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte > 1; })) {
    reject("the tensor '" + std::string(name) + "' has a flag that is neither 0 nor 1");
    return {};
  }
  return {bytes.begin(), bytes.end()};
}

float GraphReader::f32(std::string_view name) {
  const std::vector<float> values = f32(name, {}, 1);
  return values.empty() ? 0 : values[0];
}

double GraphReader::f64(std::string_view name) {
  const std::vector<double> values = f64(name, {}, 1);
  return values.empty() ? 0 : values[0];
}

std::int64_t GraphReader::i64(std::string_view name) {
  const std::vector<std::int64_t> values = i64(name, {}, 1);
  return values.empty() ? 0 : values[0];
}

const Attribute* GraphReader::find_attribute(std::string_view op_type, std::string_view attribute) {
  if (failed_) return nullptr;
  const Node* found = nullptr;
  for (const Node& node : model_.graph.nodes) {
    if (node.op_type != op_type) continue;
    if (found != nullptr) return reject("there is more than one node " + std::string(op_type)), nullptr;
    found = &node;
  }
  if (found == nullptr) return reject("the node " + std::string(op_type) + " is missing"), nullptr;
  const Attribute* value = found->find(attribute);
  if (value == nullptr) reject(std::string(op_type) + " has no attribute '" + std::string(attribute) + "'");
  return value;
}

std::vector<std::int64_t> GraphReader::ints(std::string_view op_type, std::string_view attribute,
                                            std::size_t max_count) {
  std::vector<std::int64_t> values;
  const Attribute* found = find_attribute(op_type, attribute);
  if (found != nullptr && !found->ints(max_count, values)) {
    reject("the attribute '" + std::string(attribute) + "' is damaged or has more than " + std::to_string(max_count) +
           " values");
  }
  return values;
}

std::vector<float> GraphReader::floats(std::string_view op_type, std::string_view attribute, std::size_t max_count) {
  std::vector<float> values;
  const Attribute* found = find_attribute(op_type, attribute);
  if (found != nullptr && !found->floats(max_count, values)) {
    reject("the attribute '" + std::string(attribute) + "' is damaged or has more than " + std::to_string(max_count) +
           " values");
  }
  return values;
}

std::vector<std::string_view> GraphReader::strings(std::string_view op_type, std::string_view attribute,
                                                   std::size_t max_count) {
  std::vector<std::string_view> values;
  const Attribute* found = find_attribute(op_type, attribute);
  if (found != nullptr && !found->strings(max_count, values)) {
    reject("the attribute '" + std::string(attribute) + "' is damaged or has more than " + std::to_string(max_count) +
           " values");
  }
  return values;
}

}  // namespace outpost::onnx
