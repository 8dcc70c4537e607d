#include <outpost/data/personal_data.hpp>

#include <array>

namespace outpost {
namespace {

constexpr std::size_t kMaxSearched = 512;
constexpr std::size_t kMaxPatternLength = 64;  // no pattern that fills a cell is longer

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
constexpr bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
constexpr int digit(char c) { return c - '0'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// True when `text` has the shape: 9 a digit, A an upper-case letter, anything else itself.
bool has_shape(std::string_view text, std::string_view shape) {
  if (text.size() != shape.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool fits = shape[i] == '9' ? is_digit(text[i]) : shape[i] == 'A' ? is_upper(text[i]) : text[i] == shape[i];
    if (!fits) return false;
  }
  return true;
}

bool is_local_part_char(char c) {
  return is_letter(c) || is_digit(c) || std::string_view(".!#$%&'*+/=?^_`{|}~-").find(c) != std::string_view::npos;
}

/// The address around the '@' at `at`.
bool is_email_at(std::string_view text, std::size_t at) {
  std::size_t first = at;
  while (first > 0 && is_local_part_char(text[first - 1])) --first;
  const std::string_view local = text.substr(first, at - first);
  if (local.empty() || local.size() > 64 || local.back() == '.') return false;

  std::size_t end = at + 1;
  while (end < text.size() && (is_letter(text[end]) || is_digit(text[end]) || text[end] == '-' || text[end] == '.')) {
    ++end;
  }
  std::string_view domain = text.substr(at + 1, end - at - 1);
  if (!domain.empty() && domain.back() == '.') domain.remove_suffix(1);  // the end of a sentence
  const std::size_t last_dot = domain.rfind('.');
  if (last_dot == std::string_view::npos || domain.size() > 253) return false;
  const std::string_view top = domain.substr(last_dot + 1);
  if (top.size() < 2) return false;
  for (const char c : top) {
    if (!is_letter(c)) return false;
  }
  char before = '.';
  for (const char c : domain) {
    if (c == '.' && (before == '.' || before == '-')) return false;
    if (c == '-' && before == '.') return false;
    before = c;
  }
  return true;
}

/// Takes an IPv4 address off the front of `text`.
bool take_ipv4(std::string_view& text) {
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (text.empty() || text.front() != '.') return false;
      text.remove_prefix(1);
    }
    std::size_t digits = 0;
    int value = 0;
    while (digits < text.size() && digits < 4 && is_digit(text[digits])) value = value * 10 + digit(text[digits++]);
    if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && text.front() == '0')) return false;
    text.remove_prefix(digits);
  }
  return true;
}

/// Only digits, 1 to `max_length` of them.
bool is_short_number(std::string_view text, std::size_t max_length) {
  if (text.empty() || text.size() > max_length) return false;
  for (const char c : text) {
    if (!is_digit(c)) return false;
  }
  return true;
}

bool is_ipv4(std::string_view text) {
  if (!take_ipv4(text)) return false;
  if (text.empty()) return true;
  if (text.front() == ':') return is_short_number(text.substr(1), 5);
  return text.front() == '/' && is_short_number(text.substr(1), 2);
}

bool is_ipv6(std::string_view text) {
  if (const std::size_t end = text.find_first_of("%/"); end != std::string_view::npos) {
    if (text[end] == '/' && !is_short_number(text.substr(end + 1), 3)) return false;
    text = text.substr(0, end);
  }
  int groups = 0;
  bool compressed = false;
  bool any_digit = false;
  if (text.substr(0, 1) == ":" && text.substr(0, 2) != "::") return false;
  while (!text.empty()) {
    if (text.substr(0, 2) == "::") {
      if (compressed) return false;
      compressed = true;
      text.remove_prefix(2);
      if (!text.empty() && text.front() == ':') return false;
      continue;
    }
    if (text.front() == ':') {
      text.remove_prefix(1);
      if (text.empty()) return false;
    }
    std::size_t length = 0;
    while (length < text.size() && is_hex(text[length])) ++length;
    if (length < text.size() && text[length] == '.') {
      if (!take_ipv4(text) || !text.empty()) return false;
      groups += 2;
      any_digit = true;
      break;
    }
    if (length == 0 || length > 4) return false;
    any_digit = true;
    ++groups;
    text.remove_prefix(length);
    if (!text.empty() && text.front() != ':') return false;
  }
  return any_digit && (compressed ? groups <= 7 : groups == 8);
}

