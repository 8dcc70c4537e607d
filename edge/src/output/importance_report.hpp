/// @file  Importance of features over a data set, in every format.
#pragma once

#include <nlohmann/json.hpp>

#include <outpost/explain/importance.hpp>

#include "options.hpp"
#include "output/describe.hpp"
#include "output/sink.hpp"
#include "output/terminal.hpp"

namespace outpost::edge {

/// Everything borrowed.
struct ImportanceReport {
  const Pipeline& pipeline;
  const Importance& importance;
  const nlohmann::ordered_json& metadata;  ///< JSON: comes first
  const Facts& facts;                      ///< table: comes first
};

/// Features by importance, all of them (the table: thirty at most).
void write_importance(const ImportanceReport& report, OutputFormat format, const Terminal& terminal, Sink& sink);

}  // namespace outpost::edge
