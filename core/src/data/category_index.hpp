/// @file  From a text to its category code in constant time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"

namespace outpost {

/// Hash table over `categories`: code + 1, 0 = empty. Half empty at least; size a power of two.
inline std::vector<std::uint32_t> index_categories(const std::vector<std::string>& categories) {
  std::size_t size = 8;
  while (size < categories.size() * 2) size *= 2;
  std::vector<std::uint32_t> places(size, 0);
  for (std::size_t code = 0; code < categories.size(); ++code) {
    auto place = static_cast<std::size_t>(hash_bytes(categories[code])) & (size - 1);
    while (places[place] != 0) place = (place + 1) & (size - 1);
    places[place] = static_cast<std::uint32_t>(code + 1);
  }
  return places;
}

/// The code of `text`, or -1.
inline std::int32_t find_category(const std::vector<std::uint32_t>& places, const std::vector<std::string>& categories,
                                  std::string_view text) {
  const std::size_t mask = places.size() - 1;
  auto place = static_cast<std::size_t>(hash_bytes(text)) & mask;
  while (places[place] != 0) {
    const std::uint32_t code = places[place] - 1;
    if (categories[code] == text) return static_cast<std::int32_t>(code);
    place = (place + 1) & mask;
  }
  return -1;
}

}  // namespace outpost
