#include <outpost/base/names.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace outpost {
namespace {

std::string lower_case(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({replace, last[j] + 1, current[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before_last[j - 2] + 1);
      }
    }
    before_last.swap(last);
    last.swap(current);
  }
  return last[b.size()];
}

std::string_view nearest_name(std::string_view wrong, std::span<const std::string_view> candidates) {
  const std::size_t limit = std::max<std::size_t>(1, wrong.size() / 3);
  const std::string typed = lower_case(wrong);
  std::string_view nearest;
  std::size_t nearest_distance = limit + 1;
  for (const std::string_view candidate : candidates) {
    // The lengths alone give a lower bound, so that long lists of columns cost little.
    const std::size_t difference =
        candidate.size() > typed.size() ? candidate.size() - typed.size() : typed.size() - candidate.size();
    if (difference >= nearest_distance) continue;
    const std::size_t distance = edit_distance(typed, lower_case(candidate));
    if (distance < nearest_distance) {
      nearest = candidate;
      nearest_distance = distance;
    }
  }
  return nearest;
}

}  // namespace outpost
