#include <outpost/host/atomic_file.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "posix.hpp"

namespace outpost::host {

namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} << 10;
constexpr int kMaxNameTries = 1000;

tl::unexpected<Error> write_error(const std::string& path, int error_number) {
  Error error = system_error("cannot write", path, error_number).value();
  error.code = ErrorCode::io_error;  // a target that is missing is not a thing the user asked to find
  return tl::unexpected<Error>(std::move(error));
}

int open_retrying(const std::string& path, int flags, mode_t mode) {
  for (;;) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (descriptor >= 0 || errno != EINTR) return descriptor;
  }
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// The path behind symbolic links; the path itself where it does not exist yet.
std::string resolved(const std::string& path) {
  char* real = ::realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;
  std::string answer = real;
  std::free(real);
  return answer;
}

}  // namespace

Result<AtomicFile> AtomicFile::create(const std::string& path) {
  AtomicFile file;
  file.path_ = path;
  struct stat status = {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (!exists && errno != ENOENT) return write_error(path, errno);
  if (exists && S_ISDIR(status.st_mode)) return write_error(path, EISDIR);
  if (exists && !S_ISREG(status.st_mode)) {
    file.descriptor_ = open_retrying(path, O_WRONLY, 0);
    if (file.descriptor_ < 0) return write_error(path, errno);
    return file;
  }
  if (path.empty() || path.back() == '/') return write_error(path, EISDIR);
  // Renaming over a read-only file would work, but not be what its owner wanted.
  if (exists && ::access(path.c_str(), W_OK) != 0) return write_error(path, errno);

  file.target_ = resolved(path);
  // open(2) applies the umask, which mkstemp does not.
  const std::string stem = folder_of(file.target_) + "/.outpost-" + std::to_string(::getpid()) + "-";
  for (int attempt = 0; file.descriptor_ < 0; ++attempt) {
    file.temporary_ = stem + std::to_string(attempt) + ".tmp";
    file.descriptor_ = open_retrying(file.temporary_, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (file.descriptor_ < 0 && (errno != EEXIST || attempt >= kMaxNameTries)) {
      const int error_number = errno;
      file.temporary_.clear();  // not ours to remove
      return write_error(path, error_number);
    }
  }
  if (exists && ::fchmod(file.descriptor_, status.st_mode & 07777) != 0) return write_error(path, errno);
  return file;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})),
      buffer_(std::move(other.buffer_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
  if (this != &other) {
    discard();
    path_ = std::move(other.path_);
    target_ = std::move(other.target_);
    temporary_ = std::exchange(other.temporary_, {});
    buffer_ = std::move(other.buffer_);
    descriptor_ = std::exchange(other.descriptor_, -1);
  }
  return *this;
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() noexcept {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  temporary_.clear();
}

Result<void> AtomicFile::flush() {
  if (descriptor_ < 0) return fail(ErrorCode::io_error, "cannot write " + path_ + ": it is already closed");
  auto written = write_all(descriptor_, buffer_, path_);
  buffer_.clear();
  if (!written) discard();
  return written;
}

Result<void> AtomicFile::write(std::string_view bytes) {
  buffer_.append(bytes);
  return buffer_.size() >= kBufferBytes ? flush() : Result<void>{};
}

Result<void> AtomicFile::commit() {
  OUTPOST_TRY(flush());
  const bool direct = temporary_.empty();
  const int descriptor = std::exchange(descriptor_, -1);
  // A pipe or device cannot be synchronised, and does not need to be.
  const int synchronised = direct ? 0 : ::fsync(descriptor);
  const int sync_error = errno;
  const int closed = ::close(descriptor);
  const int close_error = errno;
  if (synchronised != 0 || (closed != 0 && close_error != EINTR)) {
    discard();
    return write_error(path_, synchronised != 0 ? sync_error : close_error);
  }
  if (direct) return {};
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    const int error_number = errno;
    discard();
    return write_error(path_, error_number);
  }
  temporary_.clear();
  // The name is durable only once its folder is; some file systems cannot do that, and the data are safe already.
  const int folder = open_retrying(folder_of(target_), O_RDONLY, 0);
  if (folder >= 0) {
    (void)::fsync(folder);
    ::close(folder);
  }
  return {};
}

}  // namespace outpost::host
