/// @file  From a name to its place in a list, in constant time: a table may have 100,000 columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "category_index.hpp"

namespace outpost {

/// Borrows the names, which must neither move nor change meanwhile. Of equal names the first is found.
class NameIndex {
 public:
  explicit NameIndex(const std::vector<std::string>& names) : names_(&names), places_(index_categories(names)) {}

  std::optional<std::size_t> find(std::string_view name) const {
    const std::int32_t place = find_category(places_, *names_, name);
    if (place < 0) return std::nullopt;
    return static_cast<std::size_t>(place);
  }
  bool contains(std::string_view name) const { return find(name).has_value(); }

 private:
  const std::vector<std::string>* names_;
  std::vector<std::uint32_t> places_;
};

}  // namespace outpost
