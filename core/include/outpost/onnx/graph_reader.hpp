/// @file  GraphReader: takes fitted state back out of a graph that GraphWriter made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <outpost/base/result.hpp>
#include <outpost/onnx/model_view.hpp>

namespace outpost::onnx {

/// After the first failure every read gives an empty or zero value, so a caller may read a group and check once.
/// What is read has the stated type, shape and at most the stated number of values; everything else about it (range,
/// order, finiteness) is for the caller to check and reject(). Errors: corrupt_model, naming the tensor or node.
class GraphReader {
 public:
  /// `model` (and the bytes under it) outlives the reader.
  explicit GraphReader(const ModelView& model);

  /// Values of a named tensor with these dims (-1 = any size of that dimension), at most `max_count` values.
  std::vector<float> f32(std::string_view name, const std::vector<std::int64_t>& dims, std::size_t max_count);
  std::vector<double> f64(std::string_view name, const std::vector<std::int64_t>& dims, std::size_t max_count);
  std::vector<std::int64_t> i64(std::string_view name, const std::vector<std::int64_t>& dims, std::size_t max_count);
  std::vector<bool> flags(std::string_view name, const std::vector<std::int64_t>& dims, std::size_t max_count);
  /// Scalars (dims {}).
  float f32(std::string_view name);
  double f64(std::string_view name);
  std::int64_t i64(std::string_view name);

  /// Whether there is a tensor of that name; no error where there is none.
  bool has(std::string_view name) const { return tensors_.find(name) != tensors_.end(); }

  /// Attributes of the only node with this operator. Missing ones are errors.
  std::vector<std::int64_t> ints(std::string_view op_type, std::string_view attribute, std::size_t max_count);
  std::vector<float> floats(std::string_view op_type, std::string_view attribute, std::size_t max_count);
  std::vector<std::string_view> strings(std::string_view op_type, std::string_view attribute, std::size_t max_count);

  /// Marks the model as corrupt for a reason of the caller's (a value out of range, for one).
  void reject(std::string reason);
  bool ok() const { return !failed_; }
  /// Success, or the first error.
  Result<void> status() const;

 private:
  const Tensor* find(std::string_view name, DataType type, const std::vector<std::int64_t>& dims,
                     std::size_t max_count);
  const Attribute* find_attribute(std::string_view op_type, std::string_view attribute);
  template <class Value>
  std::vector<Value> read(std::string_view name, DataType type, const std::vector<std::int64_t>& dims,
                          std::size_t max_count);

  const ModelView& model_;
  std::unordered_map<std::string_view, const Tensor*> tensors_;
  bool failed_ = false;
  std::string reason_;
};

}  // namespace outpost::onnx
