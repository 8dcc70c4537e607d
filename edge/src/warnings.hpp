/// @file  Warnings about data on standard error: few lines, and where to read more.
#pragma once

#include <outpost/data/features.hpp>

#include "job.hpp"
#include "session.hpp"

namespace outpost::edge {

/// Says what may spoil the result: findings from warning on, at most three, and a pointer to `inspect`.
void warn_about_data(const Data& data, const FeaturePlan& plan, Session& session);

}  // namespace outpost::edge
