// outpost_parity: trains every detector of the registry on every data set and prints one line each:
//   parity DATA DETECTOR class=CLASS kinds=KINDS indicator=YES rows=N features=D bytes=B model=HASH training=HASH
//   new=HASH
// (or "failed DATA.DETECTOR: REASON") with hashes of the model file, of the training scores, and of score, probability
// and label of rows scored as new. Runtimes of the core are equal when they print the same. Needs no library beyond the
// core, so it runs where it runs.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <outpost/model/pipeline.hpp>

#include "data_sets.hpp"
#include "simd_target.hpp"

using namespace outpost;
using parity::DataSet;

namespace {

constexpr char kUsage[] =
    "usage: outpost_parity [OPTION...] [FILE.csv...]\n"
    "  --rows N         at most N rows of each file, spread evenly over it\n"
    "  --detector NAME  only this one\n"
    "  --simd NAME      scalar, sse4, avx2 or avx512 (x86 only; exit status 3 where the machine has it not)\n"
    "  --no-awkward     the files alone, without the built-in awkward data\n"
    "  --write DIR      writes DATA.DETECTOR.onnx\n"
    "  --scores DIR     writes DATA with .rows.f32 (trained on, row by row), .features.f32 (scored as new) and\n"
    "                   .names.txt; DATA.DETECTOR with .training.f32, .score.f32, .probability.f32 and .label.i64;\n"
    "                   numbers are raw, little-endian\n";
constexpr int kUsageError = 2;

struct Arguments {
  std::size_t max_rows = std::numeric_limits<std::size_t>::max();
  std::string detector, simd, write, scores;
  bool awkward = true;
  std::vector<std::string> files;
};

std::optional<Arguments> parse(int count, char** words) {
  Arguments out;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    const auto value = [&]() -> const char* { return i + 1 < count ? words[++i] : ""; };
    if (word == "--no-awkward") {
      out.awkward = false;
    } else if (word == "--rows") {
      out.max_rows = std::strtoul(value(), nullptr, 10);
    } else if (word == "--detector") {
      out.detector = value();
    } else if (word == "--simd") {
      out.simd = value();
    } else if (word == "--write") {
      out.write = value();
    } else if (word == "--scores") {
      out.scores = value();
    } else if (word.substr(0, 2) == "--") {
      return std::nullopt;
    } else {
      out.files.emplace_back(word);
    }
  }
  if (out.max_rows == 0) return std::nullopt;
  return out;
}

std::optional<std::string> read_whole(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return std::nullopt;
  std::string bytes;
  char buffer[1 << 16];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, file)) > 0;) bytes.append(buffer, got);
  const bool good = std::ferror(file) == 0;
  std::fclose(file);
  if (!good) return std::nullopt;
  return bytes;
}

/// DIR/NAME, where a folder was given.
bool write_whole(const std::string& folder, const std::string& name, std::span<const std::byte> bytes) {
  if (folder.empty()) return true;
  const std::string path = folder + "/" + name;
  std::FILE* file = std::fopen(path.c_str(), "wb");
  const bool good = file != nullptr && std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  if ((file != nullptr && std::fclose(file) != 0) || !good) {
    std::fprintf(stderr, "outpost_parity: %s: could not be written\n", path.c_str());
    return false;
  }
  return true;
}

unsigned long long hash(std::span<const std::byte> bytes, unsigned long long seed = 0) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

/// What a model says of rows that are new to it.
struct Answers {
  std::vector<float> scores, probabilities;
  std::vector<std::int64_t> labels;

  unsigned long long value() const {
    return hash(std::as_bytes(std::span(labels)),
                hash(std::as_bytes(std::span(probabilities)), hash(std::as_bytes(std::span(scores)))));
  }
};

Result<Answers> ask(const Pipeline& model, const Matrix& rows) {
  Answers out;
  out.scores.resize(rows.rows());
  OUTPOST_TRY(model.score(rows, out.scores, {}));
  for (const float score : out.scores) {
    out.probabilities.push_back(model.calibration().probability(score));
    out.labels.push_back(model.is_anomaly(score) ? 1 : 0);
  }
  return out;
}

bool all_numbers(const FeatureSet& features) {
  return std::all_of(features.features.begin(), features.features.end(),
                     [](const Feature& feature) { return feature.kind == FeatureKind::number; });
}

