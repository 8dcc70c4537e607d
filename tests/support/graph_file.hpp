/// @file  A graph written to a file and read again, for tests of what is kept as nodes and tensors.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include <outpost/onnx/graph_reader.hpp>
#include <outpost/onnx/graph_writer.hpp>
#include <outpost/onnx/model_view.hpp>

namespace outpost::test {

/// Owns the bytes that its view and readers point into.
class GraphFile {
 public:
  explicit GraphFile(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {
    auto view = onnx::read_model(bytes_);
    INFO((view ? std::string() : view.error().message));
    REQUIRE(view);
    view_ = std::move(*view);
  }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  const onnx::ModelView& view() const { return view_; }
  onnx::GraphReader reader() const { return onnx::GraphReader(view_); }

 private:
  std::vector<std::uint8_t> bytes_;
  onnx::ModelView view_;
};

/// The file of a graph that `write(graph, rows)` makes from float32 rows; it names no output but what `write` adds.
template <class Write>
GraphFile graph_file(std::size_t features, Write write) {
  onnx::GraphWriter graph;
  const onnx::Value rows =
      graph.input("rows", onnx::DataType::float32, {{-1, "N"}, {static_cast<std::int64_t>(features), {}}});
  write(graph, rows);
  return GraphFile(graph.finish("test"));
}

/// Where the raw data of a named tensor begin in the file, and how many bytes they are.
inline std::pair<std::size_t, std::size_t> tensor_place(const GraphFile& file, std::string_view name) {
  for (const onnx::Tensor& tensor : file.view().graph.initializers) {
    if (tensor.name == name) {
      return {static_cast<std::size_t>(tensor.bytes.data() - file.bytes().data()), tensor.bytes.size()};
    }
  }
  FAIL("no tensor " << name);
  return {};
}

}  // namespace outpost::test
