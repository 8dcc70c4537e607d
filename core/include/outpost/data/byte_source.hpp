/// @file  ByteSource: where a reader gets its bytes from. Files, gzip and pipes are in `outpost::host`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <outpost/base/result.hpp>

namespace outpost {

/// A stream of bytes that can be started again. One thread at a time.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills the front of `buffer` and returns how many bytes; 0 at the end. Errors: io_error, invalid_data.
  virtual Result<std::size_t> read(std::span<char> buffer) = 0;
  /// Goes back to the first byte.
  virtual Result<void> rewind() = 0;
  /// For messages: the path as the user typed it, or "standard input".
  virtual const std::string& name() const = 0;
  /// Bytes consumed of the underlying file (compressed where it is), for progress.
  virtual std::uint64_t position() const = 0;
  /// Size of the underlying file, where known.
  virtual std::optional<std::uint64_t> size() const = 0;
};

/// Bytes in memory; they must outlive the source.
std::unique_ptr<ByteSource> make_memory_source(std::string_view bytes, std::string name = "input");

}  // namespace outpost
