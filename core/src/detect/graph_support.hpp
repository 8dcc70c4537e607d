/// @file  What the ONNX graphs of several detectors have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <outpost/base/execution.hpp>
#include <outpost/onnx/graph_reader.hpp>
#include <outpost/onnx/graph_writer.hpp>

namespace outpost {

/// a * b, or the largest size where that is beyond the 32 bits of a wasm size.
inline std::size_t saturating_product(std::size_t a, std::size_t b) {
  return b != 0 && a > std::numeric_limits<std::size_t>::max() / b ? std::numeric_limits<std::size_t>::max() : a * b;
}

/// Rows to feed a runtime at once where each needs this many bytes of intermediate values.
std::size_t rows_within_batch(std::size_t bytes_per_row);

/// to_score of a float64 value: float32 within its range.
onnx::Value clamp_to_score(onnx::GraphWriter& graph, onnx::Value value);
/// Sum over the second dimension in float64: float32 [N, m] or float64 [N, m] to float64 [N, 1].
onnx::Value sum_of_row(onnx::GraphWriter& graph, onnx::Value values, onnx::DataType type);
/// Columns [first, last) of a value [N, m].
onnx::Value columns(onnx::GraphWriter& graph, onnx::Value values, std::size_t first, std::size_t last);
/// portable_exp2_neg of a float32 value, bit for bit.
onnx::Value exp2_neg(onnx::GraphWriter& graph, onnx::Value x);

/// The tables of all features, one after the other. Feature f has the places ends[f] + 1 .. ends[f + 1] (so ends[0] is
/// -1): what a search for the last entry not above a value starts from, and where it ends.
struct TableEnds {
  onnx::Value before;  ///< int64 [d]: the place before each feature's first
  onnx::Value last;    ///< int64 [d]: the place of each feature's last
};
TableEnds write_table_ends(onnx::GraphWriter& graph, std::string_view name, std::span<const std::size_t> lengths);
/// The lengths back, each in 1..max_length; empty after an error.
std::vector<std::size_t> read_table_lengths(onnx::GraphReader& graph, std::string_view name, std::size_t features,
                                            std::size_t max_length);

/// For each value of `rows` (float32 [N, d]) the place of the last entry of its feature's ascending table that is not
/// above it, int64 [N, d]; ends.before where all are above. A binary search, so nodes grow with log(longest).
onnx::Value find_last_not_above(onnx::GraphWriter& graph, onnx::Value tables, const TableEnds& ends,
                                std::size_t longest, onnx::Value rows);

}  // namespace outpost
