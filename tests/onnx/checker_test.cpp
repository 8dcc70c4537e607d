// ONNX's own checker, with strict shape inference, passes every model that the core writes.
#include <outpost/model/pipeline.hpp>

#include <string>

#include <catch2/catch.hpp>

#include <outpost/detect/registry.hpp>

#include "graph_cases.hpp"
#include "onnx_tools.hpp"

using namespace outpost;
using namespace outpost::test;

TEST_CASE("onnx: libonnx's checker passes every model", "[onnx]") {
  if (!have_python_onnx()) return;
  const TemporaryFolder folder;
  std::size_t written = 0;
  for (const GraphCase& each : graph_cases()) {
    const auto pipeline = fit_case(each);
    if (!pipeline) continue;
    const auto bytes = pipeline->serialize();
    folder.write(std::to_string(written) + " " + std::string(pipeline->detector().name) + ".onnx",
                 {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    ++written;
  }
  const Outcome checked = run_python("check_models.py", {folder.path()});
  INFO(checked.out << checked.err);
  CHECK(checked.status == 0);
  CHECK(checked.out == std::to_string(written) + " models, 0 refused\n");
  CHECK(written >= 30 * detector_registry().size());
}

TEST_CASE("onnx: the checker sees a model that is broken", "[onnx]") {
  if (!have_python_onnx()) return;
  const TemporaryFolder folder;
  const auto bytes = fit_case(graph_cases().front())->serialize();
  std::string text(bytes.begin(), bytes.end());
  const std::size_t place = text.find("Squeeze");
  REQUIRE(place != std::string::npos);
  text.replace(place, 7, "Squooze");
  folder.write("broken.onnx", text);
  const Outcome checked = run_python("check_models.py", {folder.path()});
  CHECK(checked.status == 1);
  CHECK(checked.out.find("Squooze") != std::string::npos);
}
