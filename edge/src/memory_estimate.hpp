/// @file  How much memory a fit will take, said before it starts.
#pragma once

#include <cstddef>

#include <outpost/base/result.hpp>

#include "options.hpp"
#include "session.hpp"

namespace outpost::edge {

/// Where fitting will need more than 1 GB, or more than half of the memory that is free, says so on standard error.
/// Errors: those of resolving the detector and its parameters.
Result<void> announce_large_fit(const Options& options, std::size_t rows, std::size_t features, Session& session);

}  // namespace outpost::edge
