#include <outpost/data/parse.hpp>

#include <fast_float/fast_float.h>

#include <cstddef>
#include <cstdint>

namespace outpost {

namespace {

constexpr bool is_space(char c) { return c == ' ' || c == '\t'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view cell) {
  while (!cell.empty() && is_space(cell.front())) cell.remove_prefix(1);
  while (!cell.empty() && is_space(cell.back())) cell.remove_suffix(1);
  return cell;
}

/// `word` is in lower case.
bool equals_word(std::string_view cell, std::string_view word) {
  if (cell.size() != word.size()) return false;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    const char c = cell[i] >= 'A' && cell[i] <= 'Z' ? static_cast<char>(cell[i] - 'A' + 'a') : cell[i];
    if (c != word[i]) return false;
  }
  return true;
}

/// Reads a text from its front; every step says whether it fitted.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  bool digit_follows() const { return !text_.empty() && is_digit(text_.front()); }
  bool take(char wanted) {
    if (text_.empty() || text_.front() != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// A whole number of `min_digits` to `max_digits` digits.
  bool number(int min_digits, int max_digits, int& value) {
    int digits = 0;
    value = 0;
    while (digits < max_digits && digit_follows()) {
      value = value * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
      ++digits;
    }
    return digits >= min_digits;
  }

 private:
  std::string_view text_;
};

constexpr std::int64_t kDayMs = 86'400'000;
constexpr int kFirstYear = 1678;
constexpr int kLastYear = 2261;

constexpr bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int days_in_month(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

/// Days from 1970-01-01 in the Gregorian calendar.
std::int64_t days_from_epoch(int year, int month, int day) {
  // Leap days up to the end of the year before.
  const auto leap_days = [](int before) { return before / 4 - before / 100 + before / 400; };
  std::int64_t days = std::int64_t{365} * (year - 1970) + leap_days(year - 1) - leap_days(1969);
  for (int m = 1; m < month; ++m) days += days_in_month(year, m);
  return days + day - 1;
}

bool read_date(Cursor& cursor, std::int64_t& days) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!cursor.number(4, 4, year)) return false;
  const bool slashes = cursor.take('/');
  const char separator = slashes ? '/' : '-';
  if (!slashes && !cursor.take('-')) return false;
  const int digits = slashes ? 1 : 2;  // 2024/1/5 is common; ISO 8601 wants two digits
  if (!cursor.number(digits, 2, month) || !cursor.take(separator) || !cursor.number(digits, 2, day)) return false;
  if (year < kFirstYear || year > kLastYear || month < 1 || month > 12) return false;
  if (day < 1 || day > days_in_month(year, month)) return false;
  days = days_from_epoch(year, month, day);
  return true;
}

/// hh:mm, with seconds and a fraction where they are given.
bool read_time(Cursor& cursor, std::int64_t& milliseconds) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  int fraction = 0;
  if (!cursor.number(2, 2, hour) || !cursor.take(':') || !cursor.number(2, 2, minute)) return false;
  if (cursor.take(':')) {
    if (!cursor.number(2, 2, second)) return false;
    if (cursor.take('.') || cursor.take(',')) {
      if (!cursor.digit_follows()) return false;
      for (int scale = 100; cursor.digit_follows(); scale /= 10) {
        int digit = 0;
        cursor.number(1, 1, digit);
        fraction += digit * scale;
      }
    }
  }
  if (hour > 23 || minute > 59 || second > 60) return false;  // 60: a leap second, RFC 3339 section 5.7
  milliseconds = ((std::int64_t{hour} * 60 + minute) * 60 + second) * 1000 + fraction;
  return true;
}

/// Z, +hh:mm, +hhmm, +hh or nothing.
bool read_offset(Cursor& cursor, std::int64_t& milliseconds) {
  milliseconds = 0;
  if (cursor.at_end() || cursor.take('Z') || cursor.take('z')) return true;
  cursor.take(' ');
  const bool minus = cursor.take('-');
  if (!minus && !cursor.take('+')) return false;
  int hour = 0;
  int minute = 0;
  if (!cursor.number(2, 2, hour)) return false;
  if (cursor.take(':') || !cursor.at_end()) {
    if (!cursor.number(2, 2, minute)) return false;
  }
  if (hour > 23 || minute > 59) return false;
  milliseconds = (std::int64_t{hour} * 60 + minute) * 60'000;
  if (minus) milliseconds = -milliseconds;
  return true;
}

}  // namespace

bool is_missing(std::string_view cell) {
  const std::string_view text = trimmed(cell);
  switch (text.size()) {
    case 0: return true;
    case 1: return text[0] == '-' || text[0] == '?';
    case 2: return equals_word(text, "na");
    case 3: return equals_word(text, "nan") || equals_word(text, "n/a");
    case 4: return equals_word(text, "null") || equals_word(text, "none") || equals_word(text, "#n/a");
    default: return false;
  }
}

std::optional<double> parse_number(std::string_view cell, char decimal) {
  const char* first = cell.data();
  const char* last = first + cell.size();
  while (first != last && is_space(*first)) ++first;
  while (first != last && is_space(last[-1])) --last;
  if (first == last) return std::nullopt;
  if (*first == '+') {
    ++first;  // from_chars takes no plus; it must not take a minus after one either
    if (first == last || *first == '-') return std::nullopt;
  }
  // Whole numbers of up to 15 digits are exact in a double.
  const char* digits = first + (*first == '-' ? 1 : 0);
  if (digits != last && last - digits <= 15) {
    const char* at = digits;
    std::uint64_t whole = 0;
    for (; at != last && is_digit(*at); ++at) whole = whole * 10 + static_cast<std::uint64_t>(*at - '0');
    if (at == last) return digits == first ? static_cast<double>(whole) : -static_cast<double>(whole);
  }
  double value = 0;
  const fast_float::parse_options options(fast_float::chars_format::general, decimal);
  const fast_float::from_chars_result result = fast_float::from_chars_advanced(first, last, value, options);
  // Out of range is no failure here: such a number reads as infinity or as 0.
  if (result.ec == std::errc::invalid_argument || result.ptr != last) return std::nullopt;
  if (value != value) return std::nullopt;  // "nan" is missing, not a number
  return value;
}

std::optional<bool> parse_boolean(std::string_view cell) {
  const std::string_view text = trimmed(cell);
  for (const std::string_view word : {"true", "yes", "t", "y", "on"}) {
    if (equals_word(text, word)) return true;
  }
  for (const std::string_view word : {"false", "no", "f", "n", "off"}) {
    if (equals_word(text, word)) return false;
  }
  return std::nullopt;
}

std::optional<std::int64_t> parse_timestamp(std::string_view cell) {
  Cursor cursor(trimmed(cell));
  std::int64_t days = 0;
  if (!read_date(cursor, days)) return std::nullopt;
  const std::int64_t midnight = days * kDayMs;
  if (cursor.at_end()) return midnight;
  if (!cursor.take('T') && !cursor.take('t') && !cursor.take(' ')) return std::nullopt;
  std::int64_t time = 0;
  std::int64_t offset = 0;
  if (!read_time(cursor, time) || !read_offset(cursor, offset) || !cursor.at_end()) return std::nullopt;
  return midnight + time - offset;
}

}  // namespace outpost
