// The kernels are compiled once for each SIMD target (Highway); all give the same bits.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "detect/forest_scorer.cpp"
#include <hwy/foreach_target.h>  // must come before highway.h

#include "detect/forest_scorer.hpp"

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace outpost {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Rows whose walks are interleaved: the steps of one walk wait for each other, those of several do not. Sixteen was
/// fastest of 4, 8, 16, 32 natively; in WebAssembly, whose compilers keep fewer values in registers, eight of 4, 8, 16.
constexpr std::size_t kInFlight = HWY_ARCH_WASM ? 8 : 16;

/// Places of the eight level-3 nodes that the rows reach: seven comparisons with contiguous loads and no gather.
template <class Node>
HWY_ATTR void walk_top(const Node* root, const float* columns, std::size_t rows, std::uint32_t* place) {
  const hn::CappedTag<float, 16> df;
  const hn::RebindToUnsigned<decltype(df)> du;
  const auto above = [&](std::size_t node, std::size_t r) HWY_ATTR {
    return hn::Gt(hn::LoadU(df, columns + root[node].feature + r), hn::Set(df, root[node].threshold));
  };
  for (std::size_t r = 0; r < rows; r += hn::Lanes(df)) {
    const auto b0 = above(0, r);
    const auto b1 = hn::Or(hn::And(b0, above(2, r)), hn::AndNot(b0, above(1, r)));
    const auto b2_left = hn::Or(hn::And(b1, above(4, r)), hn::AndNot(b1, above(3, r)));
    const auto b2_right = hn::Or(hn::And(b1, above(6, r)), hn::AndNot(b1, above(5, r)));
    const auto b2 = hn::Or(hn::And(b0, b2_right), hn::AndNot(b0, b2_left));
    const auto bit = [&](auto mask, std::uint32_t value)
                         HWY_ATTR { return hn::IfThenElseZero(hn::RebindMask(du, mask), hn::Set(du, value)); };
    const auto sum = hn::Add(hn::Add(bit(b0, 4), bit(b1, 2)), hn::Add(bit(b2, 1), hn::Set(du, 7)));
    hn::StoreU(sum, du, place + r);
  }
}

/// Adds the leaf values of one block of rows (columns[f << shift | r]); `rows` is a multiple of 16.
template <class Node>
HWY_ATTR void sum_block(const ForestScorer::View<Node>& view, const float* HWY_RESTRICT columns, std::size_t rows,
                        float* HWY_RESTRICT sums) {
  alignas(64) std::uint32_t place[std::size_t{1} << 8];
  for (const ForestScorer::TreeSpan& tree : view.trees) {
    const Node* HWY_RESTRICT nodes = view.nodes + tree.first;
    const float* HWY_RESTRICT values = view.values + tree.first;
    walk_top(nodes, columns, rows, place);
    for (std::size_t r = 0; r < rows; r += kInFlight) {
      std::uint32_t at[kInFlight];
      for (std::size_t j = 0; j < kInFlight; ++j) at[j] = place[r + j];
      const float* HWY_RESTRICT x = columns + r;
      for (std::uint32_t level = 0; level < tree.levels; ++level) {
        for (std::size_t j = 0; j < kInFlight; ++j) {
          const Node node = nodes[at[j]];
          at[j] = node.left + static_cast<std::uint32_t>(x[node.feature + j] > node.threshold);
        }
      }
      for (std::size_t j = 0; j < kInFlight; ++j) sums[r + j] += values[at[j]];
    }
  }
}

HWY_ATTR void sum_block_packed(const ForestScorer::View<ForestScorer::PackedNode>& view, const float* columns,
                               std::size_t rows, float* sums) {
  sum_block(view, columns, rows, sums);
}
HWY_ATTR void sum_block_wide(const ForestScorer::View<ForestScorer::WideNode>& view, const float* columns,
                             std::size_t rows, float* sums) {
  sum_block(view, columns, rows, sums);
}

}  // namespace HWY_NAMESPACE
}  // namespace outpost
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <limits>
#include <utility>

