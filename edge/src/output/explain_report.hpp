/// @file  Explained rows, for people and for programs.
#pragma once

#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include <outpost/model/pipeline.hpp>

#include "explained_row.hpp"
#include "output/sink.hpp"
#include "output/terminal.hpp"

namespace outpost::edge {

/// A heading, a bar a feature (the strongest), the nearest normal rows, and what would have to change.
std::string explained_text(const Pipeline& pipeline, const ExplainedRow& row, const Terminal& terminal);

/// Everything about one row, all features by strength.
nlohmann::ordered_json explained_json(const Pipeline& pipeline, const ExplainedRow& row);

/// "row,score,base,feature,value,usual,contribution"; one line a row and feature.
void write_explained_csv(const Pipeline& pipeline, std::span<const ExplainedRow> rows, Sink& sink);

/// A bar of at most `width` columns, filled by |value| / largest.
std::string contribution_bar(double value, double largest, std::size_t width);

/// What is usual for a feature: the median, of categories the most frequent.
float usual_value(const Pipeline& pipeline, std::size_t feature);

}  // namespace outpost::edge
