#include <outpost/host/onnx_session.hpp>

#include "onnx_library.hpp"

#ifdef OUTPOST_WITH_ONNXRUNTIME
#include <onnxruntime_c_api.h>
#endif

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

namespace outpost::host {

Result<OnnxRuntimeInfo> find_onnxruntime(const std::string& path) {
  OUTPOST_TRY_ASSIGN(OnnxLibrary library, open_onnx_library(path));
  return OnnxRuntimeInfo{std::move(library.path), std::move(library.version)};
}

std::string describe(const OnnxValue& value) {
  if (value.type == onnx::DataType::undefined) return "not a tensor";
  std::string text = onnx::to_string(value.type) + " [";
  for (std::size_t i = 0; i < value.dims.size(); ++i) {
    text += (i == 0 ? "" : ", ") + (value.dims[i] < 0 ? std::string("?") : std::to_string(value.dims[i]));
  }
  return text + "]";
}

bool is_readable(const OnnxValue& value) {
  switch (value.type) {
    case onnx::DataType::float32:
    case onnx::DataType::float64:
    case onnx::DataType::int64:
    case onnx::DataType::int32:
    case onnx::DataType::boolean: return true;
    default: return false;
  }
}

#ifndef OUTPOST_WITH_ONNXRUNTIME

struct OnnxSession::State {
  OnnxRuntimeInfo runtime;
  std::vector<OnnxValue> inputs, outputs;
};

Result<OnnxSession> OnnxSession::create(std::span<const std::uint8_t> model, const OnnxSessionOptions& options) {
  OUTPOST_TRY_ASSIGN(const onnx::ModelView view, onnx::read_model(model));
  OUTPOST_TRY(onnx::check_runnable(view));
  return tl::unexpected<Error>(open_onnx_library(options.library).error());
}

std::size_t OnnxSession::batch_rows() const { return kOnnxBatchRows; }

Result<std::vector<OnnxOutput>> OnnxSession::run(MatrixView /*rows*/, std::span<const std::string> /*outputs*/,
                                                 const RunContext& /*context*/) const {
  return tl::unexpected<Error>(open_onnx_library({}).error());
}

#else

namespace {

constexpr std::size_t kMostDetail = 300;  // characters of ONNX Runtime's own reasons
constexpr auto kCancellationInterval = std::chrono::milliseconds(20);

/// An object of the C API with the function that frees it.
template <class T>
using Handle = std::unique_ptr<T, void(ORT_API_CALL*)(T*)>;

void ORT_API_CALL drop_log(void*, OrtLoggingLevel, const char*, const char*, const char*, const char*) {}

/// What a call answered: nothing, or its code and its reason on one line.
struct Refusal {
  OrtErrorCode code;
  std::string reason;
};
std::optional<Refusal> refusal(const OrtApi& api, OrtStatus* status) {
  if (status == nullptr) return std::nullopt;
  Refusal result{api.GetErrorCode(status), api.GetErrorMessage(status)};
  api.ReleaseStatus(status);
  std::replace(result.reason.begin(), result.reason.end(), '\n', ' ');
  if (result.reason.size() > kMostDetail) result.reason = result.reason.substr(0, kMostDetail) + "...";
  return result;
}

/// A call that only fails when memory is short or the library is broken.
Result<void> check(const OrtApi& api, OrtStatus* status) {
  const auto refused = refusal(api, status);
  if (!refused) return {};
  return fail(ErrorCode::unsupported, "ONNX Runtime failed: " + refused->reason, "");
}

Error refused_model(const Refusal& refused, const std::string& version) {
  const std::string detail = " (ONNX Runtime " + version + ": " + refused.reason + ")";
  if (refused.code == ORT_NOT_IMPLEMENTED) {
    return {ErrorCode::unsupported, "the model has an operator that ONNX Runtime does not run on the CPU" + detail,
            "export it with standard operators, or use a newer ONNX Runtime with --onnxruntime PATH"};
  }
  return {ErrorCode::corrupt_model, "ONNX Runtime refuses the model" + detail,
          "export it again; onnx.checker.check_model says more of what is wrong"};
}

Result<std::vector<OnnxValue>> read_values(const OrtApi& api, const OrtSession& session, bool inputs) {
  std::size_t count = 0;
  OUTPOST_TRY(
      check(api, inputs ? api.SessionGetInputCount(&session, &count) : api.SessionGetOutputCount(&session, &count)));
  OrtAllocator* allocator = nullptr;
  OUTPOST_TRY(check(api, api.GetAllocatorWithDefaultOptions(&allocator)));
  std::vector<OnnxValue> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    char* name = nullptr;
    OUTPOST_TRY(check(api, inputs ? api.SessionGetInputName(&session, i, allocator, &name)
                                  : api.SessionGetOutputName(&session, i, allocator, &name)));
    values[i].name = name;
    OUTPOST_TRY(check(api, api.AllocatorFree(allocator, name)));
    OrtTypeInfo* raw = nullptr;
    OUTPOST_TRY(check(api, inputs ? api.SessionGetInputTypeInfo(&session, i, &raw)
                                  : api.SessionGetOutputTypeInfo(&session, i, &raw)));
    const Handle<OrtTypeInfo> info(raw, api.ReleaseTypeInfo);
    const OrtTensorTypeAndShapeInfo* tensor = nullptr;
    OUTPOST_TRY(check(api, api.CastTypeInfoToTensorInfo(info.get(), &tensor)));
    if (tensor == nullptr) continue;
    ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    std::size_t rank = 0;
    OUTPOST_TRY(check(api, api.GetTensorElementType(tensor, &type)));
    OUTPOST_TRY(check(api, api.GetDimensionsCount(tensor, &rank)));
    values[i].type = static_cast<onnx::DataType>(type);  // both lists are TensorProto's
    values[i].dims.resize(rank);
    OUTPOST_TRY(check(api, api.GetDimensions(tensor, values[i].dims.data(), rank)));
  }
  return values;
}

std::size_t batch_of(const onnx::ModelView& model) {
  const std::string_view* text = model.find_metadata("outpost.batch");
  if (text == nullptr) return kOnnxBatchRows;
  std::size_t rows = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), rows);
  if (error != std::errc{} || end != text->data() + text->size()) return kOnnxBatchRows;
  return std::clamp<std::size_t>(rows, 1, kOnnxMostBatchRows);
}

