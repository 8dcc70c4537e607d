#include <outpost/detect/isolation_forest.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <random>

#include <catch2/catch.hpp>

#include "detect/isolation_tree.hpp"
#include "detector_graph.hpp"
#include "simd_targets.hpp"
#include "test_data.hpp"

using namespace outpost;

namespace {

std::vector<float> fit_scores(const Matrix& rows, IsolationForestOptions options = {}, std::uint64_t seed = 42) {
  const auto forest = make_isolation_forest(options);
  std::vector<float> scores(rows.rows());
  REQUIRE(forest->fit(rows, {seed, {}}, scores));
  return scores;
}

/// Equation 1 of the paper, with the harmonic number summed term by term.
double oracle_c(std::size_t n) {
  if (n < 2) return 0;
  double harmonic = 0;
  for (std::size_t i = 1; i < n; ++i) harmonic += 1.0 / static_cast<double>(i);
  return 2 * harmonic - 2.0 * static_cast<double>(n - 1) / static_cast<double>(n);
}

/// Algorithm 3 of the paper over a tree of ours: walk, and add what the leaf holds.
double oracle_path(const IsolationTree& tree, std::span<const float> row) {
  std::size_t node = 0;
  while (tree.feature[node] != kLeaf) {
    std::size_t inner_before = 0;
    for (std::size_t i = 0; i < node; ++i) inner_before += tree.feature[i] != kLeaf;
    node = 2 * inner_before + 1 + (row[tree.feature[node]] > tree.value[node] ? 1 : 0);
  }
  return tree.value[node];
}

/// Algorithms 1 to 3 of the paper, written a second time with recursion and the standard library's generator:
/// the path length of each row, averaged over `trees` trees.
std::vector<double> oracle_scores(const Matrix& rows, std::size_t trees, std::size_t samples) {
  std::mt19937_64 generator(7);
  const double limit = std::ceil(std::log2(static_cast<double>(samples)));
  std::vector<double> total(rows.rows(), 0.0);
  std::vector<std::size_t> all(rows.rows());
  std::iota(all.begin(), all.end(), 0);
  for (std::size_t t = 0; t < trees; ++t) {
    std::vector<std::size_t> sample;
    std::sample(all.begin(), all.end(), std::back_inserter(sample), samples, generator);
    // Grows the tree only where the rows to be scored go.
    std::function<void(std::vector<std::size_t>, std::vector<std::size_t>, double)> grow =
        [&](std::vector<std::size_t> inside, std::vector<std::size_t> walking, double depth) {
          std::vector<std::size_t> varying;
          for (std::size_t f = 0; f < rows.cols(); ++f) {
            for (const std::size_t r : inside) {
              if (rows(r, f) != rows(inside[0], f)) {
                varying.push_back(f);
                break;
              }
            }
          }
          if (depth >= limit || inside.size() <= 1 || varying.empty()) {
            for (const std::size_t r : walking) total[r] += depth + oracle_c(inside.size());
            return;
          }
          const std::size_t f = varying[std::uniform_int_distribution<std::size_t>(0, varying.size() - 1)(generator)];
          float low = rows(inside[0], f), high = low;
          for (const std::size_t r : inside) low = std::min(low, rows(r, f)), high = std::max(high, rows(r, f));
          const double cut = std::uniform_real_distribution<double>(low, high)(generator);
          const auto goes_left = [&](std::size_t r) { return rows(r, f) <= cut; };
          const auto part = [&](const std::vector<std::size_t>& from, bool left) {
            std::vector<std::size_t> out;
            for (const std::size_t r : from) {
              if (goes_left(r) == left) out.push_back(r);
            }
            return out;
          };
          grow(part(inside, true), part(walking, true), depth + 1);
          grow(part(inside, false), part(walking, false), depth + 1);
        };
    grow(sample, all, 0);
  }
  std::vector<double> scores;
  for (const double path : total) scores.push_back(std::exp2(-path / static_cast<double>(trees) / oracle_c(samples)));
  return scores;
}

}  // namespace

TEST_CASE("iforest: average path length is the paper's formula", "[detect][oracle]") {
  CHECK(average_path_length(0) == 0);
  CHECK(average_path_length(1) == 0);
  CHECK(average_path_length(2) == 1);
  CHECK(average_path_length(256) == Approx(10.2447709).epsilon(1e-3));  // with the paper's ln(i) + 0.5772
  for (const std::size_t n : {3, 100, 4096, 4097, 50000}) {
    CHECK(average_path_length(n) == Approx(oracle_c(n)).epsilon(1e-13));
  }
}

