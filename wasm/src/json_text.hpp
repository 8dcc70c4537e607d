/// @file  JsonText: writes JSON in few bytes of code. Objects made through Embind cost several times as much over the
/// wire, and JSON.parse is faster than a call for each property.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace outpost::wasm {

/// Keys are empty inside of arrays and at the top. The caller closes what it opens. Text need not be valid UTF-8.
class JsonText {
 public:
  void open(std::string_view key, char bracket);  ///< '{' or '['
  void close(char bracket);                       ///< '}' or ']'
  void text(std::string_view key, std::string_view value);
  void text_or_null(std::string_view key, std::string_view value);  ///< null where empty
  void real(std::string_view key, double value);                    ///< null where not finite
  void count(std::string_view key, std::uint64_t value);
  void count_or_null(std::string_view key, std::uint64_t value);  ///< null where 0
  void flag(std::string_view key, bool value);
  void nothing(std::string_view key);
  std::string take() { return std::move(out_); }

 private:
  void begin(std::string_view key);
  void quote(std::string_view value);

  std::string out_;
  bool first_ = true;
};

}  // namespace outpost::wasm