/// Tells a running session to stop once the context is cancelled: ONNX Runtime itself asks nobody.
class Watcher {
 public:
  Watcher(const OrtApi& api, OrtRunOptions* options, const RunContext& context)
      : thread_([this, &api, options, &context] {
          std::unique_lock lock(mutex_);
          while (!done_.wait_for(lock, kCancellationInterval, [this] { return finished_; })) {
            if (!context.cancelled()) continue;
            api.ReleaseStatus(api.RunOptionsSetTerminate(options));
            return;
          }
        }) {}
  ~Watcher() {
    {
      const std::lock_guard lock(mutex_);
      finished_ = true;
    }
    done_.notify_one();
    thread_.join();
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  bool finished_ = false;
  std::thread thread_;  // last: it uses the others
};

/// False where the room was made for values of another type.
template <class From, class To>
bool append(const void* data, std::size_t count, OnnxOutput& out) {
  const From* values = static_cast<const From*>(data);
  auto* all = std::get_if<std::vector<To>>(&out.values);
  if (all == nullptr) return false;
  all->insert(all->end(), values, values + count);
  return true;
}

bool append_values(ONNXTensorElementDataType type, const void* data, std::size_t count, OnnxOutput& out) {
  switch (type) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT: return append<float, float>(data, count, out);
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE: return append<double, double>(data, count, out);
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64: return append<std::int64_t, std::int64_t>(data, count, out);
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32: return append<std::int32_t, std::int64_t>(data, count, out);
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL: return append<bool, std::int64_t>(data, count, out);
    default: return false;
  }
}

