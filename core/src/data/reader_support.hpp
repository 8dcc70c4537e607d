/// @file  What the CSV and JSON readers share: unique column names, words for messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace outpost {

/// Column names in order, each made unique: an empty one becomes c<index>, a repeated one name.2, name.3, ...
class ColumnNames {
 public:
  void add(std::string_view wanted);
  const std::vector<std::string>& list() const { return list_; }
  void clear();

 private:
  std::vector<std::string> list_;
  std::unordered_map<std::string, std::uint64_t> next_suffix_;  ///< looked up only, never walked
};

/// `text` in quotes for a message: cut to 40 bytes, what cannot be printed as '?'.
std::string quoted_text(std::string_view text);
/// "data.csv, line 12"
std::string at_line(std::string_view source, std::uint64_t line);
/// "1 field", "3 fields"
std::string count_of(std::uint64_t count, std::string_view noun);

}  // namespace outpost
