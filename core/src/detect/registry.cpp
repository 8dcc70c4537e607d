#include <outpost/detect/registry.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdlib>

#include <outpost/base/json_text.hpp>
#include <outpost/base/names.hpp>
#include <outpost/data/parse.hpp>

#include "detect/registry_rows.hpp"

namespace outpost {

/// The one door through which ParameterValues are filled.
struct ParameterAccess {
  static void add(ParameterValues& values, std::string_view name, std::string_view value) {
    values.items_.emplace_back(name, value);
  }
  static std::string& at(ParameterValues& values, std::size_t index) { return values.items_[index].second; }
};

namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string join(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

std::optional<std::string_view> canonical_boolean(std::string_view text) {
  if (const auto value = parse_boolean(text)) return *value ? "true" : "false";
  if (text == "1") return "true";
  if (text == "0") return "false";
  return std::nullopt;
}

Result<std::string> check_number(const DetectorInfo& info, const ParameterInfo& parameter, std::string_view text) {
  const auto number = parse_number(text);
  const bool whole = parameter.type == ParameterType::integer;
  const std::string what = "Parameter " + quoted(parameter.name) + " of " + std::string(info.name);
  const std::string range = shortest_text(parameter.min) + " to " + shortest_text(parameter.max);
  // The range check comes first: it also rules out infinity, which no integer type holds.
  if (!number) {
    return fail(ErrorCode::invalid_argument,
                what + " must be a " + (whole ? "whole number" : "number") + ", not " + quoted(text),
                "Give a value from " + range + " (default " + std::string(parameter.default_value) + ").");
  }
  if (*number < parameter.min || *number > parameter.max) {
    return fail(ErrorCode::invalid_argument, what + " is " + std::string(text) + ", outside " + range,
                "Give a value from " + range + " (default " + std::string(parameter.default_value) + ").");
  }
  if (whole) {
    const auto integer = static_cast<std::int64_t>(*number);
    if (static_cast<double>(integer) != *number) {
      return fail(ErrorCode::invalid_argument, what + " must be a whole number, not " + quoted(text),
                  "Give a whole number from " + range + ".");
    }
    return std::to_string(integer);
  }
  return std::string(text);
}

Result<std::string> check_value(const DetectorInfo& info, const ParameterInfo& parameter, std::string_view text) {
  const std::string what = "Parameter " + quoted(parameter.name) + " of " + std::string(info.name);
  switch (parameter.type) {
    case ParameterType::integer:
    case ParameterType::real: return check_number(info, parameter, text);
    case ParameterType::choice: {
      if (std::find(parameter.choices.begin(), parameter.choices.end(), text) != parameter.choices.end()) {
        return std::string(text);
      }
      return fail(ErrorCode::invalid_argument, what + " has no choice " + quoted(text),
                  "Choose one of: " + join(parameter.choices) + ".");
    }
    case ParameterType::boolean: {
      if (const auto value = canonical_boolean(text)) return std::string(*value);
      return fail(ErrorCode::invalid_argument, what + " must be true or false, not " + quoted(text));
    }
  }
  return fail(ErrorCode::invalid_argument, what + " has an unknown type");
}

}  // namespace

std::string_view to_string(Scaling scaling) {
  switch (scaling) {
    case Scaling::none: return "none";
    case Scaling::standard: return "standard";
    case Scaling::robust: return "robust";
    case Scaling::minmax: return "minmax";
  }
  return "none";
}

std::optional<Scaling> scaling_from(std::string_view name) {
  for (const Scaling scaling : {Scaling::none, Scaling::standard, Scaling::robust, Scaling::minmax}) {
    if (to_string(scaling) == name) return scaling;
  }
  return std::nullopt;
}

std::string_view ParameterValues::find(std::string_view name) const {
  for (const auto& [key, value] : items_) {
    if (key == name) return value;
  }
  assert(false && "a parameter that the registry row does not name");
  return {};
}

std::int64_t ParameterValues::integer(std::string_view name) const {
  return static_cast<std::int64_t>(parse_number(find(name)).value_or(0));
}
double ParameterValues::real(std::string_view name) const { return parse_number(find(name)).value_or(0); }
std::string_view ParameterValues::choice(std::string_view name) const { return find(name); }
bool ParameterValues::boolean(std::string_view name) const { return find(name) == "true"; }

std::span<const DetectorInfo> detector_registry() {
  static const std::array rows{isolation_forest_row(),     ecod_row(), hbos_row(), knn_row(),
                               local_outlier_factor_row(), pca_row()};
  return rows;
}

Result<const DetectorInfo*> find_detector(std::string_view name) {
  std::vector<std::string_view> names;
  for (const DetectorInfo& info : detector_registry()) {
    if (info.name == name || info.id == name) return &info;
    names.push_back(info.name);
  }
  const std::string_view near = nearest_name(name, names);
  return fail(
      ErrorCode::not_found, "There is no detector " + quoted(name),
      (near.empty() ? std::string() : "Did you mean " + quoted(near) + "? ") + "Known detectors: " + join(names) + ".");
}

Result<ParameterValues> resolve_parameters(const DetectorInfo& info,
                                           const std::vector<std::pair<std::string, std::string>>& given) {
  ParameterValues values;
  std::vector<std::string_view> names;
  for (const ParameterInfo& parameter : info.parameters) {
    ParameterAccess::add(values, parameter.name, parameter.default_value);
    names.push_back(parameter.name);
  }
  for (const auto& [name, text] : given) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      const std::string_view near = nearest_name(name, names);
      return fail(ErrorCode::invalid_argument, std::string(info.name) + " has no parameter " + quoted(name),
                  (near.empty() ? std::string() : "Did you mean " + quoted(near) + "? ") +
                      "Its parameters: " + join(names) + ".");
    }
    const auto index = static_cast<std::size_t>(found - names.begin());
    OUTPOST_TRY_ASSIGN(ParameterAccess::at(values, index), check_value(info, info.parameters[index], text));
  }
  return values;
}

}  // namespace outpost
