/// @file  What an ONNX file holds, read without trust: every length, count and depth is bounded, nothing is run.
/// Views point into the file's bytes, which must outlive them.
/// Format: ONNX IR, onnx.proto3 of the ONNX project (ModelProto and what it contains), protobuf wire format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <outpost/base/result.hpp>

namespace outpost::onnx {

/// TensorProto.DataType.
enum class DataType : std::int32_t {
  undefined = 0,
  float32 = 1,
  uint8 = 2,
  int8 = 3,
  uint16 = 4,
  int16 = 5,
  int32 = 6,
  int64 = 7,
  string = 8,
  boolean = 9,
  float16 = 10,
  float64 = 11,
  uint32 = 12,
  uint64 = 13,
  complex64 = 14,
  complex128 = 15,
  bfloat16 = 16,
};
/// "float32"; "type 17" for what is not in the list.
std::string to_string(DataType type);
/// Bytes an element takes in raw_data; 0 where there is no fixed size (strings, unknown types).
std::size_t element_bytes(DataType type);

struct Dimension {
  std::int64_t size = -1;   ///< -1 = not fixed
  std::string_view symbol;  ///< its name where it has one ("N")
};

/// An input or output of the graph.
struct ValueInfo {
  std::string_view name;
  DataType type = DataType::undefined;  ///< undefined where it is no tensor (a sequence or map, say)
  bool has_shape = false;
  std::vector<Dimension> shape;
};
/// "float32 [N, 10]".
std::string describe(const ValueInfo& value);

/// A stored tensor. The product of dims fits in an int64 and, for raw data, agrees with its length.
struct Tensor {
  std::string_view name;
  DataType type = DataType::undefined;
  std::vector<std::int64_t> dims;
  std::int64_t elements = 0;
  bool external = false;  ///< its data are in another file
  bool raw = false;       ///< data are `bytes`, little-endian; else in typed fields, not decoded here
  std::span<const std::uint8_t> bytes;
};

enum class AttributeType : std::int32_t { undefined = 0, real = 1, integer = 2, string = 3, tensor = 4, graph = 5 };

/// An attribute of a node; its value is decoded when asked for.
struct Attribute {
  std::string_view name;
  std::int32_t type = 0;                  ///< AttributeProto.AttributeType
  std::span<const std::uint8_t> message;  ///< the AttributeProto

  /// The `ints`, `floats` or `strings` (packed or not), or the single value; empty with false where the message is
  /// damaged or holds more than `max_count`.
  bool ints(std::size_t max_count, std::vector<std::int64_t>& out) const;
  bool floats(std::size_t max_count, std::vector<float>& out) const;
  bool strings(std::size_t max_count, std::vector<std::string_view>& out) const;
};

struct Graph;

struct Node {
  std::string_view name, op_type, domain;
  std::vector<std::string_view> inputs, outputs;  ///< "" = an optional one left out
  std::vector<Attribute> attributes;
  std::vector<Graph> subgraphs;  ///< bodies of If, Loop and Scan

  const Attribute* find(std::string_view attribute) const;
};

struct Graph {
  std::string_view name;
  std::vector<Node> nodes;
  std::vector<Tensor> initializers;
  std::vector<ValueInfo> inputs, outputs;  ///< inputs include initializers where the file lists them so
};

struct OpsetImport {
  std::string_view domain;  ///< "" = ai.onnx
  std::int64_t version = 0;
};

struct ModelView {
  std::int64_t ir_version = 0;
  std::string_view producer, producer_version;
  std::vector<OpsetImport> opsets;
  Graph graph;
  std::vector<std::pair<std::string_view, std::string_view>> metadata;
  std::size_t functions = 0;
  std::size_t bytes = 0;

  /// The value of a metadata key; nullptr where there is none.
  const std::string_view* find_metadata(std::string_view key) const;
};

/// What reading accepts; the defaults are far above any model that is run on a device.
struct ReadLimits {
  std::size_t max_bytes = 0x7FFFFFFF;  ///< protobuf's own bound
  std::size_t max_nodes = 1'000'000;   ///< with those of subgraphs
  std::size_t max_initializers = 1'000'000;
  std::size_t max_attributes = 1'000'000;  ///< of all nodes together; the same bound holds for their inputs, outputs
  std::size_t max_depth = 8;               ///< of subgraphs
  std::size_t max_name_bytes = 4096;
};

/// Reads the structure of any ONNX file. Cost: O(bytes) time; memory grows with nodes and tensors, not with their data.
/// Errors: corrupt_model, saying what is wrong and at which byte (truncated, no ONNX file, a bound exceeded, tensor
/// shape and data of different size).
Result<ModelView> read_model(std::span<const std::uint8_t> file, const ReadLimits& limits = {});

/// Whether a runtime may be given a model that the core did not make: its operators are of the standard domains
/// (ai.onnx and ai.onnx.ml), no tensor is in another file, nodes are in order (no cycle, no use before definition),
/// names are defined once, it has an input and an output. Errors: unsupported (external data, other domains, functions)
/// or corrupt_model, naming the node or tensor.
Result<void> check_runnable(const ModelView& model);

}  // namespace outpost::onnx
