/// @file  What `detect` and `score` print: scored rows with what is known about them, in the format asked for.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include <outpost/data/record_reader.hpp>

#include "options.hpp"
#include "output/describe.hpp"
#include "output/sink.hpp"
#include "output/verdicts.hpp"
#include "quality.hpp"
#include "session.hpp"

namespace outpost::edge {

/// Everything borrowed; the reader stands anywhere.
struct ScoredRows {
  Verdicts verdicts;
  RecordReader& reader;
  nlohmann::ordered_json metadata;    ///< JSON: comes before the rows
  Facts facts;                        ///< table: what was read and fitted
  std::optional<std::string> handle;  ///< table: a column that names rows (a time, a name)
  std::optional<Quality> quality;     ///< with --label
  std::string hint;                   ///< table: what to try next
};

/// Adds what detect and score have in common: threshold, flagged rows, severities, quality.
void add_outcome(ScoredRows& rows);

/// Writes to --output or standard output in the wanted format.
Result<void> write_scored_rows(const ScoredRows& rows, const Options& options, Session& session);

}  // namespace outpost::edge
