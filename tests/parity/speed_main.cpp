// outpost_speed JOB DIR: how fast a model is scored, one thread. JOB is one of
//   make                   writes to DIR model.onnx (isolation forest, 100 trees x 256, 10 features), rows.f32
//   (standard
//                          normal) and speed.json (rows, columns, batch)
//   sse4 | avx2 | avx512   the core held to this SIMD target; exit status 3 where the machine has it not
//   onnx                   ONNX Runtime; exit status 3 where there is none
//   once                   prints JSON: microseconds for one event and milliseconds to load the model file, core
// The runtimes answer each line of standard input with a round over all rows, printed as "SECONDS SUM_OF_SCORES": who
// asks can take turns between runtimes, so that a slow minute of the machine hits all of them.
#include <outpost/host/onnx_session.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

#include <outpost/base/random.hpp>
#include <outpost/model/pipeline.hpp>

#include "simd_target.hpp"

using namespace outpost;

namespace {

constexpr std::size_t kRows = 200'000;
constexpr std::size_t kTrainingRows = 20'000;
constexpr std::size_t kColumns = 10;
constexpr int kUsageError = 2;
constexpr int kNotHere = 3;

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

Result<std::vector<std::uint8_t>> read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file) return fail(ErrorCode::io_error, path + " could not be read", "outpost_speed make DIR writes it");
  return bytes;
}

Result<void> write_bytes(const std::string& path, const void* data, std::size_t size) {
  std::ofstream file(path, std::ios::binary);
  file.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
  file.close();
  if (!file) return fail(ErrorCode::io_error, path + " could not be written");
  return {};
}

Matrix gaussian(std::size_t rows, std::uint64_t seed) {
  Random random(seed);
  Matrix matrix(rows, kColumns);
  for (std::size_t i = 0; i < rows * kColumns; ++i) matrix.data()[i] = static_cast<float>(random.normal());
  return matrix;
}

Result<Matrix> read_rows(const std::string& folder) {
  OUTPOST_TRY_ASSIGN(const auto bytes, read_bytes(folder + "/rows.f32"));
  Matrix rows(bytes.size() / sizeof(float) / kColumns, kColumns);
  std::memcpy(rows.data(), bytes.data(), rows.rows() * kColumns * sizeof(float));
  return rows;
}

Result<void> make(const std::string& folder) {
  FeatureSet features;
  for (std::size_t i = 0; i < kColumns; ++i) {
    Feature feature;
    feature.name = feature.column = "f" + std::to_string(i);
    features.features.push_back(feature);
  }
  std::vector<float> training_scores;
  OUTPOST_TRY_ASSIGN(const Pipeline model,
                     Pipeline::fit(gaussian(kTrainingRows, 1), features, {}, {}, training_scores));
  const std::vector<std::uint8_t> file = model.serialize();
  OUTPOST_TRY(write_bytes(folder + "/model.onnx", file.data(), file.size()));
  const Matrix rows = gaussian(kRows, 2);
  OUTPOST_TRY(write_bytes(folder + "/rows.f32", rows.data(), kRows * kColumns * sizeof(float)));
  OUTPOST_TRY_ASSIGN(const onnx::ModelView view, onnx::read_model(file));
  const std::string_view* batch = view.find_metadata("outpost.batch");
  if (batch == nullptr) return fail(ErrorCode::corrupt_model, "the model does not say how many rows to feed at once");
  const std::string facts = "{\"rows\": " + std::to_string(kRows) + ", \"columns\": " + std::to_string(kColumns) +
                            ", \"batch\": " + std::string(*batch) + "}\n";
  return write_bytes(folder + "/speed.json", facts.data(), facts.size());
}

/// `round` scores all rows and gives the scores; a first one, for the caches, is not told.
Result<void> answer_rounds(const std::function<Result<std::vector<float>>()>& round) {
  OUTPOST_TRY(round());
  std::printf("ready\n");
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
    const auto begin = Clock::now();
    OUTPOST_TRY_ASSIGN(const std::vector<float> scores, round());
    const double seconds = seconds_since(begin);
    std::printf("%.9f %.17g\n", seconds, std::accumulate(scores.begin(), scores.end(), 0.0));
    std::fflush(stdout);
  }
  return {};
}

/// What the package and ONNX Runtime give for each row: score, probability and label.
struct Answers {
  explicit Answers(std::size_t rows) : scores(rows), probabilities(rows), labels(rows) {}

