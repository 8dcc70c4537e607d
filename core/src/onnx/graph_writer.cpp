#include <outpost/onnx/graph_writer.hpp>

#include <bit>
#include <cassert>
#include <cstring>

#include "onnx/fields.hpp"
#include "onnx/wire.hpp"

namespace outpost::onnx {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

[[maybe_unused]] bool fits(const Dims& dims, std::size_t count) {
  std::size_t product = 1;
  for (const std::int64_t dim : dims) product *= static_cast<std::size_t>(dim);
  return product == count;
}

/// Encodes one attribute's value after its name.
struct AttributeEncoder {
  std::string& out;

  void type(std::int64_t value) const { append_integer(out, field::attribute::type, value); }
  void operator()(std::int64_t value) const {
    append_integer(out, field::attribute::integer, value);
    type(field::attribute::kInteger);
  }
  void operator()(float value) const {
    append_float(out, field::attribute::real, value);
    type(field::attribute::kReal);
  }
  void operator()(const std::string& value) const {
    append_text(out, field::attribute::string, value);
    type(field::attribute::kString);
  }
  void operator()(const std::vector<std::int64_t>& values) const {
    append_packed(out, field::attribute::ints, values);
    type(field::attribute::kInts);
  }
  void operator()(const std::vector<float>& values) const {
    append_packed(out, field::attribute::floats, values);
    type(field::attribute::kFloats);
  }
  void operator()(const std::vector<std::string>& values) const {
    for (const std::string& value : values) append_text(out, field::attribute::strings, value);
    type(field::attribute::kStrings);
  }
};

std::string encode(std::string_view name, DataType type, const std::vector<Dimension>& shape) {
  std::string dims;
  for (const Dimension& dimension : shape) {
    std::string dim;
    if (dimension.size >= 0) append_integer(dim, field::shape::dim_value, dimension.size);
    if (dimension.size < 0) append_text(dim, field::shape::dim_param, dimension.symbol);
    append_text(dims, field::shape::dim, dim);
  }
  std::string tensor_type, type_message, info;
  append_integer(tensor_type, field::type::elem_type, static_cast<std::int64_t>(type));
  append_text(tensor_type, field::type::shape, dims);
  append_text(type_message, field::type::tensor, tensor_type);
  append_text(info, field::value_info::name, name);
  append_text(info, field::value_info::type, type_message);
  return info;
}

}  // namespace

std::string GraphWriter::tensor(std::string_view name, DataType type, const Dims& dims, const void* data,
                                std::size_t bytes) {
  std::string head;
  if (!dims.empty()) append_packed(head, field::tensor::dims, dims);
  append_integer(head, field::tensor::data_type, static_cast<std::int64_t>(type));
  append_text(head, field::tensor::name, name);
  // The data are appended at their final place, so that large ones are copied once.
  std::string length;
  append_varint(length, bytes);
  const std::size_t whole = head.size() + 1 + length.size() + bytes;
  append_varint(initializers_, field::graph::initializer << 3 | static_cast<std::uint32_t>(WireType::bytes));
  append_varint(initializers_, whole);
  initializers_ += head;
  append_varint(initializers_, field::tensor::raw_data << 3 | static_cast<std::uint32_t>(WireType::bytes));
  initializers_ += length;
  if (bytes != 0) initializers_.append(static_cast<const char*>(data), bytes);
  return std::string(name);
}

std::string GraphWriter::f32(std::string_view name, const Dims& dims, std::span<const float> values) {
  assert(fits(dims, values.size()));
  return tensor(name, DataType::float32, dims, values.data(), values.size_bytes());
}

std::string GraphWriter::f64(std::string_view name, const Dims& dims, std::span<const double> values) {
  assert(fits(dims, values.size()));
  return tensor(name, DataType::float64, dims, values.data(), values.size_bytes());
}

std::string GraphWriter::i64(std::string_view name, const Dims& dims, std::span<const std::int64_t> values) {
  assert(fits(dims, values.size()));
  return tensor(name, DataType::int64, dims, values.data(), values.size_bytes());
}

std::string GraphWriter::flags(std::string_view name, const Dims& dims, const std::vector<bool>& values) {
  assert(fits(dims, values.size()));
  std::string bytes;
  for (const bool value : values) bytes.push_back(value ? '\1' : '\0');
  return tensor(name, DataType::boolean, dims, bytes.data(), bytes.size());
}

namespace {

/// Constants are told apart by type, rank and bytes.
std::string constant_key(char type, const void* data, std::size_t bytes) {
  std::string key(1, type);
  key.append(static_cast<const char*>(data), bytes);
  return key;
}

}  // namespace

std::string GraphWriter::constant(float value) {
  const auto [entry, is_new] = constants_.try_emplace(constant_key('f', &value, sizeof value));
  if (is_new) entry->second = f32("c" + std::to_string(constants_.size() - 1), {}, {&value, 1});
  return entry->second;
}

