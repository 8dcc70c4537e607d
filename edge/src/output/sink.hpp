/// @file  Sink: where a command's result goes: standard output, or a file that appears whole or not at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <outpost/base/result.hpp>
#include <outpost/host/atomic_file.hpp>

namespace outpost::edge {

/// Buffered. One thread. Errors are kept: after the first, writing does nothing and finish() returns it.
class Sink {
 public:
  /// Empty path or "-": standard output. Errors: io_error.
  static Result<Sink> open(const std::string& path);

  /// The buffer, to append to; call flush_if_full() now and then.
  std::string& buffer() { return buffer_; }
  void write(std::string_view text) {
    buffer_ += text;
    flush_if_full();
  }
  void flush_if_full() {
    if (buffer_.size() >= kFlushBytes) flush();
  }
  bool failed() const { return error_.has_value(); }
  /// Writes what is left; a file gets its name now. Errors: io_error.
  Result<void> finish();

 private:
  static constexpr std::size_t kFlushBytes = std::size_t{1} << 17;
  Sink() = default;
  void flush();

  std::string buffer_;
  std::optional<host::AtomicFile> file_;
  std::optional<Error> error_;
};

/// True for an error that says that the reader of our standard output has gone.
bool is_closed_pipe(const Error& error);

}  // namespace outpost::edge