  Result<void> fill(const Pipeline& model, MatrixView rows) {
    OUTPOST_TRY(model.score(rows, scores, {}));
    for (std::size_t i = 0; i < scores.size(); ++i) {
      probabilities[i] = model.calibration().probability(scores[i]);
      labels[i] = model.is_anomaly(scores[i]) ? 1 : 0;
    }
    return {};
  }

  std::vector<float> scores, probabilities;
  std::vector<std::uint8_t> labels;
};

Result<void> core_rounds(const std::string& folder) {
  OUTPOST_TRY_ASSIGN(const auto file, read_bytes(folder + "/model.onnx"));
  OUTPOST_TRY_ASSIGN(const Pipeline model, Pipeline::deserialize(file));
  OUTPOST_TRY_ASSIGN(const Matrix rows, read_rows(folder));
  return answer_rounds([&]() -> Result<std::vector<float>> {
    Answers answers(rows.rows());
    OUTPOST_TRY(answers.fill(model, rows));
    return std::move(answers.scores);
  });
}

Result<void> onnx_rounds(const std::string& folder) {
  OUTPOST_TRY_ASSIGN(const auto file, read_bytes(folder + "/model.onnx"));
  host::OnnxSessionOptions options;
  options.threads = 1;
  OUTPOST_TRY_ASSIGN(const host::OnnxSession session, host::OnnxSession::create(file, options));
  OUTPOST_TRY_ASSIGN(const Matrix rows, read_rows(folder));
  const std::vector<std::string> names = {"score", "probability", "label"};
  return answer_rounds([&]() -> Result<std::vector<float>> {
    OUTPOST_TRY_ASSIGN(auto outputs, session.run(rows, names, {}));
    return std::get<std::vector<float>>(std::move(outputs[0].values));
  });
}

Result<void> once(const std::string& folder) {
  constexpr std::size_t kLoads = 51;
  constexpr std::size_t kEach = 10;  // events a sample, as in wasm/bench/workload.mjs
  constexpr std::size_t kSamples = 5000;
  const std::string path = folder + "/model.onnx";
  std::vector<double> loads, events;
  for (std::size_t i = 0; i < kLoads; ++i) {
    const auto begin = Clock::now();
    OUTPOST_TRY_ASSIGN(const auto file, read_bytes(path));
    OUTPOST_TRY_ASSIGN(const Pipeline loaded, Pipeline::deserialize(file));
    loads.push_back(seconds_since(begin));
  }
  OUTPOST_TRY_ASSIGN(const auto file, read_bytes(path));
  OUTPOST_TRY_ASSIGN(const Pipeline model, Pipeline::deserialize(file));
  OUTPOST_TRY_ASSIGN(const Matrix rows, read_rows(folder));
  Answers answer(1);
  for (std::size_t i = 0; i < kSamples; ++i) {
    const auto begin = Clock::now();
    for (std::size_t event = 0; event < kEach; ++event) {
      OUTPOST_TRY(answer.fill(model, rows.view().slice((i * kEach + event) % rows.rows(), 1)));
    }
    events.push_back(seconds_since(begin) / kEach);
  }
  std::printf("{\"event_us\": %.3f, \"load_ms\": %.3f}\n", median(events) * 1e6, median(loads) * 1e3);
  return {};
}

}  // namespace

int main(int count, char** words) {
  const std::string job = count == 3 ? words[1] : "";
  const std::string folder = count == 3 ? words[2] : "";
  Result<void> done;
  if (job == "make") {
    done = make(folder);
  } else if (job == "once") {
    done = once(folder);
  } else if (job == "onnx") {
    if (const auto runtime = host::find_onnxruntime(); !runtime) {
      std::fprintf(stderr, "%s\n", runtime.error().message.c_str());
      return kNotHere;
    }
    done = onnx_rounds(folder);
  } else if (job == "sse4" || job == "avx2" || job == "avx512") {
    if (const int status = parity::choose_simd(job); status != 0) return status;
    done = core_rounds(folder);
  } else {
    std::fprintf(stderr, "usage: outpost_speed make|sse4|avx2|avx512|onnx|once DIR\n");
    return kUsageError;
  }
  if (done) return 0;
  std::fprintf(stderr, "outpost_speed: %s\n", done.error().message.c_str());
  return 1;
}
