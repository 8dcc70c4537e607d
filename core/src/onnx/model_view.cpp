#include <outpost/onnx/model_view.hpp>

#include <algorithm>
#include <limits>

#include "onnx/fields.hpp"
#include "onnx/wire.hpp"

namespace outpost::onnx {

std::string to_string(DataType type) {
  switch (type) {
    case DataType::undefined: return "undefined";
    case DataType::float32: return "float32";
    case DataType::uint8: return "uint8";
    case DataType::int8: return "int8";
    case DataType::uint16: return "uint16";
    case DataType::int16: return "int16";
    case DataType::int32: return "int32";
    case DataType::int64: return "int64";
    case DataType::string: return "string";
    case DataType::boolean: return "bool";
    case DataType::float16: return "float16";
    case DataType::float64: return "float64";
    case DataType::uint32: return "uint32";
    case DataType::uint64: return "uint64";
    case DataType::complex64: return "complex64";
    case DataType::complex128: return "complex128";
    case DataType::bfloat16: return "bfloat16";
  }
  return "type " + std::to_string(static_cast<std::int32_t>(type));
}

std::size_t element_bytes(DataType type) {
  switch (type) {
    case DataType::uint8:
    case DataType::int8:
    case DataType::boolean: return 1;
    case DataType::uint16:
    case DataType::int16:
    case DataType::float16:
    case DataType::bfloat16: return 2;
    case DataType::float32:
    case DataType::int32:
    case DataType::uint32: return 4;
    case DataType::float64:
    case DataType::int64:
    case DataType::uint64:
    case DataType::complex64: return 8;
    case DataType::complex128: return 16;
    case DataType::undefined:
    case DataType::string: return 0;
  }
  return 0;
}

std::string describe(const ValueInfo& value) {
  if (value.type == DataType::undefined) return "no tensor";
  std::string text = to_string(value.type);
  if (!value.has_shape) return text + " of any shape";
  text += " [";
  for (std::size_t i = 0; i < value.shape.size(); ++i) {
    const Dimension& dimension = value.shape[i];
    if (i != 0) text += ", ";
    if (dimension.size >= 0) {
      text += std::to_string(dimension.size);
    } else {
      text += dimension.symbol.empty() ? "?" : std::string(dimension.symbol);
    }
  }
  return text + "]";
}

const Attribute* Node::find(std::string_view attribute) const {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(), [&](const Attribute& each) { return each.name == attribute; });
  return found == attributes.end() ? nullptr : &*found;
}

const std::string_view* ModelView::find_metadata(std::string_view key) const {
  const auto found =
      std::find_if(metadata.begin(), metadata.end(), [&](const auto& entry) { return entry.first == key; });
  return found == metadata.end() ? nullptr : &found->second;
}

bool Attribute::ints(std::size_t max_count, std::vector<std::int64_t>& out) const {
  out.clear();
  WireReader reader(message);
  for (WireField f; reader.next(f);) {
    const bool list = f.id == field::attribute::ints;
    if (list && f.type == WireType::bytes) {
      if (!unpack_varints(f.bytes, max_count, out)) return out.clear(), false;
    } else if ((list || f.id == field::attribute::integer) && f.type == WireType::varint) {
      if (out.size() == max_count) return out.clear(), false;
      out.push_back(f.integer());
    }
  }
  if (reader.damaged()) out.clear();
  return !reader.damaged();
}

bool Attribute::floats(std::size_t max_count, std::vector<float>& out) const {
  out.clear();
  WireReader reader(message);
  for (WireField f; reader.next(f);) {
    const bool list = f.id == field::attribute::floats;
    if (list && f.type == WireType::bytes) {
      if (!unpack_floats(f.bytes, max_count, out)) return out.clear(), false;
    } else if ((list || f.id == field::attribute::real) && f.type == WireType::fixed32) {
      if (out.size() == max_count) return out.clear(), false;
      out.push_back(float_of_bits(static_cast<std::uint32_t>(f.number)));
    }
  }
  if (reader.damaged()) out.clear();
  return !reader.damaged();
}

bool Attribute::strings(std::size_t max_count, std::vector<std::string_view>& out) const {
  out.clear();
  WireReader reader(message);
  for (WireField f; reader.next(f);) {
    if (f.type != WireType::bytes) continue;
    if (f.id != field::attribute::strings && f.id != field::attribute::string) continue;
    if (out.size() == max_count) return out.clear(), false;
    out.push_back(f.text());
  }
  if (reader.damaged()) out.clear();
  return !reader.damaged();
}

