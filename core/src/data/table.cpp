#include <outpost/data/table.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <outpost/data/features.hpp>
#include <outpost/data/parse.hpp>

#include "cells.hpp"
#include "hash.hpp"
#include "messages.hpp"

namespace outpost {
namespace {

/// Sorted `values` at `percent` %, linear between neighbours; the place is found in whole numbers, without rounding.
double quantile(const std::vector<double>& values, int percent) {
  const std::uint64_t scaled = static_cast<std::uint64_t>(values.size() - 1) * static_cast<std::uint64_t>(percent);
  const auto below = static_cast<std::size_t>(scaled / 100);
  const double share = static_cast<double>(scaled % 100) / 100.0;
  const double low = values[below];
  if (share == 0) return low;
  const double high = values[below + 1];
  const double step = high - low;
  if (std::isfinite(step)) return low + step * share;
  return low * (1 - share) + high * share;
}

/// Sorted categories to codes by bisection would cost log n string compares a cell: a hash table costs one.
class CodeFinder {
 public:
  explicit CodeFinder(const std::vector<std::string>& categories) {
    std::size_t size = 8;
    while (size < categories.size() * 2) size *= 2;
    places_.resize(size, 0);
    for (std::size_t code = 0; code < categories.size(); ++code) {
      std::size_t place = home(categories[code]);
      while (places_[place] != 0) place = (place + 1) & (size - 1);
      places_[place] = static_cast<std::int32_t>(code) + 1;
    }
  }
  std::int32_t find(std::string_view cell, const std::vector<std::string>& categories) const {
    std::size_t place = home(cell);
    while (places_[place] != 0) {
      const std::int32_t code = places_[place] - 1;
      if (categories[static_cast<std::size_t>(code)] == cell) return code;
      place = (place + 1) & (places_.size() - 1);
    }
    return kMissingCode;
  }

 private:
  std::size_t home(std::string_view text) const {
    return static_cast<std::size_t>(hash_bytes(text)) & (places_.size() - 1);
  }
  std::vector<std::int32_t> places_;
};
