#include <outpost/data/features.hpp>

#include <algorithm>
#include <array>
#include <string_view>

#include "cells.hpp"
#include "messages.hpp"
#include "name_index.hpp"

namespace outpost {
namespace {

constexpr std::uint64_t kMinIdentifierRows = 20;
constexpr double kSteadyShare = 0.75;
constexpr double kMaxIdentifierLength = 40;  // characters, on average; longer texts are written by people
constexpr double kMillisecondsPerHour = 3'600'000;

/// The last word of a name in lower case: "deviceId" -> "id", "row_index" -> "index", "ID" -> "id".
std::string last_word(std::string_view name) {
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  std::size_t end = name.size();
  while (end > 0 && !is_upper(name[end - 1]) && !is_lower(name[end - 1])) --end;
  std::size_t first = end;
  while (first > 0 && (is_upper(name[first - 1]) || is_lower(name[first - 1]))) {
    --first;
    if (first > 0 && is_upper(name[first]) && is_lower(name[first - 1])) break;
  }
  std::string word(name.substr(first, end - first));
  for (char& c : word) c = is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  return word;
}

template <std::size_t N>
bool ends_with_one_of(std::string_view name, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), last_word(name)) != words.end();
}

bool sounds_like_identifier(std::string_view name) {
  constexpr std::array<std::string_view, 11> kWords = {"id",  "ids",    "uuid", "guid",  "key", "index",
                                                       "idx", "serial", "seq",  "rowid", "row"};
  return ends_with_one_of(name, kWords);
}

bool sounds_like_time(std::string_view name) {
  constexpr std::array<std::string_view, 6> kWords = {"time", "timestamp", "epoch", "ts", "date", "datetime"};
  return ends_with_one_of(name, kWords);
}

/// Does every number become the same float once preprocessing has clipped it?
bool constant_in_float32(const ColumnProfile& profile) {
  const auto narrow = [](double x) { return static_cast<float>(std::clamp(x, -1e18, 1e18)); };
  return profile.non_finite == 0 && narrow(profile.min) == narrow(profile.max);
}

/// Why a column is left out by the rules; empty when it stays.
std::string rule_against(const ColumnSchema& column, const ColumnProfile& profile) {
  if (profile.missing == profile.count) return "all values are missing";
  if (profile.distinct == 0) return "no value is of the column's type";
  if (profile.distinct == 1) {
    return profile.missing == 0 ? "constant" : "constant where not missing";
  }
  const bool enough_rows = profile.count >= kMinIdentifierRows;
  const bool all_differ = enough_rows && profile.all_differ;
  switch (column.type) {
    case ColumnType::boolean:
    case ColumnType::timestamp: return {};
    case ColumnType::categorical: return all_differ ? "identifier: all values differ" : "";
    case ColumnType::text:
      if (all_differ && profile.mean_length <= kMaxIdentifierLength) return "identifier: all texts differ";
      return "free text";
    case ColumnType::numeric: break;
  }
  if (constant_in_float32(profile)) return "constant in single precision";
  if (all_differ && profile.integers) {
    if (profile.ascending && profile.steady_steps >= kSteadyShare) {
      return "identifier: whole numbers that all differ and ascend at steady steps";
    }
    if (sounds_like_identifier(column.name)) {
      return "identifier: whole numbers that all differ, and the name says so";
    }
  }
  if (enough_rows && profile.ascending && sounds_like_time(column.name)) {
    return "time of the row: never decreases, and the name says so";
  }
  return {};
}

void add_time_features(const ColumnSchema& column, const ColumnProfile& profile, bool forced, FeatureSet& set) {
  const double span_ms = profile.max - profile.min;
  const auto add = [&](std::string_view part, FeatureKind kind) {
    Feature feature;
    feature.name = column.name + "." + std::string(part);
    feature.column = column.name;
    feature.kind = kind;
    set.features.push_back(std::move(feature));
  };
  if (forced || (profile.hour_varies && span_ms >= kMillisecondsPerHour)) add("hour", FeatureKind::hour);
  if (forced || (profile.weekday_varies && span_ms >= 48 * kMillisecondsPerHour)) add("weekday", FeatureKind::weekday);
  if (profile.time_backwards == 0 && (profile.steps_vary || (forced && profile.count > 1))) {
    add("gap", FeatureKind::gap);
  }
}

