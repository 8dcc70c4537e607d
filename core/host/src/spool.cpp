#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "sources.hpp"

namespace outpost::host {

namespace {

constexpr std::size_t kPiece = std::size_t{256} << 10;

/// Bytes that the source owns.
class OwnedSource final : public ByteSource {
 public:
  OwnedSource(std::vector<char> bytes, std::string name) : bytes_(std::move(bytes)), name_(std::move(name)) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t count = std::min(buffer.size(), bytes_.size() - position_);
    if (count > 0) std::memcpy(buffer.data(), bytes_.data() + position_, count);
    position_ += count;
    return count;
  }
  Result<void> rewind() override {
    position_ = 0;
    return {};
  }
  const std::string& name() const override { return name_; }
  std::uint64_t position() const override { return position_; }
  std::optional<std::uint64_t> size() const override { return bytes_.size(); }

 private:
  std::vector<char> bytes_;
  std::size_t position_ = 0;
  std::string name_;
};

/// A file without a name: gone when it is closed, however the program ends.
Result<Descriptor> temporary_file(std::string& folder) {
  const char* wanted = std::getenv("TMPDIR");
  folder = wanted != nullptr && *wanted != '\0' ? wanted : "/tmp";
  std::string path = folder + "/outpost-XXXXXX";
  const int value = ::mkostemp(path.data(), O_CLOEXEC);
  if (value < 0) return system_error("cannot create a temporary file in", folder, errno);
  ::unlink(path.c_str());
  return Descriptor(value);
}

Result<std::unique_ptr<ByteSource>> spool_to_file(int descriptor, const std::string& name,
                                                  const Cancellation* cancellation, std::vector<char> bytes) {
  std::string folder;
  OUTPOST_TRY_ASSIGN(Descriptor file, temporary_file(folder));
  const std::string what = "a temporary copy of " + name + " in " + folder;
  std::uint64_t total = bytes.size();
  OUTPOST_TRY(write_all(file.get(), {bytes.data(), bytes.size()}, what));
  bytes.resize(kPiece);
  bytes.shrink_to_fit();
  for (;;) {
    OUTPOST_TRY_ASSIGN(const std::size_t count, read_some(descriptor, bytes, name, cancellation));
    if (count == 0) break;
    total += count;
    OUTPOST_TRY(write_all(file.get(), {bytes.data(), count}, what));
  }
  return std::make_unique<FileSource>(std::move(file), 0, total, name);
}

}  // namespace

Result<std::unique_ptr<ByteSource>> spool(int descriptor, const std::string& name, const Cancellation* cancellation,
                                          std::size_t memory_bytes) {
  std::vector<char> bytes;
  std::size_t used = 0;
  while (used < memory_bytes) {
    if (bytes.size() - used < kPiece) bytes.resize(std::max(bytes.size() * 2, 2 * kPiece));
    const std::span<char> free(bytes.data() + used, std::min(bytes.size() - used, memory_bytes - used));
    OUTPOST_TRY_ASSIGN(const std::size_t count, read_some(descriptor, free, name, cancellation));
    if (count == 0) {
      bytes.resize(used);
      bytes.shrink_to_fit();
      return std::make_unique<OwnedSource>(std::move(bytes), name);
    }
    used += count;
  }
  bytes.resize(used);
  return spool_to_file(descriptor, name, cancellation, std::move(bytes));
}

}  // namespace outpost::host
