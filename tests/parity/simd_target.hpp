/// @file  Holds the core's kernels to one SIMD target, so that targets can be compared on one machine.
#pragma once

#include <string>

namespace outpost::parity {

/// scalar, sse4, avx2 or avx512; empty = the best that the machine has. Returns 0, or the exit status after a message
/// on stderr: 2 for another name, 3 where the machine or the build has no such target.
int choose_simd(const std::string& name);

}  // namespace outpost::parity
