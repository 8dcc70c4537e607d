/// @file  `outpost inspect MODEL`.
#pragma once

#include <outpost/base/result.hpp>

#include "options.hpp"
#include "session.hpp"

namespace outpost::edge {

Result<void> inspect_model(const Options& options, Session& session);

}  // namespace outpost::edge
