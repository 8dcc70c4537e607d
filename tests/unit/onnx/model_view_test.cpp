#include <outpost/onnx/model_view.hpp>

#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <protozero/pbf_writer.hpp>

#include <outpost/onnx/graph_writer.hpp>

#include "onnx/fields.hpp"

namespace outpost::onnx {
namespace {

using protozero::pbf_writer;

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// A model file with what `fill` puts into its graph.
template <class Fill>
std::string model_with(Fill fill) {
  std::string file;
  pbf_writer model(file);
  model.add_int64(field::model::ir_version, 8);
  pbf_writer graph(model, field::model::graph);
  fill(graph);
  return file;
}

std::string reason_of(const std::string& file, const ReadLimits& limits = {}) {
  const auto result = read_model(bytes_of(file), limits);
  if (result) return "accepted";
  CHECK(result.error().code == ErrorCode::corrupt_model);
  CHECK_FALSE(result.error().hint.empty());
  return result.error().message;
}

/// A tensor of float32 with the given dims and bytes of raw data.
void add_tensor(pbf_writer& graph, const std::vector<std::int64_t>& dims, std::size_t bytes) {
  pbf_writer tensor(graph, field::graph::initializer);
  tensor.add_string(field::tensor::name, "t");
  for (const std::int64_t dim : dims) tensor.add_int64(field::tensor::dims, dim);
  tensor.add_int32(field::tensor::data_type, 1);
  tensor.add_bytes(field::tensor::raw_data, std::string(bytes, '\0'));
}

void add_node(pbf_writer& graph) {
  pbf_writer node(graph, field::graph::node);
  node.add_string(field::node::output, "y");
  node.add_string(field::node::op_type, "Add");
}

void add_output(std::string& graph) {
  pbf_writer writer(graph);
  pbf_writer(writer, field::graph::output).add_string(field::value_info::name, "y");
}

TEST_CASE("model view: a shape and its data must agree", "[onnx][error]") {
  using Catch::Matchers::Contains;
  const auto with = [](const std::vector<std::int64_t>& dims, std::size_t bytes) {
    return reason_of(model_with([&](pbf_writer& graph) { add_tensor(graph, dims, bytes); }));
  };
  CHECK(with({2, 3}, 24) == "accepted");
  CHECK(with({}, 4) == "accepted");
  CHECK(with({0, 7}, 0) == "accepted");
  CHECK_THAT(with({2, 3}, 23), Contains("'t' has 23 bytes of data for 6 elements of float32"));
  CHECK_THAT(with({2, 3}, 28), Contains("28 bytes"));
  CHECK_THAT(with({-1}, 4), Contains("negative dimension -1"));
  CHECK_THAT(with({1LL << 32, 1LL << 32}, 0), Contains("overflows"));
  CHECK_THAT(with({1LL << 62, 4}, 0), Contains("overflows"));
  CHECK_THAT(with(std::vector<std::int64_t>(65, 1), 4), Contains("64 dimensions"));
}

TEST_CASE("model view: typed data must be as many as the shape says", "[onnx][error]") {
  const auto with = [](std::int64_t dim) {
    return reason_of(model_with([&](pbf_writer& graph) {
      pbf_writer tensor(graph, field::graph::initializer);
      tensor.add_int64(field::tensor::dims, dim);
      tensor.add_int32(field::tensor::data_type, 1);
      tensor.add_float(field::tensor::float_data, 1.0F);
    }));
  };
  CHECK(with(1) == "accepted");
  CHECK_THAT(with(1LL << 40), Catch::Matchers::Contains("fewer data"));
}

TEST_CASE("model view: counts and depth are bounded", "[onnx][error]") {
  using Catch::Matchers::Contains;
  ReadLimits limits;
  limits.max_nodes = 3;
  limits.max_initializers = 2;
  limits.max_attributes = 6;
  limits.max_depth = 1;
  limits.max_name_bytes = 10;
  const auto nodes = [](std::size_t count) {
    return model_with([&](pbf_writer& graph) {
      for (std::size_t i = 0; i < count; ++i) add_node(graph);
    });
  };
  CHECK(reason_of(nodes(3), limits) == "accepted");
  CHECK_THAT(reason_of(nodes(4), limits), Contains("more than 3 nodes"));
  const auto tensors = [](std::size_t count) {
    return model_with([&](pbf_writer& graph) {
      for (std::size_t i = 0; i < count; ++i) add_tensor(graph, {1}, 4);
    });
  };
  CHECK(reason_of(tensors(2), limits) == "accepted");
  CHECK_THAT(reason_of(tensors(3), limits), Contains("more than 2 tensors"));
  const std::string inputs = model_with([&](pbf_writer& graph) {
    pbf_writer node(graph, field::graph::node);
    node.add_string(field::node::op_type, "Sum");
    for (int i = 0; i < 7; ++i) node.add_string(field::node::input, "x");
  });
  CHECK_THAT(reason_of(inputs, limits), Contains("more than 6 inputs"));
  const std::string name = model_with([&](pbf_writer& graph) { graph.add_string(field::graph::name, "12345678901"); });
  CHECK_THAT(reason_of(name, limits), Contains("at most 10"));
  // Graphs in graphs: the depth is bounded whatever the file says.
  const auto nested = [](std::size_t depth) {
    std::string inner;
    add_output(inner);
    for (std::size_t i = 0; i < depth; ++i) {
      std::string outer;
      pbf_writer graph(outer);
      pbf_writer node(graph, field::graph::node);
      pbf_writer attribute(node, field::node::attribute);
      attribute.add_message(field::attribute::graph, inner);
      attribute.commit();
      node.add_string(field::node::op_type, "If");
      node.add_string(field::node::output, "y");
      node.commit();
      add_output(outer);
      inner = outer;
    }
    std::string file;
    pbf_writer model(file);
    model.add_int64(field::model::ir_version, 8);
    model.add_message(field::model::graph, inner);
    return file;
  };
  CHECK(reason_of(nested(1), limits) == "accepted");
  CHECK_THAT(reason_of(nested(2), limits), Contains("nested"));
  CHECK_THAT(reason_of(nested(3000)), Contains("nested more than 8 deep"));
}

TEST_CASE("model view: what is no model is told so", "[onnx][error]") {
  using Catch::Matchers::Contains;
  CHECK_THAT(reason_of(""), Contains("not an ONNX file"));
  CHECK_THAT(reason_of("a,b\n1,2\n"), Contains("damaged"));
  const std::string named = model_with([](pbf_writer& graph) { graph.add_string(field::graph::name, "g"); });
  CHECK_THAT(reason_of(named + named), Contains("two graphs"));
  ReadLimits small;
  small.max_bytes = 10;
  CHECK_THAT(reason_of(std::string(11, 'x'), small), Contains("11 bytes, at most 10"));
  std::string doubled = model_with([](pbf_writer&) {});
  pbf_writer model(doubled);
  for (int i = 0; i < 2; ++i) {
    pbf_writer entry(model, field::model::metadata_props);
    entry.add_string(1, "key");
    entry.add_string(2, "value");
  }
  CHECK_THAT(reason_of(doubled), Contains("stands twice"));
}

TEST_CASE("model view: every truncation and every flipped bit gives an error or a view within bounds",
          "[onnx][property]") {
  GraphWriter graph;
  const Value x = graph.input("x", DataType::float32, {{-1, "N"}, {2, {}}});
  const Value w = graph.f32("w", {2, 2}, std::vector<float>{1, 2, 3, 4});
  const std::vector<std::int64_t> order{1, 0};
  graph.add_as("y", "Gemm", {x, w}, {{"alpha", 2.0F}, {"perm", order}});
  graph.output("y", DataType::float32, {{-1, "N"}, {2, {}}});
  graph.metadata("a", "b");
  const std::vector<std::uint8_t> good = graph.finish("small");
  const auto look = [](std::span<const std::uint8_t> file) {
    const auto view = read_model(file);
    if (!view) return;
    check_runnable(*view).has_value();
    for (const Node& node : view->graph.nodes) {
      for (const Attribute& attribute : node.attributes) {
        std::vector<std::int64_t> ints;
        std::vector<float> floats;
        std::vector<std::string_view> strings;
        attribute.ints(100, ints);
        attribute.floats(100, floats);
        attribute.strings(100, strings);
        CHECK(ints.size() + floats.size() + strings.size() <= 300);
      }
    }
  };
  for (std::size_t cut = 0; cut < good.size(); ++cut) look(std::span(good).first(cut));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::vector<std::uint8_t> bad = good;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1U << (bit % 8)));
    look(bad);
  }
}

}  // namespace
}  // namespace outpost::onnx
