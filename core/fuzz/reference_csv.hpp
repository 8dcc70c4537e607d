/// @file  A plain CSV parser after RFC 4180, one byte at a time: the oracle of fuzz_csv.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outpost::fuzz {

using ReferenceRows = std::vector<std::vector<std::string>>;

/// The rows of a well-formed ASCII text, blank lines left out; nothing for any other text.
inline std::optional<ReferenceRows> reference_csv(std::string_view text, char delimiter) {
  enum class State { field_start, plain, quoted, quote_closed };
  ReferenceRows rows;
  std::vector<std::string> row;
  std::string field;
  State state = State::field_start;
  bool quotes = false;
  const auto end_row = [&] {
    row.push_back(field);
    const bool blank = row.size() == 1 && !quotes && field.find_first_not_of(" \t") == std::string::npos;
    if (!blank) rows.push_back(row);
    row.clear();
    field.clear();
    state = State::field_start;
    quotes = false;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\0' || static_cast<unsigned char>(c) >= 0x80) return std::nullopt;
    if (state == State::quoted) {
      if (c == '"')
        state = State::quote_closed;
      else
        field.push_back(c);
    } else if (c == '"' && state == State::quote_closed) {
      field.push_back('"');
      state = State::quoted;
    } else if (c == delimiter) {
      row.push_back(field);
      field.clear();
      state = State::field_start;
    } else if (c == '\r' || c == '\n') {
      if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
      end_row();
    } else if (c == '"') {
      if (state == State::plain) return std::nullopt;  // RFC 4180 has no quotes in plain fields
      state = State::quoted;
      quotes = true;
    } else if (state == State::quote_closed) {
      return std::nullopt;
    } else {
      field.push_back(c);
      state = State::plain;
    }
  }
  if (state == State::quoted) return std::nullopt;
  const bool line_open = !row.empty() || !field.empty() || quotes;
  if (line_open) end_row();
  for (const auto& other : rows) {
    if (other.size() != rows.front().size()) return std::nullopt;
  }
  return rows;
}

}  // namespace outpost::fuzz
