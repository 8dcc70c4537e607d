// Cells: numbers as strtod reads them, timestamps that can be written and read again, no cell of two kinds.
#include <cmath>

#include <outpost/data/parse.hpp>

#include "fuzz_support.hpp"

namespace outpost::fuzz {
namespace {

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

void check_number(std::string_view cell) {
  const auto number = parse_number(cell);
  FUZZ_CHECK(!number || !std::isnan(*number));
  const std::string text = trimmed(cell);
  if (text.find_first_not_of("0123456789+-.eE") != std::string::npos) return;
  char* end = nullptr;
  const double expected = std::strtod(text.c_str(), &end);
  const bool whole = !text.empty() && *end == '\0';
  FUZZ_CHECK(whole == number.has_value());
  if (whole) FUZZ_CHECK(*number == expected && std::signbit(*number) == std::signbit(expected));
  std::string with_comma = text;
  for (char& c : with_comma) c = c == '.' ? ',' : c;
  FUZZ_CHECK(parse_number(with_comma, ',') == number);
}

/// The instant as ISO 8601, by counting years and months.
std::string written(std::int64_t milliseconds) {
  constexpr std::int64_t kDay = 86'400'000;
  std::int64_t days = milliseconds / kDay;
  std::int64_t rest = milliseconds % kDay;
  if (rest < 0) {
    rest += kDay;
    --days;
  }
  const auto leap = [](int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; };
  int year = 1970;
  while (days < 0) days += leap(--year) ? 366 : 365;
  while (days >= (leap(year) ? 366 : 365)) days -= leap(year++) ? 366 : 365;
  const int lengths[] = {31, leap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int month = 0;
  while (days >= lengths[month]) days -= lengths[month++];
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month + 1, static_cast<int>(days) + 1,
                static_cast<int>(rest / 3'600'000), static_cast<int>(rest / 60'000 % 60),
                static_cast<int>(rest / 1000 % 60), static_cast<int>(rest % 1000));
  return text;
}

void check_timestamp(std::string_view cell) {
  const auto instant = parse_timestamp(cell);
  if (!instant) return;
  FUZZ_CHECK(!parse_number(cell) && !parse_boolean(cell) && !is_missing(cell));
  const std::string text = written(*instant);
  // An offset may move the first and the last day out of the range.
  if (text.substr(0, 4) < "1678" || text.substr(0, 4) > "2261") return;
  FUZZ_CHECK(parse_timestamp(text) == instant);
}

}  // namespace
}  // namespace outpost::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace outpost;
  const std::string_view cell(reinterpret_cast<const char*>(data), size);
  if (cell.find('\0') != std::string_view::npos) return 0;  // strtod would stop there; the readers let none through
  fuzz::check_number(cell);
  fuzz::check_timestamp(cell);
  FUZZ_CHECK(!(is_missing(cell) && (parse_number(cell) || parse_boolean(cell))));
  FUZZ_CHECK(!(parse_number(cell) && parse_boolean(cell)));
  return 0;
}
