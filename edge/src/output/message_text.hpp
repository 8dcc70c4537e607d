/// @file  Messages of all parts brought into one form.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace outpost::edge {

/// As it follows "outpost: " and in the line under it: begins in lower case, ends without a full stop. A text that
/// begins with one of `names` (what the user typed) or with an acronym keeps its first letter.
std::string message_text(std::string_view text, std::span<const std::string> names = {});

}  // namespace outpost::edge
