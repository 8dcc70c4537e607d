/// @file  Cells to values: numbers, booleans, timestamps, and what counts as missing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace outpost {

/// Empty after trimming, or one of NA, N/A, #N/A, NaN, null, NULL, None, -, ? (any case for the words).
bool is_missing(std::string_view cell);

/// A decimal number, spaces around it allowed, optional sign, exponent; "inf"/"infinity" with sign gives
/// infinity. With decimal ',' the comma is the decimal mark. Nothing for anything else (hexadecimal,
/// thousands separators, units) and for is_missing(cell).
std::optional<double> parse_number(std::string_view cell, char decimal = '.');

/// true/false, yes/no, t/f, y/n, on/off (any case); 0 and 1 are numbers, not booleans.
std::optional<bool> parse_boolean(std::string_view cell);

/// Milliseconds since 1970-01-01T00:00:00Z. ISO 8601 / RFC 3339 dates and date-times (space or T, fractions
/// to the millisecond, Z or offset; without one: UTC), and y/m/d with slashes. Nothing else: 1/2/2024 is
/// ambiguous. Years 1678 to 2261.
std::optional<std::int64_t> parse_timestamp(std::string_view cell);

}  // namespace outpost
