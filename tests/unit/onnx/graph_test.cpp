#include <outpost/onnx/graph_reader.hpp>
#include <outpost/onnx/graph_writer.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "graph_file.hpp"

namespace outpost::onnx {
namespace {

using test::GraphFile;

GraphFile every_kind() {
  GraphWriter graph;
  const Value x = graph.input("x", DataType::float32, {{-1, "N"}, {3, {}}});
  const Value weights = graph.f32("weights", {3, 2}, std::vector<float>{1, 2, 3, 4, 5, -0.0F});
  graph.f64("offsets", {2}, std::vector<double>{1e-300, std::nan("")});
  graph.i64("counts", {1, 2}, std::vector<std::int64_t>{-7, 1LL << 60});
  graph.flags("mask", {3}, {true, false, true});
  graph.f64("scale", {}, std::vector<double>{0.25});
  graph.f32("empty", {0}, {});
  const Value product = graph.add("MatMul", {x, weights});
  const std::vector<std::int64_t> ids{0, 1, 300};
  const std::vector<float> values{0.5F, -1};
  const std::vector<std::string_view> modes{"LEAF", "BRANCH_LEQ"};
  graph.add_as("y", "TreeEnsembleRegressor", {product},
               {{"nodes_treeids", ids},
                {"nodes_values", values},
                {"nodes_modes", modes},
                {"n_targets", std::int64_t{1}},
                {"aggregate_function", std::string_view("SUM")}},
               kMlDomain);
  graph.output("y", DataType::float32, {{-1, "N"}, {1, {}}});
  graph.metadata("key", "value with \xc3\xa9");
  return GraphFile(graph.finish("every kind"));
}

TEST_CASE("graph: what was written is read back", "[onnx][property]") {
  const GraphFile file = every_kind();
  GraphReader reader = file.reader();
  CHECK(reader.f32("weights", {3, 2}, 6) == std::vector<float>{1, 2, 3, 4, 5, 0});
  CHECK(std::signbit(reader.f32("weights", {-1, -1}, 6)[5]));
  const std::vector<double> offsets = reader.f64("offsets", {2}, 2);
  REQUIRE(offsets.size() == 2);
  CHECK(offsets[0] == 1e-300);
  CHECK(std::isnan(offsets[1]));
  CHECK(reader.i64("counts", {1, 2}, 10) == std::vector<std::int64_t>{-7, 1LL << 60});
  CHECK(reader.flags("mask", {-1}, 3) == std::vector<bool>{true, false, true});
  CHECK(reader.f64("scale") == 0.25);
  CHECK(reader.f32("empty", {-1}, 0).empty());
  CHECK(reader.ints("TreeEnsembleRegressor", "nodes_treeids", 3) == std::vector<std::int64_t>{0, 1, 300});
  CHECK(reader.ints("TreeEnsembleRegressor", "n_targets", 1) == std::vector<std::int64_t>{1});
  CHECK(reader.floats("TreeEnsembleRegressor", "nodes_values", 2) == std::vector<float>{0.5F, -1});
  CHECK(reader.strings("TreeEnsembleRegressor", "nodes_modes", 2) ==
        std::vector<std::string_view>{"LEAF", "BRANCH_LEQ"});
  CHECK(reader.strings("TreeEnsembleRegressor", "aggregate_function", 1) == std::vector<std::string_view>{"SUM"});
  CHECK(reader.has("mask"));
  CHECK_FALSE(reader.has("nothing"));
  CHECK(reader.status());

  const ModelView& view = file.view();
  CHECK(view.ir_version == kIrVersion);
  CHECK(view.producer == "outpost");
  REQUIRE(view.opsets.size() == 2);
  CHECK(view.opsets[0].version == kOpset);
  CHECK(view.opsets[1].domain == kMlDomain);
  CHECK(view.graph.name == "every kind");
  REQUIRE(view.graph.nodes.size() == 2);
  CHECK(view.graph.nodes[1].domain == kMlDomain);
  CHECK(describe(view.graph.inputs.at(0)) == "float32 [N, 3]");
  REQUIRE(view.find_metadata("key") != nullptr);
  CHECK(*view.find_metadata("key") == "value with \xc3\xa9");
  CHECK(check_runnable(view));
}

TEST_CASE("graph: the same calls give the same bytes", "[onnx][property]") {
  CHECK(every_kind().bytes() == every_kind().bytes());
}

TEST_CASE("graph: equal constants are stored once, types and ranks apart", "[onnx][property]") {
  GraphWriter graph;
  const auto id = [](Value value) { return value.id; };
  const std::uint32_t one = id(graph.constant(1.0F));
  CHECK(id(graph.constant(1.0F)) == one);
  CHECK(id(graph.constant(1.0)) != one);
  const std::uint32_t scalar = id(graph.constant(std::int64_t{1}));
  CHECK(scalar != id(graph.constant({1})));
  const std::uint32_t zero = id(graph.constant(0.0F));
  CHECK(zero != id(graph.constant(-0.0F)));
  const GraphFile file(graph.finish("constants"));
  CHECK(file.view().graph.initializers.size() == 6);
}

TEST_CASE("graph: what does not fit is refused, and the first reason is kept", "[onnx][error]") {
  const GraphFile file = every_kind();
  const auto reason = [&](auto read) {
    GraphReader reader = file.reader();
    read(reader);
    CHECK_FALSE(reader.ok());
    CHECK(reader.f32("weights", {3, 2}, 6).empty());  // nothing is read after a failure
    const auto status = reader.status();
    REQUIRE_FALSE(status);
    CHECK(status.error().code == ErrorCode::corrupt_model);
    return status.error().message;
  };
  using Catch::Matchers::Contains;
  CHECK_THAT(reason([](GraphReader& r) { r.f32("nothing", {1}, 9); }), Contains("'nothing' is missing"));
  CHECK_THAT(reason([](GraphReader& r) { r.f64("weights", {3, 2}, 9); }), Contains("is of float32"));
  CHECK_THAT(reason([](GraphReader& r) { r.f32("weights", {2, 3}, 9); }), Contains("shape"));
  CHECK_THAT(reason([](GraphReader& r) { r.f32("weights", {6}, 9); }), Contains("shape"));
  CHECK_THAT(reason([](GraphReader& r) { r.f32("weights", {-1, -1}, 5); }), Contains("at most 5"));
  CHECK_THAT(reason([](GraphReader& r) { r.ints("MatMul", "axis", 1); }), Contains("no attribute 'axis'"));
  CHECK_THAT(reason([](GraphReader& r) { r.ints("Conv", "axis", 1); }), Contains("Conv is missing"));
  CHECK_THAT(reason([](GraphReader& r) { r.ints("TreeEnsembleRegressor", "nodes_treeids", 2); }),
             Contains("more than 2"));
  CHECK_THAT(reason([](GraphReader& r) {
               r.reject("first");
               r.reject("second");
             }),
             Contains("first"));
  // A flag that is neither 0 nor 1.
  std::vector<std::uint8_t> bytes = file.bytes();
  bytes[test::tensor_place(file, "mask").first] = 2;
  const GraphFile bad(std::move(bytes));
  GraphReader reader = bad.reader();
  CHECK(reader.flags("mask", {3}, 3).empty());
  CHECK_FALSE(reader.ok());
}

TEST_CASE("graph: a sealed file tells any change of a bit", "[onnx][property]") {
  std::vector<std::uint8_t> bytes = every_kind().bytes();
  CHECK_FALSE(is_sealed(bytes));
  seal(bytes);
  CHECK(is_sealed(bytes));
  CHECK(read_model(bytes));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    bytes[at] ^= 0x10;
    CHECK_FALSE(is_sealed(bytes));
    bytes[at] ^= 0x10;
  }
  bytes.push_back(0);
  CHECK_FALSE(is_sealed(bytes));
  CHECK_FALSE(is_sealed({}));
}

}  // namespace
}  // namespace outpost::onnx