Result<void> compare_one(const DataSet& data, const DetectorInfo& info, const Arguments& arguments) {
  PipelineOptions options;
  options.detector = info.name;
  options.missing_indicator = data.missing_indicator;
  std::vector<float> training;
  OUTPOST_TRY_ASSIGN(const Pipeline model, Pipeline::fit(data.rows, data.features, options, {}, training));
  OUTPOST_TRY_ASSIGN(const Answers answers, ask(model, data.scored));
  const std::vector<std::uint8_t> file = model.serialize();
  OUTPOST_TRY_ASSIGN(const Pipeline read_back, Pipeline::deserialize(file));
  OUTPOST_TRY_ASSIGN(const Answers again, ask(read_back, data.scored));
  if (again.value() != answers.value()) return fail(ErrorCode::corrupt_model, "the model read back scores differently");

  const std::string stem = data.name + "." + std::string(info.name);
  const bool written =
      write_whole(arguments.write, stem + ".onnx", std::as_bytes(std::span(file))) &&
      write_whole(arguments.scores, stem + ".training.f32", std::as_bytes(std::span(training))) &&
      write_whole(arguments.scores, stem + ".score.f32", std::as_bytes(std::span(answers.scores))) &&
      write_whole(arguments.scores, stem + ".probability.f32", std::as_bytes(std::span(answers.probabilities))) &&
      write_whole(arguments.scores, stem + ".label.i64", std::as_bytes(std::span(answers.labels)));
  if (!written) return fail(ErrorCode::io_error, "the results could not be written");
  std::printf(
      "parity %s %s class=%s kinds=%s indicator=%s rows=%zu features=%zu bytes=%zu model=%016llx training=%016llx "
      "new=%016llx\n",
      data.name.c_str(), std::string(info.name).c_str(),
      info.determinism == DeterminismClass::exact ? "exact" : "close", all_numbers(data.features) ? "numbers" : "mixed",
      data.missing_indicator ? "yes" : "no", data.scored.rows(), data.rows.cols(), file.size(),
      hash(std::as_bytes(std::span(file))), hash(std::as_bytes(std::span(training))), answers.value());
  std::fflush(stdout);
  return {};
}

/// What other programs need to do the same.
bool write_data(const DataSet& data, const std::string& folder) {
  std::string names;
  for (const Feature& feature : data.features.features) names += feature.name + "\n";
  const auto values = [](const Matrix& rows) {
    return std::as_bytes(std::span(rows.data(), rows.rows() * rows.cols()));
  };
  return write_whole(folder, data.name + ".rows.f32", values(data.rows)) &&
         write_whole(folder, data.name + ".features.f32", values(data.scored)) &&
         write_whole(folder, data.name + ".names.txt", std::as_bytes(std::span(names.data(), names.size())));
}

bool compare_set(const DataSet& data, const Arguments& arguments) {
  bool good = write_data(data, arguments.scores);
  for (const DetectorInfo& info : detector_registry()) {
    if (!arguments.detector.empty() && arguments.detector != info.name) continue;
    const Result<void> result = compare_one(data, info, arguments);
    if (result) continue;
    std::printf("failed %s.%s: %s\n", data.name.c_str(), std::string(info.name).c_str(),
                result.error().message.c_str());
    good = false;
  }
  return good;
}

std::string name_of(const std::string& path) {
  const std::string file = path.substr(path.find_last_of('/') + 1);
  return file.substr(0, file.find_last_of('.'));
}

}  // namespace

int main(int count, char** words) {
  const std::optional<Arguments> arguments = parse(count, words);
  if (!arguments) {
    std::fputs(kUsage, stderr);
    return kUsageError;
  }
  if (const int status = parity::choose_simd(arguments->simd); status != 0) return status;
  bool good = true;
  for (const std::string& path : arguments->files) {
    const std::optional<std::string> bytes = read_whole(path);
    auto data = bytes ? parity::csv_set(name_of(path), *bytes, arguments->max_rows)
                      : Result<DataSet>(fail(ErrorCode::io_error, "the file could not be read"));
    if (!data) std::fprintf(stderr, "outpost_parity: %s: %s\n", path.c_str(), data.error().message.c_str());
    good = data && compare_set(*data, *arguments) && good;
  }
  if (arguments->awkward) {
    const auto sets = parity::awkward_sets();
    if (!sets) std::fprintf(stderr, "outpost_parity: awkward data: %s\n", sets.error().message.c_str());
    good = sets && good;
    for (std::size_t i = 0; sets && i < sets->size(); ++i) good = compare_set((*sets)[i], *arguments) && good;
  }
  return good ? 0 : 1;
}
