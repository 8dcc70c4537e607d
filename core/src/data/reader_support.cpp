#include "reader_support.hpp"

#include <cstddef>

namespace outpost {

void ColumnNames::add(std::string_view wanted) {
  std::string base(wanted);
  if (base.empty()) base.append("c").append(std::to_string(list_.size()));
  std::string name = base;
  // The suffix to try next is remembered, so that many equal names cost linear time.
  while (!next_suffix_.try_emplace(name, 2).second) name = base + "." + std::to_string(next_suffix_[base]++);
  list_.push_back(std::move(name));
}

void ColumnNames::clear() {
  list_.clear();
  next_suffix_.clear();
}

std::string quoted_text(std::string_view text) {
  constexpr std::size_t kMaxShown = 40;
  std::string out = "'";
  for (const char c : text.substr(0, kMaxShown)) out.push_back(c >= 0x20 && c < 0x7F ? c : '?');
  out += text.size() > kMaxShown ? "...'" : "'";
  return out;
}

std::string at_line(std::string_view source, std::uint64_t line) {
  return std::string(source) + ", line " + std::to_string(line);
}

std::string count_of(std::uint64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace outpost
