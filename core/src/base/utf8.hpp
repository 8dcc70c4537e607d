/// @file  Well-formed text.
#pragma once

#include <string>
#include <string_view>

namespace outpost {

/// Well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
bool is_valid_utf8(std::string_view text);
/// Each byte taken as one Latin-1 character.
std::string utf8_from_latin1(std::string_view text);

}  // namespace outpost
