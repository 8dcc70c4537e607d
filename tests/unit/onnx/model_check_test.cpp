#include <outpost/onnx/model_view.hpp>

#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <protozero/pbf_writer.hpp>

#include <outpost/onnx/graph_writer.hpp>

#include "graph_file.hpp"
#include "onnx/fields.hpp"

namespace outpost::onnx {
namespace {

struct NodeSpec {
  std::string op, input, output, domain = {};
};

std::vector<std::uint8_t> model_of(const std::vector<NodeSpec>& nodes, const std::string& output) {
  GraphWriter graph;
  graph.input("x", DataType::float32, {{-1, "N"}, {2, {}}});
  for (const NodeSpec& node : nodes) graph.add_as(node.output, node.op, {graph.named(node.input)}, {}, node.domain);
  graph.output(output, DataType::float32, {{-1, "N"}, {2, {}}});
  return graph.finish("checked");
}

std::string answer(const std::vector<std::uint8_t>& bytes, ErrorCode code = ErrorCode::corrupt_model) {
  const test::GraphFile file(bytes);
  const auto result = check_runnable(file.view());
  if (result) return "runs";
  CHECK(result.error().code == code);
  CHECK_FALSE(result.error().hint.empty());
  return result.error().message;
}

TEST_CASE("model check: sorted graphs of standard operators run, others are refused by name", "[onnx][error]") {
  using Catch::Matchers::Contains;
  CHECK(answer(model_of({{"Abs", "x", "a"}, {"Neg", "a", "y"}}, "y")) == "runs");
  CHECK(answer(model_of({{"Scaler", "x", "y", "ai.onnx.ml"}}, "y")) == "runs");
  CHECK_THAT(answer(model_of({{"Abs", "b", "a"}, {"Neg", "a", "b"}}, "b")),
             Contains("'b' before it is defined: a cycle"));
  CHECK_THAT(answer(model_of({{"Neg", "a", "y"}, {"Abs", "x", "a"}}, "y")), Contains("'a' before it is defined"));
  CHECK_THAT(answer(model_of({{"Abs", "x", "y"}, {"Neg", "x", "y"}}, "y")), Contains("'y' is defined twice"));
  CHECK_THAT(answer(model_of({{"Abs", "x", "x"}}, "x")), Contains("'x' is defined twice"));
  CHECK_THAT(answer(model_of({{"Abs", "x", "y"}}, "z")), Contains("'z' is never computed"));
  CHECK_THAT(answer(model_of({{"Run", "x", "y", "com.example"}}, "y"), ErrorCode::unsupported),
             Contains("'Run' is of the domain 'com.example'"));
  CHECK_THAT(answer(model_of({}, "x")), Contains("no node"));
}

/// The model with one more field in its only tensor or in the model itself.
TEST_CASE("model check: data in other files and functions are refused", "[onnx][error]") {
  using Catch::Matchers::Contains;
  std::string file;
  {
    protozero::pbf_writer model(file);
    model.add_int64(field::model::ir_version, 8);
    protozero::pbf_writer graph(model, field::model::graph);
    {
      protozero::pbf_writer tensor(graph, field::graph::initializer);
      tensor.add_string(field::tensor::name, "w");
      tensor.add_int64(field::tensor::dims, 1000);
      tensor.add_int32(field::tensor::data_type, 1);
      protozero::pbf_writer entry(tensor, field::tensor::external_data);
      entry.add_string(1, "location");
      entry.add_string(2, "../../secret");
    }
    {
      protozero::pbf_writer node(graph, field::graph::node);
      node.add_string(field::node::output, "y");
      node.add_string(field::node::op_type, "Abs");
    }
    protozero::pbf_writer(graph, field::graph::input).add_string(field::value_info::name, "x");
    protozero::pbf_writer(graph, field::graph::output).add_string(field::value_info::name, "y");
  }
  CHECK_THAT(answer({file.begin(), file.end()}, ErrorCode::unsupported), Contains("'w' has its data in another file"));

  std::vector<std::uint8_t> with_function = model_of({{"Abs", "x", "y"}}, "y");
  std::string function;
  protozero::pbf_writer(function).add_message(field::model::functions, std::string());
  with_function.insert(with_function.end(), function.begin(), function.end());
  CHECK_THAT(answer(with_function, ErrorCode::unsupported), Contains("functions of its own"));
}

}  // namespace
}  // namespace outpost::onnx
