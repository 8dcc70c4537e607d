#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "sources.hpp"

namespace outpost::host {

namespace {

constexpr std::size_t kPiece = std::size_t{128} << 10;
constexpr unsigned char kMagic[2] = {0x1f, 0x8b};

/// Unpacks gzip (RFC 1952), one member after the other.
class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(std::unique_ptr<ByteSource> packed) : packed_(std::move(packed)), input_(kPiece) {}
  ~GzipSource() override {
    if (started_) inflateEnd(&stream_);
  }

  Result<void> start() {
    if (inflateInit2(&stream_, MAX_WBITS + 16) != Z_OK) {
      return fail(ErrorCode::out_of_memory, "no memory to unpack " + name(), "close other programs");
    }
    started_ = true;
    return {};
  }

  Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t wanted = std::min<std::size_t>(buffer.size(), std::numeric_limits<uInt>::max());
    stream_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream_.avail_out = static_cast<uInt>(wanted);
    while (stream_.avail_out == wanted && wanted > 0) {
      if (stream_.avail_in == 0) OUTPOST_TRY(refill());
      if (between_members_) {
        OUTPOST_TRY_ASSIGN(const bool another, next_member());
        if (!another) return 0;
      }
      if (stream_.avail_in == 0 && at_end_) {
        return fail(ErrorCode::invalid_data, name() + " ends in the middle of its gzip data: it was cut short",
                    "copy or download it again");
      }
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status == Z_STREAM_END) {
        between_members_ = true;
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        const std::string reason = stream_.msg != nullptr ? stream_.msg : "it cannot be unpacked";
        return fail(ErrorCode::invalid_data, name() + " is damaged gzip data: " + reason,
                    "copy or download it again, or check it with: gzip -t");
      }
    }
    return wanted - stream_.avail_out;
  }

  Result<void> rewind() override {
    OUTPOST_TRY(packed_->rewind());
    inflateReset(&stream_);
    stream_.avail_in = 0;
    at_end_ = false;
    between_members_ = false;
    return {};
  }
  const std::string& name() const override { return packed_->name(); }
  std::uint64_t position() const override { return packed_->position(); }
  std::optional<std::uint64_t> size() const override { return packed_->size(); }

 private:
  Result<void> refill() {
    if (at_end_) return {};
    OUTPOST_TRY_ASSIGN(const std::size_t count, packed_->read(input_));
    at_end_ = count == 0;
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(count);
    return {};
  }

  /// Another member may follow, zeros may pad (tapes, block devices), anything else is damage.
  Result<bool> next_member() {
    for (;;) {
      while (stream_.avail_in > 0 && *stream_.next_in == 0) {
        ++stream_.next_in;
        --stream_.avail_in;
      }
      if (stream_.avail_in > 0) break;
      if (at_end_) return false;
      OUTPOST_TRY(refill());
    }
    if (*stream_.next_in != kMagic[0]) {
      return fail(ErrorCode::invalid_data, name() + " holds something else after its gzip data",
                  "unpack it with gzip and look at its end");
    }
    between_members_ = false;
    inflateReset(&stream_);
    return true;
  }

  std::unique_ptr<ByteSource> packed_;
  std::vector<char> input_;
  z_stream stream_ = {};
  bool started_ = false;
  bool at_end_ = false;
  bool between_members_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> unpacked(std::unique_ptr<ByteSource> source) {
  std::array<char, 2> head = {};
  std::size_t used = 0;
  while (used < head.size()) {
    OUTPOST_TRY_ASSIGN(const std::size_t count, source->read(std::span(head).subspan(used)));
    if (count == 0) break;
    used += count;
  }
  OUTPOST_TRY(source->rewind());
  const bool packed =
      used == 2 && static_cast<unsigned char>(head[0]) == kMagic[0] && static_cast<unsigned char>(head[1]) == kMagic[1];
  if (!packed) return source;
  auto gzip = std::make_unique<GzipSource>(std::move(source));
  OUTPOST_TRY(gzip->start());
  return gzip;
}

}  // namespace outpost::host
