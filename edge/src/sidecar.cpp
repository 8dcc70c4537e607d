#include "sidecar.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <nlohmann/json.hpp>

#include <outpost/base/names.hpp>
#include <outpost/host/whole_file.hpp>

namespace outpost::edge {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxBytes = std::size_t{16} << 20;
constexpr std::size_t kMaxFeatures = 1'000'000;
constexpr std::array<std::string_view, 6> kKeys = {"input",    "output",    "higher_is_anomalous",
                                                   "features", "threshold", "reconstruction"};

tl::unexpected<Error> wrong(const Sidecar& sidecar, const std::string& key, const std::string& wanted) {
  return fail(ErrorCode::invalid_argument, sidecar.path + ": '" + key + "' must be " + wanted,
              "its keys are described in docs/onnx.md");
}

Result<void> take(Sidecar& sidecar, const std::string& key, const Json& value) {
  const auto text = [&](std::optional<std::string>& place) -> Result<void> {
    if (!value.is_string()) return wrong(sidecar, key, "a text");
    place = value.get<std::string>();
    return {};
  };
  const auto truth = [&](std::optional<bool>& place) -> Result<void> {
    if (!value.is_boolean()) return wrong(sidecar, key, "true or false");
    place = value.get<bool>();
    return {};
  };
  if (key == "input") return text(sidecar.input);
  if (key == "output") return text(sidecar.output);
  if (key == "higher_is_anomalous") return truth(sidecar.higher_is_anomalous);
  if (key == "reconstruction") return truth(sidecar.reconstruction);
  if (key == "threshold") {
    if (!value.is_number() || !std::isfinite(value.get<double>())) return wrong(sidecar, key, "a number");
    sidecar.threshold = value.get<double>();
    return {};
  }
  if (key == "features") {
    const bool texts =
        value.is_array() && std::all_of(value.begin(), value.end(), [](const Json& each) { return each.is_string(); });
    if (!texts || value.empty() || value.size() > kMaxFeatures) return wrong(sidecar, key, "a list of column names");
    for (const Json& each : value) sidecar.features.push_back(each.get<std::string>());
    return {};
  }
  const std::string_view near = nearest_name(key, kKeys);
  std::string known;
  for (const std::string_view each : kKeys) known.append(known.empty() ? "" : ", ").append(each);
  return fail(ErrorCode::invalid_argument, sidecar.path + ": unknown key '" + key + "'",
              near.empty() ? "keys are " + known : "did you mean '" + std::string(near) + "'?");
}

}  // namespace

Result<std::optional<Sidecar>> read_sidecar(const std::string& model_path) {
  Sidecar sidecar;
  sidecar.path = model_path + ".json";
  const auto bytes = host::read_whole_file(sidecar.path, kMaxBytes);
  if (!bytes) {
    if (bytes.error().code == ErrorCode::not_found) return std::nullopt;
    return tl::unexpected<Error>(bytes.error());
  }
  const Json json = Json::parse(bytes->begin(), bytes->end(), nullptr, false);
  if (!json.is_object()) {
    return fail(ErrorCode::invalid_argument, sidecar.path + " is not a JSON object",
                "for example {\"output\": \"score\", \"threshold\": 0.5}; see docs/onnx.md");
  }
  for (const auto& [key, value] : json.items()) OUTPOST_TRY(take(sidecar, key, value));
  return sidecar;
}

}  // namespace outpost::edge
