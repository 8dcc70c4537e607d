/// @file  The kinds of ByteSource that open_file_source puts together.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <outpost/base/execution.hpp>
#include <outpost/data/byte_source.hpp>

#include "posix.hpp"

namespace outpost::host {

/// A seekable descriptor, read from `first_byte` on.
class FileSource final : public ByteSource {
 public:
  FileSource(Descriptor descriptor, std::uint64_t first_byte, std::optional<std::uint64_t> size, std::string name);
  Result<std::size_t> read(std::span<char> buffer) override;
  Result<void> rewind() override;
  const std::string& name() const override { return name_; }
  std::uint64_t position() const override { return position_; }
  std::optional<std::uint64_t> size() const override { return size_; }

 private:
  Descriptor descriptor_;
  std::uint64_t first_byte_;
  std::uint64_t position_ = 0;
  std::optional<std::uint64_t> size_;
  std::string name_;
};

/// Reads a descriptor that cannot be rewound to its end, into memory or beyond `memory_bytes` into a file.
Result<std::unique_ptr<ByteSource>> spool(int descriptor, const std::string& name, const Cancellation* cancellation,
                                          std::size_t memory_bytes);

/// The source itself, or what it holds unpacked where it begins as gzip does.
Result<std::unique_ptr<ByteSource>> unpacked(std::unique_ptr<ByteSource> source);

}  // namespace outpost::host
