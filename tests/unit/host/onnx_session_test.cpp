#include <outpost/host/onnx_session.hpp>

#include <array>
#include <atomic>
#include <iostream>
#include <string>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>

#include <outpost/onnx/graph_writer.hpp>

#include "temporary_folder.hpp"

using namespace outpost;
using host::OnnxSession;

namespace {

bool have_onnxruntime() {
  const auto found = host::find_onnxruntime();
  if (!found) std::cout << "SKIPPED: " << found.error().message << std::endl;
  return found.has_value();
}

/// y = 2 x, of `columns` columns; `kind` in and out.
std::vector<std::uint8_t> doubler(std::int64_t columns, const std::string& batch = "",
                                  onnx::DataType kind = onnx::DataType::float32) {
  onnx::GraphWriter graph;
  const onnx::Value x = graph.input("x", kind, {{-1, "N"}, {columns, {}}});
  graph.add_as("y", "Add", {x, x});
  graph.output("y", kind, {{-1, "N"}, {columns, {}}});
  if (!batch.empty()) graph.metadata("outpost.batch", batch);
  return graph.finish("doubler");
}

OnnxSession open(const std::vector<std::uint8_t>& model) {
  auto session = OnnxSession::create(model, {{}, 1});
  if (!session) UNSCOPED_INFO(session.error().message);
  REQUIRE(session);
  return std::move(*session);
}

const std::array<std::string, 1> kY = {"y"};

struct Steps final : Progress {
  std::vector<std::size_t> done;
  void report(std::size_t now, std::size_t) override { done.push_back(now); }
};

/// Says yes from the question after `questions` on.
class CancelAfter final : public Cancellation {
 public:
  explicit CancelAfter(int questions) : left_(questions) {}
  bool requested() const override { return left_.fetch_sub(1) <= 0; }

 private:
  mutable std::atomic<int> left_;
};

}  // namespace

TEST_CASE("onnx session: rows are fed in the batches that the model asks for, and none is lost",
          "[host][onnxruntime]") {
  if (!have_onnxruntime()) return;
  const OnnxSession session = open(doubler(2, "1000"));
  CHECK(session.batch_rows() == 1000);
  REQUIRE(session.inputs().size() == 1);
  CHECK(session.inputs()[0].name == "x");
  CHECK(host::describe(session.inputs()[0]) == "float32 [?, 2]");
  Matrix rows(2500, 2);
  for (std::size_t i = 0; i < 5000; ++i) rows.data()[i] = static_cast<float>(i);
  SerialExecutor serial;
  Steps steps;
  const auto outputs = session.run(rows, kY, RunContext(serial, &steps));
  REQUIRE(outputs);
  CHECK(steps.done == std::vector<std::size_t>{1000, 2000, 2500});
  CHECK(outputs->front().columns == 2);
  const auto& values = std::get<std::vector<float>>(outputs->front().values);
  REQUIRE(values.size() == 5000);
  for (std::size_t i = 0; i < 5000; ++i) REQUIRE(values[i] == 2 * static_cast<float>(i));
}

TEST_CASE("onnx session: a batch that is no number, or out of range, is not believed", "[host][onnxruntime]") {
  if (!have_onnxruntime()) return;
  CHECK(open(doubler(2)).batch_rows() == host::kOnnxBatchRows);
  CHECK(open(doubler(2, "many")).batch_rows() == host::kOnnxBatchRows);
  CHECK(open(doubler(2, "-1")).batch_rows() == host::kOnnxBatchRows);
  CHECK(open(doubler(2, "0")).batch_rows() == 1);
  CHECK(open(doubler(2, "999999999999")).batch_rows() == 1'000'000);
}

TEST_CASE("onnx session: no rows give no values", "[host][onnxruntime]") {
  if (!have_onnxruntime()) return;
  const auto outputs = open(doubler(2)).run(Matrix(0, 2), kY, {});
  REQUIRE(outputs);
  CHECK(std::get<std::vector<float>>(outputs->front().values).empty());
}

TEST_CASE("onnx session: two at once give what each is asked", "[host][onnxruntime]") {
  if (!have_onnxruntime()) return;
  const OnnxSession first = open(doubler(1));
  const OnnxSession second = open(doubler(1, "", onnx::DataType::float64));
  const Matrix row(std::vector<float>{0.1F}, 1, 1);
  CHECK(std::get<std::vector<float>>(first.run(row, kY, {})->front().values).front() == 0.2F);
  CHECK(std::get<std::vector<double>>(second.run(row, kY, {})->front().values).front() ==
        2 * static_cast<double>(0.1F));
}

TEST_CASE("onnx session: cancelled between batches, and in the middle of one", "[host][onnxruntime]") {
  if (!have_onnxruntime()) return;
  SerialExecutor serial;
  const CancelAfter at_once(0);
  const auto none = open(doubler(2)).run(Matrix(10, 2), kY, RunContext(serial, nullptr, &at_once));
  REQUIRE(!none);
  CHECK(none.error().code == ErrorCode::cancelled);

  // One batch that takes seconds. Nothing asks after it, so that only ending it makes this an error.
  constexpr std::int64_t kWide = 512;
  onnx::GraphWriter graph;
  onnx::Value value = graph.input("x", onnx::DataType::float32, {{-1, "N"}, {kWide, {}}});
  const std::vector<float> zeros(kWide * kWide, 0.0F);
  const onnx::Value weights = graph.f32("w", {kWide, kWide}, zeros);
  for (int layer = 0; layer < 200; ++layer) value = graph.add("MatMul", {value, weights});
  graph.add_as("y", "Relu", {value});
  graph.output("y", onnx::DataType::float32, {{-1, "N"}, {kWide, {}}});
  const OnnxSession slow = open(graph.finish("slow"));
  const CancelAfter later(1);
  const auto ended = slow.run(Matrix(4096, kWide), kY, RunContext(serial, nullptr, &later));
  REQUIRE(!ended);
  CHECK(ended.error().code == ErrorCode::cancelled);
}