TEST_CASE("iforest: scores follow from the trees by algorithm 3", "[detect][oracle]") {
  const Matrix rows = test::blobs(700, 6, 10, 3);
  IsolationForestOptions options;
  options.n_estimators = 30;
  for (const std::uint32_t samples : {16U, 256U, 600U}) {
    options.max_samples = samples;
    const std::vector<float> scores = fit_scores(rows, options, 5);
    std::vector<IsolationTree> trees;
    for (std::uint32_t t = 0; t < options.n_estimators; ++t) {
      Random random(5, t);
      trees.push_back(grow_isolation_tree(rows, samples, random));
    }
    for (std::size_t r = 0; r < rows.rows(); r += 7) {
      double path = 0;
      for (const IsolationTree& tree : trees) path += oracle_path(tree, rows.row(r));
      const double expected = std::exp2(-path / 30 / oracle_c(samples));
      CHECK(scores[r] == Approx(expected).epsilon(1e-5));
    }
  }
}

TEST_CASE("iforest: agrees with an independent forest of the paper's algorithms", "[detect][oracle]") {
  const Matrix rows = test::blobs(400, 4, 6, 11);
  IsolationForestOptions options;
  options.n_estimators = 3000;
  options.max_samples = 128;
  const std::vector<float> ours = fit_scores(rows, options);
  const std::vector<double> oracle = oracle_scores(rows, 3000, 128);
  // Budget: a path length varies by about 3 between trees, so a difference of two means over 3000 trees has a standard
  // deviation of about 0.004 in score for the planted rows, less for others; 0.016 is four of them.
  double mean = 0;
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    CHECK(std::fabs(ours[r] - oracle[r]) < 0.016);
    mean += (ours[r] - oracle[r]) / static_cast<double>(rows.rows());
  }
  CHECK(std::fabs(mean) < 0.003);
}

TEST_CASE("iforest: a row scores the same alone, in a block, and on every SIMD target", "[detect][property]") {
  for (const std::size_t cols : {1U, 3U, 10U, 300U}) {
    const Matrix rows = test::gaussian(531, cols, 17);
    for (const std::uint32_t samples : {2U, 7U, 256U, 500U}) {
      IsolationForestOptions options;
      options.n_estimators = 21;
      options.max_samples = samples;
      const auto forest = make_isolation_forest(options);
      std::vector<float> scores(rows.rows());
      REQUIRE(forest->fit(rows, {}, scores));
      test::for_each_simd_target([&] {
        std::vector<float> again(rows.rows());
        forest->score(rows, again);
        CHECK(test::same_bits(scores, again));
      });
      for (std::size_t r = 0; r < rows.rows(); r += 50) {
        float alone = 0;
        forest->score(rows.view().slice(r, 1), {&alone, 1});
        CHECK(test::same_bits(alone, scores[r]));
      }
    }
  }
}

