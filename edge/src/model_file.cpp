#include "model_file.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <span>
#include <utility>

#include <outpost/host/whole_file.hpp>

#include "output/message_text.hpp"

namespace outpost::edge {
namespace {

/// The most bytes of a protobuf message, which a model is; train writes no longer one.
constexpr std::size_t kMaxModelBytes = (std::size_t{1} << 31) - 1;
constexpr std::size_t kFirstBytes = 32;
/// ModelProto's first field (ir_version, a varint), which every writer puts first; no text begins with this byte.
constexpr std::uint8_t kIrVersionTag = 0x08;

tl::unexpected<Error> with_path(const std::string& path, Error error, std::string hint) {
  error.message = path + ": " + message_text(error.message);
  if (error.hint.empty()) error.hint = std::move(hint);
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace

Result<LoadedModel> load_model(const std::string& path) {
  LoadedModel model;
  model.path = path;
  OUTPOST_TRY_ASSIGN(model.bytes, host::read_whole_file(path, kMaxModelBytes));
  const bool own = Pipeline::is_model(std::span(model.bytes).first(std::min(model.bytes.size(), kFirstBytes)));
  if (own) {
    auto pipeline = Pipeline::deserialize(model.bytes);
    if (!pipeline) {
      return with_path(path, std::move(pipeline).error(), "train it again: outpost train DATA -o " + path);
    }
    model.own = std::move(*pipeline);
  }
  auto view = onnx::read_model(model.bytes);
  if (!view && (model.bytes.empty() || model.bytes.front() != kIrVersionTag)) {
    return fail(ErrorCode::corrupt_model, path + " is not an ONNX model",
                "give the file that 'outpost train DATA -o MODEL' wrote, or another ONNX model");
  }
  if (!view) return with_path(path, std::move(view).error(), "an ONNX model is needed, whole");
  model.view = std::move(*view);
  return model;
}

bool looks_like_model(const std::string& path) {
  // Only a regular file may be looked at without taking bytes away from who reads it next.
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return false;
  std::ifstream file(path, std::ios::binary);
  return file.get() == kIrVersionTag;
}

}  // namespace outpost::edge
