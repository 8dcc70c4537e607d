// outpost_parity_onnx IN OUT: scores the models of the folder IN with ONNX Runtime and writes their outputs to OUT.
// IN is what outpost_parity wrote, with a list models.txt: a line a model that begins with "STEM DATA FEATURES". Prints
// a line "failed STEM: REASON" for each that ONNX Runtime would not load or run. Exit status 3: there is no ONNX
// Runtime.
#include <outpost/host/onnx_session.hpp>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

using namespace outpost;

namespace {

constexpr int kUsageError = 2;
constexpr int kNotHere = 3;

template <class T>
Result<std::vector<T>> read_values(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file || bytes.size() % sizeof(T) != 0) return fail(ErrorCode::io_error, path + " could not be read");
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

Result<void> write_output(const std::string& path, const host::OnnxOutput& output) {
  std::ofstream file(path, std::ios::binary);
  std::visit(
      [&](const auto& values) {
        file.write(reinterpret_cast<const char*>(values.data()),
                   static_cast<std::streamsize>(values.size() * sizeof(values.front())));
      },
      output.values);
  file.close();
  if (!file) return fail(ErrorCode::io_error, path + " could not be written");
  return {};
}

struct Listed {
  std::string stem, data;
  std::size_t features = 0;
};

Result<void> score_one(const Listed& listed, const std::string& in, const std::string& out) {
  OUTPOST_TRY_ASSIGN(const std::vector<std::uint8_t> model,
                     read_values<std::uint8_t>(in + "/" + listed.stem + ".onnx"));
  OUTPOST_TRY_ASSIGN(const std::vector<float> rows, read_values<float>(in + "/" + listed.data + ".features.f32"));
  OUTPOST_TRY_ASSIGN(const host::OnnxSession session, host::OnnxSession::create(model, {}));
  const std::vector<std::string> names = {"score", "probability", "label"};
  OUTPOST_TRY_ASSIGN(const std::vector<host::OnnxOutput> outputs,
                     session.run(MatrixView(rows.data(), rows.size() / listed.features, listed.features), names, {}));
  OUTPOST_TRY(write_output(out + "/" + listed.stem + ".score.f32", outputs[0]));
  OUTPOST_TRY(write_output(out + "/" + listed.stem + ".probability.f32", outputs[1]));
  return write_output(out + "/" + listed.stem + ".label.i64", outputs[2]);
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) {
    std::fprintf(stderr, "usage: outpost_parity_onnx IN OUT\n");
    return kUsageError;
  }
  const std::string in = words[1];
  const std::string out = words[2];
  if (const auto runtime = host::find_onnxruntime(); !runtime) {
    std::fprintf(stderr, "%s\n", runtime.error().message.c_str());
    return kNotHere;
  }
  std::ifstream list(in + "/models.txt");
  if (!list) {
    std::fprintf(stderr, "outpost_parity_onnx: %s/models.txt could not be read\n", in.c_str());
    return 1;
  }
  for (Listed listed; list >> listed.stem >> listed.data >> listed.features;) {
    list.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    const Result<void> result = score_one(listed, in, out);
    if (!result) std::printf("failed %s: %s\n", listed.stem.c_str(), result.error().message.c_str());
  }
  return 0;
}
