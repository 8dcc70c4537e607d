/// @file  Numbers as text: exact ones for programs, short ones for people.
#pragma once

#include <cstdint>
#include <string>

namespace outpost::edge {

/// The shortest text that gives the same float32 back (at most 9 significant digits): "0.5", "1e-12".
void append_float(std::string& out, float value);
void append_integer(std::string& out, std::uint64_t value);

/// The double whose text is append_float's: 0.1f gives 0.1, not 0.10000000149.
double as_decimal(float value);
/// Rounded to `digits` significant digits.
double rounded(double value, int digits = 4);

/// 1234567 -> "1,234,567".
std::string grouped(std::uint64_t value);
/// At most `digits` significant digits, no trailing zeros: 0.123456 -> "0.1235".
std::string short_number(double value, int digits = 4);
/// For people: as short_number, but 24380 -> "24,380" instead of 2.438e+04.
std::string human_number(double value, int digits = 4);
/// With `decimals` digits after the point.
std::string fixed_number(double value, int decimals);
/// For a column of numbers under one another: as many digits after the point as give the largest four digits.
std::string column_number(double value, double largest);
/// "3.1 %"; a share that is not 0 never prints as 0.
std::string percent(double share);
/// "41 MB", "1.2 GB".
std::string bytes_text(double bytes);
/// "0.8 s", "2 min 5 s".
std::string duration_text(double seconds);
/// Milliseconds since 1970 as "2024-03-01 12:30:00" (UTC).
std::string timestamp_text(double milliseconds);
/// "1 row", "2 rows".
std::string counted(std::uint64_t count, const char* singular, const char* plural);

}  // namespace outpost::edge
