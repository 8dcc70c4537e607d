#include <outpost/data/parse.hpp>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>

#include <outpost/base/random.hpp>

using namespace outpost;

TEST_CASE("parse_number: whole numbers of 1 to 20 digits are what strtod reads", "[data][oracle]") {
  std::string digits;
  for (int length = 1; length <= 20; ++length) {
    digits += static_cast<char>('0' + (length * 7) % 10);
    for (const char last : {'0', '1', '9'}) {
      for (const char* sign : {"", "-"}) {
        digits.back() = last;
        const std::string cell = sign + digits;
        const double wanted = std::strtod(cell.c_str(), nullptr);
        REQUIRE(parse_number(cell).has_value());
        CHECK(*parse_number(cell) == wanted);
        CHECK(std::signbit(*parse_number(cell)) == std::signbit(wanted));
        CHECK(parse_number(" +" + digits + "\t").has_value());
        CHECK_FALSE(parse_number("+-" + digits).has_value());
        CHECK_FALSE(parse_number(cell + "-").has_value());
        CHECK_FALSE(parse_number(cell + "x").has_value());
      }
    }
  }
  CHECK_FALSE(parse_number("-").has_value());
}

TEST_CASE("parse_number: decimal numbers, signs, exponents and spaces", "[data]") {
  CHECK(parse_number("0") == 0.0);
  CHECK(parse_number(" 12.5\t") == 12.5);
  CHECK(parse_number("+3") == 3.0);
  CHECK(parse_number("-3e2") == -300.0);
  CHECK(parse_number("1E+3") == 1000.0);
  CHECK(parse_number(".5") == 0.5);
  CHECK(parse_number("5.") == 5.0);
  CHECK(parse_number("007") == 7.0);
  CHECK(std::signbit(*parse_number("-0")));
  CHECK(parse_number("1,5", ',') == 1.5);
  CHECK(parse_number("-1,5e1", ',') == -15.0);
}

TEST_CASE("parse_number: what is no number", "[data][error]") {
  for (const char* text : {"",
                           " ",
                           "abc",
                           "1x",
                           "1 2",
                           "0x10",
                           "1_000",
                           "1,000",
                           "--1",
                           "+-1",
                           "-+1",
                           "+",
                           "-",
                           ".",
                           "e5",
                           "1e",
                           "1e+",
                           "5%",
                           "1.2.3",
                           "inf1",
                           "infi",
                           "nan",
                           "NaN",
                           "-nan",
                           "nan(1)",
                           "NA",
                           "null",
                           "1.5f",
                           "\xC2\xA0"
                           "1"}) {
    INFO(text);
    CHECK_FALSE(parse_number(text).has_value());
  }
  CHECK_FALSE(parse_number("1.5", ',').has_value());
  CHECK_FALSE(parse_number("1.000,5", ',').has_value());
}

TEST_CASE("parse_number: infinity, overflow, underflow and denormals", "[data]") {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const char* text : {"inf", "Inf", "+inf", "infinity", "INFINITY", "1e309", "1e999999999999"}) {
    CHECK(parse_number(text) == infinity);
  }
  for (const char* text : {"-inf", "-Infinity", "-1e400"}) CHECK(parse_number(text) == -infinity);
  CHECK(parse_number("1e308") == 1e308);
  CHECK(parse_number("1e-400") == 0.0);
  CHECK(parse_number("5e-324") == std::numeric_limits<double>::denorm_min());
  CHECK(parse_number("2.2250738585072011e-308") == 2.2250738585072011e-308);
  CHECK(parse_number("0." + std::string(400, '0') + "1e400") == 0.1e0);
}

TEST_CASE("parse_number: agrees with strtod on random numbers of every size and length", "[data][oracle]") {
  Random random(5);
  char text[400];
  for (int i = 0; i < 200'000; ++i) {
    const double magnitude = std::pow(10.0, random.uniform() * 600.0 - 300.0);
    const int digits = static_cast<int>(random.uniform_index(25));
    std::snprintf(text, sizeof text, i % 2 == 0 ? "%.*e" : "%.*g", digits, (random.uniform() - 0.5) * magnitude);
    const auto value = parse_number(text);
    INFO(text);
    REQUIRE(value.has_value());
    REQUIRE(*value == std::strtod(text, nullptr));
  }
}

