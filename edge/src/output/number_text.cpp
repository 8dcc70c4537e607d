#include "output/number_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace outpost::edge {
namespace {

std::string formatted(const char* format, double value) {
  char buffer[64];
  const int length = std::snprintf(buffer, sizeof buffer, format, value);
  return {buffer, static_cast<std::size_t>(std::clamp(length, 0, 63))};
}

}  // namespace

void append_float(std::string& out, float value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  out.append(buffer, end);
}

void append_integer(std::string& out, std::uint64_t value) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  out.append(buffer, end);
}

double as_decimal(float value) {
  std::string text;
  append_float(text, value);
  double result = 0;
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
}

double rounded(double value, int digits) {
  const std::string text = short_number(value, digits);
  double result = 0;
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
}

std::string grouped(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t place = digits.size(); place > 3;) {
    place -= 3;
    digits.insert(place, 1, ',');
  }
  return digits;
}

std::string short_number(double value, int digits) {
  char buffer[64];
  const int length = std::snprintf(buffer, sizeof buffer, "%.*g", digits, value);
  return {buffer, static_cast<std::size_t>(std::clamp(length, 0, 63))};
}

std::string human_number(double value, int digits) {
  const double magnitude = std::abs(value);
  if (!(magnitude >= 1000 && magnitude < 1e12)) return short_number(value, digits);
  const double short_value = std::abs(rounded(value, digits));
  if (short_value != std::floor(short_value)) return short_number(value, digits);
  return (value < 0 ? "-" : "") + grouped(static_cast<std::uint64_t>(short_value));
}

std::string fixed_number(double value, int decimals) {
  char buffer[400];  // 1e308 has 309 digits before the point
  const int length = std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
  return {buffer, static_cast<std::size_t>(std::clamp(length, 0, 399))};
}

std::string column_number(double value, double largest) {
  const double magnitude = std::abs(largest);
  if (!(magnitude >= 1e-3 && magnitude < 1e6)) return short_number(value);
  return fixed_number(value, std::clamp(3 - static_cast<int>(std::floor(std::log10(magnitude))), 0, 6));
}

std::string percent(double share) {
  const double value = share * 100;
  if (value == 0 || value >= 10) return formatted("%.0f %%", value);
  if (value >= 0.1) return formatted("%.1f %%", value);
  return value < 0.001 ? "below 0.001 %" : formatted("%.2g %%", value);
}

std::string bytes_text(double bytes) {
  if (bytes >= 1e9) return formatted("%.1f GB", bytes / 1e9);
  if (bytes >= 1e6) return formatted("%.0f MB", bytes / 1e6);
  if (bytes >= 1e3) return formatted("%.0f kB", bytes / 1e3);
  return formatted("%.0f bytes", bytes);
}

std::string duration_text(double seconds) {
  if (seconds < 1e-3) return formatted("%.0f us", seconds * 1e6);
  if (seconds < 1) return formatted("%.0f ms", seconds * 1e3);
  if (seconds < 9.95) return formatted("%.1f s", seconds);
  if (seconds < 120) return formatted("%.0f s", seconds);
  const auto whole = static_cast<std::uint64_t>(std::min(seconds, 1e15));
  if (whole < 7200) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
}

std::string timestamp_text(double milliseconds) {
  const auto seconds = static_cast<std::time_t>(std::floor(milliseconds / 1000));
  std::tm parts{};
  char buffer[40];
  if (gmtime_r(&seconds, &parts) == nullptr) return short_number(milliseconds);
  return {buffer, std::strftime(buffer, sizeof buffer, "%Y-%m-%d %H:%M:%S", &parts)};
}

std::string counted(std::uint64_t count, const char* singular, const char* plural) {
  return grouped(count) + " " + (count == 1 ? singular : plural);
}

}  // namespace outpost::edge
