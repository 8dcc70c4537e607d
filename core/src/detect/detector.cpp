#include <outpost/detect/detector.hpp>

namespace outpost {

Result<void> score_rows(const Detector& detector, MatrixView rows, std::span<float> scores, const RunContext& context) {
  const bool finished = for_each_chunk(rows.rows(), context, [&](std::size_t first, std::size_t count) {
    detector.score(rows.slice(first, count), scores.subspan(first, count));
  });
  if (!finished) return fail(ErrorCode::cancelled, "Scoring was cancelled");
  return {};
}

}  // namespace outpost
