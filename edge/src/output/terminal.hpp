/// @file  What the place we print to can do: width, colour; and text measured as a terminal shows it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace outpost::edge {

enum class Colour { none, bold, dim, green, yellow, red, bright_red, cyan };

/// How to print to one stream.
struct Terminal {
  bool is_terminal = false;
  bool colour = false;
  std::size_t width = 80;  ///< columns; 80 where it is not known

  /// `text` in a colour, or as it is where there is none.
  std::string paint(std::string_view text, Colour colour_wanted) const;
};

/// Looks at a file descriptor. Colours need a terminal and none of NO_COLOR, TERM=dumb, `no_color`.
/// The width is COLUMNS, else the terminal's, else 80; at least 40.
Terminal look_at_terminal(int descriptor, bool no_color);

/// Columns that UTF-8 text takes: 2 for wide characters (East Asian, emoji), 0 for combining ones, 1 else.
std::size_t display_width(std::string_view text);
/// Cut to `width` columns, the last of them an ellipsis where something was cut. Control characters and broken
/// UTF-8 become a middle dot, so that data never drive the terminal.
std::string fit_text(std::string_view text, std::size_t width);
/// Control characters and broken UTF-8 become a middle dot.
std::string printable(std::string_view text);
/// Broken into lines of at most `width` columns at spaces; lines after the first begin with `indent` spaces.
std::string wrap_text(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace outpost::edge
