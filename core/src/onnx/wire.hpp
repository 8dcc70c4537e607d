/// @file  The protobuf wire format: what ONNX files are made of. The reader never leaves its bytes and never throws.
/// Source: the encoding chapter of the Protocol Buffers documentation (varint, length-delimited and fixed fields).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace outpost::onnx {

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// One field of a message: `number` is its varint or fixed bits, `bytes` its content where it is length-delimited.
struct WireField {
  std::uint32_t id = 0;
  WireType type = WireType::varint;
  std::uint64_t number = 0;
  std::span<const std::uint8_t> bytes;

  std::string_view text() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
  std::int64_t integer() const { return static_cast<std::int64_t>(number); }
};

/// Walks the fields of one message. Stops for good at the first damaged one.
class WireReader {
 public:
  explicit WireReader(std::span<const std::uint8_t> message) : bytes_(message) {}

  /// The next field; false at the end and after damage.
  bool next(WireField& field);
  bool damaged() const { return damaged_; }
  /// Bytes consumed so far: the place of the damage.
  std::size_t offset() const { return offset_; }

 private:
  bool varint(std::uint64_t& value);
  bool fixed(std::size_t size, std::uint64_t& value);

  std::span<const std::uint8_t> bytes_;
  std::size_t offset_ = 0;
  bool damaged_ = false;
};

/// The varints of a packed field; false where the bytes are damaged or hold more than `max_count`.
bool unpack_varints(std::span<const std::uint8_t> packed, std::size_t max_count, std::vector<std::int64_t>& out);
/// Four little-endian bytes each.
bool unpack_floats(std::span<const std::uint8_t> packed, std::size_t max_count, std::vector<float>& out);
float float_of_bits(std::uint32_t bits);

void append_varint(std::string& out, std::uint64_t value);
void append_integer(std::string& out, std::uint32_t id, std::int64_t value);
void append_text(std::string& out, std::uint32_t id, std::string_view value);
void append_float(std::string& out, std::uint32_t id, float value);
void append_packed(std::string& out, std::uint32_t id, std::span<const std::int64_t> values);
void append_packed(std::string& out, std::uint32_t id, std::span<const float> values);

}  // namespace outpost::onnx
