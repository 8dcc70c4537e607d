#include <outpost/base/random.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

#include <catch2/catch.hpp>

namespace outpost {
namespace {

std::uint64_t rotate_left(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

/// SplitMix64 and xoshiro256** written from their papers a second time.
struct PlainSplitMix {
  std::uint64_t state;
  std::uint64_t next() {
    state += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
};

struct PlainXoshiro {
  std::uint64_t s[4];
  std::uint64_t next() {
    const std::uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    const std::uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
  }
};

/// Sum of (observed - expected)^2 / expected over equally likely bins.
double chi_square(const std::vector<std::uint64_t>& counts) {
  const double total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  const double expected = total / static_cast<double>(counts.size());
  double sum = 0;
  for (const std::uint64_t count : counts) {
    const double difference = static_cast<double>(count) - expected;
    sum += difference * difference / expected;
  }
  return sum;
}

/// 5 standard deviations above the mean of chi-square with that many bins: passes by chance but 1 time in 10^5.
double chi_square_budget(std::size_t bins) {
  const double freedom = static_cast<double>(bins - 1);
  return freedom + 5 * std::sqrt(2 * freedom);
}

TEST_CASE("random: the second implementation gives the published outputs", "[base][oracle]") {
  // SplitMix64 from seed 1234567 and xoshiro256** from state 1, 2, 3, 4, as published with the generators.
  PlainSplitMix split{1234567};
  CHECK(split.next() == 6457827717110365317U);
  CHECK(split.next() == 3203168211198807973U);
  CHECK(split.next() == 9817491932198370423U);
  PlainXoshiro xoshiro{{1, 2, 3, 4}};
  CHECK(xoshiro.next() == 11520U);
  CHECK(xoshiro.next() == 0U);
  CHECK(xoshiro.next() == 1509978240U);
  CHECK(xoshiro.next() == 1215971899390074240U);
}

TEST_CASE("random: stream 0 is xoshiro256** seeded by SplitMix64", "[base][oracle]") {
  for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{42}, ~std::uint64_t{0}}) {
    PlainSplitMix split{seed};
    PlainXoshiro plain{};
    for (std::uint64_t& word : plain.s) word = split.next();
    Random random(seed);
    for (int i = 0; i < 1000; ++i) REQUIRE(random.next() == plain.next());
  }
}

TEST_CASE("random: streams and seeds differ, and their outputs do not go together", "[base][property]") {
  std::set<std::uint64_t> first;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (std::uint64_t stream = 0; stream < 50; ++stream) first.insert(Random(seed, stream).next());
  }
  CHECK(first.size() == 2500);
  Random a(7, 0);
  Random b(7, 1);
  double product = 0;
  for (int i = 0; i < 100'000; ++i) product += (a.uniform() - 0.5) * (b.uniform() - 0.5) * 12;
  CHECK(std::fabs(product) < 5 * std::sqrt(100'000.0));
}

TEST_CASE("random: uniform is in [0, 1) and even", "[base][property]") {
  Random random(1);
  std::vector<std::uint64_t> counts(1000, 0);
  for (int i = 0; i < 1'000'000; ++i) {
    const double u = random.uniform();
    REQUIRE(u >= 0);
    REQUIRE(u < 1);
    ++counts[static_cast<std::size_t>(u * 1000)];
  }
  CHECK(chi_square(counts) < chi_square_budget(1000));
}

TEST_CASE("random: indices are below their bound and even", "[base][property]") {
  Random random(2);
  for (const std::uint64_t bound :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{10}, std::uint64_t{257}}) {
    std::vector<std::uint64_t> counts(static_cast<std::size_t>(bound), 0);
    for (int i = 0; i < 200'000; ++i) ++counts.at(static_cast<std::size_t>(random.uniform_index(bound)));
    if (bound > 1) CHECK(chi_square(counts) < chi_square_budget(counts.size()));
  }
  // Bounds for which a plain remainder or product would favour some indices by half.
  for (const std::uint64_t bound : {std::uint64_t{3} << 30, std::uint64_t{1} << 32, (std::uint64_t{1} << 32) + 1,
                                    std::uint64_t{3} << 62, ~std::uint64_t{0}}) {
    std::vector<std::uint64_t> counts(10, 0);
    for (int i = 0; i < 100'000; ++i) {
      const std::uint64_t index = random.uniform_index(bound);
      REQUIRE(index < bound);
      ++counts[std::min<std::size_t>(
          9, static_cast<std::size_t>(static_cast<double>(index) / static_cast<double>(bound) * 10))];
    }
    CHECK(chi_square(counts) < chi_square_budget(10));
  }
}

TEST_CASE("random: normal numbers have the moments and tails of the normal distribution", "[base][property]") {
  Random random(3);
  constexpr int kCount = 1'000'000;
  double sum[5] = {};
  int beyond_two = 0;
  for (int i = 0; i < kCount; ++i) {
    const double z = random.normal();
    REQUIRE(std::isfinite(z));
    double power = 1;
    for (double& s : sum) {
      s += power;
      power *= z;
    }
    if (z > 2) ++beyond_two;
  }
  // Five standard errors of each moment's mean: sqrt(var(z^k) / n) with var = 1, 2, 15, 96.
  const double root = std::sqrt(static_cast<double>(kCount));
  CHECK(std::fabs(sum[1] / kCount) < 5 * 1 / root);
  CHECK(std::fabs(sum[2] / kCount - 1) < 5 * std::sqrt(2.0) / root);
  CHECK(std::fabs(sum[3] / kCount) < 5 * std::sqrt(15.0) / root);
  CHECK(std::fabs(sum[4] / kCount - 3) < 5 * std::sqrt(96.0) / root);
  CHECK(std::fabs(beyond_two / static_cast<double>(kCount) - 0.0227501319) < 5 * 0.1491 / root);
}

TEST_CASE("random: shuffle keeps the values and makes every order as likely", "[base][property]") {
  Random random(4);
  std::vector<std::uint64_t> counts(24, 0);
  for (int i = 0; i < 240'000; ++i) {
    std::vector<std::uint32_t> order{0, 1, 2, 3};
    shuffle(random, order);
    std::size_t code = 0;  // number of the permutation
    for (std::size_t a = 0; a < 4; ++a) {
      std::size_t smaller = 0;
      for (std::size_t b = a + 1; b < 4; ++b) smaller += order[b] < order[a] ? 1 : 0;
      code = code * (4 - a) + smaller;
    }
    ++counts.at(code);
    std::sort(order.begin(), order.end());
    REQUIRE(order == std::vector<std::uint32_t>{0, 1, 2, 3});
  }
  CHECK(chi_square(counts) < chi_square_budget(24));
  std::vector<std::uint32_t> none;
  shuffle(random, none);
  CHECK(none.empty());
}

TEST_CASE("random: samples are distinct, ascending and below the population", "[base][property]") {
  Random random(5);
  for (const std::uint64_t population : {1ULL, 2ULL, 100ULL, 5'000ULL, 4'294'967'295ULL}) {
    for (const std::size_t count : {0U, 1U, 2U, 99U, 100U, 4'999U}) {
      if (count > population) continue;
      const auto sample = sample_without_replacement(random, population, count);
      REQUIRE(sample.size() == count);
      for (std::size_t i = 0; i < count; ++i) {
        REQUIRE(sample[i] < population);
        if (i > 0) REQUIRE(sample[i - 1] < sample[i]);
      }
    }
  }
  const auto all = sample_without_replacement(random, 1000, 1000);
  CHECK(all.front() == 0);
  CHECK(all.back() == 999);
}

TEST_CASE("random: every subset is as likely to be sampled", "[base][property]") {
  Random random(6);
  std::vector<std::uint64_t> counts(64, 0);
  for (int i = 0; i < 200'000; ++i) {
    std::size_t code = 0;
    for (const std::uint32_t index : sample_without_replacement(random, 6, 3)) code |= std::size_t{1} << index;
    ++counts.at(code);
  }
  counts.erase(std::remove(counts.begin(), counts.end(), 0U), counts.end());
  REQUIRE(counts.size() == 20);
  CHECK(chi_square(counts) < chi_square_budget(20));
}

TEST_CASE("random: the same seed gives the same sample", "[base][property]") {
  Random a(8, 3);
  Random b(8, 3);
  CHECK(sample_without_replacement(a, 1'000'000, 256) == sample_without_replacement(b, 1'000'000, 256));
}

}  // namespace
}  // namespace outpost
