/// @file  Field numbers of the ONNX messages (onnx.proto3), as far as they are read or written here.
#pragma once

#include <cstdint>

namespace outpost::onnx::field {

namespace model {
enum : std::uint32_t {
  ir_version = 1,
  producer_name = 2,
  producer_version = 3,
  graph = 7,
  opset_import = 8,
  metadata_props = 14,
  functions = 25
};
}
namespace opset {
enum : std::uint32_t { domain = 1, version = 2 };
}
namespace entry {
enum : std::uint32_t { key = 1, value = 2 };
}
namespace graph {
enum : std::uint32_t { node = 1, name = 2, initializer = 5, input = 11, output = 12, sparse_initializer = 15 };
}
namespace node {
enum : std::uint32_t { input = 1, output = 2, name = 3, op_type = 4, attribute = 5, domain = 7 };
}
namespace attribute {
enum : std::uint32_t {
  name = 1,
  real = 2,
  integer = 3,
  string = 4,
  tensor = 5,
  graph = 6,
  floats = 7,
  ints = 8,
  strings = 9,
  tensors = 10,
  graphs = 11,
  type = 20,
  sparse_tensor = 22,
  sparse_tensors = 23
};
/// AttributeProto.AttributeType
inline constexpr std::int64_t kReal = 1, kInteger = 2, kString = 3, kFloats = 6, kInts = 7, kStrings = 8;
}  // namespace attribute
namespace tensor {
enum : std::uint32_t {
  dims = 1,
  data_type = 2,
  float_data = 4,
  int32_data = 5,
  string_data = 6,
  int64_data = 7,
  name = 8,
  raw_data = 9,
  double_data = 10,
  uint64_data = 11,
  external_data = 13,
  data_location = 14
};
}
namespace value_info {
enum : std::uint32_t { name = 1, type = 2 };
}
namespace type {
enum : std::uint32_t { tensor = 1 };
enum : std::uint32_t { elem_type = 1, shape = 2 };  // of the tensor type
}  // namespace type
namespace shape {
enum : std::uint32_t { dim = 1 };
enum : std::uint32_t { dim_value = 1, dim_param = 2 };  // of a dimension
}  // namespace shape

}  // namespace outpost::onnx::field
