#include "js_source.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace outpost::wasm {
namespace {

using emscripten::val;

class JsSource final : public ByteSource {
 public:
  explicit JsSource(val source)
      : source_(std::move(source)),
        name_(source_["name"].as<std::string>()),
        size_(static_cast<std::uint64_t>(source_["size"].as<double>())) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    const auto pointer = static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(buffer.data()));
    const int count = source_.call<int>("read", pointer, static_cast<double>(position_), buffer.size());
    if (count == -1) return fail(ErrorCode::cancelled, "Reading " + name_ + " was cancelled");
    if (count < 0) return fail(ErrorCode::io_error, name_ + " could not be read");
    position_ += static_cast<std::uint64_t>(count);
    return static_cast<std::size_t>(count);
  }
  Result<void> rewind() override {
    position_ = 0;
    return {};
  }
  const std::string& name() const override { return name_; }
  std::uint64_t position() const override { return position_; }
  std::optional<std::uint64_t> size() const override { return size_; }

 private:
  val source_;
  std::string name_;
  std::uint64_t size_;
  std::uint64_t position_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> make_js_source(val source) { return std::make_unique<JsSource>(std::move(source)); }

}  // namespace outpost::wasm
