/// @file  Runs a computation once for every SIMD target this machine has.
#pragma once

#include <cstdint>
#include <functional>

#include <hwy/targets.h>

namespace outpost::test {

/// Calls `work` with each supported target chosen, then restores the choice. Where there is one target only (ARM64,
/// WebAssembly), calls it once. Returns the number of calls.
inline int for_each_simd_target(const std::function<void()>& work) {
#ifdef HWY_COMPILE_ONLY_STATIC
  work();
  return 1;
#else
  int calls = 0;
  std::int64_t left = hwy::SupportedTargets();
  while (left != 0) {
    const std::int64_t target = left & -left;
    left &= left - 1;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    work();
    ++calls;
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return calls;
#endif
}

}  // namespace outpost::test
