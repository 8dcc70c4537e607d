#include "model_file.hpp"

#include <filesystem>
#include <fstream>
#include <string_view>

#include <outpost/host/whole_file.hpp>

namespace outpost::edge {
namespace {

constexpr std::string_view kMagic = "outpost-state";  // the first bytes of Pipeline::serialize()
constexpr std::size_t kMaxModelBytes = std::size_t{4} << 30;

}  // namespace

Result<LoadedModel> load_model(const std::string& path) {
  OUTPOST_TRY_ASSIGN(const auto bytes, host::read_whole_file(path, kMaxModelBytes));
  auto pipeline = Pipeline::deserialize(bytes);
  if (!pipeline) {
    Error error = pipeline.error();
    error.message = path + ": " + error.message;
    if (error.hint.empty()) error.hint = "train it again: outpost train DATA -o " + path;
    return tl::unexpected<Error>(std::move(error));
  }
  return LoadedModel{std::move(*pipeline), bytes.size()};
}

bool looks_like_model(const std::string& path) {
  // Only a regular file may be looked at without taking bytes away from who reads it next.
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return false;
  std::ifstream file(path, std::ios::binary);
  std::string first(kMagic.size(), '\0');
  return file.read(first.data(), static_cast<std::streamsize>(first.size())) && first == kMagic;
}

}  // namespace outpost::edge
