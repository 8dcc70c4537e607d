/// @file  `outpost score` with a model that Outpost did not make.
#pragma once

#include <outpost/base/result.hpp>
#include <outpost/host/onnx_session.hpp>

#include "model_file.hpp"
#include "options.hpp"
#include "session.hpp"

namespace outpost::edge {

/// A session for the model, with the library that --onnxruntime or $OUTPOST_ONNXRUNTIME names, else the one found.
/// Errors: those of OnnxSession::create, with the model's path where it is to blame.
Result<host::OnnxSession> open_session(const LoadedModel& model, const Options& options);

Result<void> score_foreign(const LoadedModel& model, const Options& options, Session& session);

}  // namespace outpost::edge
