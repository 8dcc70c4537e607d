/// @file  Little-endian byte writer and reader for state; the reader is bounded and never over-reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <outpost/base/result.hpp>

namespace outpost {

/// Appends values to a growing buffer, little-endian whatever the machine.
class ByteWriter {
 public:
  void u8(std::uint8_t value);
  void u32(std::uint32_t value);
  void u64(std::uint64_t value);
  void f32(float value);
  void f64(double value);
  /// Length (u32), then the bytes.
  void text(std::string_view value);
  /// Count (u64), then the values.
  void f32_array(std::span<const float> values);
  void u32_array(std::span<const std::uint32_t> values);

  const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// Reads what ByteWriter wrote. After the first failure every read fails with the same error, so a
/// caller may read a group and check once. Errors: corrupt_model with the offset.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::uint8_t u8();
  std::uint32_t u32();
  std::uint64_t u64();
  float f32();
  double f64();
  /// At most `max_length` bytes.
  std::string text(std::size_t max_length = 1 << 16);
  /// At most `max_count` values, and never more than the bytes that are left.
  std::vector<float> f32_array(std::size_t max_count);
  std::vector<std::uint32_t> u32_array(std::size_t max_count);

  /// Marks the input as corrupt for a reason of the caller's (a value out of range, for one).
  void reject(std::string reason);
  bool ok() const { return !failed_; }
  std::size_t remaining() const { return bytes_.size() - offset_; }
  /// Success, or the first error.
  Result<void> status() const;

 private:
  std::span<const std::uint8_t> take(std::size_t count);
  std::size_t array_bytes(std::size_t max_count);

  std::span<const std::uint8_t> bytes_;
  std::size_t offset_ = 0;
  bool failed_ = false;
  std::string reason_;
};

}  // namespace outpost