/// Appends the first `kept` of `fed` rows of an output tensor.
Result<void> append_output(const OrtApi& api, const std::string& name, OrtValue* value, std::size_t fed,
                           std::size_t kept, OnnxOutput& out) {
  OrtTensorTypeAndShapeInfo* raw = nullptr;
  OUTPOST_TRY(check(api, api.GetTensorTypeAndShape(value, &raw)));
  const Handle<OrtTensorTypeAndShapeInfo> info(raw, api.ReleaseTensorTypeAndShapeInfo);
  ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  std::size_t rank = 0;
  std::size_t elements = 0;
  OUTPOST_TRY(check(api, api.GetTensorElementType(info.get(), &type)));
  OUTPOST_TRY(check(api, api.GetDimensionsCount(info.get(), &rank)));
  OUTPOST_TRY(check(api, api.GetTensorShapeElementCount(info.get(), &elements)));
  std::vector<std::int64_t> dims(rank);
  OUTPOST_TRY(check(api, api.GetDimensions(info.get(), dims.data(), rank)));
  // A model of one row at a time may leave the rows' dimension out.
  const bool row_by_row = (rank != 0 && dims.front() == static_cast<std::int64_t>(fed)) || (fed == 1 && rank == 0);
  if (!row_by_row || elements == 0) {
    return fail(ErrorCode::unsupported,
                "output '" + name + "' is " + describe({name, static_cast<onnx::DataType>(type), dims}) + " for " +
                    std::to_string(fed) + " rows: not one result a row",
                "choose another output; outpost inspect MODEL lists them");
  }
  const std::size_t columns = elements / fed;
  const bool first = std::visit([](const auto& values) { return values.empty(); }, out.values);
  // What is there was laid out with the first batch's number of columns; another one would be read as other rows.
  if (!first && columns != out.columns) {
    return fail(ErrorCode::unsupported,
                "output '" + name + "' changes from " + std::to_string(out.columns) + " to " + std::to_string(columns) +
                    " values a row between batches",
                "a row's result must not change its shape with the rows beside it; choose another output");
  }
  out.columns = columns;
  void* data = nullptr;
  OUTPOST_TRY(check(api, api.GetTensorMutableData(value, &data)));
  if (append_values(type, data, columns * kept, out)) return {};
  return fail(ErrorCode::unsupported,
              "output '" + name + "' is " + onnx::to_string(static_cast<onnx::DataType>(type)) +
                  ", which is not what the model declares",
              "export the model again");
}

/// The model's outputs that can be read, as a hint against one that cannot.
std::string readable_hint(const OnnxValue& wanted, const std::vector<OnnxValue>& outputs) {
  if (wanted.type == onnx::DataType::undefined) {
    return "export the model so that it gives tensors (skl2onnx: the option zipmap=False)";
  }
  std::string names;
  for (const OnnxValue& value : outputs) {
    if (is_readable(value)) names += (names.empty() ? "" : ", ") + value.name + " " + describe(value);
  }
  return names.empty() ? "export the model with a float32 output" : "outputs that can be read are: " + names;
}

/// Room of the right type for an output's values.
Result<OnnxOutput> prepare(const OnnxValue& value, std::size_t rows, const std::vector<OnnxValue>& outputs) {
  const auto reserved = [rows](auto values) {
    values.reserve(rows);
    return OnnxOutput{std::move(values), 1};
  };
  switch (value.type) {
    case onnx::DataType::float32: return reserved(std::vector<float>());
    case onnx::DataType::float64: return reserved(std::vector<double>());
    case onnx::DataType::int64:
    case onnx::DataType::int32:
    case onnx::DataType::boolean: return reserved(std::vector<std::int64_t>());
    default: break;
  }
  return fail(
      ErrorCode::unsupported,
      "output '" + value.name + "' is " + describe(value) + "; float32, float64, int64, int32 or bool is needed",
      readable_hint(value, outputs));
}

}  // namespace

struct OnnxSession::State {
  OnnxRuntimeInfo runtime;
  std::vector<OnnxValue> inputs, outputs;
  std::size_t batch = kOnnxBatchRows;
  const OrtApi* api = nullptr;
  // Freed in the opposite order.
  Handle<OrtEnv> environment{nullptr, nullptr};
  Handle<OrtMemoryInfo> memory{nullptr, nullptr};
  Handle<OrtSession> session{nullptr, nullptr};

  Result<void> open(std::span<const std::uint8_t> model, std::size_t threads);
  Result<std::vector<const OnnxValue*>> find_outputs(std::span<const std::string> names) const;
  Result<void> check_features(MatrixView rows) const;
};

Result<void> OnnxSession::State::open(std::span<const std::uint8_t> model, std::size_t threads) {
  OrtEnv* new_environment = nullptr;
  OUTPOST_TRY(check(
      *api, api->CreateEnvWithCustomLogger(drop_log, nullptr, ORT_LOGGING_LEVEL_FATAL, "outpost", &new_environment)));
  environment = {new_environment, api->ReleaseEnv};
  OUTPOST_TRY(check(*api, api->DisableTelemetryEvents(new_environment)));
  OrtMemoryInfo* new_memory = nullptr;
  OUTPOST_TRY(check(*api, api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &new_memory)));
  memory = {new_memory, api->ReleaseMemoryInfo};

  OrtSessionOptions* raw = nullptr;
  OUTPOST_TRY(check(*api, api->CreateSessionOptions(&raw)));
  const Handle<OrtSessionOptions> settings(raw, api->ReleaseSessionOptions);
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  OUTPOST_TRY(check(*api, api->SetIntraOpNumThreads(raw, static_cast<int>(std::min<std::size_t>(threads, 1024)))));
  OUTPOST_TRY(check(*api, api->SetInterOpNumThreads(raw, 1)));
  OrtSession* new_session = nullptr;
  if (const auto refused =
          refusal(*api, api->CreateSessionFromArray(new_environment, model.data(), model.size(), raw, &new_session))) {
    return tl::unexpected<Error>(refused_model(*refused, runtime.version));
  }
  session = {new_session, api->ReleaseSession};
  OUTPOST_TRY_ASSIGN(inputs, read_values(*api, *session, true));
  OUTPOST_TRY_ASSIGN(outputs, read_values(*api, *session, false));
  return {};
}

