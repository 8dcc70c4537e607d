#include "model_file.hpp"

#include <array>
#include <filesystem>
#include <fstream>

#include <outpost/host/whole_file.hpp>

#include "output/message_text.hpp"

namespace outpost::edge {
namespace {

constexpr std::size_t kMaxModelBytes = std::size_t{4} << 30;

}  // namespace

Result<LoadedModel> load_model(const std::string& path) {
  OUTPOST_TRY_ASSIGN(const auto bytes, host::read_whole_file(path, kMaxModelBytes));
  auto pipeline = Pipeline::deserialize(bytes);
  if (!pipeline) {
    Error error = pipeline.error();
    error.message = path + ": " + message_text(error.message);
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
  std::array<char, 32> first{};
  file.read(first.data(), static_cast<std::streamsize>(first.size()));
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(first.data());
  return Pipeline::is_state({bytes, static_cast<std::size_t>(file.gcount())});
}

}  // namespace outpost::edge
