#include "messages.hpp"

#include <outpost/base/names.hpp>

namespace outpost {

std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t place = text.size(); place > 3;) {
    place -= 3;
    text.insert(place, 1, ',');
  }
  return text;
}

std::string counted(std::uint64_t value, std::string_view singular, std::string_view plural) {
  std::string text = grouped(value);
  text += ' ';
  text += value == 1 ? singular : plural;
  return text;
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (part >= whole) return "100 %";
  if (part == 0) return "0 %";
  // Exact in whole numbers where the product fits, which is up to 10^16 cells.
  const std::uint64_t scale = whole > 10'000'000'000'000'000U ? 1000 : 1;
  const std::uint64_t tenths = (part / scale * 1000 + whole / scale / 2) / (whole / scale);
  if (tenths == 0) return "under 0.1 %";
  if (tenths >= 1000) return "over 99.9 %";
  std::string text = std::to_string(tenths / 10);
  if (tenths % 10 != 0) {
    text += '.';
    text += std::to_string(tenths % 10);
  }
  return text + " %";
}

std::string_view cut_text(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

std::string quoted_cell(std::string_view text) {
  const std::string_view cut = cut_text(text, 40);
  std::string quoted = "'";
  quoted += cut;
  quoted += cut.size() < text.size() ? "...'" : "'";
  return quoted;
}

std::string unknown_name_hint(std::string_view wrong, std::span<const std::string_view> known) {
  if (const std::string_view near = nearest_name(wrong, known); !near.empty()) {
    std::string question = "Did you mean '";
    question += near;
    return question + "'?";
  }
  constexpr std::size_t kShown = 10;
  std::string hint = "The columns are ";
  for (std::size_t i = 0; i < known.size() && i < kShown; ++i) {
    if (i > 0) hint += ", ";
    hint += known[i];
  }
  if (known.size() > kShown) {
    hint += " and ";
    hint += counted(known.size() - kShown, "other", "others");
  }
  return hint + ".";
}

}  // namespace outpost
