#include "output/message_text.hpp"

#include <algorithm>
#include <cctype>

#include "output/terminal.hpp"

namespace outpost::edge {
namespace {

/// "The", "A": a capital, then small letters only. Not "JSON", "Data.csv:", "'Name'".
bool is_plain_word(std::string_view word) {
  const auto is = [](int (*kind)(int), char c) { return kind(static_cast<unsigned char>(c)) != 0; };
  return !word.empty() && is(std::isupper, word.front()) &&
         std::all_of(word.begin() + 1, word.end(), [&](char c) { return is(std::islower, c); });
}

}  // namespace

std::string message_text(std::string_view text, std::span<const std::string> names) {
  std::string out = printable(text);
  const bool is_name = std::any_of(names.begin(), names.end(),
                                   [&](const std::string& name) { return !name.empty() && text.rfind(name, 0) == 0; });
  if (!is_name && is_plain_word(std::string_view(out).substr(0, out.find(' ')))) {
    out.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(out.front())));
  }
  const bool stop = out.size() > 1 && out.back() == '.' && out[out.size() - 2] != '.';
  if (stop) out.pop_back();
  return out;
}

}  // namespace outpost::edge
