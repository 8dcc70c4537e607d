/// @file  Importance: which features matter over a whole data set.
#pragma once

#include <cstddef>
#include <vector>

#include <outpost/explain/explanation.hpp>

namespace outpost {

struct Importance {
  ExplainMethod method = ExplainMethod::own;
  std::size_t rows = 0;            ///< rows that were explained
  std::vector<double> mean_size;   ///< for each feature, mean |contribution|
  std::vector<double> mean_value;  ///< for each feature, mean contribution
};

/// Explains at most `most` rows, drawn with options.seed where there are more, one on each thread. Same bits whatever
/// the executor. Errors: as Explainer; not_enough_data without a row.
Result<Importance> global_importance(const Pipeline& pipeline, MatrixView rows, std::size_t most,
                                     const ExplainOptions& options, const RunContext& context);

}  // namespace outpost
