/// @file  Models that Outpost did not make: which output is the score, how it is read, and the columns it is fed.
/// Running them is for commands/score_foreign.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <outpost/base/matrix.hpp>
#include <outpost/base/result.hpp>
#include <outpost/data/features.hpp>
#include <outpost/data/schema.hpp>
#include <outpost/host/onnx_session.hpp>

#include "options.hpp"
#include "session.hpp"
#include "sidecar.hpp"

namespace outpost::edge {

/// How a model's output becomes a score, where a higher one is more anomalous.
struct ScoreRule {
  std::string output;
  bool reconstruction = false;      ///< mean squared error between input and output
  bool lower_is_anomalous = false;  ///< the score is the negative of the output
};

/// Rules: what the command line says beats the sidecar, which beats the model's shapes. With neither, the score is the
/// only output of float32 or float64 and of shape [N], [N, 1] or [N, 2], or of several the one named "score",
/// "scores" or "anomaly_score"; a reconstruction is the only output of the input's shape.
/// Errors: invalid_argument where that leaves no or several outputs, listing all; unsupported for an input that is not
/// [N, D] of floats and for a named output that cannot be read.
Result<ScoreRule> plan_score(const host::OnnxSession& model, const std::optional<Sidecar>& sidecar,
                             const Options& options);

/// The columns a model is fed: --include in its order, else the sidecar's features (a column, or the hour, weekday or
/// gap of a time column), else all columns of numbers and truth values in order.
/// Errors: schema_mismatch for a name without a column, a column without numbers, or another count than the model takes
/// (listing both).
Result<FeatureSet> plan_columns(const Schema& schema, const host::OnnxSession& model,
                                const std::optional<Sidecar>& sidecar, const Options& options);

}  // namespace outpost::edge
