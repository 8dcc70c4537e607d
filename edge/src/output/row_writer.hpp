/// @file  Scored rows for programs: CSV, JSON, NDJSON.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include <outpost/data/record_reader.hpp>

#include "job.hpp"
#include "output/sink.hpp"
#include "output/verdicts.hpp"
#include "session.hpp"

namespace outpost::edge {

/// Features shown for one flagged row.
inline constexpr std::size_t kTopFeatures = 3;

/// "row,score,probability,label,severity", of a foreign model "row,score" and, where there is a threshold, "label";
/// then one line a row. Errors: cancelled; those of the sink come later.
Result<void> write_csv_rows(const Verdicts& verdicts, Session& session, Sink& sink);

/// One object a line. Rows that a pipeline flags also have `features`: those that stand out, read from `reader` once
/// more.
Result<void> write_ndjson_rows(const Verdicts& verdicts, RecordReader& reader, Session& session, Sink& sink);

/// `metadata` as one object, with the rows in its array `rows`.
Result<void> write_json_rows(const nlohmann::ordered_json& metadata, const Verdicts& verdicts, RecordReader& reader,
                             Session& session, Sink& sink);

/// A feature's value as JSON: a number, true/false, the category, or null.
nlohmann::ordered_json feature_value_json(const Feature& feature, float value);
/// The same for people: "3.14", "yes", "tcp", "missing".
std::string feature_value_text(const Feature& feature, float value);

}  // namespace outpost::edge
