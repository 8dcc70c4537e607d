#include "detect/isolation_tree.hpp"

#include <algorithm>
#include <numeric>

#include <outpost/detect/isolation_forest.hpp>

namespace outpost {
namespace {

struct OpenNode {
  std::uint32_t begin, end;  ///< its rows: order[begin, end)
  std::uint32_t depth;
};

struct Split {
  std::uint32_t feature = kLeaf;
  float threshold = 0;
};

class Grower {
 public:
  Grower(MatrixView rows, std::size_t samples, Random& random)
      : random_(random), sample_(samples, rows.cols()), order_(samples), features_(rows.cols()) {
    const std::vector<std::uint32_t> drawn = sample_without_replacement(random, rows.rows(), samples);
    for (std::size_t i = 0; i < samples; ++i) {
      std::copy_n(rows.row(drawn[i]).data(), rows.cols(), sample_.row(i).data());
    }
    std::iota(order_.begin(), order_.end(), 0U);
    std::iota(features_.begin(), features_.end(), 0U);
    while ((std::size_t{1} << max_depth_) < samples) ++max_depth_;
  }

  IsolationTree grow() {
    IsolationTree tree;
    std::vector<OpenNode> queue{{0, static_cast<std::uint32_t>(order_.size()), 0}};
    for (std::size_t next = 0; next < queue.size(); ++next) {
      const OpenNode node = queue[next];
      const Split split = node.depth < max_depth_ ? draw_split(node) : Split{};
      tree.feature.push_back(split.feature);
      if (split.feature == kLeaf) {
        tree.value.push_back(static_cast<float>(node.depth + average_path_length(node.end - node.begin)));
        continue;
      }
      tree.value.push_back(split.threshold);
      const auto middle = std::partition(order_.begin() + node.begin, order_.begin() + node.end,
                                         [&](std::uint32_t r) { return sample_(r, split.feature) <= split.threshold; });
      const auto cut = static_cast<std::uint32_t>(middle - order_.begin());
      queue.push_back({node.begin, cut, node.depth + 1});
      queue.push_back({cut, node.end, node.depth + 1});
    }
    return tree;
  }

 private:
  /// A feature that varies in the node, all equally likely, and a cut uniform between its extremes.
  /// None when every feature is constant there.
  Split draw_split(const OpenNode& node) {
    if (node.end - node.begin < 2) return {};
    for (std::size_t left = features_.size(); left > 0; --left) {
      const auto pick = static_cast<std::size_t>(random_.uniform_index(left));
      std::swap(features_[pick], features_[left - 1]);  // a constant feature is not drawn again for this node
      const std::uint32_t feature = features_[left - 1];
      float low = sample_(order_[node.begin], feature);
      float high = low;
      for (std::uint32_t i = node.begin + 1; i < node.end; ++i) {
        const float x = sample_(order_[i], feature);
        low = x < low ? x : low;
        high = x > high ? x : high;
      }
      if (!(low < high)) continue;
      const double span = static_cast<double>(high) - static_cast<double>(low);
      auto threshold = static_cast<float>(static_cast<double>(low) + random_.uniform() * span);
      if (!(threshold < high)) threshold = low;  // rounding reached the top: keep both sides occupied
      if (threshold < low) threshold = low;
      return {feature, threshold};
    }
    return {};
  }

  Random& random_;
  Matrix sample_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> features_;
  std::uint32_t max_depth_ = 0;
};

}  // namespace

IsolationTree grow_isolation_tree(MatrixView rows, std::size_t samples, Random& random) {
  return Grower(rows, samples, random).grow();
}

}  // namespace outpost