namespace outpost {
namespace {

HWY_EXPORT(sum_block_packed);
HWY_EXPORT(sum_block_wide);

void run_block(const ForestScorer::View<ForestScorer::PackedNode>& view, const float* columns, std::size_t rows,
               float* sums) {
  HWY_DYNAMIC_DISPATCH(sum_block_packed)(view, columns, rows, sums);
}
void run_block(const ForestScorer::View<ForestScorer::WideNode>& view, const float* columns, std::size_t rows,
               float* sums) {
  HWY_DYNAMIC_DISPATCH(sum_block_wide)(view, columns, rows, sums);
}

constexpr std::size_t kTopNodes = 7;     ///< levels 0 to 2, complete
constexpr std::size_t kRowQuantum = 16;  ///< blocks are padded to this many rows, the widest vector
constexpr std::uint32_t kMinShift = 4;
constexpr std::uint32_t kMaxShift = 8;      ///< at most 256 rows a block
constexpr std::size_t kBlockFloats = 4096;  ///< 16 KiB of columns: half of a small L1 cache
constexpr std::size_t kFewRows = 4;         ///< fewer rows than this walk several trees at once instead

/// Writes one tree in the layout that ForestScorer describes.
template <class Node>
class Packer {
 public:
  Packer(const IsolationTree& tree, std::uint32_t shift, std::vector<Node>& nodes, std::vector<float>& values)
      : tree_(tree),
        shift_(shift),
        nodes_(nodes),
        values_(values),
        first_(nodes.size()),
        children_(tree.feature.size()) {
    std::uint32_t next = 1;
    for (std::size_t i = 0; i < tree.feature.size(); ++i) {
      if (tree.feature[i] != kLeaf) children_[i] = std::exchange(next, next + 2);
    }
  }

  /// Returns the number of levels below the complete top.
  std::uint32_t pack() {
    std::vector<std::uint32_t> level{0};  // nodes of `tree`, left to right; a leaf stands for its whole subtree
    std::vector<std::uint32_t> below;
    for (int depth = 0; depth < 3; ++depth) {
      for (const std::uint32_t node : level) add_top(node, below);
      level.swap(below);
      below.clear();
    }
    std::uint32_t levels = 0;
    std::uint32_t next = static_cast<std::uint32_t>(nodes_.size() - first_ + level.size());
    while (true) {
      for (const std::uint32_t node : level) {
        add(node, next);
        if (is_leaf(node)) continue;
        below.push_back(children_[node]);
        below.push_back(children_[node] + 1);
        next += 2;
      }
      if (below.empty()) return levels;
      ++levels;
      // Children are placed after all nodes of this level, in order.
      level.swap(below);
      below.clear();
    }
  }

 private:
  bool is_leaf(std::uint32_t node) const { return tree_.feature[node] == kLeaf; }

  void add_top(std::uint32_t node, std::vector<std::uint32_t>& below) {
    const auto here = static_cast<std::uint32_t>(nodes_.size() - first_);
    push(node, 2 * here + 1);
    below.push_back(is_leaf(node) ? node : children_[node]);
    below.push_back(is_leaf(node) ? node : children_[node] + 1);
  }
  void add(std::uint32_t node, std::uint32_t next) {
    push(node, is_leaf(node) ? static_cast<std::uint32_t>(nodes_.size() - first_) : next);
  }
  void push(std::uint32_t node, std::uint32_t left) {
    const bool leaf = is_leaf(node);
    nodes_.push_back({leaf ? std::numeric_limits<float>::infinity() : tree_.value[node],
                      static_cast<decltype(Node::feature)>(leaf ? 0 : tree_.feature[node] << shift_),
                      static_cast<decltype(Node::left)>(left)});
    values_.push_back(leaf ? tree_.value[node] : 0.0F);
  }

