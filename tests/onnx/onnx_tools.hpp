/// @file  What these tests need beside Outpost itself: ONNX Runtime and Debian's python3-onnx. Where one is missing, a
/// test prints "SKIPPED: why" and ends.
#pragma once

#include <string>
#include <vector>

#include "program.hpp"

namespace outpost::test {

/// Whether ONNX Runtime can be loaded; prints the SKIPPED line where it cannot.
bool have_onnxruntime();
/// Whether the system's Python has the onnx package; prints the SKIPPED line where it does not.
bool have_python_onnx();
/// Runs a script of this folder with the system's Python.
Outcome run_python(const std::string& script, std::vector<std::string> arguments);

}  // namespace outpost::test
