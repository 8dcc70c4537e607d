#include "onnx_library.hpp"

#ifdef OUTPOST_WITH_ONNXRUNTIME
#include <dlfcn.h>
#include <onnxruntime_c_api.h>
#endif

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
// ONNX Runtime leaves 14 bytes behind once a process; they are its own, and would fail every test of it.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the sanitizer looks for this name
extern "C" const char* __lsan_default_suppressions() { return "leak:libonnxruntime\n"; }
#endif

namespace outpost::host {

#ifndef OUTPOST_WITH_ONNXRUNTIME

Result<OnnxLibrary> open_onnx_library(const std::string& /*path*/) {
  return fail(ErrorCode::unsupported, "this build of Outpost has no ONNX Runtime: its headers were not there",
              "run tools/stage-onnxruntime and build again; models that Outpost made run without it");
}

#else

namespace {

/// The first ONNX Runtime that knows opset 17, which the core's own models need.
constexpr std::uint32_t kLeastApi = 12;

/// The API version of "1.30.0" is 30.
std::uint32_t api_of(std::string_view version) {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  const char* end = version.data() + version.size();
  const auto first = std::from_chars(version.data(), end, major);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '.' || major != 1) return 0;
  return std::from_chars(first.ptr + 1, end, minor).ec == std::errc{} ? minor : 0;
}

std::vector<std::string> places_to_look() {
  std::vector<std::string> places;
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    const std::filesystem::path lib = program.parent_path().parent_path() / "lib";
    for (const auto& place : {lib / "outpost" / "libonnxruntime.so.1", lib / "libonnxruntime.so.1"}) {
      if (std::filesystem::exists(place, error)) places.push_back(place.string());
    }
  }
  // Names without a slash: the dynamic linker's own search. Debian's library carries its minor version in the name.
  places.emplace_back("libonnxruntime.so.1");
  places.emplace_back("libonnxruntime.so.1." + std::to_string(ORT_API_VERSION));
  places.emplace_back("libonnxruntime.so");
  return places;
}

/// What the dynamic linker says against a library, or nothing.
Result<OnnxLibrary> open_one(const std::string& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* reason = dlerror();
    return fail(ErrorCode::unsupported, path + " cannot be loaded: " + (reason != nullptr ? reason : "no reason given"),
                "it must be ONNX Runtime for this processor");
  }
  using GetBase = const OrtApiBase*(ORT_API_CALL*)();
  const auto get_base = reinterpret_cast<GetBase>(dlsym(handle, "OrtGetApiBase"));
  const OrtApiBase* base = get_base != nullptr ? get_base() : nullptr;
  if (base == nullptr) {
    return fail(ErrorCode::unsupported, path + " is not ONNX Runtime: it has no OrtGetApiBase",
                "give the path of libonnxruntime.so.1 (onnxruntime 1.12 or newer)");
  }
  const std::string version = base->GetVersionString();
  // An older library is asked for its own version, and only what that has is used here. Asking for a newer one would
  // make it print to standard error.
  const std::uint32_t api_version = std::min<std::uint32_t>(api_of(version), ORT_API_VERSION);
  const OrtApi* api = api_version >= kLeastApi ? base->GetApi(api_version) : nullptr;
  if (api == nullptr) {
    return fail(ErrorCode::unsupported, path + " is ONNX Runtime " + version + ", which is too old",
                "1." + std::to_string(kLeastApi) + " or newer is needed");
  }
  return OnnxLibrary{api, path, version};
}

}  // namespace

Result<OnnxLibrary> open_onnx_library(const std::string& path) {
  if (!path.empty()) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
      return fail(ErrorCode::not_found, "no ONNX Runtime library at " + path,
                  "give the path of libonnxruntime.so.1, or leave it out to have it looked for");
    }
    // With a slash in it, so that the dynamic linker takes the path and searches nothing.
    return open_one(std::filesystem::absolute(path, error).string());
  }
  std::string reasons;
  for (const std::string& place : places_to_look()) {
    Result<OnnxLibrary> library = open_one(place);
    if (library) return library;
    // A library that is there and not usable is worth telling; that the system has none under a name is not.
    if (place.find('/') != std::string::npos) reasons += "; " + library.error().message;
  }
  return fail(ErrorCode::unsupported,
              "ONNX Runtime (libonnxruntime.so.1) was not found beside the program or in the system" + reasons,
              "run tools/stage-onnxruntime, or install it, or say where it is: --onnxruntime PATH");
}

#endif

}  // namespace outpost::host
