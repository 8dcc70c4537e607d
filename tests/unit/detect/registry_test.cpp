#include <outpost/detect/registry.hpp>

#include <set>

#include <catch2/catch.hpp>

using namespace outpost;

TEST_CASE("registry: names and wire ids are unique and every row is complete", "[detect][property]") {
  std::set<std::string_view> seen;
  for (const DetectorInfo& info : detector_registry()) {
    CAPTURE(info.name);
    CHECK(seen.insert(info.name).second);
    CHECK(seen.insert(info.id).second);
    CHECK(info.id == std::string(info.name) + ".v1");
    for (const std::string_view text :
         {info.title, info.family, info.reference, info.summary, info.good_at, info.bad_at, info.cost}) {
      CHECK_FALSE(text.empty());
    }
    for (const ParameterInfo& parameter : info.parameters) {
      CAPTURE(parameter.name);
      CHECK_FALSE(parameter.meaning.empty());
      CHECK((parameter.type == ParameterType::choice) == !parameter.choices.empty());
    }
    CHECK(info.make != nullptr);
  }
  CHECK(detector_registry().front().name == "iforest");
}

TEST_CASE("registry: defaults are valid values of their own parameters", "[detect][property]") {
  for (const DetectorInfo& info : detector_registry()) {
    CAPTURE(info.name);
    std::vector<std::pair<std::string, std::string>> given;
    for (const ParameterInfo& parameter : info.parameters) {
      given.emplace_back(parameter.name, parameter.default_value);
    }
    const auto values = resolve_parameters(info, given);
    REQUIRE(values);
    CHECK(values->items() == resolve_parameters(info, {})->items());
    CHECK(info.make(*values) != nullptr);
  }
}

TEST_CASE("registry: an unknown detector is named and the nearest suggested", "[detect][error]") {
  const auto found = find_detector("ifroest");
  REQUIRE_FALSE(found);
  CHECK(found.error().code == ErrorCode::not_found);
  CHECK(found.error().message.find("ifroest") != std::string::npos);
  CHECK(found.error().hint.find("Did you mean 'iforest'?") != std::string::npos);
  CHECK(find_detector("iforest.v1").value() == find_detector("iforest").value());
}

TEST_CASE("registry: parameters out of range, of the wrong type or unknown are refused", "[detect][error]") {
  const DetectorInfo& forest = *find_detector("iforest").value();
  const auto message = [&](const char* name, const char* value) {
    const auto result = resolve_parameters(forest, {{name, value}});
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::invalid_argument);
    return result.error().message + " | " + result.error().hint;
  };
  CHECK(message("n_estimators", "0").find("outside 1 to 10000") != std::string::npos);
  CHECK(message("n_estimators", "1e30").find("outside 1 to 10000") != std::string::npos);
  CHECK(message("n_estimators", "inf").find("outside 1 to 10000") != std::string::npos);
  CHECK(message("n_estimators", "ten").find("must be a whole number, not 'ten'") != std::string::npos);
  CHECK(message("n_estimators", "2.5").find("must be a whole number, not '2.5'") != std::string::npos);
  CHECK(message("n_estimator", "5").find("Did you mean 'n_estimators'?") != std::string::npos);
  const auto knn = resolve_parameters(*find_detector("knn").value(), {{"method", "biggest"}});
  REQUIRE_FALSE(knn);
  CHECK(knn.error().hint.find("largest") != std::string::npos);
}

TEST_CASE("registry: given values reach the detector's options as typed values", "[detect][property]") {
  const DetectorInfo& forest = *find_detector("iforest").value();
  const auto values = resolve_parameters(forest, {{"max_samples", "64"}, {"n_estimators", "1e2"}});
  REQUIRE(values);
  CHECK(values->integer("max_samples") == 64);
  CHECK(values->integer("n_estimators") == 100);
}
