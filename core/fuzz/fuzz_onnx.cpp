// Any ONNX file: reading its structure answers an error or a view whose every part lies inside the file.
#include <string_view>

#include <outpost/onnx/model_view.hpp>

#include "fuzz_support.hpp"

namespace outpost::fuzz {
namespace {

/// Looks at everything a program may look at.
class Walker {
 public:
  explicit Walker(std::string_view file) : file_(file) {}

  void walk(const onnx::ModelView& model) {
    text(model.producer);
    for (const onnx::OpsetImport& import : model.opsets) text(import.domain);
    for (const auto& [key, value] : model.metadata) {
      text(key);
      text(value);
      FUZZ_CHECK(model.find_metadata(key) != nullptr);
    }
    walk(model.graph);
  }

 private:
  void text(std::string_view part) {
    if (part.empty()) return;
    FUZZ_CHECK(part.data() >= file_.data() && part.data() + part.size() <= file_.data() + file_.size());
  }
  void walk(const onnx::Graph& graph) {
    for (const onnx::Tensor& tensor : graph.initializers) {
      text(tensor.name);
      text({reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size()});
      FUZZ_CHECK(tensor.elements >= 0);
    }
    for (const auto* values : {&graph.inputs, &graph.outputs}) {
      for (const onnx::ValueInfo& value : *values) FUZZ_CHECK(!describe(value).empty());
    }
    for (const onnx::Node& node : graph.nodes) {
      text(node.op_type);
      for (const onnx::Attribute& attribute : node.attributes) walk(attribute);
      for (const onnx::Graph& body : node.subgraphs) walk(body);
    }
  }
  void walk(const onnx::Attribute& attribute) {
    std::vector<std::int64_t> ints;
    std::vector<float> floats;
    std::vector<std::string_view> strings;
    attribute.ints(1000, ints);
    attribute.floats(1000, floats);
    if (attribute.strings(1000, strings)) {
      for (const std::string_view each : strings) text(each);
    }
    FUZZ_CHECK(ints.size() <= 1000 && floats.size() <= 1000 && strings.size() <= 1000);
  }

  std::string_view file_;
};

}  // namespace
}  // namespace outpost::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace outpost;
  const auto model = onnx::read_model({data, size});
  if (!model) {
    FUZZ_CHECK(!model.error().message.empty());
    return 0;
  }
  fuzz::Walker({reinterpret_cast<const char*>(data), size}).walk(*model);
  const auto runnable = onnx::check_runnable(*model);
  FUZZ_CHECK(runnable || !runnable.error().message.empty());
  return 0;
}
