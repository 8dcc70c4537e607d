/// @file  Running summary of texts: different ones, lengths, personal data.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <outpost/data/scan.hpp>

#include "distinct_counter.hpp"

namespace outpost {

/// Texts are kept whole while they may be categories: at most max_categories of at most kMaxCategoryBytes bytes.
class TextStats {
 public:
  static constexpr std::size_t kMaxCategoryBytes = 256;

  TextStats(std::size_t max_categories, std::size_t max_distinct)
      : max_categories_(max_categories), counter_(std::max(max_categories, max_distinct)) {}

  void add(std::string_view text);
  /// The same, and looks for personal data.
  void add_searched(std::string_view text);

  std::size_t distinct() const { return counter_.size(); }
  bool distinct_exact() const { return !counter_.closed(); }
  /// Every different text is known, whole.
  bool may_be_categories() const { return whole_; }
  /// Sorted by bytes; empty unless may_be_categories().
  std::vector<std::string> categories() const;
  /// Fills distinct, dominant and all_differ.
  void fill(ColumnProfile& profile) const;
  /// Fills the personal data; of the weak patterns only what at least a fifth of the searched texts match.
  void fill_personal_data(ColumnProfile& profile) const;

 private:
  std::string_view text_of(std::size_t ordinal) const;

  std::size_t max_categories_;
  DistinctCounter counter_;
  std::string bytes_;  // the different texts, one after the other in the order met
  std::vector<std::uint32_t> ends_;
  bool whole_ = true;
  std::string top_text_;  // once the counter is closed
  std::uint64_t searched_ = 0;
  std::array<std::uint64_t, kPersonalDataKinds> found_{};
};

/// Characters of UTF-8 text.
std::uint64_t count_characters(std::string_view text);

}  // namespace outpost
