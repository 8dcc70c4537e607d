#include "onnx/wire.hpp"

#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include <outpost/base/random.hpp>

namespace outpost::onnx {
namespace {

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::vector<std::int64_t> any_integers(Random& random) {
  std::vector<std::int64_t> values{
      0, 1, 127, 128, -1, std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()};
  for (int i = 0; i < 50; ++i) values.push_back(static_cast<std::int64_t>(random.next() >> random.uniform_index(64)));
  return values;
}

TEST_CASE("wire: what is written is byte for byte what protozero writes", "[onnx][oracle]") {
  Random random(1);
  const std::vector<std::int64_t> integers = any_integers(random);
  const std::vector<float> floats{0, -0.0F, 1.5F, -3e38F, std::numeric_limits<float>::denorm_min()};
  std::string ours, theirs;
  protozero::pbf_writer writer(theirs);
  for (const std::int64_t value : integers) {
    append_integer(ours, 3, value);
    writer.add_int64(3, value);
  }
  for (const float value : floats) {
    append_float(ours, 400, value);
    writer.add_float(400, value);
  }
  append_text(ours, 16, "name");
  writer.add_string(16, "name");
  append_text(ours, 16, std::string(300, 'x'));
  writer.add_string(16, std::string(300, 'x'));
  append_packed(ours, 7, integers);
  writer.add_packed_int64(7, integers.begin(), integers.end());
  append_packed(ours, 8, floats);
  writer.add_packed_float(8, floats.begin(), floats.end());
  CHECK(ours == theirs);
}

TEST_CASE("wire: what protozero writes is read", "[onnx][oracle]") {
  Random random(2);
  const std::vector<std::int64_t> integers = any_integers(random);
  std::string message;
  protozero::pbf_writer writer(message);
  for (const std::int64_t value : integers) writer.add_int64(1, value);
  writer.add_float(2, -2.5F);
  writer.add_double(3, 1e300);
  writer.add_string(536870911, "last field");
  writer.add_packed_int64(5, integers.begin(), integers.end());
  WireReader reader(bytes_of(message));
  WireField field;
  for (const std::int64_t value : integers) {
    REQUIRE(reader.next(field));
    CHECK(field.id == 1);
    CHECK(field.integer() == value);
  }
  REQUIRE(reader.next(field));
  CHECK(float_of_bits(static_cast<std::uint32_t>(field.number)) == -2.5F);
  REQUIRE(reader.next(field));
  double number = 0;
  std::memcpy(&number, &field.number, sizeof number);
  CHECK(number == 1e300);
  REQUIRE(reader.next(field));
  CHECK(field.id == 536870911);
  CHECK(field.text() == "last field");
  REQUIRE(reader.next(field));
  std::vector<std::int64_t> unpacked;
  CHECK(unpack_varints(field.bytes, integers.size(), unpacked));
  CHECK(unpacked == integers);
  unpacked.clear();
  CHECK_FALSE(unpack_varints(field.bytes, integers.size() - 1, unpacked));
  CHECK_FALSE(reader.next(field));
  CHECK_FALSE(reader.damaged());
}

TEST_CASE("wire: every truncation stops at the last whole field", "[onnx][error]") {
  std::string message;
  append_integer(message, 1, 1234567890123);
  append_text(message, 2, "some text");
  append_float(message, 3, 1.0F);
  for (std::size_t cut = 0; cut <= message.size(); ++cut) {
    WireReader reader(bytes_of(message).first(cut));
    WireField field;
    std::size_t whole = 0;
    while (reader.next(field)) ++whole;
    const bool at_border = cut == 0 || cut == 7 || cut == 18 || cut == message.size();
    CHECK(reader.damaged() == !at_border);
    CHECK(whole == (cut >= message.size() ? 3U : cut >= 18 ? 2U : cut >= 7 ? 1U : 0U));
  }
}

TEST_CASE("wire: malformed fields are damage", "[onnx][error]") {
  const std::vector<std::string> bad{
      std::string("\x00\x01", 2),                      // field 0
      "\x0b",                                          // a group
      "\x0e\x01",                                      // wire type 6
      std::string(11, '\xff'),                         // a varint of more than ten bytes
      "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",  // more than 64 bits
      "\x0a\xff\xff\xff\xff\x0f",                      // longer than what follows
      "\x0d\x01",                                      // half a float
  };
  for (const std::string& message : bad) {
    WireReader reader(bytes_of(message));
    WireField field;
    CHECK_FALSE(reader.next(field));
    CHECK(reader.damaged());
    CHECK_FALSE(reader.next(field));
  }
  std::vector<float> floats;
  CHECK_FALSE(unpack_floats(bytes_of(std::string(7, 'x')), 10, floats));
  CHECK_FALSE(unpack_floats(bytes_of(std::string(8, 'x')), 1, floats));
}

}  // namespace
}  // namespace outpost::onnx
