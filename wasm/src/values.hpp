/// @file  The core's types as JSON. Property names are those of wasm/package/index.d.ts.
#pragma once

#include <string_view>
#include <vector>

#include <outpost/base/result.hpp>
#include <outpost/data/features.hpp>
#include <outpost/data/scan.hpp>
#include <outpost/data/validation.hpp>
#include <outpost/model/pipeline.hpp>

#include <outpost/base/json_text.hpp>

namespace outpost::wasm {

void write_error(JsonText& json, std::string_view key, const Error& error);
void write_columns(JsonText& json, const TableScan& scan);
void write_facts(JsonText& json, const ReadFacts& facts);
void write_findings(JsonText& json, const std::vector<Finding>& findings);
void write_features(JsonText& json, const FeatureSet& set);
void write_left_out(JsonText& json, const std::vector<LeftOutColumn>& left_out);
void write_detector(JsonText& json, const DetectorInfo& info);
void write_model(JsonText& json, const Pipeline& pipeline);

}  // namespace outpost::wasm
