/// @file  JsonText: writes JSON in few bytes of code, which matters where it goes over the wire.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace outpost {

/// Keys are empty inside of arrays and at the top. The caller closes what it opens. Text is taken as it is: UTF-8 in,
/// UTF-8 out.
class JsonText {
 public:
  void open(std::string_view key, char bracket);  ///< '{' or '['
  void close(char bracket);                       ///< '}' or ']'
  void text(std::string_view key, std::string_view value);
  void text_or_null(std::string_view key, std::string_view value);  ///< null where empty
  void real(std::string_view key, double value);                    ///< null where not finite
  /// A float32 in few digits, which also reads back by way of a double; null where not finite.
  void single(std::string_view key, float value);
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

/// The fewest digits that read back as the same number ("0.1", "12", "1e+30"), whatever the locale; "inf", "-inf" and
/// "nan" for what is no number.
std::string shortest_text(double value);
std::string shortest_text(float value);

}  // namespace outpost
