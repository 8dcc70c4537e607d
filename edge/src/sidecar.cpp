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
constexpr double kMaxThreshold = 1e300;  // as --threshold
constexpr std::array<std::string_view, 6> kKeys = {"input",    "output",    "higher_is_anomalous",
                                                   "features", "threshold", "reconstruction"};

constexpr const char* kExample = "for example {\"output\": \"score\", \"threshold\": 0.5}; see docs/onnx.md";

tl::unexpected<Error> wrong(const Sidecar& sidecar, const std::string& key, const std::string& wanted) {
  return fail(ErrorCode::invalid_argument, sidecar.path + ": '" + key + "' must be " + wanted,
              "its keys are described in docs/onnx.md");
}

/// Keeps where a text stops being JSON, and nothing of what it says.
class Checker final : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string&, const Json::exception& error) override {
    place = position;
    too_large = dynamic_cast<const Json::out_of_range*>(&error) != nullptr;
    return false;
  }

  std::size_t place = 0;   ///< bytes read, the offending one included
  bool too_large = false;  ///< a number that no double holds
};

/// Errors: invalid_argument with line and column.
Result<void> check_json(const std::vector<std::uint8_t>& bytes, const std::string& path) {
  Checker checker;
  if (Json::sax_parse(bytes.begin(), bytes.end(), &checker)) return {};
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::string_view before = text.substr(0, checker.place == 0 ? 0 : checker.place - 1);
  const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  std::string reason;
  if (bytes.empty()) reason = ": it is empty";
  if (checker.too_large) reason = ": the number is too large";
  return fail(ErrorCode::invalid_argument,
              path + " is not valid JSON (line " + std::to_string(line) + ", column " +
                  std::to_string(before.size() - line_start + 1) + ")" + reason,
              kExample);
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
    if (!value.is_number()) return wrong(sidecar, key, "a number");
    if (!(std::abs(value.get<double>()) < kMaxThreshold))
      return wrong(sidecar, key, "a number between -1e300 and 1e300");
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
  OUTPOST_TRY(check_json(*bytes, sidecar.path));
  const Json json = Json::parse(bytes->begin(), bytes->end(), nullptr, false);
  if (!json.is_object()) {
    return fail(ErrorCode::invalid_argument, sidecar.path + " is not a JSON object", kExample);
  }
  for (const auto& [key, value] : json.items()) OUTPOST_TRY(take(sidecar, key, value));
  return sidecar;
}

}  // namespace outpost::edge
