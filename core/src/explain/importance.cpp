#include <outpost/explain/importance.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <outpost/base/random.hpp>

namespace outpost {

Result<Importance> global_importance(const Pipeline& pipeline, MatrixView rows, std::size_t most,
                                     const ExplainOptions& options, const RunContext& context) {
  if (rows.rows() == 0 || most == 0) {
    return fail(ErrorCode::not_enough_data, "There is no row to explain", "Give at least one row.");
  }
  OUTPOST_TRY_ASSIGN(const Explainer explainer, Explainer::create(pipeline, options));
  std::vector<std::uint32_t> chosen;
  if (rows.rows() <= most) {
    chosen.resize(rows.rows());
    std::iota(chosen.begin(), chosen.end(), 0U);
  } else {
    Random random(options.seed);
    chosen = sample_without_replacement(random, rows.rows(), most);
  }
  const std::size_t d = pipeline.features().size();
  Importance importance;
  importance.method = explainer.method();
  importance.rows = chosen.size();
  importance.mean_size.assign(d, 0.0);
  importance.mean_value.assign(d, 0.0);
  const std::size_t group = std::max<std::size_t>(1, context.executor().concurrency()) * 4;
  std::vector<Result<Explanation>> found(group, Explanation{});
  for (std::size_t first = 0; first < chosen.size(); first += group) {
    const std::size_t count = std::min(group, chosen.size() - first);
    if (context.cancelled()) return fail(ErrorCode::cancelled, "Explaining was cancelled");
    context.executor().parallel_for(count, [&](std::size_t i) {
      // Work inside work would have to wait for its own threads: a row is explained serially.
      found[i] = explainer.explain(rows.row(chosen[first + i]), RunContext());
    });
    for (std::size_t i = 0; i < count; ++i) {
      if (!found[i]) return tl::unexpected<Error>(found[i].error());
      for (std::size_t f = 0; f < d; ++f) {
        importance.mean_size[f] += std::fabs(found[i]->contributions[f]);
        importance.mean_value[f] += found[i]->contributions[f];
      }
    }
    context.report(first + count, chosen.size());
  }
  for (std::size_t f = 0; f < d; ++f) {
    importance.mean_size[f] /= static_cast<double>(chosen.size());
    importance.mean_value[f] /= static_cast<double>(chosen.size());
  }
  return importance;
}

}  // namespace outpost