TEST_CASE("is_missing: the words, in any case, trimmed; nothing else", "[data]") {
  for (const char* text :
       {"", "  ", "\t", "NA", "na", "N/A", "#N/A", "NaN", "nan", "null", "NULL", "None", "-", "?", " NA "}) {
    INFO(text);
    CHECK(is_missing(text));
  }
  for (const char* text : {"0", "no", "n", "--", "??", "naan", "nil", "N A", "#NA", ".", "undefined"}) {
    INFO(text);
    CHECK_FALSE(is_missing(text));
  }
}

TEST_CASE("parse_boolean: the words; 0 and 1 are numbers", "[data]") {
  for (const char* text : {"true", "TRUE", " yes ", "T", "y", "On"}) CHECK(parse_boolean(text) == true);
  for (const char* text : {"false", "False", "no", "f", "N", "OFF"}) CHECK(parse_boolean(text) == false);
  for (const char* text : {"0", "1", "", "tru", "yess", "o", "maybe"}) CHECK_FALSE(parse_boolean(text).has_value());
}

TEST_CASE("parse_timestamp: published instants", "[data][oracle]") {
  // RFC 3339 section 5.8 examples, as seconds computed with `date -u +%s`.
  CHECK(parse_timestamp("1985-04-12T23:20:50.52Z") == 482196050520);
  CHECK(parse_timestamp("1996-12-19T16:39:57-08:00") == 851042397000);
  CHECK(parse_timestamp("1990-12-31T23:59:60Z") == 662688000000);
  CHECK(parse_timestamp("1937-01-01T12:00:27.87+00:20") == -1041337172130);
  CHECK(parse_timestamp("1970-01-01") == 0);
  CHECK(parse_timestamp("2000-02-29") == 951782400000);
  CHECK(parse_timestamp("2001-09-09 01:46:40") == 1000000000000);
  CHECK(parse_timestamp("2001/9/9 01:46:40") == 1000000000000);
  CHECK(parse_timestamp("2001-09-09t03:46:40+0200") == 1000000000000);
  CHECK(parse_timestamp("2001-09-09 03:46:40 +02") == 1000000000000);
  CHECK(parse_timestamp(" 2001-09-09T01:46 ") == 999999960000);
  CHECK(parse_timestamp("1969-12-31T23:59:59.999999Z") == -1);
}

TEST_CASE("parse_timestamp: every day from 1678 to 2261 follows the one before", "[data][oracle]") {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  std::optional<std::int64_t> before;
  char text[40];
  for (int year = 1678; year <= 2261; ++year) {
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    for (int month = 1; month <= 12; ++month) {
      const int days = kDays[month - 1] + (month == 2 && leap ? 1 : 0);
      for (int day = 1; day <= days; ++day) {
        std::snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
        const auto at = parse_timestamp(text);
        INFO(text);
        REQUIRE(at.has_value());
        if (before.has_value()) REQUIRE(*at - *before == 86'400'000);
        before = at;
      }
      std::snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, days + 1);
      REQUIRE_FALSE(parse_timestamp(text).has_value());
    }
  }
}

TEST_CASE("parse_timestamp: what is no timestamp", "[data][error]") {
  for (const char* text : {"",
                           "2024",
                           "2024-01",
                           "1/2/2024",
                           "2024-1-2",
                           "2024-13-01",
                           "2024-00-10",
                           "2024-01-00",
                           "2023-02-29",
                           "1900-02-29",
                           "2024-01-01T",
                           "2024-01-01T1",
                           "2024-01-01T10",
                           "2024-01-01T24:00",
                           "2024-01-01T10:60",
                           "2024-01-01T10:00:61",
                           "2024-01-01T10:00:00.",
                           "2024-01-01T10:00Zx",
                           "2024-01-01T10:00+",
                           "2024-01-01T10:00+5",
                           "2024-01-01T10:00+24:00",
                           "2024-01/01",
                           "1677-12-31",
                           "2262-01-01",
                           "20240101",
                           "2024-01-01x",
                           "12:30:00",
                           "2024-01-01T10:00:00 UTC"}) {
    INFO(text);
    CHECK_FALSE(parse_timestamp(text).has_value());
  }
}
