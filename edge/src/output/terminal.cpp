#include "output/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace outpost::edge {
namespace {

constexpr std::string_view kMiddleDot = "\u00b7";
constexpr std::string_view kEllipsis = "\u2026";

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

/// Decodes the first code point; overlong forms, surrogates and cut sequences are not valid (one byte).
CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  char32_t value = lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return {};
  return {value, length, true};
}

using Range = std::pair<char32_t, char32_t>;

bool within(char32_t value, const Range* begin, const Range* end) {
  const Range* place = std::upper_bound(begin, end, value, [](char32_t v, const Range& r) { return v < r.first; });
  return place != begin && value <= (place - 1)->second;
}

/// Unicode's East Asian Wide and Fullwidth blocks and emoji, by block (UAX 11); combining marks by block.
std::size_t width_of(char32_t value) {
  static constexpr std::array<Range, 11> kZero = {{{0x300, 0x36F},
                                                   {0x483, 0x489},
                                                   {0x591, 0x5BD},
                                                   {0x610, 0x61A},
                                                   {0x64B, 0x65F},
                                                   {0x200B, 0x200F},
                                                   {0x202A, 0x202E},
                                                   {0x2060, 0x2064},
                                                   {0x20D0, 0x20F0},
                                                   {0xFE00, 0xFE0F},
                                                   {0xFE20, 0xFE2F}}};
  static constexpr std::array<Range, 10> kWide = {{{0x1100, 0x115F},
                                                   {0x2E80, 0x303E},
                                                   {0x3041, 0x33FF},
                                                   {0x3400, 0x4DBF},
                                                   {0x4E00, 0xA4CF},
                                                   {0xAC00, 0xD7A3},
                                                   {0xF900, 0xFAFF},
                                                   {0xFE30, 0xFE6F},
                                                   {0xFF00, 0xFF60},
                                                   {0x1F300, 0x1FAFF}}};
  if (value < 0x300) return 1;
  if (within(value, kZero.data(), kZero.data() + kZero.size())) return 0;
  if (within(value, kWide.data(), kWide.data() + kWide.size()) || (value >= 0x20000 && value <= 0x3FFFD)) return 2;
  return 1;
}

bool is_control(char32_t value) {
  return value < 0x20 || (value >= 0x7F && value < 0xA0) || (value >= 0x202A && value <= 0x202E) ||
         (value >= 0x2066 && value <= 0x2069);
}

/// Calls `take(piece, width)` for each code point as it may be shown.
template <class Take>
void for_each_shown(std::string_view text, Take take) {
  while (!text.empty()) {
    const CodePoint point = decode(text);
    const bool shown = point.valid && !is_control(point.value);
    if (!take(shown ? text.substr(0, point.bytes) : kMiddleDot, shown ? width_of(point.value) : 1)) return;
    text.remove_prefix(point.bytes);
  }
}

std::string_view code_of(Colour colour) {
  switch (colour) {
    case Colour::none: return "";
    case Colour::bold: return "\x1b[1m";
    case Colour::dim: return "\x1b[2m";
    case Colour::green: return "\x1b[32m";
    case Colour::yellow: return "\x1b[33m";
    case Colour::red: return "\x1b[31m";
    case Colour::bright_red: return "\x1b[1;31m";
    case Colour::cyan: return "\x1b[36m";
  }
  return "";
}

std::size_t columns_from_environment() {
  const char* text = std::getenv("COLUMNS");
  if (text == nullptr) return 0;
  const std::string_view view = text;
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), value);
  return error == std::errc{} && end == view.data() + view.size() ? value : 0;
}

}  // namespace

std::string Terminal::paint(std::string_view text, Colour colour_wanted) const {
  if (!colour || colour_wanted == Colour::none || text.empty()) return std::string(text);
  return std::string(code_of(colour_wanted)).append(text).append("\x1b[0m");
}

Terminal look_at_terminal(int descriptor, bool no_color) {
  Terminal terminal;
  terminal.is_terminal = isatty(descriptor) != 0;
  const char* no_color_variable = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  const bool unwanted = no_color || (no_color_variable != nullptr && *no_color_variable != '\0') ||
                        (kind != nullptr && std::string_view(kind) == "dumb");
  terminal.colour = terminal.is_terminal && !unwanted;
  std::size_t width = columns_from_environment();
  winsize size{};
  if (width == 0 && terminal.is_terminal && ioctl(descriptor, TIOCGWINSZ, &size) == 0) width = size.ws_col;
  if (width != 0) terminal.width = std::clamp<std::size_t>(width, 40, 1000);
  return terminal;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for_each_shown(text, [&](std::string_view, std::size_t columns) {
    width += columns;
    return true;
  });
  return width;
}

std::string fit_text(std::string_view text, std::size_t width) {
  std::string out;
  if (width == 0) return out;
  std::size_t used = 0;
  std::size_t keep = 0;  // bytes of `out` that leave room for the ellipsis
  bool cut = false;
  for_each_shown(text, [&](std::string_view piece, std::size_t columns) {
    if (used + columns > width) {
      cut = true;
      return false;
    }
    out += piece;
    used += columns;
    if (used < width) keep = out.size();
    return true;
  });
  if (cut) {
    out.resize(keep);
    out += kEllipsis;
  }
  return out;
}

std::string printable(std::string_view text) {
  std::string out;
  for_each_shown(text, [&](std::string_view piece, std::size_t) {
    out += piece;
    return true;
  });
  return out;
}

std::string wrap_text(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t used = 0;
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = text.find(' ', begin);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view word = text.substr(begin, end - begin);
    begin = end + 1;
    const std::size_t columns = display_width(word);
    if (used != 0 && used + 1 + columns > width) {
      out.append("\n").append(indent, ' ');
      used = indent;
    } else if (!out.empty()) {
      out += ' ';
      ++used;
    }
    out += word;
    used += columns;
  }
  return out;
}

}  // namespace outpost::edge
