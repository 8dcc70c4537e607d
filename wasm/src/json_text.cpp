#include "json_text.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace outpost::wasm {

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
  char digits[32];
  out_.append(digits, static_cast<std::size_t>(std::snprintf(digits, sizeof digits, "%.17g", value)));
}

void JsonText::count(std::string_view key, std::uint64_t value) {
  begin(key);
  char digits[24];
  out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
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

}  // namespace outpost::wasm