  const IsolationTree& tree_;
  std::uint32_t shift_;
  std::vector<Node>& nodes_;
  std::vector<float>& values_;
  std::size_t first_;
  std::vector<std::uint32_t> children_;  ///< left child of each inner node of `tree_`
};

/// One row: eight trees at a time, straight from the row-major values.
template <class Node>
float sum_row(const ForestScorer::View<Node>& view, const float* row) {
  constexpr std::size_t kTrees = 8;
  float sum = 0;
  std::size_t t = 0;
  for (; t + kTrees <= view.trees.size(); t += kTrees) {
    std::uint32_t at[kTrees] = {};
    std::uint32_t levels = 0;
    for (std::size_t j = 0; j < kTrees; ++j) levels = std::max(levels, view.trees[t + j].levels);
    for (std::uint32_t level = 0; level < levels + 3; ++level) {
      for (std::size_t j = 0; j < kTrees; ++j) {
        const Node node = view.nodes[view.trees[t + j].first + at[j]];
        at[j] = node.left + static_cast<std::uint32_t>(row[node.feature >> view.block_shift] > node.threshold);
      }
    }
    for (std::size_t j = 0; j < kTrees; ++j) sum += view.values[view.trees[t + j].first + at[j]];
  }
  for (; t < view.trees.size(); ++t) {
    const ForestScorer::TreeSpan& tree = view.trees[t];
    std::uint32_t at = 0;
    for (std::uint32_t level = 0; level < tree.levels + 3; ++level) {
      const Node node = view.nodes[tree.first + at];
      at = node.left + static_cast<std::uint32_t>(row[node.feature >> view.block_shift] > node.threshold);
    }
    sum += view.values[tree.first + at];
  }
  return sum;
}

}  // namespace

ForestScorer::ForestScorer(std::span<const IsolationTree> trees, std::size_t features) : features_(features) {
  block_shift_ = kMaxShift;
  while (block_shift_ > kMinShift && (features << block_shift_) > kBlockFloats) --block_shift_;
  bool narrow = (features << block_shift_) <= 0x10000;
  std::size_t nodes = 0;
  for (const IsolationTree& tree : trees) {
    narrow = narrow && tree.feature.size() + 2 * kTopNodes < 0x10000;
    nodes += tree.feature.size() + kTopNodes;
  }
  values_.reserve(nodes);
  trees_.reserve(trees.size());
  if (narrow) {
    packed_.reserve(nodes);
    pack(trees, packed_);
  } else {
    wide_.reserve(nodes);
    pack(trees, wide_);
  }
}

template <class Node>
void ForestScorer::pack(std::span<const IsolationTree> trees, std::vector<Node>& nodes) {
  for (const IsolationTree& tree : trees) {
    const std::size_t first = nodes.size();
    trees_.push_back({first, Packer<Node>(tree, block_shift_, nodes, values_).pack()});
  }
}

void ForestScorer::sum(MatrixView rows, std::span<float> sums) const {
  if (wide_.empty()) {
    sum_with(View<PackedNode>{trees_, packed_.data(), values_.data(), block_shift_}, rows, sums);
  } else {
    sum_with(View<WideNode>{trees_, wide_.data(), values_.data(), block_shift_}, rows, sums);
  }
}

template <class Node>
void ForestScorer::sum_with(const View<Node>& view, MatrixView rows, std::span<float> sums) const {
  if (rows.rows() < kFewRows) {
    for (std::size_t r = 0; r < rows.rows(); ++r) sums[r] = sum_row(view, rows.row(r).data());
    return;
  }
  const std::size_t block = std::size_t{1} << block_shift_;
  std::vector<float> columns(features_ << block_shift_);
  std::vector<float> block_sums(block);
  for (std::size_t first = 0; first < rows.rows(); first += block) {
    const std::size_t count = std::min(block, rows.rows() - first);
    const std::size_t padded = (count + kRowQuantum - 1) / kRowQuantum * kRowQuantum;
    for (std::size_t r = 0; r < padded; ++r) {
      const float* row = rows.row(first + std::min(r, count - 1)).data();  // padding repeats the last row
      for (std::size_t f = 0; f < features_; ++f) columns[(f << block_shift_) + r] = row[f];
    }
    std::fill(block_sums.begin(), block_sums.end(), 0.0F);
    run_block(view, columns.data(), padded, block_sums.data());
    std::copy_n(block_sums.data(), count, sums.data() + first);
  }
}

std::size_t ForestScorer::memory_bytes() const {
  return trees_.size() * sizeof(TreeSpan) + packed_.size() * sizeof(PackedNode) + wide_.size() * sizeof(WideNode) +
         values_.size() * sizeof(float);
}

}  // namespace outpost
#endif  // HWY_ONCE
