#include "onnx_tools.hpp"

#include <iostream>
#include <utility>

#include <outpost/host/onnx_session.hpp>

namespace outpost::test {
namespace {

// Debian's python3-onnx belongs to the system's Python, not to another one that may come first in PATH.
constexpr const char* kPython = "/usr/bin/python3";

}  // namespace

bool have_onnxruntime() {
  const auto found = host::find_onnxruntime();
  if (found) return true;
  std::cout << "SKIPPED: " << found.error().message << std::endl;
  return false;
}

bool have_python_onnx() {
  static const bool found = Program({kPython, "-c", "import onnx"}).run().status == 0;
  if (!found) std::cout << "SKIPPED: python3-onnx is not installed" << std::endl;
  return found;
}

Outcome run_python(const std::string& script, std::vector<std::string> arguments) {
  std::vector<std::string> command = {kPython, std::string(OUTPOST_SCRIPTS) + "/" + script};
  for (std::string& argument : arguments) command.push_back(std::move(argument));
  return Program(std::move(command)).run();
}

}  // namespace outpost::test
