/// @file  A fitted detector as a model file of its own, read back, and damaged in every place.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include <outpost/base/random.hpp>
#include <outpost/detect/detector.hpp>

#include "graph_file.hpp"
#include "test_data.hpp"

namespace outpost::test {

using Maker = std::function<std::unique_ptr<Detector>()>;

inline std::vector<float> score(const Detector& detector, const Matrix& rows) {
  std::vector<float> scores(rows.rows(), std::nanf(""));
  detector.score(rows, scores);
  return scores;
}

inline bool all_finite(const std::vector<float>& scores) {
  return std::all_of(scores.begin(), scores.end(), [](float s) { return std::isfinite(s); });
}

/// A model with the input `rows` and the detector's scores as the output `scores`, float32 [N, 1].
inline GraphFile detector_file(const Detector& detector, std::size_t features) {
  return graph_file(features, [&](onnx::GraphWriter& graph, onnx::Value rows) {
    graph.add_as("scores", "Identity", {detector.write_graph(graph, rows)});
    graph.output("scores", onnx::DataType::float32, {{-1, "N"}, {1, {}}});
  });
}

/// What became of a file.
struct Reading {
  std::unique_ptr<Detector> detector;  ///< null where it was refused
  bool same_bytes = false;             ///< written again it is the same file; a pipeline refuses others
  bool accepted() const { return detector != nullptr && same_bytes; }
};

inline Reading read_detector(const Maker& make, const std::vector<std::uint8_t>& bytes, std::size_t features) {
  const auto view = onnx::read_model(bytes);
  if (!view) {
    CHECK(view.error().code == ErrorCode::corrupt_model);
    return {};
  }
  onnx::GraphReader reader(*view);
  Reading reading{make()};
  const Result<void> read = reading.detector->read_graph(reader, features);
  if (!read) {
    CHECK(read.error().code == ErrorCode::corrupt_model);
    return {};
  }
  reading.same_bytes = detector_file(*reading.detector, features).bytes() == bytes;
  return reading;
}

/// The file with one value of a named tensor replaced.
template <class Value>
std::vector<std::uint8_t> with_value(const GraphFile& file, std::string_view tensor, std::size_t index, Value value) {
  const auto [begin, size] = tensor_place(file, tensor);
  REQUIRE((index + 1) * sizeof value <= size);
  std::vector<std::uint8_t> bytes = file.bytes();
  std::memcpy(bytes.data() + begin + index * sizeof value, &value, sizeof value);
  return bytes;
}

/// Scores of the restored detector have the bits of the first, and its file is the same.
inline void check_round_trip(const Maker& make, const Detector& detector, const Matrix& fresh) {
  const GraphFile file = detector_file(detector, fresh.cols());
  const Reading reading = read_detector(make, file.bytes(), fresh.cols());
  REQUIRE(reading.accepted());
  CHECK(same_bits(score(*reading.detector, fresh), score(detector, fresh)));
  CHECK(reading.detector->memory_bytes() == detector.memory_bytes());
  CHECK(reading.detector->graph_batch() == detector.graph_batch());
  CHECK(onnx::check_runnable(file.view()));
}

namespace detail {

/// Writes values that no fit leaves into up to a dozen places of a tensor and reports each file, with whether the value
/// can never be right.
template <class Value, class Try>
void alter_tensor(const GraphFile& file, const onnx::Tensor& tensor, const std::vector<Value>& never,
                  const std::vector<Value>& perhaps, Try attempt) {
  const std::size_t count = tensor.bytes.size() / sizeof(Value);
  for (std::size_t i = 0; i < count; i += count / 12 + 1) {
    Value old{};
    std::memcpy(&old, tensor.bytes.data() + i * sizeof old, sizeof old);
    for (const Value value : never) {
      if (value != old) attempt(with_value(file, tensor.name, i, value), true);
    }
    for (const Value value : perhaps) attempt(with_value(file, tensor.name, i, value), false);
  }
}

template <class Try>
void alter_tensors(const GraphFile& file, Try attempt) {
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  const float nan32 = std::nanf(""), infinity32 = std::numeric_limits<float>::infinity();
  constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
  for (const onnx::Tensor& tensor : file.view().graph.initializers) {
    INFO("tensor " << tensor.name);
    if (tensor.type == onnx::DataType::float32) {
      alter_tensor<float>(file, tensor, {nan32, infinity32, -infinity32}, {0, -1, 3.4e38F, -3.4e38F, 1e-45F}, attempt);
    } else if (tensor.type == onnx::DataType::float64) {
      alter_tensor<double>(file, tensor, {nan, infinity, -infinity}, {0, -1, 1e308, -1e308, 5e-324}, attempt);
    } else if (tensor.type == onnx::DataType::int64) {
      alter_tensor<std::int64_t>(file, tensor, {kLowest, -2, 0, 1, 77, 1LL << 40, ~kLowest}, {}, attempt);
    } else {
      REQUIRE(tensor.type == onnx::DataType::boolean);
      alter_tensor<std::uint8_t>(file, tensor, {2, 255}, {0, 1}, attempt);
    }
  }
}

}  // namespace detail

/// Cut files are refused; so are numbers that are not finite and altered places, in any tensor; every other damage,
/// to tensors, attributes or any byte, is refused or leaves scores finite.
inline void check_damage(const Maker& make, const Detector& detector, const Matrix& fresh) {
  const GraphFile file = detector_file(detector, fresh.cols());
  const std::vector<std::uint8_t>& good = file.bytes();
  const auto attempt = [&](const std::vector<std::uint8_t>& bytes, bool never_right) {
    const Reading reading = read_detector(make, bytes, fresh.cols());
    if (reading.detector != nullptr) CHECK(all_finite(score(*reading.detector, fresh)));
    if (never_right) CHECK_FALSE(reading.accepted());
  };
  detail::alter_tensors(file, attempt);
  for (const onnx::Node& node : file.view().graph.nodes) {
    for (const onnx::Attribute& attribute : node.attributes) {
      INFO("attribute " << attribute.name);
      const auto begin = static_cast<std::size_t>(attribute.message.data() - good.data());
      for (std::size_t i = 0; i < attribute.message.size(); i += attribute.message.size() / 25 + 1) {
        for (const std::uint8_t mask : {0x01, 0x80, 0xFF}) {
          std::vector<std::uint8_t> bad = good;
          bad[begin + i] ^= mask;
          attempt(bad, false);
        }
      }
    }
  }
  for (std::size_t length = 0; length < good.size(); length += good.size() / 100 + 1) {
    const auto end = good.begin() + static_cast<std::ptrdiff_t>(length);
    CHECK_FALSE(read_detector(make, {good.begin(), end}, fresh.cols()).accepted());
  }
  Random random(7);
  for (int i = 0; i < 300; ++i) {
    std::vector<std::uint8_t> bad = good;
    bad[random.uniform_index(bad.size())] ^= static_cast<std::uint8_t>(1U << random.uniform_index(8));
    attempt(bad, false);
  }
}

}  // namespace outpost::test
