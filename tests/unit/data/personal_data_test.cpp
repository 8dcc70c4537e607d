#include <outpost/data/personal_data.hpp>

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace outpost {
namespace {

TEST_CASE("luhn_valid: published examples", "[data][oracle]") {
  CHECK(luhn_valid("79927398713"));  // the example given with the method
  for (char check = '0'; check <= '9'; ++check) {
    CHECK(luhn_valid(std::string("7992739871") + check) == (check == '3'));
  }
  CHECK(luhn_valid("17893729974"));
  CHECK(luhn_valid("4539578763621486"));
  CHECK_FALSE(luhn_valid("4539578763621487"));
  CHECK_FALSE(luhn_valid(""));
  CHECK_FALSE(luhn_valid("0"));
  CHECK_FALSE(luhn_valid("7992739871x"));
}

TEST_CASE("luhn_valid: finds every single wrong digit", "[data][property]") {
  const std::string number = "4111111111111111";
  for (std::size_t place = 0; place < number.size(); ++place) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      std::string changed = number;
      changed[place] = digit;
      CHECK(luhn_valid(changed) == (changed == number));
    }
  }
}

TEST_CASE("is_card_number: the test numbers that card schemes publish", "[data][oracle]") {
  for (const char* number :
       {"4111111111111111", "4012888888881881", "4222222222222", "5555555555554444", "5105105105105100",
        "2223003122003222", "378282246310005", "371449635398431", "30569309025904", "38520000023237",
        "6011111111111117", "3530111333300000", "4111 1111 1111 1111", "4111-1111-1111-1111", "3782 822463 10005"}) {
    CAPTURE(number);
    CHECK(is_card_number(number));
  }
}

TEST_CASE("is_card_number: other numbers are not cards", "[data]") {
  for (const char* text :
       {"4111111111111112", "1700000000000", "1111111111111111", "411111111111", "0", "", "4111  1111 1111 1111",
        "4111111111111111x", "-4111111111111111", "4111111111111111 ", "41111111111111111111", "3.14159265358979"}) {
    CAPTURE(text);
    CHECK_FALSE(is_card_number(text));
  }
}

TEST_CASE("is_ip_address: IPv4", "[data]") {
  for (const char* text : {"192.168.0.1", "0.0.0.0", "255.255.255.255", "10.0.0.1:8080", "10.0.0.0/8"}) {
    CAPTURE(text);
    CHECK(is_ip_address(text));
  }
  for (const char* text :
       {"256.1.1.1", "1.2.3", "1.2.3.4.5", "1.2.3.04", "1.2.3.4 ", "1..2.3", "1.2.3.4:", "1.2.3.4/333", "", "1.5"}) {
    CAPTURE(text);
    CHECK_FALSE(is_ip_address(text));
  }
}

TEST_CASE("is_ip_address: IPv6, with the examples of RFC 4291", "[data][oracle]") {
  for (const char* text : {"ABCD:EF01:2345:6789:ABCD:EF01:2345:6789", "2001:DB8:0:0:8:800:200C:417A",
                           "2001:DB8::8:800:200C:417A", "FF01::101", "::1", "0:0:0:0:0:0:13.1.68.3", "::13.1.68.3",
                           "::FFFF:129.144.52.38", "2001:DB8:0:CD30::/60", "fe80::1%eth0", "1::"}) {
    CAPTURE(text);
    CHECK(is_ip_address(text));
  }
  for (const char* text : {"12:30:45", "::", "1::2::3", "1:::2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::1",
                           "aa:bb:cc:dd:ee:ff", ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:", "g::1", "1::2:", "std::string"}) {
    CAPTURE(text);
    CHECK_FALSE(is_ip_address(text));
  }
}

TEST_CASE("has_email: addresses, also inside a text", "[data]") {
  for (const char* text : {"a@b.org", "first.last+tag@sub.example.co.uk", "write to me@example.com, please",
                           "<x_y@host-1.example>", "it was me@example.com.", "@ no, but b@c.de"}) {
    CAPTURE(text);
    CHECK(has_email(text));
  }
  for (const char* text : {"a@b", "@example.com", "a@.com", "a@b..com", "a@b.c", "a@b.c1", "a.@b.org", "user at b.org",
                           "a@-b.org", "a@b-.org", "@", ""}) {
    CAPTURE(text);
    CHECK_FALSE(has_email(text));
  }
}

TEST_CASE("is_phone_number: international, national and North American forms", "[data]") {
  for (const char* text : {"+49 30 901820", "+1-202-555-0143", "+442079460958", "030 90182-0123", "(202) 555-0143",
                           "202-555-0143", "1 202 555 0143", "089/1234567", "202.555.0143"}) {
    CAPTURE(text);
    CHECK(is_phone_number(text));
  }
  for (const char* text : {"12345678", "2025550143", "1.234.567.890", "2024-01-02", "01-02-2024", "+0 123 4567 89",
                           "+12345", "123-45-6789", "00 11 22 33 44", "12 34 56 78", "1234567890123456789", "", "+"}) {
    CAPTURE(text);
    CHECK_FALSE(is_phone_number(text));
  }
}

TEST_CASE("is_national_id: published specimens and their broken copies", "[data]") {
  for (const char* text :
       {"078-05-1120",  // the number of the 1938 wallet card
        "QQ123456C", "AB 12 34 56 C", "12345678Z", "X1234567L", "RSSMRA85T10A562S", "111.444.777-35"}) {
    CAPTURE(text);
    const bool never_given_out = std::string(text).substr(0, 1) == "Q";
    CHECK(is_national_id(text) != never_given_out);
  }
  for (const char* text : {"000-12-3456", "666-12-3456", "900-12-3456", "123-00-4567", "123-45-0000", "12345678A",
                           "111.444.777-36", "111.111.111-11", "AB123456E", "DA123456A", "123-456-789", ""}) {
    CAPTURE(text);
    CHECK_FALSE(is_national_id(text));
  }
}

TEST_CASE("find_personal_data: says which kind, and nothing for ordinary cells", "[data]") {
  CHECK(find_personal_data("a@b.org") == PersonalData::email);
  CHECK(find_personal_data(" 192.168.0.1 ") == PersonalData::ip_address);
  CHECK(find_personal_data("fe80::1") == PersonalData::ip_address);
  CHECK(find_personal_data("4111 1111 1111 1111") == PersonalData::card_number);
  CHECK(find_personal_data("078-05-1120") == PersonalData::national_id);
  CHECK(find_personal_data("+49 30 901820") == PersonalData::phone);
  for (const char* text : {"red", "", "Berlin", "12 apples", "2024-01-02", "10:30:00", "1,234.50 EUR", "v1.2.3",
                           "a:b:c", "3-2-1", "AB-1234"}) {
    CAPTURE(text);
    CHECK_FALSE(find_personal_data(text).has_value());
  }
  const std::string late = std::string(1000, ' ') + "a@b.org";
  CHECK_FALSE(find_personal_data(late).has_value());
}

}  // namespace
}  // namespace outpost
