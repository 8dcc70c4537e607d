#include "posix.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace outpost::host {

namespace {

// The largest piece handed to one system call, which takes at most 2 GiB.
constexpr std::size_t kMaxPiece = std::size_t{1} << 30;

std::string hint_for(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR: return "check the path, and that its folder exists";
    case EACCES:
    case EPERM: return "check the permissions of the file and of its folder";
    case EISDIR: return "give the path of a file in it";
    case ENOSPC:
    case EDQUOT: return "free some space, or write to another disk";
    case EROFS: return "write to a disk that is not read-only";
    case EPIPE: return "the program that read the output has ended";
    case EMFILE:
    case ENFILE: return "close some files, or raise the limit (ulimit -n)";
    default: return {};
  }
}

}  // namespace

Descriptor::~Descriptor() {
  if (value_ >= 0) ::close(value_);
}

tl::unexpected<Error> system_error(std::string_view doing, const std::string& name, int error_number) {
  const bool missing = error_number == ENOENT || error_number == ENOTDIR;
  return fail(missing ? ErrorCode::not_found : ErrorCode::io_error,
              std::string(doing) + " " + name + ": " + std::strerror(error_number), hint_for(error_number));
}

Result<Descriptor> open_for_reading(const std::string& path) {
  int value = -1;
  do {
    value = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  } while (value < 0 && errno == EINTR);
  if (value < 0) return system_error("cannot open", path, errno);
  Descriptor descriptor(value);
  struct stat status = {};
  if (::fstat(value, &status) != 0) return system_error("cannot open", path, errno);
  if (S_ISDIR(status.st_mode)) return system_error("cannot read", path, EISDIR);
  return descriptor;
}

Result<std::size_t> read_some(int descriptor, std::span<char> buffer, const std::string& name,
                              const Cancellation* cancellation) {
  for (;;) {
    const ssize_t count = ::read(descriptor, buffer.data(), std::min(buffer.size(), kMaxPiece));
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return system_error("cannot read", name, errno);
    if (cancellation != nullptr && cancellation->requested()) {
      return fail(ErrorCode::cancelled, "reading " + name + " was stopped");
    }
  }
}

Result<void> write_all(int descriptor, std::string_view bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), std::min(bytes.size(), kMaxPiece));
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      Error error = system_error("cannot write", name, errno).value();
      error.code = ErrorCode::io_error;
      return tl::unexpected<Error>(std::move(error));
    }
  }
  return {};
}

}  // namespace outpost::host
