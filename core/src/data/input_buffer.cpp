#include "input_buffer.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace outpost {

namespace {

/// Small inputs are common (one event, one test): they should not cost a whole chunk.
constexpr std::size_t kFirstBytes = std::size_t{16} << 10;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool holds_non_ascii(const char* bytes, std::size_t count) {
  std::uint64_t high = 0;
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + i, 8);
    high |= word;
  }
  for (; i < count; ++i) high |= static_cast<unsigned char>(bytes[i]);
  return (high & 0x8080808080808080U) != 0;
}

}  // namespace

InputBuffer::InputBuffer(std::unique_ptr<ByteSource> source)
    : source_(std::move(source)), bytes_(kFirstBytes + kPadding) {}

Result<void> InputBuffer::restart() {
  OUTPOST_TRY(source_->rewind());
  begin_ = end_ = 0;
  offset_ = 0;
  at_end_ = stopped_at_nul_ = byte_order_mark_ = non_ascii_ = false;
  while (end_ < kByteOrderMark.size() && !at_end_) OUTPOST_TRY(more());
  if (std::string_view(bytes_.data(), end_).substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    byte_order_mark_ = true;
    begin_ = kByteOrderMark.size();
  }
  return {};
}

Result<bool> InputBuffer::more() {
  if (at_end_) return false;
  const std::size_t kept = end_ - begin_;
  if (kept > 0 && begin_ > 0) std::memmove(bytes_.data(), bytes_.data() + begin_, kept);
  offset_ += begin_;
  begin_ = 0;
  end_ = kept;
  if (kept == 0) non_ascii_ = false;
  const std::size_t capacity = bytes_.size() - kPadding;
  if (capacity < kChunkBytes && filled_) bytes_.resize(kChunkBytes + kPadding);
  if (kept > capacity / 2) bytes_.resize(std::max(bytes_.size(), 2 * capacity + kPadding));
  const std::size_t wanted = std::max<std::size_t>(1, kept);
  while (end_ - kept < wanted) {
    OUTPOST_TRY_ASSIGN(const std::size_t count, source_->read({bytes_.data() + end_, bytes_.size() - kPadding - end_}));
    at_end_ = count == 0;
    if (at_end_) break;
    end_ += count;
  }
  filled_ = end_ == bytes_.size() - kPadding;
  if (const void* nul = std::memchr(bytes_.data() + kept, '\0', end_ - kept); nul != nullptr) {
    end_ = static_cast<std::size_t>(static_cast<const char*>(nul) - bytes_.data());
    at_end_ = stopped_at_nul_ = true;
  }
  non_ascii_ = non_ascii_ || holds_non_ascii(bytes_.data() + kept, end_ - kept);
  return end_ > kept;
}

}  // namespace outpost