TEST_CASE("iforest: trees too large for packed nodes score by the same rules", "[detect][oracle]") {
  constexpr std::uint32_t kRows = 300'000;  // uniform: trees grow wide
  Matrix rows(kRows, 2);
  Random values(4);
  for (std::size_t i = 0; i < 2 * kRows; ++i) rows.data()[i] = static_cast<float>(values.uniform());
  IsolationForestOptions options;
  options.n_estimators = 2;
  options.max_samples = kRows;
  const std::vector<float> scores = fit_scores(rows, options, 9);
  std::vector<IsolationTree> trees;
  for (std::uint32_t t = 0; t < 2; ++t) {
    Random random(9, t);
    trees.push_back(grow_isolation_tree(rows, kRows, random));
  }
  REQUIRE(trees[0].feature.size() > 65'536);
  for (std::size_t r = 0; r < rows.rows(); r += 49'999) {
    const double path = oracle_path(trees[0], rows.row(r)) + oracle_path(trees[1], rows.row(r));
    CHECK(scores[r] == Approx(std::exp2(-path / 2 / oracle_c(kRows))).epsilon(1e-5));
  }
}

TEST_CASE("iforest: every tree's leaves hold all its rows and no more", "[detect][property]") {
  const Matrix rows = test::gaussian(300, 5, 2);
  Random random(1, 0);
  const IsolationTree tree = grow_isolation_tree(rows, 256, random);
  std::size_t inner = 0;
  for (const std::uint32_t feature : tree.feature) {
    if (feature != kLeaf) {
      ++inner;
      CHECK(feature < 5);
    }
  }
  CHECK(tree.feature.size() == 2 * inner + 1);
  CHECK(tree.value.size() == tree.feature.size());
}

TEST_CASE("iforest: a far point ranks first and equal rows score alike", "[detect][property]") {
  Matrix rows = test::gaussian(500, 3, 8);
  for (std::size_t c = 0; c < 3; ++c) {
    rows(123, c) = 60;
    rows(10, c) = rows(20, c);
  }
  const std::vector<float> scores = fit_scores(rows);
  CHECK(std::max_element(scores.begin(), scores.end()) - scores.begin() == 123);
  CHECK(test::same_bits(scores[10], scores[20]));
}

TEST_CASE("iforest: scaling by a power of two changes nothing", "[detect][property]") {
  const Matrix rows = test::blobs(400, 4, 5, 21);
  Matrix scaled = rows;
  for (std::size_t i = 0; i < 400 * 4; ++i) scaled.data()[i] *= 1024.0F;
  CHECK(test::same_bits(fit_scores(rows), fit_scores(scaled)));
}

TEST_CASE("iforest: awkward rows give finite scores", "[detect][error]") {
  const float tiny = std::numeric_limits<float>::denorm_min();
  const auto check = [](Matrix rows, double low, double high) {
    for (const float score : fit_scores(rows)) {
      CHECK(std::isfinite(score));
      CHECK(score >= low);
      CHECK(score <= high);
    }
  };
  check(Matrix({1, 2, 3}, 1, 3), 0.5, 0.5);
  check(Matrix(std::vector<float>(600, 7.0F), 300, 2), 0.4999, 0.5001);
  check(Matrix({-1e18F, 1e18F, 0, tiny}, 4, 1), 0, 1);
  check(Matrix({0, tiny}, 2, 1), 0, 1);
  check(Matrix({std::nextafter(1.0F, 0.0F), 1}, 2, 1), 0, 1);
  const auto forest = make_isolation_forest({});
  const auto empty = forest->fit(MatrixView(), {}, {});
  REQUIRE_FALSE(empty);
  CHECK(empty.error().code == ErrorCode::not_enough_data);
}

TEST_CASE("iforest: masking is a known weakness: a dense clump of anomalies hides at full sample size",
          "[detect][property]") {
  // Paper, section 3: sub-sampling is what separates clumped anomalies from normal rows.
  Matrix rows = test::gaussian(4000, 2, 5);
  for (std::size_t r = 0; r < 400; ++r) {
    rows(r, 0) = 6 + rows(r, 0) * 0.02F;
    rows(r, 1) = 6 + rows(r, 1) * 0.02F;
  }
  const auto clump_mean = [&](std::uint32_t samples) {
    IsolationForestOptions options;
    options.max_samples = samples;
    const std::vector<float> scores = fit_scores(rows, options);
    const double clump = std::accumulate(scores.begin(), scores.begin() + 400, 0.0) / 400;
    const double rest = std::accumulate(scores.begin() + 400, scores.end(), 0.0) / 3600;
    return clump / rest;
  };
  CHECK(clump_mean(32) > clump_mean(4000));
}

TEST_CASE("iforest: what a model file keeps is all of the state", "[detect][property]") {
  const Matrix rows = test::gaussian(64, 3, 1);
  for (const std::uint32_t samples : {2U, 5U, 32U, 1000U}) {
    for (const std::uint32_t trees : {1U, 3U}) {
      const auto make = [&] { return make_isolation_forest({trees, samples}); };
      for (const Matrix& data : {rows, Matrix(64, 3), Matrix(1, 3)}) {  // ordinary, all equal, one row
        const auto forest = make();
        std::vector<float> scores(data.rows());
        REQUIRE(forest->fit(data, {}, scores));
        test::check_round_trip(make, *forest, rows);
      }
    }
  }
  const auto make = [] { return make_isolation_forest({3, 32}); };
  const auto forest = make();
  std::vector<float> scores(64);
  REQUIRE(forest->fit(rows, {}, scores));
  test::check_damage(make, *forest, rows);
}

namespace {

/// Two trees over three features: one splits twice, the other is a leaf. Paths fit a forest of two rows a tree.
struct ForestNode {
  std::vector<std::int64_t> tree_ids{0, 0, 0, 0, 0, 1}, node_ids{0, 1, 2, 3, 4, 0};
  std::vector<std::string_view> modes{"BRANCH_LEQ", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF", "LEAF"};
  std::vector<std::int64_t> feature_ids{2, 0, 1, 0, 0, 0};
  std::vector<float> values{0.5F, 0, -1, 0, 0, 0};
  std::vector<std::int64_t> true_ids{1, 0, 3, 0, 0, 0}, false_ids{2, 0, 4, 0, 0, 0};
  std::vector<std::int64_t> leaf_trees{0, 0, 0, 1}, leaf_nodes{1, 3, 4, 0};
  std::vector<float> paths{1, 2, 2, 1};
  float path_scale = 0.5F;

  Result<void> read() const {
    onnx::GraphWriter graph;
    graph.f32("iforest.path_scale", {}, {&path_scale, 1});
    const onnx::Value rows = graph.named("rows");
    graph.add("TreeEnsembleRegressor", {rows},
              {{"nodes_treeids", tree_ids},
               {"nodes_nodeids", node_ids},
               {"nodes_modes", modes},
               {"nodes_featureids", feature_ids},
               {"nodes_values", values},
               {"nodes_truenodeids", true_ids},
               {"nodes_falsenodeids", false_ids},
               {"target_treeids", leaf_trees},
               {"target_nodeids", leaf_nodes},
               {"target_weights", paths}},
              onnx::kMlDomain);
    const test::GraphFile file(graph.finish("forest"));
    onnx::GraphReader reader = file.reader();
    return make_isolation_forest({2, 4})->read_graph(reader, 3);
  }
};

}  // namespace

TEST_CASE("iforest: trees that are no trees are refused with a reason", "[detect][error]") {
  REQUIRE(ForestNode().read());
  const std::string links = "breadth-first", shape = "missing or surplus", path = "path length";
  const std::vector<std::pair<std::string, std::function<void(ForestNode&)>>> damages = {
      {links, [](ForestNode& f) { f.true_ids[2] = 2; }},   // to itself
      {links, [](ForestNode& f) { f.false_ids[2] = 0; }},  // to the root: a circle
      {links, [](ForestNode& f) { f.true_ids[0] = 5; }},   // out of the tree
      {links, [](ForestNode& f) { f.true_ids[0] = -1; }},  // out of everything
      {links, [](ForestNode& f) { f.false_ids[0] = 1; }},  // both to one child
      {links, [](ForestNode& f) { f.true_ids.pop_back(); }},
      {links, [](ForestNode& f) { std::swap(f.node_ids[1], f.node_ids[2]); }},
      {links, [](ForestNode& f) { f.node_ids[5] = 1; }},
      {links, [](ForestNode& f) { f.tree_ids[4] = 1; }},
      {links, [](ForestNode& f) { f.tree_ids = {1, 1, 1, 1, 1, 0}; }},
      {links, [](ForestNode& f) { f.leaf_nodes[1] = 2; }},  // a path length at an inner node
      {links, [](ForestNode& f) { f.leaf_trees[3] = 0; }},
      {links, [](ForestNode& f) { f.values[1] = 1; }},  // a threshold in a leaf
      {links, [](ForestNode& f) { f.feature_ids[1] = 1; }},
      {shape, [](ForestNode& f) { f.modes[1] = "BRANCH_LEQ"; }},
      {shape, [](ForestNode& f) { f.modes[0] = "LEAF"; }},
      {shape, [](ForestNode& f) { f.modes[2] = "BRANCH_LT"; }},
      {shape, [](ForestNode& f) { f.paths.pop_back(); }},
      {shape, [](ForestNode& f) { f.paths.push_back(1); }},
      {"lengths", [](ForestNode& f) { f.modes.pop_back(); }},
      {"lengths", [](ForestNode& f) { f.values.push_back(0); }},
      {"lengths", [](ForestNode& f) { f.feature_ids.pop_back(); }},
      {"feature", [](ForestNode& f) { f.feature_ids[0] = 3; }},
      {"feature", [](ForestNode& f) { f.feature_ids[0] = -1; }},
      {"feature", [](ForestNode& f) { f.feature_ids[2] = std::int64_t{1} << 32; }},
      {"finite", [](ForestNode& f) { f.values[0] = std::nanf(""); }},
      {"finite", [](ForestNode& f) { f.paths[0] = std::numeric_limits<float>::infinity(); }},
      {path, [](ForestNode& f) { f.paths[0] = -1; }},
      {path, [](ForestNode& f) { f.paths[0] = 2e6F; }},
      {"proportion", [](ForestNode& f) { f.paths[0] = 1000; }},
      {"exact", [](ForestNode& f) { f.paths[0] = 0.1F; }},
      {path, [](ForestNode& f) { f.path_scale = 0.4F; }},
      {path, [](ForestNode& f) { f.path_scale = -0.5F; }},
      {path, [](ForestNode& f) { f.path_scale = 1e30F; }},
      {path, [](ForestNode& f) { f.path_scale = std::nanf(""); }},
  };
  for (std::size_t i = 0; i < damages.size(); ++i) {
    INFO("damage " << i);
    ForestNode forest;
    damages[i].second(forest);
    const Result<void> read = forest.read();
    REQUIRE_FALSE(read);
    CHECK(read.error().code == ErrorCode::corrupt_model);
    CHECK_THAT(read.error().message, Catch::Contains(damages[i].first));
  }
}
