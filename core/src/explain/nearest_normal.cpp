#include <outpost/explain/nearest_normal.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace outpost {
namespace {

bool is_nearer(const NormalRow& a, const NormalRow& b) {
  return a.distance < b.distance || (a.distance == b.distance && a.row < b.row);
}

}  // namespace

double robust_distance(const Pipeline& pipeline, std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t f = 0; f < a.size(); ++f) {
    double difference = 0;
    if (a[f] == b[f] || (std::isnan(a[f]) && std::isnan(b[f]))) continue;
    if (std::isnan(a[f]) || std::isnan(b[f]) || pipeline.features().features[f].kind == FeatureKind::category_code) {
      difference = 1;
    } else {
      difference = (static_cast<double>(a[f]) - static_cast<double>(b[f])) / pipeline.summaries()[f].scale;
    }
    sum += difference * difference;
  }
  return std::sqrt(sum);
}

Result<std::vector<NormalRow>> nearest_normal_rows(const Pipeline& pipeline, std::span<const float> row,
                                                   MatrixView rows, std::span<const float> scores, std::size_t count,
                                                   std::optional<std::size_t> self, const RunContext& context) {
  const std::size_t d = pipeline.features().size();
  if (row.size() != d || rows.cols() != d || scores.size() != rows.rows()) {
    return fail(ErrorCode::schema_mismatch, "The rows have " + std::to_string(rows.cols()) + " values and there are " +
                                                std::to_string(scores.size()) + " scores; the model was trained on " +
                                                std::to_string(d) + " features");
  }
  // Each chunk keeps its own nearest; which they are does not depend on how the chunks were shared out.
  const std::size_t chunks = (rows.rows() + kChunkRows - 1) / kChunkRows;
  std::vector<std::vector<NormalRow>> found(chunks);
  context.executor().parallel_for(chunks, [&](std::size_t chunk) {
    if (context.cancelled()) return;
    std::vector<NormalRow>& nearest = found[chunk];
    const std::size_t end = std::min(rows.rows(), (chunk + 1) * kChunkRows);
    for (std::size_t r = chunk * kChunkRows; r < end; ++r) {
      if (pipeline.is_anomaly(scores[r]) || (self && *self == r)) continue;
      const NormalRow candidate{r, robust_distance(pipeline, row, rows.row(r))};
      if (nearest.size() == count && (count == 0 || !is_nearer(candidate, nearest.back()))) continue;
      if (nearest.size() == count) nearest.pop_back();
      nearest.insert(std::upper_bound(nearest.begin(), nearest.end(), candidate, is_nearer), candidate);
    }
  });
  if (context.cancelled()) return fail(ErrorCode::cancelled, "Looking for normal rows was cancelled");
  std::vector<NormalRow> all;
  for (const std::vector<NormalRow>& part : found) all.insert(all.end(), part.begin(), part.end());
  std::sort(all.begin(), all.end(), is_nearer);
  all.resize(std::min(count, all.size()));
  return all;
}

}  // namespace outpost
