#include "simd_target.hpp"

#include <cstdint>
#include <cstdio>

#ifndef HWY_COMPILE_ONLY_STATIC
#include <hwy/targets.h>
#endif

namespace outpost::parity {

namespace {

constexpr int kNotHere = 3;

}  // namespace

int choose_simd(const std::string& name) {
  if (name.empty()) return 0;
#ifdef HWY_COMPILE_ONLY_STATIC
  std::fprintf(stderr, "--simd %s: this build has one SIMD target\n", name.c_str());
  return kNotHere;
#else
  constexpr int kUsageError = 2;
  std::int64_t target = 0;
  if (name == "scalar") target = HWY_EMU128 | HWY_SCALAR;
  if (name == "sse4") target = HWY_SSE4;
  if (name == "avx2") target = HWY_AVX2;
  if (name == "avx512") target = HWY_AVX3;
  if (target == 0) {
    std::fprintf(stderr, "%s: there is no such SIMD target; scalar, sse4, avx2 or avx512\n", name.c_str());
    return kUsageError;
  }
  target &= hwy::SupportedTargets();
  if (target == 0) {
    std::fprintf(stderr, "this machine has no %s\n", name.c_str());
    return kNotHere;
  }
  hwy::SetSupportedTargetsForTest(target);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return 0;
#endif
}

}  // namespace outpost::parity