/// Does a number that begins so and is that long belong to a card scheme in use?
bool has_card_prefix(std::string_view digits) {
  const int one = digit(digits[0]);
  const int two = one * 10 + digit(digits[1]);
  const int three = two * 10 + digit(digits[2]);
  const int four = three * 10 + digit(digits[3]);
  const std::size_t length = digits.size();
  if (one == 4) return length == 13 || length == 16 || length == 19;
  if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return length == 16;
  if (two == 34 || two == 37) return length == 15;
  if (two == 36 || two == 38 || (three >= 300 && three <= 305)) return length >= 14;
  if (four == 6011 || (three >= 644 && three <= 649) || two == 65) return length >= 16;
  if (four >= 3528 && four <= 3589) return length >= 16;
  return two == 62 && length >= 16;
}

/// UK: two letters, six digits, a letter from A to D; spaces between pairs allowed.
bool is_uk_national_insurance(std::string_view text) {
  std::array<char, 9> packed{};
  std::size_t count = 0;
  for (const char c : text) {
    if (c == ' ') continue;
    if (count == packed.size()) return false;
    packed[count++] = c;
  }
  const std::string_view number(packed.data(), count);
  if (!has_shape(number, "AA999999A") || number[8] > 'D') return false;
  constexpr std::string_view kNeverFirst = "DFIQUV";
  return kNeverFirst.find(number[0]) == std::string_view::npos &&
         kNeverFirst.find(number[1]) == std::string_view::npos && number[1] != 'O';
}

/// Spain: eight digits and a check letter, or X, Y, Z in place of the first digit.
bool is_spanish_id(std::string_view text) {
  const bool foreigner = has_shape(text, "A9999999A") && text[0] >= 'X';
  if (!foreigner && !has_shape(text, "99999999A")) return false;
  int value = foreigner ? text[0] - 'X' : digit(text[0]);
  for (std::size_t i = 1; i < 8; ++i) value = value * 10 + digit(text[i]);
  return std::string_view("TRWAGMYFPDXBNJZSQVHLCKE")[static_cast<std::size_t>(value % 23)] == text[8];
}

/// Brazil: nine digits and two check digits modulo 11, as 999.999.999-99.
bool is_brazilian_cpf(std::string_view text) {
  if (!has_shape(text, "999.999.999-99")) return false;
  std::array<int, 11> digits{};
  std::size_t count = 0;
  bool all_equal = true;
  for (const char c : text) {
    if (!is_digit(c)) continue;
    digits[count++] = digit(c);
    all_equal = all_equal && digit(c) == digits[0];
  }
  for (const std::size_t place : {std::size_t{9}, std::size_t{10}}) {
    int sum = 0;
    for (std::size_t i = 0; i < place; ++i) sum += digits[i] * static_cast<int>(place + 1 - i);
    if (sum * 10 % 11 % 10 != digits[place]) return false;
  }
  return !all_equal;
}

bool is_us_social_security(std::string_view text) {
  if (!has_shape(text, "999-99-9999")) return false;
  const std::string_view area = text.substr(0, 3);
  return area != "000" && area != "666" && area[0] != '9' && text.substr(4, 2) != "00" && text.substr(7) != "0000";
}

}  // namespace

std::string_view to_string(PersonalData kind) {
  switch (kind) {
    case PersonalData::email: return "e-mail address";
    case PersonalData::phone: return "phone number";
    case PersonalData::card_number: return "card number";
    case PersonalData::ip_address: return "IP address";
    case PersonalData::national_id: return "national identity number";
  }
  return "personal data";
}

