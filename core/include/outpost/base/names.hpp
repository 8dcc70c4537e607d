/// @file  "Did you mean": the nearest of a list of names.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace outpost {

/// Edit distance in bytes: insertions, deletions, replacements and swaps of two neighbours each count 1, and no
/// part is edited twice (optimal string alignment; F. J. Damerau, CACM 7(3), 1964). O(a * b) time, O(b) memory.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate with the smallest edit distance to `wrong`, the case of ASCII letters not counted; empty when none
/// is near. Near is a distance of at most max(1, length of wrong / 3). Of equally near ones the first is taken.
std::string_view nearest_name(std::string_view wrong, std::span<const std::string_view> candidates);

}  // namespace outpost
