/// @file  Pieces of messages: numbers and cells as text, the same on every platform.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace outpost {

/// 1234567 -> "1,234,567".
std::string grouped(std::uint64_t value);
/// "1 row", "2,000 rows".
std::string counted(std::uint64_t value, std::string_view singular, std::string_view plural);
/// `part` of `whole` with one decimal: "98.2 %"; never rounds to 0 or 100 what is neither. `whole` >= 1.
std::string percent(std::uint64_t part, std::uint64_t whole);
/// At most `max_bytes`, cut between characters.
std::string_view cut_text(std::string_view text, std::size_t max_bytes);
/// 'text', cut to 40 bytes with "..." where it was longer.
std::string quoted_cell(std::string_view text);

/// "Did you mean 'x'?", or the names there are (the first ten of them).
std::string unknown_name_hint(std::string_view wrong, std::span<const std::string_view> known);

}  // namespace outpost
