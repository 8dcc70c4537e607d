/// @file  InputBuffer: a window over a ByteSource for readers that parse in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <outpost/base/result.hpp>
#include <outpost/data/byte_source.hpp>

namespace outpost {

/// Holds the unread bytes [begin, end) of a source. It grows only while one record does not fit, so memory is the
/// chunk or the longest record, whichever is more. At least kPadding bytes after end() may be read (their values
/// mean nothing). A NUL byte ends the input here, and stopped_at_nul() tells.
class InputBuffer {
 public:
  static constexpr std::size_t kChunkBytes = std::size_t{256} << 10;
  static constexpr std::size_t kPadding = 64;

  explicit InputBuffer(std::unique_ptr<ByteSource> source);

  /// Back to the first byte, behind a byte order mark.
  Result<void> restart();
  /// Moves the unread bytes to the front (begin() becomes 0) and reads more behind them: at least as many again as
  /// there are, so that looking at a long record anew each time costs linear time. False when nothing was added.
  Result<bool> more();

  char* data() { return bytes_.data(); }
  const char* data() const { return bytes_.data(); }
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }
  void consume_to(std::size_t position) { begin_ = position; }
  /// Nothing follows end().
  bool at_end() const { return at_end_; }
  bool stopped_at_nul() const { return stopped_at_nul_; }
  bool byte_order_mark() const { return byte_order_mark_; }
  /// False only when every byte in the window is ASCII.
  bool may_hold_non_ascii() const { return non_ascii_; }
  /// Place in the input of data()[0].
  std::uint64_t offset() const { return offset_; }
  const ByteSource& source() const { return *source_; }

 private:
  std::unique_ptr<ByteSource> source_;
  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;
  bool at_end_ = false;
  bool filled_ = false;  ///< the last reading left no room
  bool stopped_at_nul_ = false;
  bool byte_order_mark_ = false;
  bool non_ascii_ = false;
};

}  // namespace outpost