TEST_CASE("onnx session: rows, outputs and inputs that do not fit are refused", "[host][onnxruntime][error]") {
  if (!have_onnxruntime()) return;
  const OnnxSession session = open(doubler(3));
  const auto narrow = session.run(Matrix(5, 2), kY, {});
  REQUIRE(!narrow);
  CHECK(narrow.error().code == ErrorCode::schema_mismatch);
  CHECK(narrow.error().message.find("takes 3 features and was given 2") != std::string::npos);
  const std::array<std::string, 1> other = {"z"};
  const auto unknown = session.run(Matrix(5, 3), other, {});
  REQUIRE(!unknown);
  CHECK(unknown.error().code == ErrorCode::not_found);
  CHECK(unknown.error().hint == "its outputs are: y");
  const auto whole = open(doubler(3, "", onnx::DataType::int64)).run(Matrix(5, 3), kY, {});
  REQUIRE(!whole);
  CHECK(whole.error().code == ErrorCode::unsupported);
}

TEST_CASE("onnx session: an output that changes its width between batches is refused", "[host][onnxruntime][error]") {
  if (!have_onnxruntime()) return;
  // Each row against all rows beside it: as many values a row as rows in the batch.
  onnx::GraphWriter graph;
  const onnx::Value x = graph.input("x", onnx::DataType::float32, {{-1, "N"}, {2, {}}});
  graph.add_as("y", "MatMul", {x, graph.add("Transpose", {x})});
  graph.output("y", onnx::DataType::float32, {{-1, "N"}, {-1, "M"}});
  graph.metadata("outpost.batch", "3");
  const OnnxSession session = open(graph.finish("gram"));
  const auto even = session.run(Matrix(6, 2), kY, {});
  REQUIRE(even);
  CHECK(even->front().columns == 3);
  CHECK(std::get<std::vector<float>>(even->front().values).size() == 18);
  const auto uneven = session.run(Matrix(4, 2), kY, {});
  REQUIRE(!uneven);
  CHECK(uneven.error().code == ErrorCode::unsupported);
  CHECK(uneven.error().message == "output 'y' changes from 3 to 1 values a row between batches");
}

TEST_CASE("onnx session: a fixed number of rows is fed up to a million, never none", "[host][onnxruntime][error]") {
  if (!have_onnxruntime()) return;
  const auto fixed = [](std::int64_t count) {
    onnx::GraphWriter graph;
    const onnx::Value x = graph.input("x", onnx::DataType::float32, {{count, {}}, {1, {}}});
    graph.add_as("y", "Add", {x, x});
    graph.output("y", onnx::DataType::float32, {{count, {}}, {1, {}}});
    return open(graph.finish("fixed"));
  };
  const Matrix row(std::vector<float>{2}, 1, 1);
  const auto largest = fixed(1'000'000).run(row, kY, {});
  REQUIRE(largest);
  CHECK(std::get<std::vector<float>>(largest->front().values) == std::vector<float>{4});
  for (const std::int64_t count : {std::int64_t{0}, std::int64_t{1'000'001}, std::int64_t{1} << 62}) {
    const auto refused = fixed(count).run(row, kY, {});
    INFO(count);
    REQUIRE(!refused);
    CHECK(refused.error().code == ErrorCode::unsupported);
    CHECK(refused.error().message.find(count == 0 ? "no row at all" : std::to_string(count)) != std::string::npos);
  }
}

TEST_CASE("onnx session: what is no model is refused before ONNX Runtime sees it", "[host][onnxruntime][error]") {
  const std::vector<std::uint8_t> noise = {8, 8, 0xFF, 0xFF, 0xFF};
  const auto session = OnnxSession::create(noise, {});
  REQUIRE(!session);
  CHECK(session.error().code == ErrorCode::corrupt_model);
  std::vector<std::uint8_t> cut = doubler(2);
  cut.resize(cut.size() / 2);
  CHECK(!OnnxSession::create(cut, {}));
  const auto empty = OnnxSession::create({}, {});
  CHECK(!empty);
}

TEST_CASE("onnx session: a library that is not there, or is another, is told", "[host][onnxruntime][error]") {
  if (!have_onnxruntime()) return;
  const auto missing = host::find_onnxruntime("no/such/library.so");
  REQUIRE(!missing);
  CHECK(missing.error().code == ErrorCode::not_found);
  const test::TemporaryFolder folder;
  test::write_file(folder / "library.so", "not a library");
  const auto text = host::find_onnxruntime(folder / "library.so");
  REQUIRE(!text);
  CHECK(text.error().code == ErrorCode::unsupported);
  CHECK(text.error().message.find("cannot be loaded") != std::string::npos);
}
