#include <outpost/base/names.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include <outpost/base/random.hpp>

#include <catch2/catch.hpp>

namespace outpost {
namespace {

/// The definition as a recursion, without any table.
std::size_t distance_by_definition(std::string_view a, std::string_view b) {
  if (a.empty()) return b.size();
  if (b.empty()) return a.size();
  const auto shorter = [](std::string_view s, std::size_t n) { return s.substr(0, s.size() - n); };
  std::size_t best = distance_by_definition(shorter(a, 1), shorter(b, 1)) + (a.back() == b.back() ? 0 : 1);
  best = std::min(best, distance_by_definition(shorter(a, 1), b) + 1);
  best = std::min(best, distance_by_definition(a, shorter(b, 1)) + 1);
  if (a.size() > 1 && b.size() > 1 && a.back() == b[b.size() - 2] && a[a.size() - 2] == b.back()) {
    best = std::min(best, distance_by_definition(shorter(a, 2), shorter(b, 2)) + 1);
  }
  return best;
}

TEST_CASE("edit_distance: published examples", "[base][oracle]") {
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("ca", "abc") == 3);  // 2 with unrestricted swaps, 3 here
  CHECK(edit_distance("abcd", "acbd") == 1);
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "") == 3);
}

TEST_CASE("edit_distance: equals the recursive definition and is symmetric", "[base][oracle][property]") {
  Random random(11);
  const auto word = [&random] {
    std::string text(static_cast<std::size_t>(random.uniform_index(6)), ' ');
    for (char& c : text) c = static_cast<char>('a' + random.uniform_index(3));
    return text;
  };
  for (int i = 0; i < 300; ++i) {
    const std::string a = word();
    const std::string b = word();
    CAPTURE(a, b);
    CHECK(edit_distance(a, b) == distance_by_definition(a, b));
    CHECK(edit_distance(a, b) == edit_distance(b, a));
  }
}

TEST_CASE("nearest_name: finds a slip of the finger", "[base]") {
  const std::vector<std::string_view> names = {"iforest", "ecod", "hbos", "knn", "lof", "pca"};
  CHECK(nearest_name("ifroest", names) == "iforest");
  CHECK(nearest_name("iforrest", names) == "iforest");
  CHECK(nearest_name("IFOREST", names) == "iforest");
  CHECK(nearest_name("kn", names) == "knn");
  CHECK(nearest_name("ecdo", names) == "ecod");
}

TEST_CASE("nearest_name: says nothing when nothing is near", "[base]") {
  const std::vector<std::string_view> names = {"iforest", "ecod"};
  CHECK(nearest_name("temperature", names).empty());
  CHECK(nearest_name("", names).empty());
  CHECK(nearest_name("ecod", {}).empty());
  // Distance 2 of 5 letters is more than a third.
  CHECK(nearest_name("ecxxd", names).empty());
  // Distance 2 of 6 letters is a third.
  CHECK(nearest_name("forets", std::vector<std::string_view>{"forest"}) == "forest");
  CHECK(nearest_name("foxxst", std::vector<std::string_view>{"forest"}) == "forest");
  CHECK(nearest_name("foxxxt", std::vector<std::string_view>{"forest"}).empty());
}

TEST_CASE("nearest_name: of equally near names the first is taken", "[base][property]") {
  CHECK(nearest_name("cat", std::vector<std::string_view>{"bat", "cut"}) == "bat");
  CHECK(nearest_name("cat", std::vector<std::string_view>{"cut", "bat"}) == "cut");
  CHECK(nearest_name("cat", std::vector<std::string_view>{"bat", "cat"}) == "cat");
}

}  // namespace
}  // namespace outpost
