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
  void operator()(std::string_view value) const {
    append_text(out, field::attribute::string, value);
    type(field::attribute::kString);
  }
  void operator()(std::span<const std::int64_t> values) const {
    append_packed(out, field::attribute::ints, values);
    type(field::attribute::kInts);
  }
  void operator()(std::span<const float> values) const {
    append_packed(out, field::attribute::floats, values);
    type(field::attribute::kFloats);
  }
  void operator()(std::span<const std::string_view> values) const {
    for (const std::string_view value : values) append_text(out, field::attribute::strings, value);
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

Value GraphWriter::named(std::string name) {
  names_.push_back(std::move(name));
  return {static_cast<std::uint32_t>(names_.size() - 1)};
}

Value GraphWriter::tensor(std::string_view name, DataType type, const Dims& dims, const void* data, std::size_t bytes) {
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
  return named(std::string(name));
}

Value GraphWriter::f32(std::string_view name, const Dims& dims, std::span<const float> values) {
  assert(fits(dims, values.size()));
  return tensor(name, DataType::float32, dims, values.data(), values.size_bytes());
}

Value GraphWriter::f64(std::string_view name, const Dims& dims, std::span<const double> values) {
  assert(fits(dims, values.size()));
  return tensor(name, DataType::float64, dims, values.data(), values.size_bytes());
}

Value GraphWriter::i64(std::string_view name, const Dims& dims, std::span<const std::int64_t> values) {
  assert(fits(dims, values.size()));
  return tensor(name, DataType::int64, dims, values.data(), values.size_bytes());
}

Value GraphWriter::flags(std::string_view name, const Dims& dims, const std::vector<bool>& values) {
  assert(fits(dims, values.size()));
  std::string bytes;
  for (const bool value : values) bytes.push_back(value ? '\1' : '\0');
  return tensor(name, DataType::boolean, dims, bytes.data(), bytes.size());
}

Value GraphWriter::constant(DataType type, const Dims& dims, const void* data, std::size_t bytes) {
  std::string key{static_cast<char>(type), static_cast<char>(dims.size())};
  key.append(static_cast<const char*>(data), bytes);
  const auto [entry, is_new] = constants_.try_emplace(std::move(key));
  if (is_new) entry->second = tensor("c" + std::to_string(constants_.size() - 1), type, dims, data, bytes);
  return entry->second;
}

Value GraphWriter::constant(float value) { return constant(DataType::float32, {}, &value, sizeof value); }
Value GraphWriter::constant(double value) { return constant(DataType::float64, {}, &value, sizeof value); }
Value GraphWriter::constant(std::int64_t value) { return constant(DataType::int64, {}, &value, sizeof value); }
Value GraphWriter::constant(std::initializer_list<std::int64_t> values) {
  return constant(DataType::int64, {static_cast<std::int64_t>(values.size())}, values.begin(),
                  values.size() * sizeof(std::int64_t));
}

std::string GraphWriter::next_name(std::string_view op_type) {
  return std::string(op_type) + "_" + std::to_string(next_node_++);
}

Value GraphWriter::add(std::string_view op_type, std::initializer_list<Value> inputs, Attributes attributes,
                       std::string_view domain) {
  return add_as(next_name(op_type), op_type, inputs, attributes, domain);
}

std::vector<Value> GraphWriter::add_many(std::string_view op_type, std::initializer_list<Value> inputs,
                                         std::size_t count, Attributes attributes, std::string_view domain) {
  std::vector<Value> outputs;
  const std::string name = next_name(op_type);
  for (std::size_t i = 0; i < count; ++i) outputs.push_back(named(name + "_" + std::to_string(i)));
  add_node(op_type, domain, inputs, outputs, attributes);
  return outputs;
}

Value GraphWriter::add_as(std::string_view output, std::string_view op_type, std::initializer_list<Value> inputs,
                          Attributes attributes, std::string_view domain) {
  const Value value = named(std::string(output));
  add_node(op_type, domain, inputs, {&value, 1}, attributes);
  return value;
}

Value GraphWriter::cast(Value value, DataType to) {
  return add("Cast", {value}, {{"to", static_cast<std::int64_t>(to)}});
}

void GraphWriter::add_node(std::string_view op_type, std::string_view domain, std::initializer_list<Value> inputs,
                           std::span<const Value> outputs, Attributes attributes) {
  std::string node;
  for (const Value input : inputs) append_text(node, field::node::input, names_[input.id]);
  for (const Value output : outputs) append_text(node, field::node::output, names_[output.id]);
  append_text(node, field::node::op_type, op_type);
  for (const AttributeValue& each : attributes) {
    std::string attribute;
    append_text(attribute, field::attribute::name, each.name);
    std::visit(AttributeEncoder{attribute}, each.value);
    append_text(node, field::node::attribute, attribute);
  }
  if (!domain.empty()) append_text(node, field::node::domain, domain);
  domains_.try_emplace(std::string(domain), domain == kMlDomain ? kMlOpset : 1);
  append_text(nodes_, field::graph::node, node);
}

Value GraphWriter::input(std::string_view name, DataType type, const std::vector<Dimension>& shape) {
  append_text(inputs_, field::graph::input, encode(name, type, shape));
  return named(std::string(name));
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
  domains_[""] = kOpset;
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
