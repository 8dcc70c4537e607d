/// @file  Words for what was read, fitted and found; shared by the reports of several commands.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <outpost/data/features.hpp>
#include <outpost/data/record_reader.hpp>
#include <outpost/model/pipeline.hpp>

#include "output/terminal.hpp"

namespace outpost::edge {

/// A heading's lines: name and text.
using Facts = std::vector<std::pair<std::string, std::string>>;
/// Two columns, texts wrapped to the terminal.
std::string facts_text(const Facts& facts, const Terminal& terminal);

/// "CSV, comma, header".
std::string format_words(const ReadFacts& facts);
/// "time (raw time), label (label)"; after `most` columns "and 12 more".
std::string left_out_words(const std::vector<LeftOutColumn>& left_out, std::size_t most);
/// "n_neighbors=5, method=largest".
std::string parameter_words(const ParameterValues& parameters);
nlohmann::ordered_json parameter_json(const DetectorInfo& info, const ParameterValues& parameters);
/// Names of features.
nlohmann::ordered_json feature_names(const FeatureSet& set);
nlohmann::ordered_json left_out_json(const std::vector<LeftOutColumn>& left_out);

/// Rows by severity, none first.
using SeverityCounts = std::array<std::uint64_t, 5>;
SeverityCounts count_severities(const Pipeline& pipeline, std::span<const float> scores);
std::uint64_t flagged(const SeverityCounts& counts);
/// "3 critical, 10 high".
std::string severity_words(const SeverityCounts& counts);
Colour severity_colour(Severity severity);

/// A CSV field: quoted where it must be.
std::string csv_field(std::string_view text);
/// JSON on one line or indented; broken UTF-8 is replaced, never an exception.
std::string json_text(const nlohmann::ordered_json& value, int indent = -1);

}  // namespace outpost::edge
