#include "output/sink.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace outpost::edge {
namespace {

constexpr std::string_view kClosedPipe = "standard output: the reader has closed the pipe";

Result<void> write_standard_output(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      return fail(ErrorCode::io_error, std::string(kClosedPipe));
    } else if (errno != EINTR) {
      return fail(ErrorCode::io_error, std::string("standard output: ") + std::strerror(errno),
                  errno == ENOSPC ? "free some space, or write elsewhere with --output FILE"
                                  : "write to a file with --output FILE");
    }
  }
  return {};
}

}  // namespace

Result<Sink> Sink::open(const std::string& path) {
  Sink sink;
  sink.buffer_.reserve(kFlushBytes + 4096);
  if (!path.empty() && path != "-") {
    OUTPOST_TRY_ASSIGN(sink.file_, host::AtomicFile::create(path));
  }
  return sink;
}

void Sink::flush() {
  if (!error_) {
    const Result<void> done = file_ ? file_->write(buffer_) : write_standard_output(buffer_);
    if (!done) error_ = done.error();
  }
  buffer_.clear();
}

Result<void> Sink::finish() {
  flush();
  if (!error_ && file_) {
    if (const Result<void> done = file_->commit(); !done) error_ = done.error();
  }
  if (error_) return tl::unexpected<Error>(*error_);
  return {};
}

bool is_closed_pipe(const Error& error) { return error.message == kClosedPipe; }

}  // namespace outpost::edge