namespace {

constexpr std::size_t kMaxEntries = 1000;  // of metadata and operator sets: both are searched one by one

/// Reads messages into views. After the first failure everything returns false and `reason` says why.
class ModelParser {
 public:
  ModelParser(std::span<const std::uint8_t> file, const ReadLimits& limits) : file_(file), limits_(limits) {}

  bool parse(ModelView& model);
  Error error() const {
    return {ErrorCode::corrupt_model, reason_, "Copy the file again; if it still fails, export the model again."};
  }

 private:
  using Bytes = std::span<const std::uint8_t>;

  bool refuse(std::string reason, Bytes where) {
    if (reason_.empty()) {
      reason_ = std::move(reason);
      if (where.data() != nullptr) {
        reason_ += " (at byte " + std::to_string(where.data() - file_.data()) + ")";
      }
    }
    return false;
  }
  /// Walks a message; `each` returns false to stop with the reason it has given.
  template <class Each>
  bool walk(Bytes message, const char* what, Each each) {
    WireReader reader(message);
    for (WireField f; reader.next(f);) {
      if (!each(f)) return false;
    }
    if (!reader.damaged()) return true;
    return refuse(std::string("the ") + what + " is cut off or damaged", message.subspan(reader.offset()));
  }
  /// Takes a text field of bounded length; other wire types are damage.
  bool text(const WireField& f, const char* what, std::string_view& out) {
    if (f.type != WireType::bytes) return refuse(std::string("the ") + what + " is no text", {});
    if (f.bytes.size() > limits_.max_name_bytes) {
      return refuse("a " + std::string(what) + " of " + std::to_string(f.bytes.size()) + " bytes, at most " +
                        std::to_string(limits_.max_name_bytes) + " are allowed",
                    f.bytes);
    }
    out = f.text();
    return true;
  }
  bool message(const WireField& f, const char* what) {
    return f.type == WireType::bytes || refuse(std::string("the ") + what + " is no message", {});
  }
  bool count(std::size_t& so_far, std::size_t limit, const char* what) {
    return ++so_far <= limit || refuse("more than " + std::to_string(limit) + " " + what, {});
  }

  bool graph(Bytes bytes, std::size_t depth, Graph& out);
  bool node(Bytes bytes, std::size_t depth, Node& out);
  bool attribute(Bytes bytes, std::size_t depth, Node& owner);
  bool tensor(Bytes bytes, Tensor& out);
  bool check_size(Tensor& tensor, Bytes bytes);
  bool value_info(Bytes bytes, ValueInfo& out);
  bool tensor_type(Bytes bytes, ValueInfo& out);
  bool dimension(Bytes bytes, ValueInfo& out);
  bool opset(Bytes bytes, ModelView& out);
  bool metadata(Bytes bytes, ModelView& out);

