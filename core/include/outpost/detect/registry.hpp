/// @file  The registry: one row a detector, with its parameters as data. Help, forms, validation, docs and the
/// conformance tests are made from it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <outpost/base/names.hpp>
#include <outpost/base/result.hpp>
#include <outpost/detect/detector.hpp>

namespace outpost {

enum class Scaling : std::uint8_t { none, standard, robust, minmax };
std::string_view to_string(Scaling scaling);
std::optional<Scaling> scaling_from(std::string_view name);

enum class ParameterType : std::uint8_t { integer, real, choice, boolean };

/// One parameter of a detector.
struct ParameterInfo {
  std::string_view name;
  ParameterType type = ParameterType::integer;
  std::string_view default_value;         ///< as text: "100", "0.5", "largest", "true"
  double min = 0, max = 0;                ///< integer and real, both included
  std::vector<std::string_view> choices;  ///< choice only
  std::string_view meaning;               ///< one sentence, with the unit
};

enum class DeterminismClass : std::uint8_t { exact, close };

/// Parameter values as text, complete and checked; made by resolve_parameters only.
class ParameterValues {
 public:
  std::int64_t integer(std::string_view name) const;
  double real(std::string_view name) const;
  std::string_view choice(std::string_view name) const;
  bool boolean(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& items() const { return items_; }

 private:
  friend struct ParameterAccess;
  std::string_view find(std::string_view name) const;
  std::vector<std::pair<std::string, std::string>> items_;  ///< in the registry's order
};

struct DetectorInfo {
  std::string_view id;                     ///< versioned wire name, "iforest.v1"
  std::string_view name;                   ///< on the command line, "iforest"
  std::string_view title;                  ///< "Isolation forest"
  std::string_view family;                 ///< "isolation", "neighbours", "distribution", "projection"
  std::string_view reference;              ///< paper, year
  std::string_view summary;                ///< one sentence: what makes a row anomalous
  std::string_view good_at, bad_at, cost;  ///< one sentence each
  std::vector<ParameterInfo> parameters;
  Scaling default_scaling = Scaling::none;
  bool online = false;
  DeterminismClass determinism = DeterminismClass::exact;
  std::size_t min_rows = 2;  ///< fewest rows fit() accepts with default parameters
  std::unique_ptr<Detector> (*make)(const ParameterValues&) = nullptr;
};

/// Every detector, in the order of display; the first is the default.
std::span<const DetectorInfo> detector_registry();

/// By name or id. Errors: not_found, with the nearest name in the hint.
Result<const DetectorInfo*> find_detector(std::string_view name);

/// Defaults overlaid with `given` (name, value as text). Errors: invalid_argument naming parameter, value and range.
Result<ParameterValues> resolve_parameters(const DetectorInfo& info,
                                           const std::vector<std::pair<std::string, std::string>>& given);

}  // namespace outpost