std::string GraphWriter::constant(double value) {
  const auto [entry, is_new] = constants_.try_emplace(constant_key('d', &value, sizeof value));
  if (is_new) entry->second = f64("c" + std::to_string(constants_.size() - 1), {}, {&value, 1});
  return entry->second;
}

std::string GraphWriter::constant(std::int64_t value) {
  const auto [entry, is_new] = constants_.try_emplace(constant_key('i', &value, sizeof value));
  if (is_new) entry->second = i64("c" + std::to_string(constants_.size() - 1), {}, {&value, 1});
  return entry->second;
}

std::string GraphWriter::constant(std::initializer_list<std::int64_t> values) {
  const std::vector<std::int64_t> list(values);
  const auto [entry, is_new] = constants_.try_emplace(constant_key('v', list.data(), list.size() * sizeof(list[0])));
  if (is_new) {
    entry->second = i64("c" + std::to_string(constants_.size() - 1), {static_cast<std::int64_t>(list.size())}, list);
  }
  return entry->second;
}

std::string GraphWriter::next_name(std::string_view op_type) {
  return std::string(op_type) + "_" + std::to_string(next_node_++);
}

std::string GraphWriter::add(std::string_view op_type, const std::vector<std::string>& inputs,
                             const Attributes& attributes, std::string_view domain) {
  std::string output = next_name(op_type);
  add_node(op_type, domain, inputs, {output}, attributes);
  return output;
}

std::vector<std::string> GraphWriter::add_many(std::string_view op_type, const std::vector<std::string>& inputs,
                                               std::size_t count, const Attributes& attributes,
                                               std::string_view domain) {
  std::vector<std::string> outputs;
  const std::string name = next_name(op_type);
  for (std::size_t i = 0; i < count; ++i) outputs.push_back(name + "_" + std::to_string(i));
  add_node(op_type, domain, inputs, outputs, attributes);
  return outputs;
}

std::string GraphWriter::add_as(std::string_view output, std::string_view op_type,
                                const std::vector<std::string>& inputs, const Attributes& attributes,
                                std::string_view domain) {
  add_node(op_type, domain, inputs, {std::string(output)}, attributes);
  return std::string(output);
}

std::string GraphWriter::cast(const std::string& value, DataType to) {
  return add("Cast", {value}, {{"to", static_cast<std::int64_t>(to)}});
}

void GraphWriter::add_node(std::string_view op_type, std::string_view domain, const std::vector<std::string>& inputs,
                           const std::vector<std::string>& outputs, const Attributes& attributes) {
  std::string node;
  for (const std::string& input : inputs) append_text(node, field::node::input, input);
  for (const std::string& output : outputs) append_text(node, field::node::output, output);
  append_text(node, field::node::op_type, op_type);
  for (const auto& [name, value] : attributes) {
    std::string attribute;
    append_text(attribute, field::attribute::name, name);
    std::visit(AttributeEncoder{attribute}, value);
    append_text(node, field::node::attribute, attribute);
  }
  if (!domain.empty()) {
    append_text(node, field::node::domain, domain);
    domains_.emplace(domain, domain == kMlDomain ? kMlOpset : 1);
  }
  append_text(nodes_, field::graph::node, node);
}

void GraphWriter::input(std::string_view name, DataType type, const std::vector<Dimension>& shape) {
  append_text(inputs_, field::graph::input, encode(name, type, shape));
}

void GraphWriter::output(std::string_view name, DataType type, const std::vector<Dimension>& shape) {
  append_text(outputs_, field::graph::output, encode(name, type, shape));
}

void GraphWriter::metadata(std::string_view key, std::string_view value) {
  std::string entry;
  append_text(entry, field::entry::key, key);
  append_text(entry, field::entry::value, value);
  append_text(metadata_, field::model::metadata_props, entry);
}

std::vector<std::uint8_t> GraphWriter::finish(std::string_view graph_name) {
  std::string name;
  append_text(name, field::graph::name, graph_name);
  std::string head, tail;
  append_integer(head, field::model::ir_version, kIrVersion);
  append_text(head, field::model::producer_name, "outpost");
  domains_.emplace("", kOpset);
  for (const auto& [domain, version] : domains_) {
    std::string opset;
    append_text(opset, field::opset::domain, domain);
    append_integer(opset, field::opset::version, version);
    append_text(tail, field::model::opset_import, opset);
  }
  tail += metadata_;
  const std::size_t graph_bytes = nodes_.size() + name.size() + initializers_.size() + inputs_.size() + outputs_.size();
  append_varint(head, field::model::graph << 3 | static_cast<std::uint32_t>(WireType::bytes));
  append_varint(head, graph_bytes);

  std::vector<std::uint8_t> file;
  file.reserve(head.size() + graph_bytes + tail.size());
  for (std::string* part : {&head, &nodes_, &name, &initializers_, &inputs_, &outputs_, &tail}) {
    file.insert(file.end(), part->begin(), part->end());
    *part = {};
  }
  *this = GraphWriter();
  return file;
}

}  // namespace outpost::onnx
