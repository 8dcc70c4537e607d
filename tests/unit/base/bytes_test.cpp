#include <outpost/base/bytes.hpp>

#include <limits>

#include <catch2/catch.hpp>

namespace outpost {
namespace {

TEST_CASE("bytes: what was written is read back", "[base][property]") {
  ByteWriter writer;
  writer.u8(200);
  writer.u32(0x89abcdefU);
  writer.u64(0x0123456789abcdefU);
  writer.f32(-1.5F);
  writer.f64(std::numeric_limits<double>::denorm_min());
  const std::string_view text("Größe\0x", 9);
  writer.text(text);
  writer.text("");
  const std::vector<float> floats{0.0F, -0.0F, std::numeric_limits<float>::infinity(), 1e-40F};
  const std::vector<std::uint32_t> words{1, 0xffffffffU};
  writer.f32_array(floats);
  writer.u32_array(words);
  writer.f32_array({});

  ByteReader reader(writer.bytes());
  CHECK(reader.u8() == 200);
  CHECK(reader.u32() == 0x89abcdefU);
  CHECK(reader.u64() == 0x0123456789abcdefU);
  CHECK(reader.f32() == -1.5F);
  CHECK(reader.f64() == std::numeric_limits<double>::denorm_min());
  CHECK(reader.text() == text);
  CHECK(reader.text().empty());
  CHECK(reader.f32_array(4) == floats);
  CHECK(reader.u32_array(2) == words);
  CHECK(reader.f32_array(0).empty());
  CHECK(reader.remaining() == 0);
  CHECK(reader.status());
}

TEST_CASE("bytes: numbers are little-endian IEEE 754", "[base][oracle]") {
  ByteWriter writer;
  writer.u32(0x01020304U);
  writer.f32(1.0F);
  writer.f64(-2.0);
  writer.text("ab");
  writer.f32_array(std::vector<float>{0.5F});
  const std::vector<std::uint8_t> expected{4, 3, 2, 1,   0,   0, 0x80, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0, 2,
                                           0, 0, 0, 'a', 'b', 1, 0,    0,    0, 0, 0, 0, 0, 0, 0, 0,    0x3f};
  CHECK(writer.bytes() == expected);
}

TEST_CASE("bytes: every truncation is an error, and never an over-read", "[base][error]") {
  ByteWriter writer;
  writer.u8(1);
  writer.u64(2);
  writer.text("name");
  writer.f32_array(std::vector<float>{1, 2, 3});
  const std::vector<std::uint8_t> whole = writer.take();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    // A copy of the exact length, so that a sanitizer sees a read beyond it.
    const std::vector<std::uint8_t> part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    ByteReader reader(part);
    reader.u8();
    reader.u64();
    reader.text();
    reader.f32_array(100);
    CHECK_FALSE(reader.ok());
    REQUIRE_FALSE(reader.status());
    CHECK(reader.status().error().code == ErrorCode::corrupt_model);
  }
}

TEST_CASE("bytes: hostile lengths are refused before memory is taken", "[base][error]") {
  for (const std::uint64_t count : {std::uint64_t{3}, std::uint64_t{1} << 32, (std::uint64_t{1} << 62) + 1,
                                    std::uint64_t{1} << 63, std::numeric_limits<std::uint64_t>::max()}) {
    ByteWriter writer;
    writer.u64(count);
    writer.f32(1);
    writer.f32(2);
    ByteReader reader(writer.bytes());
    CHECK(reader.f32_array(std::numeric_limits<std::size_t>::max()).empty());
    CHECK_FALSE(reader.ok());
  }
  ByteWriter writer;
  writer.u32(0xffffffffU);
  ByteReader long_text(writer.bytes());
  CHECK(long_text.text(std::numeric_limits<std::size_t>::max()).empty());
  CHECK_FALSE(long_text.ok());

  ByteWriter four;
  four.f32_array(std::vector<float>{1, 2, 3, 4});
  ByteReader three(four.bytes());
  CHECK(three.f32_array(3).empty());
  CHECK_FALSE(three.ok());

  ByteWriter text;
  text.text("abcd");
  ByteReader short_text(text.bytes());
  CHECK(short_text.text(3).empty());
  CHECK_FALSE(short_text.ok());
}

TEST_CASE("bytes: the first error stays, with its offset, and everything after it reads as zero", "[base][error]") {
  ByteWriter writer;
  writer.u32(7);
  writer.u32(8);
  ByteReader reader(writer.bytes());
  reader.u32();
  reader.reject("seven is not allowed");
  CHECK(reader.u32() == 0);
  CHECK(reader.f64() == 0);
  CHECK(reader.text().empty());
  reader.reject("another reason");
  REQUIRE_FALSE(reader.status());
  const std::string message = reader.status().error().message;
  CHECK(message.find("byte 4") != std::string::npos);
  CHECK(message.find("seven is not allowed") != std::string::npos);
  CHECK(message.find("another") == std::string::npos);
}

}  // namespace
}  // namespace outpost
