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

using AttributeValue = std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>,
                                    std::vector<std::string>>;
using Attributes = std::vector<std::pair<std::string, AttributeValue>>;
using Dims = std::vector<std::int64_t>;

/// Values (edges of the graph) are known by their names; every call that makes one returns its name. Names made here
/// are the operator and a number ("Sub_12"). The order of calls is the order of nodes, so the graph is sorted.
/// Bugs of the caller (a name used twice, data that do not fit dims) are asserts.
class GraphWriter {
 public:
  /// Named tensors: the fitted state. `values.size()` is the product of `dims`; dims {} is a scalar.
  std::string f32(std::string_view name, const Dims& dims, std::span<const float> values);
  std::string f64(std::string_view name, const Dims& dims, std::span<const double> values);
  std::string i64(std::string_view name, const Dims& dims, std::span<const std::int64_t> values);
  std::string flags(std::string_view name, const Dims& dims, const std::vector<bool>& values);

  /// Constants of the formula rather than of the training: equal ones are stored once, under a name made from type and
  /// number. Scalars, and one-dimensional int64 for axes, starts and ends.
  std::string constant(float value);
  std::string constant(double value);
  std::string constant(std::int64_t value);
  std::string constant(std::initializer_list<std::int64_t> values);

  /// Adds a node with one output and returns its name.
  std::string add(std::string_view op_type, const std::vector<std::string>& inputs, const Attributes& attributes = {},
                  std::string_view domain = {});
  /// The same with `count` outputs.
  std::vector<std::string> add_many(std::string_view op_type, const std::vector<std::string>& inputs, std::size_t count,
                                    const Attributes& attributes = {}, std::string_view domain = {});
  /// The same with one output of a given name.
  std::string add_as(std::string_view output, std::string_view op_type, const std::vector<std::string>& inputs,
                     const Attributes& attributes = {}, std::string_view domain = {});
  /// Cast to another element type.
  std::string cast(const std::string& value, DataType to);

  /// The graph's own inputs and outputs, and metadata, in the order of the calls.
  void input(std::string_view name, DataType type, const std::vector<Dimension>& shape);
  void output(std::string_view name, DataType type, const std::vector<Dimension>& shape);
  void metadata(std::string_view key, std::string_view value);

  /// The file: producer "outpost", kIrVersion, kOpset and, where it is used, kMlOpset. The writer is empty afterwards.
  std::vector<std::uint8_t> finish(std::string_view graph_name);

 private:
  std::string tensor(std::string_view name, DataType type, const Dims& dims, const void* data, std::size_t bytes);
  std::string next_name(std::string_view op_type);
  void add_node(std::string_view op_type, std::string_view domain, const std::vector<std::string>& inputs,
                const std::vector<std::string>& outputs, const Attributes& attributes);

  std::string nodes_, initializers_, inputs_, outputs_, metadata_;  ///< encoded, with their field tags
  std::map<std::string, std::string, std::less<>> constants_;       ///< by type and bytes: the name
  std::map<std::string, std::int64_t, std::less<>> domains_;
  std::size_t next_node_ = 0;
};

/// Appends the last metadata entry: `outpost.checksum`, the XXH3-128 of all bytes before it.
void seal(std::vector<std::uint8_t>& file);
/// Whether the file ends with the checksum that seal() gives it. Finds damage, not malice.
bool is_sealed(std::span<const std::uint8_t> file);

}  // namespace outpost::onnx
