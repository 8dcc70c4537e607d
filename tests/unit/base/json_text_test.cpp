#include <outpost/base/json_text.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <outpost/base/random.hpp>

#include "base/json_value.hpp"

namespace outpost {
namespace {

TEST_CASE("json text: numbers in the fewest digits, and words for what is none", "[base][oracle]") {
  CHECK(shortest_text(0.1) == "0.1");
  CHECK(shortest_text(0.1F) == "0.1");
  CHECK(shortest_text(12.0) == "12");
  CHECK(shortest_text(-0.0) == "-0");
  CHECK(shortest_text(1e30) == "1e+30");
  const double infinite = std::numeric_limits<double>::infinity();
  CHECK(shortest_text(infinite) == "inf");
  CHECK(shortest_text(-infinite) == "-inf");
  CHECK(shortest_text(std::nan("")) == "nan");
  CHECK(shortest_text(-std::numeric_limits<float>::infinity()) == "-inf");
}

TEST_CASE("json text: every float32 reads back by way of a double", "[base][property]") {
  Random random(4);
  for (int i = 0; i < 100000; ++i) {
    const auto bits = static_cast<std::uint32_t>(random.next());
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    JsonText json;
    json.single({}, value);
    const std::string text = json.take();
    const double parsed = nlohmann::json::parse(text).get<double>();
    INFO(text);
    CHECK(std::fabs(parsed) <= std::numeric_limits<float>::max());
    CHECK(static_cast<float>(parsed) == value);
  }
}

TEST_CASE("json text: a foreign parser reads what was written, and so does ours", "[base][oracle]") {
  JsonText json;
  json.open({}, '{');
  json.text("quoted \"key\"", "tab\t, line\n, back\\slash, caf\xc3\xa9");
  json.open("list", '[');
  json.count({}, 18446744073709551615U);
  json.real({}, std::nan(""));
  json.flag({}, true);
  json.close(']');
  json.text_or_null("nothing", "");
  json.close('}');
  const std::string text = json.take();
  const auto theirs = nlohmann::json::parse(text);
  CHECK(theirs["quoted \"key\""] == "tab\t, line\n, back\\slash, caf\xc3\xa9");
  CHECK(theirs["list"] == nlohmann::json::array({18446744073709551615U, nullptr, true}));
  CHECK(theirs["nothing"].is_null());
  const JsonValue ours = parse_json(text);
  REQUIRE(ours.find("list") != nullptr);
  CHECK(ours.find("list")->members.at(0).value.whole == 18446744073709551615U);
  CHECK(ours.find("quoted \"key\"")->text == theirs["quoted \"key\""].get<std::string>());
  CHECK(parse_json("[1,").is(JsonValue::Type::nothing));
  CHECK(parse_json(std::string(65, '[') + std::string(65, ']')).is(JsonValue::Type::nothing));
  CHECK_FALSE(parse_json(std::string(64, '[') + std::string(64, ']')).is(JsonValue::Type::nothing));
}

}  // namespace
}  // namespace outpost
