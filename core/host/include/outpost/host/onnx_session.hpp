/// @file  OnnxSession: a model run by ONNX Runtime, whose library is loaded when the first session is made.
/// The library is looked for in this order: the path that is given; libonnxruntime.so.1 in ../lib/outpost and ../lib
/// beside the running program; the system's libonnxruntime.so.1 or libonnxruntime.so. Nothing else is searched: never
/// the working directory. Once loaded it stays until the program ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <outpost/base/execution.hpp>
#include <outpost/base/matrix.hpp>
#include <outpost/base/result.hpp>
#include <outpost/onnx/model_view.hpp>

namespace outpost::host {

/// Rows fed at once where a model does not say (metadata outpost.batch).
inline constexpr std::size_t kOnnxBatchRows = 4096;
/// The most rows fed at once, whatever a model says.
inline constexpr std::size_t kOnnxMostBatchRows = 1'000'000;

/// Which library there is.
struct OnnxRuntimeInfo {
  std::string path;     ///< as it was opened; a name without a slash is the system's
  std::string version;  ///< "1.30.0"
};

/// Loads the library without a session. `path` empty = search. Errors: not_found for a path that does not exist;
/// unsupported where this build has no ONNX Runtime, none is found, or it is too old.
Result<OnnxRuntimeInfo> find_onnxruntime(const std::string& path = {});

struct OnnxSessionOptions {
  std::string library;      ///< path of the library; empty = search
  std::size_t threads = 0;  ///< 0 = as many as the machine has
};

/// An input or output as ONNX Runtime sees it, shapes inferred.
struct OnnxValue {
  std::string name;
  onnx::DataType type = onnx::DataType::undefined;  ///< undefined where it is no tensor
  std::vector<std::int64_t> dims;                   ///< -1 = not fixed; empty = not known, or a scalar
};
/// "float32 [N, 10]"; "not a tensor".
std::string describe(const OnnxValue& value);
/// Whether run() gives an output of this type: float32, float64, int64, int32 or bool.
bool is_readable(const OnnxValue& value);

/// The values of one output for all rows, row after row.
struct OnnxOutput {
  std::variant<std::vector<float>, std::vector<double>, std::vector<std::int64_t>> values;
  std::size_t columns = 1;  ///< values a row
};

/// One thread at a time. Runs on the CPU; reads no file, writes no log, sends nothing.
class OnnxSession {
 public:
  /// Checks the file (read_model, check_runnable), then gives it to ONNX Runtime. The bytes are not needed afterwards.
  /// Errors: those of the checks and of find_onnxruntime; corrupt_model or unsupported where ONNX Runtime refuses it.
  static Result<OnnxSession> create(std::span<const std::uint8_t> model, const OnnxSessionOptions& options);

  OnnxSession(OnnxSession&& other) noexcept;
  OnnxSession& operator=(OnnxSession&& other) noexcept;
  ~OnnxSession();

  const OnnxRuntimeInfo& runtime() const;
  const std::vector<OnnxValue>& inputs() const;
  const std::vector<OnnxValue>& outputs() const;
  /// Rows fed at once.
  std::size_t batch_rows() const;
  /// Whether run() can feed the model. Errors: unsupported unless there is one input, of float32 or float64 and of
  /// shape [N, D] or [B, D] with 1 <= B <= kOnnxMostBatchRows.
  Result<void> check_input() const;

  /// Feeds all rows in batches and gives the outputs of these names; each gives as many values a row in every batch.
  /// A fixed B is fed B rows at a time, the last ones repeated, their results dropped. A running batch is ended when
  /// the context is cancelled.
  /// Errors: those of check_input; schema_mismatch where rows.cols() is not D; unsupported for outputs that are not
  /// readable, have not one row a row, or change their number of values a row between batches; not_found for an
  /// output's name; cancelled; invalid_data with ONNX Runtime's reason where it fails on the rows.
  Result<std::vector<OnnxOutput>> run(MatrixView rows, std::span<const std::string> outputs,
                                      const RunContext& context) const;

 private:
  struct State;
  explicit OnnxSession(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace outpost::host