  Bytes file_;
  const ReadLimits& limits_;
  std::size_t nodes_ = 0, tensors_ = 0, attributes_ = 0, edges_ = 0;
  std::string reason_;
};

bool ModelParser::parse(ModelView& model) {
  if (file_.size() > limits_.max_bytes) {
    return refuse("it has " + std::to_string(file_.size()) + " bytes, at most " + std::to_string(limits_.max_bytes) +
                      " are allowed",
                  {});
  }
  bool has_graph = false;
  const bool read = walk(file_, "model", [&](const WireField& f) {
    switch (f.id) {
      case field::model::ir_version: model.ir_version = f.integer(); return f.type == WireType::varint;
      case field::model::producer_name: return text(f, "producer", model.producer);
      case field::model::producer_version: return text(f, "producer version", model.producer_version);
      case field::model::opset_import: return message(f, "operator set") && opset(f.bytes, model);
      case field::model::metadata_props: return message(f, "metadata entry") && metadata(f.bytes, model);
      case field::model::functions: ++model.functions; return true;
      case field::model::graph:
        if (std::exchange(has_graph, true)) return refuse("there are two graphs", f.bytes);
        return message(f, "graph") && graph(f.bytes, 0, model.graph);
      default: return true;
    }
  });
  if (!read) return refuse("the first fields are not those of an ONNX model", {});
  if (!has_graph || model.ir_version <= 0) return refuse("this is not an ONNX file: it has no graph", {});
  model.bytes = file_.size();
  return true;
}

bool ModelParser::opset(Bytes bytes, ModelView& out) {
  if (out.opsets.size() == kMaxEntries) return refuse("too many operator sets", bytes);
  OpsetImport import;
  const bool read = walk(bytes, "operator set", [&](const WireField& f) {
    if (f.id == field::opset::domain) return text(f, "domain", import.domain);
    if (f.id == field::opset::version) import.version = f.integer();
    return true;
  });
  out.opsets.push_back(import);
  return read;
}

bool ModelParser::metadata(Bytes bytes, ModelView& out) {
  if (out.metadata.size() == kMaxEntries) return refuse("too many metadata entries", bytes);
  std::string_view key, value;
  const bool read = walk(bytes, "metadata entry", [&](const WireField& f) {
    if (f.id == field::entry::key) return text(f, "metadata key", key);
    if (f.id == field::entry::value && message(f, "metadata value")) value = f.text();
    return true;
  });
  if (read && out.find_metadata(key) != nullptr) {
    return refuse("the metadata key '" + std::string(key) + "' stands twice", bytes);
  }
  out.metadata.emplace_back(key, value);
  return read;
}

bool ModelParser::graph(Bytes bytes, std::size_t depth, Graph& out) {
  if (depth > limits_.max_depth) {
    return refuse("graphs are nested more than " + std::to_string(limits_.max_depth) + " deep", bytes);
  }
  const bool read = walk(bytes, "graph", [&](const WireField& f) {
    switch (f.id) {
      case field::graph::name: return text(f, "graph name", out.name);
      case field::graph::node:
        return message(f, "node") && count(nodes_, limits_.max_nodes, "nodes") &&
               node(f.bytes, depth, out.nodes.emplace_back());
      case field::graph::initializer:
        return message(f, "tensor") && count(tensors_, limits_.max_initializers, "tensors") &&
               tensor(f.bytes, out.initializers.emplace_back());
      case field::graph::sparse_initializer: return refuse("it has a sparse tensor, which is not supported", f.bytes);
      case field::graph::input:
        return message(f, "input") && count(edges_, limits_.max_attributes, "inputs and outputs") &&
               value_info(f.bytes, out.inputs.emplace_back());
      case field::graph::output:
        return message(f, "output") && count(edges_, limits_.max_attributes, "inputs and outputs") &&
               value_info(f.bytes, out.outputs.emplace_back());
      default: return true;
    }
  });
  // Nothing takes memory that takes no bytes.
  return read && (depth == 0 || !out.outputs.empty() || refuse("a subgraph without output", bytes));
}

bool ModelParser::node(Bytes bytes, std::size_t depth, Node& out) {
  const bool read = walk(bytes, "node", [&](const WireField& f) {
    switch (f.id) {
      case field::node::input:
        return count(edges_, limits_.max_attributes, "inputs and outputs") &&
               text(f, "input name", out.inputs.emplace_back());
      case field::node::output:
        return count(edges_, limits_.max_attributes, "inputs and outputs") &&
               text(f, "output name", out.outputs.emplace_back());
      case field::node::name: return text(f, "node name", out.name);
      case field::node::op_type: return text(f, "operator", out.op_type);
      case field::node::domain: return text(f, "domain", out.domain);
      case field::node::attribute:
        return message(f, "attribute") && count(attributes_, limits_.max_attributes, "attributes") &&
               attribute(f.bytes, depth, out);
      default: return true;
    }
  });
  return read &&
         ((!out.op_type.empty() && !out.outputs.empty()) || refuse("a node without operator or without output", bytes));
}

bool ModelParser::attribute(Bytes bytes, std::size_t depth, Node& owner) {
  Attribute out;
  out.message = bytes;
  const bool read = walk(bytes, "attribute", [&](const WireField& f) {
    switch (f.id) {
      case field::attribute::name: return text(f, "attribute name", out.name);
      case field::attribute::type: out.type = static_cast<std::int32_t>(f.integer()); return true;
      case field::attribute::tensor:
      case field::attribute::tensors: {
        Tensor constant;  // looked at for its bounds and for data in other files
        if (!message(f, "tensor") || !tensor(f.bytes, constant)) return false;
        return !constant.external || refuse("a constant of operator '" + std::string(owner.op_type) +
                                                "' has its data in another file, which is not read",
                                            f.bytes);
      }
      case field::attribute::sparse_tensor:
      case field::attribute::sparse_tensors: return refuse("it has a sparse tensor, which is not supported", f.bytes);
      case field::attribute::graph:
      case field::attribute::graphs:
        return message(f, "graph") && graph(f.bytes, depth + 1, owner.subgraphs.emplace_back());
      default: return true;
    }
  });
  owner.attributes.push_back(out);
  return read;
}

bool ModelParser::tensor(Bytes bytes, Tensor& out) {
  bool typed = false;
  const bool read = walk(bytes, "tensor", [&](const WireField& f) {
    switch (f.id) {
      case field::tensor::name: return text(f, "tensor name", out.name);
      case field::tensor::data_type: out.type = static_cast<DataType>(f.integer()); return true;
      case field::tensor::dims:
        if (f.type == WireType::varint) {
          out.dims.push_back(f.integer());
        } else if (f.type != WireType::bytes || !unpack_varints(f.bytes, 64, out.dims)) {
          return refuse("a tensor's shape is damaged", bytes);
        }
        return out.dims.size() <= 64 || refuse("a tensor of more than 64 dimensions", bytes);
      case field::tensor::raw_data:
        out.raw = true;
        out.bytes = f.bytes;
        return message(f, "tensor's data");
      case field::tensor::external_data: out.external = true; return true;
      case field::tensor::data_location: out.external = out.external || f.number == 1; return true;
      case field::tensor::float_data:
      case field::tensor::int32_data:
      case field::tensor::string_data:
      case field::tensor::int64_data:
      case field::tensor::double_data:
      case field::tensor::uint64_data: typed = true; return true;
      default: return true;
    }
  });
  if (!read) return false;
  if (out.raw && typed) return refuse("tensor '" + std::string(out.name) + "' has its data twice", bytes);
  return check_size(out, bytes);
}

/// The shape's product does not overflow and is no more than the message can hold.
bool ModelParser::check_size(Tensor& tensor, Bytes bytes) {
  const std::string name = "tensor '" + std::string(tensor.name) + "'";
  std::uint64_t elements = 1;
  for (const std::int64_t dim : tensor.dims) {
    if (dim < 0) return refuse(name + " has the negative dimension " + std::to_string(dim), bytes);
    if (dim != 0 && elements > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) /
                                   static_cast<std::uint64_t>(dim)) {
      return refuse(name + " has a shape whose size overflows", bytes);
    }
    elements *= static_cast<std::uint64_t>(dim);
  }
  tensor.elements = static_cast<std::int64_t>(elements);
  if (tensor.external) return true;
  const std::size_t each = element_bytes(tensor.type);
  if (tensor.raw && (each == 0 || tensor.bytes.size() % each != 0 || tensor.bytes.size() / each != elements)) {
    return refuse(name + " has " + std::to_string(tensor.bytes.size()) + " bytes of data for " +
                      std::to_string(elements) + " elements of " + to_string(tensor.type),
                  bytes);
  }
  // Typed fields take at least a byte an element.
  if (!tensor.raw && elements > bytes.size()) return refuse(name + " has fewer data than its shape says", bytes);
  return true;
}

