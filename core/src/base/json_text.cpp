#include <outpost/base/json_text.hpp>

#include <cmath>
#include <limits>

#include <fast_float/fast_float.h>
#include <nlohmann/json.hpp>

namespace outpost {
namespace {

template <class Number>
std::string shortest(Number value) {
  if (!std::isfinite(value)) return value != value ? "nan" : value < 0 ? "-inf" : "inf";
  // std::to_chars would do, but the libc++ of Emscripten 3.1 has none for numbers with a point.
  char digits[64];
  const char* const end = nlohmann::detail::to_chars(digits, digits + sizeof digits, value);
  std::string text(digits, static_cast<std::size_t>(end - digits));
  if (text.size() > 2 && text.compare(text.size() - 2, 2, ".0") == 0) text.resize(text.size() - 2);
  return text;
}

}  // namespace

std::string shortest_text(double value) { return shortest(value); }
std::string shortest_text(float value) { return shortest(value); }

void JsonText::begin(std::string_view key) {
  if (!first_) out_ += ',';
  first_ = false;
  if (key.empty()) return;
  quote(key);
  out_ += ':';
}

void JsonText::quote(std::string_view value) {
  constexpr const char* kHex = "0123456789abcdef";
  out_ += '"';
  for (const char letter : value) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte < 0x20) {
      out_ += "\\u00";
      out_ += kHex[byte >> 4];
      out_ += kHex[byte & 15];
      continue;
    }
    if (letter == '"' || letter == '\\') out_ += '\\';
    out_ += letter;
  }
  out_ += '"';
}

void JsonText::open(std::string_view key, char bracket) {
  begin(key);
  out_ += bracket;
  first_ = true;
}

void JsonText::close(char bracket) {
  out_ += bracket;
  first_ = false;
}

void JsonText::text(std::string_view key, std::string_view value) {
  begin(key);
  quote(value);
}

void JsonText::text_or_null(std::string_view key, std::string_view value) {
  if (value.empty()) {
    nothing(key);
  } else {
    text(key, value);
  }
}

void JsonText::real(std::string_view key, double value) {
  if (!std::isfinite(value)) return nothing(key);
  begin(key);
  out_ += shortest_text(value);
}

void JsonText::single(std::string_view key, float value) {
  if (!std::isfinite(value)) return nothing(key);
  begin(key);
  std::string text = shortest_text(value);
  // Readers take numbers for doubles first: where rounding twice would miss, all digits are written.
  double decimal = 0;
  fast_float::from_chars(text.data(), text.data() + text.size(), decimal);
  const bool safe = std::fabs(decimal) <= std::numeric_limits<float>::max() && static_cast<float>(decimal) == value;
  out_ += safe ? text : shortest_text(static_cast<double>(value));
}

void JsonText::count(std::string_view key, std::uint64_t value) {
  begin(key);
  out_ += std::to_string(value);
}

void JsonText::count_or_null(std::string_view key, std::uint64_t value) {
  if (value == 0) return nothing(key);
  count(key, value);
}

void JsonText::flag(std::string_view key, bool value) {
  begin(key);
  out_ += value ? "true" : "false";
}

void JsonText::nothing(std::string_view key) {
  begin(key);
  out_ += "null";
}

}  // namespace outpost
