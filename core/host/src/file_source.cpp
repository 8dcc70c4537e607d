#include <outpost/host/file_source.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "sources.hpp"

namespace outpost::host {

FileSource::FileSource(Descriptor descriptor, std::uint64_t first_byte, std::optional<std::uint64_t> size,
                       std::string name)
    : descriptor_(std::move(descriptor)), first_byte_(first_byte), size_(size), name_(std::move(name)) {}

Result<std::size_t> FileSource::read(std::span<char> buffer) {
  // pread leaves the descriptor's own position alone: it may be shared with another process.
  for (;;) {
    const ssize_t count =
        ::pread(descriptor_.get(), buffer.data(), buffer.size(), static_cast<off_t>(first_byte_ + position_));
    if (count >= 0) {
      position_ += static_cast<std::uint64_t>(count);
      return static_cast<std::size_t>(count);
    }
    if (errno != EINTR) return system_error("cannot read", name_, errno);
  }
}

Result<void> FileSource::rewind() {
  position_ = 0;
  return {};
}

namespace {

Result<std::unique_ptr<ByteSource>> open_descriptor(Descriptor descriptor, const std::string& name,
                                                    const Cancellation* cancellation) {
  struct stat status = {};
  if (::fstat(descriptor.get(), &status) != 0) return system_error("cannot read", name, errno);
  if (S_ISDIR(status.st_mode)) return system_error("cannot read", name, EISDIR);
  const off_t first = S_ISREG(status.st_mode) ? ::lseek(descriptor.get(), 0, SEEK_CUR) : -1;
  // Files of /proc say that they are empty: like pipes, they are read to their end.
  if (first < 0 || status.st_size == 0) {
    OUTPOST_TRY_ASSIGN(auto kept, spool(descriptor.get(), name, cancellation, kSpoolMemoryBytes));
    return unpacked(std::move(kept));
  }
  const auto total = static_cast<std::uint64_t>(status.st_size);
  const auto begin = static_cast<std::uint64_t>(first);
  return unpacked(std::make_unique<FileSource>(std::move(descriptor), begin, total > begin ? total - begin : 0, name));
}

}  // namespace

Result<std::unique_ptr<ByteSource>> open_file_source(const std::string& path, const Cancellation* cancellation) {
  OUTPOST_TRY_ASSIGN(Descriptor descriptor, open_for_reading(path));
  return open_descriptor(std::move(descriptor), path, cancellation);
}

Result<std::unique_ptr<ByteSource>> open_standard_input(const Cancellation* cancellation) {
  const std::string name = "standard input";
  const int copy = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return system_error("cannot read", name, errno);
  return open_descriptor(Descriptor(copy), name, cancellation);
}

}  // namespace outpost::host
