#include <outpost/base/bytes.hpp>

#include <bit>
#include <cassert>
#include <cstring>

namespace outpost {
namespace {

static_assert(sizeof(float) == 4 && sizeof(double) == 8);

template <class Word>
void append(std::vector<std::uint8_t>& bytes, Word value) {
  for (std::size_t i = 0; i < sizeof value; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

template <class Word>
Word load(std::span<const std::uint8_t> bytes) {
  Word value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value = static_cast<Word>(value | (static_cast<Word>(bytes[i]) << (8 * i)));
  }
  return value;
}

template <class To, class From>
To same_bits_as(From value) {
  static_assert(sizeof(To) == sizeof(From));
  To result;
  std::memcpy(&result, &value, sizeof result);
  return result;
}

/// 4-byte values, at once where memory is little-endian already.
template <class Value>
void append_array(std::vector<std::uint8_t>& bytes, std::span<const Value> values) {
  append(bytes, static_cast<std::uint64_t>(values.size()));
  if (values.empty()) return;
  if constexpr (std::endian::native == std::endian::little) {
    const std::size_t at = bytes.size();
    bytes.resize(at + 4 * values.size());
    std::memcpy(bytes.data() + at, values.data(), 4 * values.size());
  } else {
    for (const Value value : values) append(bytes, same_bits_as<std::uint32_t>(value));
  }
}

template <class Value>
std::vector<Value> load_array(std::span<const std::uint8_t> bytes) {
  std::vector<Value> values(bytes.size() / 4);
  if (values.empty()) return values;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(values.data(), bytes.data(), bytes.size());
  } else {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = same_bits_as<Value>(load<std::uint32_t>(bytes.subspan(4 * i, 4)));
    }
  }
  return values;
}

}  // namespace

void ByteWriter::u8(std::uint8_t value) { bytes_.push_back(value); }
void ByteWriter::u32(std::uint32_t value) { append(bytes_, value); }
void ByteWriter::u64(std::uint64_t value) { append(bytes_, value); }
void ByteWriter::f32(float value) { append(bytes_, same_bits_as<std::uint32_t>(value)); }
void ByteWriter::f64(double value) { append(bytes_, same_bits_as<std::uint64_t>(value)); }

void ByteWriter::text(std::string_view value) {
  assert(value.size() <= 0xffffffffU);
  u32(static_cast<std::uint32_t>(value.size()));
  bytes_.insert(bytes_.end(), value.begin(), value.end());
}

void ByteWriter::f32_array(std::span<const float> values) { append_array(bytes_, values); }
void ByteWriter::u32_array(std::span<const std::uint32_t> values) { append_array(bytes_, values); }

std::span<const std::uint8_t> ByteReader::take(std::size_t count) {
  if (!failed_ && count > remaining()) {
    reject("it ends where " + std::to_string(count) + " more bytes should follow, " + std::to_string(remaining()) +
           " are left");
  }
  if (failed_) return {};
  const auto part = bytes_.subspan(offset_, count);
  offset_ += count;
  return part;
}

std::uint8_t ByteReader::u8() { return load<std::uint8_t>(take(1)); }
std::uint32_t ByteReader::u32() { return load<std::uint32_t>(take(4)); }
std::uint64_t ByteReader::u64() { return load<std::uint64_t>(take(8)); }
float ByteReader::f32() { return same_bits_as<float>(u32()); }
double ByteReader::f64() { return same_bits_as<double>(u64()); }

std::string ByteReader::text(std::size_t max_length) {
  const std::uint32_t length = u32();
  if (ok() && length > max_length) {
    reject("a text of " + std::to_string(length) + " bytes, at most " + std::to_string(max_length) + " are allowed");
  }
  const auto part = take(ok() ? length : 0);
  return {part.begin(), part.end()};
}

std::size_t ByteReader::array_bytes(std::size_t max_count) {
  const std::uint64_t count = u64();
  if (ok() && (count > max_count || count > remaining() / 4)) {
    reject("an array of " + std::to_string(count) + " values, at most " + std::to_string(max_count) +
           " are allowed and " + std::to_string(remaining() / 4) + " are left");
  }
  return ok() ? 4 * static_cast<std::size_t>(count) : 0;
}

std::vector<float> ByteReader::f32_array(std::size_t max_count) {
  return load_array<float>(take(array_bytes(max_count)));
}

std::vector<std::uint32_t> ByteReader::u32_array(std::size_t max_count) {
  return load_array<std::uint32_t>(take(array_bytes(max_count)));
}

void ByteReader::reject(std::string reason) {
  if (failed_) return;
  failed_ = true;
  reason_ = "the model file is damaged at byte " + std::to_string(offset_) + ": " + std::move(reason);
}

Result<void> ByteReader::status() const {
  if (!failed_) return {};
  return fail(ErrorCode::corrupt_model, reason_, "copy the file again, or train the model again");
}

}  // namespace outpost
