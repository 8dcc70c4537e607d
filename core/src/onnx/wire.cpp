#include "onnx/wire.hpp"

#include <cstring>

namespace outpost::onnx {
namespace {

constexpr std::uint32_t kMaxFieldId = (1U << 29) - 1;

void append_tag(std::string& out, std::uint32_t id, WireType type) {
  append_varint(out, static_cast<std::uint64_t>(id) << 3 | static_cast<std::uint64_t>(type));
}

std::size_t varint_bytes(std::uint64_t value) {
  std::size_t bytes = 1;
  while (value >= 0x80) {
    value >>= 7;
    ++bytes;
  }
  return bytes;
}

void append_float_bytes(std::string& out, float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(bits >> (8 * i) & 0xFF));
}

}  // namespace

bool WireReader::varint(std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (offset_ == bytes_.size()) return false;
    const std::uint8_t byte = bytes_[offset_++];
    if (shift == 63 && byte > 1) return false;  // more than 64 bits
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

bool WireReader::fixed(std::size_t size, std::uint64_t& value) {
  if (bytes_.size() - offset_ < size) return false;
  value = 0;
  for (std::size_t i = 0; i < size; ++i) value |= static_cast<std::uint64_t>(bytes_[offset_ + i]) << (8 * i);
  offset_ += size;
  return true;
}

bool WireReader::next(WireField& field) {
  if (damaged_ || offset_ == bytes_.size()) return false;
  damaged_ = true;  // until this field is whole
  std::uint64_t tag = 0;
  if (!varint(tag)) return false;
  field = {};
  if (tag >> 3 == 0 || tag >> 3 > kMaxFieldId) return false;
  field.id = static_cast<std::uint32_t>(tag >> 3);
  switch (tag & 7) {
    case static_cast<std::uint64_t>(WireType::varint):
      field.type = WireType::varint;
      if (!varint(field.number)) return false;
      break;
    case static_cast<std::uint64_t>(WireType::fixed64):
      field.type = WireType::fixed64;
      if (!fixed(8, field.number)) return false;
      break;
    case static_cast<std::uint64_t>(WireType::fixed32):
      field.type = WireType::fixed32;
      if (!fixed(4, field.number)) return false;
      break;
    case static_cast<std::uint64_t>(WireType::bytes): {
      field.type = WireType::bytes;
      std::uint64_t length = 0;
      if (!varint(length) || length > bytes_.size() - offset_) return false;
      field.bytes = bytes_.subspan(offset_, static_cast<std::size_t>(length));
      offset_ += static_cast<std::size_t>(length);
      break;
    }
    default: return false;  // groups are not used by ONNX, 6 and 7 by no one
  }
  damaged_ = false;
  return true;
}

bool unpack_varints(std::span<const std::uint8_t> packed, std::size_t max_count, std::vector<std::int64_t>& out) {
  std::size_t at = 0;
  while (at < packed.size()) {
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (;; shift += 7) {
      if (at == packed.size() || shift > 63) return false;
      const std::uint8_t byte = packed[at++];
      if (shift == 63 && byte > 1) return false;
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) break;
    }
    if (out.size() == max_count) return false;
    out.push_back(static_cast<std::int64_t>(value));
  }
  return true;
}

bool unpack_floats(std::span<const std::uint8_t> packed, std::size_t max_count, std::vector<float>& out) {
  const std::size_t count = packed.size() / 4;
  if (packed.size() % 4 != 0 || count > max_count - out.size()) return false;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t bits = 0;
    for (std::size_t b = 0; b < 4; ++b) bits |= static_cast<std::uint32_t>(packed[4 * i + b]) << (8 * b);
    out.push_back(float_of_bits(bits));
  }
  return true;
}

float float_of_bits(std::uint32_t bits) {
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

void append_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>((value & 0x7F) | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void append_integer(std::string& out, std::uint32_t id, std::int64_t value) {
  append_tag(out, id, WireType::varint);
  append_varint(out, static_cast<std::uint64_t>(value));
}

void append_text(std::string& out, std::uint32_t id, std::string_view value) {
  append_tag(out, id, WireType::bytes);
  append_varint(out, value.size());
  out.append(value);
}

void append_float(std::string& out, std::uint32_t id, float value) {
  append_tag(out, id, WireType::fixed32);
  append_float_bytes(out, value);
}

void append_packed(std::string& out, std::uint32_t id, std::span<const std::int64_t> values) {
  std::size_t bytes = 0;
  for (const std::int64_t value : values) bytes += varint_bytes(static_cast<std::uint64_t>(value));
  append_tag(out, id, WireType::bytes);
  append_varint(out, bytes);
  for (const std::int64_t value : values) append_varint(out, static_cast<std::uint64_t>(value));
}

void append_packed(std::string& out, std::uint32_t id, std::span<const float> values) {
  append_tag(out, id, WireType::bytes);
  append_varint(out, values.size() * 4);
  for (const float value : values) append_float_bytes(out, value);
}

}  // namespace outpost::onnx