bool ModelParser::value_info(Bytes bytes, ValueInfo& out) {
  return walk(bytes, "input or output", [&](const WireField& f) {
    if (f.id == field::value_info::name) return text(f, "input or output name", out.name);
    if (f.id != field::value_info::type) return true;
    return message(f, "type") && walk(f.bytes, "type", [&](const WireField& t) {
             return t.id != field::type::tensor || (message(t, "type") && tensor_type(t.bytes, out));
           });
  });
}

bool ModelParser::tensor_type(Bytes bytes, ValueInfo& out) {
  return walk(bytes, "type", [&](const WireField& f) {
    if (f.id == field::type::elem_type) out.type = static_cast<DataType>(f.integer());
    if (f.id != field::type::shape) return true;
    out.has_shape = true;
    return message(f, "shape") && walk(f.bytes, "shape", [&](const WireField& d) {
             return d.id != field::shape::dim || (message(d, "dimension") && dimension(d.bytes, out));
           });
  });
}

bool ModelParser::dimension(Bytes bytes, ValueInfo& out) {
  if (out.shape.size() == 64) return refuse("an input or output of more than 64 dimensions", bytes);
  Dimension& dim = out.shape.emplace_back();
  return walk(bytes, "dimension", [&](const WireField& f) {
    if (f.id == field::shape::dim_value) dim.size = f.integer();
    if (f.id == field::shape::dim_param) return text(f, "dimension name", dim.symbol);
    return true;
  });
}

}  // namespace

Result<ModelView> read_model(std::span<const std::uint8_t> file, const ReadLimits& limits) {
  ModelView model;
  ModelParser parser(file, limits);
  if (!parser.parse(model)) return tl::unexpected<Error>(parser.error());
  return model;
}

}  // namespace outpost::onnx
