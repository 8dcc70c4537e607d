#include "text_stats.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "messages.hpp"

namespace outpost {
namespace {
constexpr std::size_t kShownBytes = 40;  // of a text that is no category
}

void TextStats::add(std::string_view text) {
  switch (counter_.add(hash_bytes(text))) {
    case DistinctCounter::Outcome::seen: return;
    case DistinctCounter::Outcome::fresh:
      whole_ = whole_ && counter_.size() <= max_categories_ && text.size() <= kMaxCategoryBytes;
      bytes_ += whole_ ? text : cut_text(text, kShownBytes);
      ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
      return;
    case DistinctCounter::Outcome::full:
      whole_ = false;
      top_text_ = text_of(counter_.top().ordinal);
      counter_.close();
      std::string().swap(bytes_);
      std::vector<std::uint32_t>().swap(ends_);
      return;
  }
}

void TextStats::add_searched(std::string_view text) {
  add(text);
  ++searched_;
  if (const auto kind = find_personal_data(text)) ++found_[static_cast<std::size_t>(*kind)];
}

std::string_view TextStats::text_of(std::size_t ordinal) const {
  const std::size_t first = ordinal == 0 ? 0 : ends_[ordinal - 1];
  return std::string_view(bytes_).substr(first, ends_[ordinal] - first);
}

std::vector<std::string> TextStats::categories() const {
  std::vector<std::string> sorted;
  if (!whole_) return sorted;
  sorted.reserve(ends_.size());
  for (std::size_t i = 0; i < ends_.size(); ++i) sorted.emplace_back(text_of(i));
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

void TextStats::fill(ColumnProfile& profile) const {
  profile.distinct = counter_.size();
  profile.distinct_exact = !counter_.closed();
  if (counter_.size() == 0) return;
  const DistinctCounter::Entry top = counter_.top();
  profile.dominant_count = top.count;
  profile.dominant_value = counter_.closed() ? top_text_ : std::string(text_of(top.ordinal));
  profile.all_differ = top.count == 1;
}

void TextStats::fill_personal_data(ColumnProfile& profile) const {
  for (std::size_t i = 0; i < found_.size(); ++i) {
    const auto kind = static_cast<PersonalData>(i);
    const bool weak = kind == PersonalData::phone || kind == PersonalData::national_id;
    if (found_[i] > 0 && (!weak || found_[i] * 5 >= searched_)) profile.personal_data.emplace_back(kind, found_[i]);
  }
}

std::uint64_t count_characters(std::string_view text) {
  std::uint64_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return count;
}

}  // namespace outpost
