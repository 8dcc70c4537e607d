#include "detect/forest_shap.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace outpost {
namespace {

constexpr std::size_t kMaxPoints =
    kMaxTreeDepth / 2;  // exact for products of 2 * points factors, less the one left out

/// Places and weights that integrate polynomials below degree 2 * points exactly over [0, 1].
struct Quadrature {
  std::size_t points = 0;
  std::array<double, kMaxPoints> place{}, weight{};
};

struct Legendre {
  double value, derivative;
};

/// The Legendre polynomial of a degree at x in (-1, 1), by its recurrence.
Legendre legendre(std::size_t degree, double x) {
  double before = 1, value = x;
  for (std::size_t n = 2; n <= degree; ++n) {
    const auto k = static_cast<double>(n);
    const double next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
    before = value;
    value = next;
  }
  return {value, static_cast<double>(degree) * (x * value - before) / (x * x - 1)};
}

/// Between any two neighbouring roots of one degree (and the ends) lies one root of the next: found by halving.
Quadrature make_quadrature(std::size_t points) {
  std::vector<double> roots;
  for (std::size_t degree = 1; degree <= points; ++degree) {
    std::vector<double> next;
    for (std::size_t i = 0; i < degree; ++i) {
      double low = i == 0 ? -1 : roots[i - 1], high = i + 1 == degree ? 1 : roots[i];
      const bool rising = (degree - i) % 2 == 1;  // the polynomial ends at +1
      for (int step = 0; step < 60; ++step) {
        const double middle = 0.5 * (low + high);
        if ((legendre(degree, middle).value > 0) == rising) {
          high = middle;
        } else {
          low = middle;
        }
      }
      next.push_back(0.5 * (low + high));
    }
    roots.swap(next);
  }
  Quadrature quadrature;
  quadrature.points = points;
  for (std::size_t i = 0; i < points; ++i) {
    const double x = roots[i], slope = legendre(points, x).derivative;
    quadrature.place[i] = 0.5 * (x + 1);
    quadrature.weight[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return quadrature;
}

/// The inverse of average_path_length, for trees of one size.
class RowsOfPath {
 public:
  explicit RowsOfPath(std::size_t samples) : samples_(samples) {}

  double operator()(double path) {
    if (path <= 0.5) return 1;  // nearer to one row (0) than to two (1)
    while (paths_.back() < path && paths_.size() <= samples_) {
      const auto n = static_cast<double>(paths_.size() - 1);
      harmonic_ += 1 / n;
      paths_.push_back(2 * harmonic_ - 2 * n / (n + 1));
    }
    const auto above = std::lower_bound(paths_.begin(), paths_.end(), path);
    if (above == paths_.end()) return static_cast<double>(paths_.size() - 1);
    const bool lower = path - *(above - 1) < *above - path;
    return static_cast<double>(above - paths_.begin() - (lower ? 1 : 0));
  }

 private:
  std::size_t samples_;
  double harmonic_ = 0;
  std::vector<double> paths_{0, 0};  ///< by number of rows
};

std::vector<std::uint32_t> left_children(const IsolationTree& tree) {
  std::vector<std::uint32_t> children(tree.feature.size());
  std::uint32_t next = 1;
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (tree.feature[i] == kLeaf) continue;
    children[i] = next;
    next += 2;
  }
  return children;
}

std::vector<double> covers_of(const IsolationTree& tree, const std::vector<std::uint32_t>& children,
                              RowsOfPath& rows_of_path) {
  const std::size_t n = tree.feature.size();
  std::vector<double> covers(n);
  std::vector<std::uint8_t> depth(n);
  for (std::size_t i = 0; i < n; ++i) {
    if (tree.feature[i] == kLeaf) {
      covers[i] = rows_of_path(static_cast<double>(tree.value[i]) - depth[i]);
    } else {
      depth[children[i]] = depth[children[i] + 1] = static_cast<std::uint8_t>(depth[i] + 1);
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    if (tree.feature[i] != kLeaf) covers[i] = covers[children[i]] + covers[children[i] + 1];
  }
  return covers;
}

using Values = std::array<double, kMaxPoints>;  // one at each place of the quadrature

/// A feature on the way to a node: whether the row goes that way, and the share of the covers that does.
struct Factor {
  double one = 1, zero = 1;
  Values inverse;  ///< of t * one + (1 - t) * zero
  Factor() { inverse.fill(1); }
};

class TreeWalk {
 public:
  TreeWalk(const Quadrature& quadrature, std::span<const float> row, std::span<double> columns)
      : quadrature_(quadrature), row_(row), columns_(columns), factors_(columns.size()) {}

  void run(const IsolationTree& tree, const std::vector<std::uint32_t>& children, const std::vector<double>& covers) {
    tree_ = &tree;
    children_ = children.data();
    covers_ = covers.data();
    Values product, sums;
    product.fill(1);
    visit(0, product, sums);
  }

 private:
  /// `sums`: of the leaves below the node, path length times the product of all factors on the way.
  void visit(std::uint32_t node, const Values& product, Values& sums) {
    const std::uint32_t feature = tree_->feature[node];
    if (feature == kLeaf) {
      for (std::size_t q = 0; q < quadrature_.points; ++q) sums[q] = tree_->value[node] * product[q];
      return;
    }
    const bool left = row_[feature] <= tree_->value[node];
    const std::uint32_t child = children_[node];
    Values other;
    follow(feature, left, covers_[child] / covers_[node], child, product, sums);
    follow(feature, !left, covers_[child + 1] / covers_[node], child + 1, product, other);
    for (std::size_t q = 0; q < quadrature_.points; ++q) sums[q] += other[q];
  }

  /// Down one edge, where the feature's factor changes, and back. The leaves below counted with the old factor until
  /// here, so that their part by the old one is taken back.
  void follow(std::uint32_t feature, bool taken, double share, std::uint32_t child, const Values& product,
              Values& sums) {
    const Factor old = factors_[feature];
    Factor& factor = factors_[feature];
    factor.one = taken ? old.one : 0;
    factor.zero = old.zero * share;
    Values below;
    for (std::size_t q = 0; q < quadrature_.points; ++q) {
      const double t = quadrature_.place[q];
      const double value = t * factor.one + (1 - t) * factor.zero;
      factor.inverse[q] = 1 / value;
      below[q] = product[q] * old.inverse[q] * value;
    }
    const Values inverse = factor.inverse;
    const double gain = factor.one - factor.zero, old_gain = old.one - old.zero;
    visit(child, below, sums);
    double part = 0;
    for (std::size_t q = 0; q < quadrature_.points; ++q) {
      part += quadrature_.weight[q] * sums[q] * (gain * inverse[q] - old_gain * old.inverse[q]);
    }
    columns_[feature] += part;
    factors_[feature] = old;
  }

  const Quadrature& quadrature_;
  std::span<const float> row_;
  std::span<double> columns_;
  std::vector<Factor> factors_;
  const IsolationTree* tree_ = nullptr;
  const std::uint32_t* children_ = nullptr;
  const double* covers_ = nullptr;
};

}  // namespace

std::size_t tree_depth(const IsolationTree& tree) {
  std::size_t depth = 0, level_end = 1, next = 1;
  for (std::size_t i = 0; i < tree.feature.size(); ++i) {
    if (i == level_end) {
      ++depth;
      level_end = next;
    }
    if (tree.feature[i] != kLeaf) next += 2;
  }
  return depth;
}

std::vector<double> node_covers(const IsolationTree& tree, std::size_t samples) {
  RowsOfPath rows_of_path(samples);
  return covers_of(tree, left_children(tree), rows_of_path);
}

double split_path_length(std::span<const IsolationTree> trees, std::size_t samples, std::span<const float> row,
                         std::span<double> columns) {
  std::size_t deepest = 0;
  for (const IsolationTree& tree : trees) deepest = std::max(deepest, tree_depth(tree));
  // A path has at most as many different features as edges, and as there are; the product has one factor less.
  const std::size_t factors = std::max<std::size_t>(1, std::min(deepest, columns.size()));
  const Quadrature quadrature = make_quadrature(std::min(kMaxPoints, (factors + 1) / 2));
  RowsOfPath rows_of_path(samples);
  TreeWalk walk(quadrature, row, columns);
  double expected = 0;
  for (const IsolationTree& tree : trees) {
    const std::vector<std::uint32_t> children = left_children(tree);
    const std::vector<double> covers = covers_of(tree, children, rows_of_path);
    double sum = 0;
    for (std::size_t i = 0; i < covers.size(); ++i) {
      if (tree.feature[i] == kLeaf) sum += tree.value[i] * covers[i];
    }
    expected += sum / covers[0];
    walk.run(tree, children, covers);
  }
  return expected;
}

}  // namespace outpost