Result<std::vector<const OnnxValue*>> OnnxSession::State::find_outputs(std::span<const std::string> names) const {
  std::vector<const OnnxValue*> found;
  for (const std::string& name : names) {
    const auto place =
        std::find_if(outputs.begin(), outputs.end(), [&](const OnnxValue& value) { return value.name == name; });
    if (place == outputs.end()) {
      std::string all;
      for (const OnnxValue& value : outputs) all += (all.empty() ? "" : ", ") + value.name;
      return fail(ErrorCode::not_found, "the model has no output '" + name + "'", "its outputs are: " + all);
    }
    found.push_back(&*place);
  }
  return found;
}

Result<void> OnnxSession::State::check_features(MatrixView rows) const {
  const std::vector<std::int64_t>& dims = inputs.front().dims;
  if (dims.empty() || dims[1] < 0 || dims[1] == static_cast<std::int64_t>(rows.cols())) return {};
  return fail(ErrorCode::schema_mismatch,
              "the model takes " + std::to_string(dims[1]) + " features and was given " + std::to_string(rows.cols()),
              "");
}

OnnxSession::OnnxSession(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<OnnxSession> OnnxSession::create(std::span<const std::uint8_t> model, const OnnxSessionOptions& options) {
  OUTPOST_TRY_ASSIGN(const onnx::ModelView view, onnx::read_model(model));
  OUTPOST_TRY(onnx::check_runnable(view));
  OUTPOST_TRY_ASSIGN(OnnxLibrary library, open_onnx_library(options.library));
  auto state = std::make_unique<State>();
  state->api = library.api;
  state->runtime = {std::move(library.path), std::move(library.version)};
  state->batch = batch_of(view);
  OUTPOST_TRY(state->open(model, options.threads));
  return OnnxSession(std::move(state));
}

std::size_t OnnxSession::batch_rows() const { return state_->batch; }

namespace {

/// One batch's input in the type and number of rows that the model takes.
class BatchInput {
 public:
  BatchInput(const OnnxValue& input, std::size_t batch)
      : double_(input.type == onnx::DataType::float64), batch_(batch) {
    if (!input.dims.empty() && input.dims.front() > 0) batch_ = static_cast<std::size_t>(input.dims.front());
    fixed_ = !input.dims.empty() && input.dims.front() > 0;
  }
  std::size_t batch() const { return batch_; }

  /// A tensor over `rows`; it lives until the next call.
  Result<Handle<OrtValue>> make(const OrtApi& api, const OrtMemoryInfo* memory, MatrixView rows) {
    fed_ = fixed_ ? batch_ : rows.rows();
    const std::size_t cells = fed_ * rows.cols();
    const std::int64_t dims[] = {static_cast<std::int64_t>(fed_), static_cast<std::int64_t>(rows.cols())};
    const float* values = rows.data();
    if (fed_ != rows.rows()) {
      floats_.assign(values, values + rows.rows() * rows.cols());
      const auto last = rows.row(rows.rows() - 1);
      for (std::size_t r = rows.rows(); r < fed_; ++r) floats_.insert(floats_.end(), last.begin(), last.end());
      values = floats_.data();
    }
    OrtValue* raw = nullptr;
    if (double_) {
      doubles_.assign(values, values + cells);
      OUTPOST_TRY(check(api, api.CreateTensorWithDataAsOrtValue(memory, doubles_.data(), cells * sizeof(double), dims,
                                                                2, ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE, &raw)));
    } else {
      // The C API knows no borrowed constant data; an input is not written to.
      OUTPOST_TRY(
          check(api, api.CreateTensorWithDataAsOrtValue(memory, const_cast<float*>(values), cells * sizeof(float), dims,
                                                        2, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &raw)));
    }
    return Handle<OrtValue>(raw, api.ReleaseValue);
  }
  std::size_t fed() const { return fed_; }

 private:
  bool double_;
  bool fixed_ = false;
  std::size_t batch_;
  std::size_t fed_ = 0;
  std::vector<float> floats_;
  std::vector<double> doubles_;
};

}  // namespace

Result<std::vector<OnnxOutput>> OnnxSession::run(MatrixView rows, std::span<const std::string> outputs,
                                                 const RunContext& context) const {
  const OrtApi& api = *state_->api;
  OUTPOST_TRY_ASSIGN(const auto wanted, state_->find_outputs(outputs));
  OUTPOST_TRY(check_input());
  OUTPOST_TRY(state_->check_features(rows));
  std::vector<OnnxOutput> results;
  std::vector<const char*> names;
  for (const OnnxValue* value : wanted) {
    OUTPOST_TRY_ASSIGN(OnnxOutput room, prepare(*value, rows.rows(), state_->outputs));
    results.push_back(std::move(room));
    names.push_back(value->name.c_str());
  }
  OrtRunOptions* raw = nullptr;
  OUTPOST_TRY(check(api, api.CreateRunOptions(&raw)));
  const Handle<OrtRunOptions> settings(raw, api.ReleaseRunOptions);
  const Watcher watcher(api, raw, context);

  const char* input_name = state_->inputs.front().name.c_str();
  BatchInput input(state_->inputs.front(), state_->batch);
  for (std::size_t first = 0; first < rows.rows(); first += input.batch()) {
    if (context.cancelled()) return fail(ErrorCode::cancelled, "interrupted");
    const std::size_t count = std::min(input.batch(), rows.rows() - first);
    OUTPOST_TRY_ASSIGN(const Handle<OrtValue> tensor, input.make(api, state_->memory.get(), rows.slice(first, count)));
    const OrtValue* given = tensor.get();
    std::vector<OrtValue*> made(names.size(), nullptr);
    const auto refused = refusal(
        api, api.Run(state_->session.get(), raw, &input_name, &given, 1, names.data(), names.size(), made.data()));
    std::vector<Handle<OrtValue>> owned;
    owned.reserve(made.size());
    for (OrtValue* value : made) owned.emplace_back(value, api.ReleaseValue);
    if (refused) {
      if (context.cancelled()) return fail(ErrorCode::cancelled, "interrupted");
      return fail(ErrorCode::invalid_data,
                  "ONNX Runtime cannot run the model on rows " + std::to_string(first) + " to " +
                      std::to_string(first + count - 1) + ": " + refused->reason,
                  "check that the data have the features that the model was made for, in its order");
    }
    for (std::size_t i = 0; i < owned.size(); ++i) {
      OUTPOST_TRY(append_output(api, wanted[i]->name, owned[i].get(), input.fed(), count, results[i]));
    }
    context.report(first + count, rows.rows());
  }
  return results;
}

#endif

OnnxSession::OnnxSession(OnnxSession&& other) noexcept = default;
OnnxSession& OnnxSession::operator=(OnnxSession&& other) noexcept = default;
OnnxSession::~OnnxSession() = default;

const OnnxRuntimeInfo& OnnxSession::runtime() const { return state_->runtime; }
const std::vector<OnnxValue>& OnnxSession::inputs() const { return state_->inputs; }
const std::vector<OnnxValue>& OnnxSession::outputs() const { return state_->outputs; }

Result<void> OnnxSession::check_input() const {
  if (inputs().size() != 1) {
    return fail(ErrorCode::unsupported,
                "the model has " + std::to_string(inputs().size()) + " inputs; one of shape [N, D] is needed",
                "outpost inspect MODEL lists them");
  }
  const OnnxValue& input = inputs().front();
  const bool real = input.type == onnx::DataType::float32 || input.type == onnx::DataType::float64;
  if (!real || (!input.dims.empty() && input.dims.size() != 2)) {
    return fail(ErrorCode::unsupported,
                "input '" + input.name + "' is " + describe(input) + "; float32 or float64 [N, D] is needed",
                "rows of a table are fed; a model of images, texts or sequences takes something else");
  }
  constexpr const char* kFreeRows = "export the model with a free number of rows (PyTorch: dynamic_axes)";
  const std::int64_t rows = input.dims.empty() ? -1 : input.dims.front();
  if (rows == 0) {
    return fail(ErrorCode::unsupported, "input '" + input.name + "' is " + describe(input) + ": it takes no row at all",
                kFreeRows);
  }
  if (rows > static_cast<std::int64_t>(kOnnxMostBatchRows)) {
    return fail(ErrorCode::unsupported,
                "input '" + input.name + "' is fixed to " + std::to_string(rows) + " rows at once; at most " +
                    std::to_string(kOnnxMostBatchRows) + " are fed",
                kFreeRows);
  }
  return {};
}

}  // namespace outpost::host
