#include "cli_data.hpp"

#include <catch2/catch.hpp>
#include <sstream>

namespace outpost::test {
namespace {

/// Pseudo-random in [0, 1), the same everywhere (a linear congruential generator of 32 bits).
double next_uniform(std::uint32_t& state) {
  state = state * 1664525u + 1013904223u;
  return (state >> 8) / 16777216.0;
}

}  // namespace

Program cli(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), OUTPOST_PROGRAM);
  return Program(std::move(arguments));
}

std::string odd_one_out(std::size_t rows) {
  std::ostringstream out;
  std::uint32_t state = 7;
  out << "a,b,label\n";
  for (std::size_t r = 0; r + 1 < rows; ++r) {
    const double a = 10 + next_uniform(state);
    out << a << ',' << 20 + next_uniform(state) << ",0\n";
  }
  out << "100,-50,1\n";
  return out.str();
}

std::string timed_rows(std::size_t rows) {
  std::ostringstream out;
  std::uint32_t state = 9;
  out << "time,load,mode\n";
  for (std::size_t r = 0; r < rows; ++r) {
    const std::size_t minute = r % 60;
    const std::size_t hour = r / 60 % 24;
    out << "2024-03-01T" << (hour < 10 ? "0" : "") << hour << ':' << (minute < 10 ? "0" : "") << minute << ":00Z,"
        << (r == rows / 2 ? 500 : 1 + next_uniform(state)) << ',' << (r % 3 == 0 ? "idle" : "busy") << '\n';
  }
  return out.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

nlohmann::json json_of(const std::string& text) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  INFO(text);
  REQUIRE(!json.is_discarded());
  return json;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace outpost::test