bool has_email(std::string_view text) {
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    if (is_email_at(text, at)) return true;
  }
  return false;
}

bool is_ip_address(std::string_view text) { return is_ipv4(text) || is_ipv6(text); }

bool luhn_valid(std::string_view digits) {
  if (digits.size() < 2) return false;
  int sum = 0;
  bool twice = false;
  for (std::size_t i = digits.size(); i-- > 0;) {
    if (!is_digit(digits[i])) return false;
    int value = digit(digits[i]);
    if (twice) {
      value *= 2;
      if (value > 9) value -= 9;
    }
    sum += value;
    twice = !twice;
  }
  return sum % 10 == 0;
}

bool is_card_number(std::string_view text) {
  std::array<char, 19> digits{};
  std::size_t count = 0;
  bool separator_allowed = false;
  for (const char c : text) {
    if (is_digit(c)) {
      if (count == digits.size()) return false;
      digits[count++] = c;
      separator_allowed = true;
    } else if ((c == ' ' || c == '-') && separator_allowed) {
      separator_allowed = false;
    } else {
      return false;
    }
  }
  const std::string_view number(digits.data(), count);
  return separator_allowed && count >= 13 && has_card_prefix(number) && luhn_valid(number);
}

bool is_phone_number(std::string_view text) {
  if (text.size() < 8 || text.size() > 24) return false;
  std::array<char, 16> digits{};
  std::array<std::size_t, 16> groups{};  // lengths of the runs of digits
  std::size_t count = 0;
  std::size_t group_count = 0;
  bool in_group = false;
  const bool international = text.front() == '+';
  for (const char c : text.substr(international ? 1 : 0)) {
    if (is_digit(c)) {
      if (count == 15) return false;
      if (!in_group) groups[group_count++] = 0;
      digits[count++] = c;
      ++groups[group_count - 1];
      in_group = true;
    } else if (c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')') {
      in_group = false;
    } else {
      return false;
    }
  }
  if (count < 8 || text.back() == '-' || text.back() == '.' || text.back() == '/') return false;
  if (international) return digits[0] != '0' && is_digit(text[1]);
  if (digits[0] == '0') return count >= 9 && count <= 12 && group_count >= 2 && digits[1] != '0' && groups[0] >= 2;
  const std::size_t skip = group_count == 4 && groups[0] == 1 && digits[0] == '1' ? 1 : 0;
  return group_count == 3 + skip && groups[skip] == 3 && groups[skip + 1] == 3 && groups[skip + 2] == 4 &&
         digits[skip] >= '2';
}

bool is_national_id(std::string_view text) {
  return is_us_social_security(text) || is_uk_national_insurance(text) || is_spanish_id(text) ||
         is_brazilian_cpf(text) || has_shape(text, "AAAAAA99A99A999A");
}

std::optional<PersonalData> find_personal_data(std::string_view cell) {
  bool at_sign = false;
  std::size_t digits = 0;
  std::size_t colons = 0;
  const std::string_view searched = cell.substr(0, kMaxSearched);
  for (const char c : searched) {
    at_sign |= c == '@';
    digits += is_digit(c) ? 1 : 0;
    colons += c == ':' ? 1 : 0;
  }
  if (at_sign && has_email(searched)) return PersonalData::email;
  if (cell.size() > kMaxPatternLength || (digits < 4 && colons < 2)) return std::nullopt;
  const std::string_view text = trimmed(cell);
  if (is_ip_address(text)) return PersonalData::ip_address;
  if (digits >= 13 && is_card_number(text)) return PersonalData::card_number;
  if (digits >= 7 && is_national_id(text)) return PersonalData::national_id;
  if (digits >= 8 && is_phone_number(text)) return PersonalData::phone;
  return std::nullopt;
}

}  // namespace outpost
