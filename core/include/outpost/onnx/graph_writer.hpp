/// @file  GraphWriter: builds an ONNX model node by node. Same calls, same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <outpost/onnx/model_view.hpp>

namespace outpost::onnx {

inline constexpr std::int64_t kIrVersion = 8;
inline constexpr std::int64_t kOpset = 17;   ///< of ai.onnx
inline constexpr std::int64_t kMlOpset = 3;  ///< of ai.onnx.ml
inline constexpr std::string_view kMlDomain = "ai.onnx.ml";
inline constexpr std::string_view kOutpostDomain = "ai.outpost";  ///< nodes that the core alone runs

/// An edge of the graph: the output of a node, a tensor or an input. Made by a GraphWriter, for that writer.
struct Value {
  std::uint32_t id = 0;
};

using Dims = std::vector<std::int64_t>;

/// One attribute of a node, borrowed for the length of a call.
struct AttributeValue {
  std::string_view name;
  std::variant<std::int64_t, float, std::string_view, std::span<const std::int64_t>, std::span<const float>,
               std::span<const std::string_view>>
      value;
};
using Attributes = std::initializer_list<AttributeValue>;

/// Every call that makes a value returns it. Its name in the file is the one given or, without one, the operator and a
/// number ("Sub_12"). The order of calls is the order of nodes, so the graph is sorted; so never put two calls into the
/// arguments of one function, which compilers order as they like: in a braced list they run from left to right.
/// Bugs of the caller (a name used twice, data that do not fit dims) are asserts.
class GraphWriter {
 public:
  /// Named tensors: the fitted state. `values.size()` is the product of `dims`; dims {} is a scalar.
  Value f32(std::string_view name, const Dims& dims, std::span<const float> values);
  Value f64(std::string_view name, const Dims& dims, std::span<const double> values);
  Value i64(std::string_view name, const Dims& dims, std::span<const std::int64_t> values);
  Value flags(std::string_view name, const Dims& dims, const std::vector<bool>& values);

  /// Constants of the formula rather than of the training: equal ones are stored once, as "c0", "c1", ...
  /// Scalars, and one-dimensional int64 for axes, starts and ends.
  Value constant(float value);
  Value constant(double value);
  Value constant(std::int64_t value);
  Value constant(std::initializer_list<std::int64_t> values);

  /// Adds a node with one output.
  Value add(std::string_view op_type, std::initializer_list<Value> inputs, Attributes attributes = {},
            std::string_view domain = {});
  /// The same with `count` outputs.
  std::vector<Value> add_many(std::string_view op_type, std::initializer_list<Value> inputs, std::size_t count,
                              Attributes attributes = {}, std::string_view domain = {});
  /// The same with one output of a given name.
  Value add_as(std::string_view output, std::string_view op_type, std::initializer_list<Value> inputs,
               Attributes attributes = {}, std::string_view domain = {});
  /// A value known by its name alone, which another call defines.
  Value named(std::string name);
  /// Cast to another element type.
  Value cast(Value value, DataType to);

  /// The graph's own inputs and outputs, and metadata, in the order of the calls.
  Value input(std::string_view name, DataType type, const std::vector<Dimension>& shape);
  void output(std::string_view name, DataType type, const std::vector<Dimension>& shape);
  void metadata(std::string_view key, std::string_view value);

  /// The file: producer "outpost", kIrVersion, kOpset and, where it is used, kMlOpset. The writer is empty afterwards.
  std::vector<std::uint8_t> finish(std::string_view graph_name);

 private:
  Value tensor(std::string_view name, DataType type, const Dims& dims, const void* data, std::size_t bytes);
  Value constant(DataType type, const Dims& dims, const void* data, std::size_t bytes);
  std::string next_name(std::string_view op_type);
  void add_node(std::string_view op_type, std::string_view domain, std::initializer_list<Value> inputs,
                std::span<const Value> outputs, Attributes attributes);

  std::string nodes_, initializers_, inputs_, outputs_, metadata_;  ///< encoded, with their field tags
  std::vector<std::string> names_;                                  ///< of each Value
  std::map<std::string, Value, std::less<>> constants_;             ///< by type, rank and bytes
  std::map<std::string, std::int64_t> domains_;                     ///< operator sets in use, with their versions
  std::size_t next_node_ = 0;
};

/// Appends the last metadata entry: `outpost.checksum`, the XXH3-128 of all bytes before it.
void seal(std::vector<std::uint8_t>& file);
/// Whether the file ends with the checksum that seal() gives it. Finds damage, not malice.
bool is_sealed(std::span<const std::uint8_t> file);

}  // namespace outpost::onnx