void add_value_feature(const ColumnSchema& column, FeatureSet& set) {
  Feature feature;
  feature.name = feature.column = column.name;
  feature.decimal = column.decimal;
  if (column.type == ColumnType::boolean) feature.kind = FeatureKind::boolean;
  if (column.type == ColumnType::categorical || column.type == ColumnType::text) {
    feature.kind = FeatureKind::category_code;
    feature.categories = column.categories;
  }
  set.features.push_back(std::move(feature));
}

Result<void> check_names(const Schema& schema, const FeatureOptions& options) {
  if (options.include.empty() && options.exclude.empty() && !options.label) return {};
  std::vector<std::string> names;
  names.reserve(schema.columns.size());
  for (const ColumnSchema& column : schema.columns) names.push_back(column.name);
  const NameIndex known(names);
  const auto check = [&](const std::string& name, std::string_view use) -> Result<void> {
    if (known.contains(name)) return {};
    return fail(ErrorCode::not_found, "There is no column '" + name + "' to " + std::string(use),
                unknown_name_hint(name, std::vector<std::string_view>(names.begin(), names.end())));
  };
  for (const std::string& name : options.include) OUTPOST_TRY(check(name, "include"));
  for (const std::string& name : options.exclude) OUTPOST_TRY(check(name, "exclude"));
  if (options.label) OUTPOST_TRY(check(*options.label, "be the label"));
  return {};
}

/// "a (constant), b (free text) and 3 others".
std::string describe(const std::vector<LeftOutColumn>& left_out) {
  constexpr std::size_t kShown = 5;
  std::string text;
  for (std::size_t i = 0; i < left_out.size() && i < kShown; ++i) {
    if (i > 0) text += ", ";
    text += left_out[i].column + " (" + left_out[i].reason + ")";
  }
  if (left_out.size() > kShown) text += " and " + counted(left_out.size() - kShown, "other", "others");
  return text;
}

}  // namespace

std::string_view to_string(FeatureKind kind) {
  switch (kind) {
    case FeatureKind::number: return "number";
    case FeatureKind::boolean: return "boolean";
    case FeatureKind::category_code: return "category_code";
    case FeatureKind::hour: return "hour";
    case FeatureKind::weekday: return "weekday";
    case FeatureKind::gap: return "gap";
  }
  return "unknown";
}

Result<FeaturePlan> plan_features(const Schema& schema, const std::vector<ColumnProfile>& profiles,
                                  const FeatureOptions& options) {
  OUTPOST_TRY(check_names(schema, options));
  const NameIndex included(options.include);
  const NameIndex excluded(options.exclude);
  FeaturePlan plan;
  for (std::size_t c = 0; c < schema.columns.size(); ++c) {
    const ColumnSchema& column = schema.columns[c];
    const ColumnProfile& profile = profiles[c];
    const auto leave_out = [&](std::string reason) { plan.left_out.push_back({column.name, std::move(reason)}); };
    const bool forced = included.contains(column.name);
    if (options.label && *options.label == column.name) {
      leave_out("label");
    } else if (excluded.contains(column.name)) {
      leave_out("excluded");
    } else if (!options.include.empty() && !forced) {
      leave_out("not included");
    } else if (std::string reason = forced ? std::string() : rule_against(column, profile); !reason.empty()) {
      leave_out(std::move(reason));
    } else if (column.type == ColumnType::timestamp) {
      const std::size_t before = plan.set.size();
      add_time_features(column, profile, forced, plan.set);
      if (plan.set.size() == before) leave_out("time: neither its hour, its weekday nor its steps vary");
    } else if (column.type == ColumnType::text && column.categories.empty()) {
      return fail(ErrorCode::invalid_argument,
                  "Column '" + column.name + "' cannot be included: it holds free text with " +
                      std::string(profile.distinct_exact ? "" : "more than ") +
                      counted(profile.distinct, "value", "different values"),
                  "Leave it out, or give it few enough different values to be categories.");
    } else {
      add_value_feature(column, plan.set);
    }
  }
  if (plan.set.size() == 0) {
    return fail(ErrorCode::not_enough_data, "No column is left to detect with: " + describe(plan.left_out),
                "Include a column by its name to use it all the same.");
  }
  return plan;
}

}  // namespace outpost
