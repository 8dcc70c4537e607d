// A pipeline as one ONNX file, and back. Layout: docs/formats/model.md.
#include <algorithm>
#include <string>

#include <outpost/model/pipeline.hpp>
#include <outpost/onnx/graph_reader.hpp>
#include <outpost/onnx/graph_writer.hpp>
#include <outpost/onnx/model_view.hpp>

#include "model/metadata.hpp"
#include "model/self_test.hpp"

namespace outpost {
namespace {

// How every file begins: IR version 8, then the producer.
constexpr std::string_view kFirstBytes("\x08\x08\x12\x07outpost", 11);

tl::unexpected<Error> not_ours() {
  return fail(ErrorCode::corrupt_model, "This is not an Outpost model file",
              "Give the file that `outpost train ... -o MODEL` wrote; other ONNX models run in ONNX Runtime.");
}

}  // namespace

bool Pipeline::is_model(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= kFirstBytes.size() &&
         std::equal(kFirstBytes.begin(), kFirstBytes.end(), bytes.begin(),
                    [](char letter, std::uint8_t byte) { return static_cast<std::uint8_t>(letter) == byte; });
}

std::vector<std::uint8_t> Pipeline::serialize() const {
  onnx::GraphWriter graph;
  const onnx::Dimension rows{-1, "N"};
  const onnx::Value input =
      graph.input("features", onnx::DataType::float32, {rows, {static_cast<std::int64_t>(features_.size()), {}}});
  const onnx::Value prepared = preprocessor_.write_graph(graph, input);
  const onnx::Value scores = detector_->write_graph(graph, prepared);
  graph.add_as("score", "Squeeze", {scores, graph.constant({1})});
  calibration_.write_graph(graph, scores);
  graph.output("score", onnx::DataType::float32, {rows});
  graph.output("probability", onnx::DataType::float32, {rows});
  graph.output("label", onnx::DataType::int64, {rows});

  using namespace metadata;
  graph.metadata(kFormat, std::to_string(kFormatVersion));
  graph.metadata(kDetector, info_->id);
  graph.metadata(kSchema, write_schema(features_));
  graph.metadata(kParameters, write_parameters({parameters_.items(), scaling_, seed_}));
  graph.metadata(kThreshold, write_threshold(threshold_method_, threshold()));
  graph.metadata(kTraining, write_training({training_rows_, training_hash_, training_time_, summaries_}, features_));
  graph.metadata(kSelfTest, write_self_test(self_test_));
  graph.metadata(kBatch, std::to_string(std::max<std::size_t>(1, detector_->graph_batch())));
  if (!lineage_.empty()) graph.metadata(kLineage, write_notes(lineage_));
  std::vector<std::uint8_t> file = graph.finish(info_->id);
  onnx::seal(file);
  return file;
}

/// Reads the parts of a model file, each checked before the next is believed.
struct PipelineFile {
  const onnx::ModelView& model;
  onnx::GraphReader graph{model};

  std::string_view text(std::string_view key) {
    const std::string_view* value = model.find_metadata(key);
    if (value == nullptr) graph.reject("the metadata '" + std::string(key) + "' are missing");
    return value == nullptr ? std::string_view() : *value;
  }

  Result<void> check_format() const {
    const std::string_view* format = model.find_metadata(metadata::kFormat);
    if (format == nullptr || model.producer != "outpost") return not_ours();
    if (*format == std::to_string(metadata::kFormatVersion)) return {};
    return fail(ErrorCode::unsupported,
                "The model file has format version " + std::string(format->substr(0, 20)) +
                    "; this program reads version " + std::to_string(metadata::kFormatVersion),
                "Use a newer program, or train the model again.");
  }

  Result<void> check_opsets() const {
    for (const onnx::OpsetImport& import : model.opsets) {
      const std::int64_t wanted = import.domain == onnx::kMlDomain ? onnx::kMlOpset : onnx::kOpset;
      if (import.version != wanted) {
        return fail(ErrorCode::corrupt_model,
                    "the model is damaged or not made by Outpost: operator set " + std::to_string(import.version) +
                        " of '" + std::string(import.domain) + "', where " + std::to_string(wanted) + " is used",
                    "Train the model again.");
      }
    }
    return {};
  }

  Result<void> read(Pipeline& pipeline) {
    const std::string id(text(metadata::kDetector));
    const auto info = find_detector(id);
    if (!info || (*info)->id != id) {
      return fail(ErrorCode::unsupported,
                  "The model uses the detector '" + id.substr(0, 40) + "', unknown to this program",
                  "Use a newer program.");
    }
    pipeline.info_ = *info;
    const metadata::Parameters parameters = metadata::read_parameters(text(metadata::kParameters), graph);
    OUTPOST_TRY(graph.status());
    auto values = resolve_parameters(**info, parameters.values);
    if (!values) graph.reject(values.error().message);
    if (values) pipeline.parameters_ = std::move(*values);
    pipeline.scaling_ = parameters.scaling;
    pipeline.seed_ = parameters.seed;
    pipeline.threshold_method_ = metadata::read_threshold(text(metadata::kThreshold), graph);
    pipeline.features_ = metadata::read_schema(text(metadata::kSchema), graph);
    OUTPOST_TRY(graph.status());
    metadata::Training training = metadata::read_training(text(metadata::kTraining), pipeline.features_, graph);
    pipeline.training_rows_ = training.rows;
    pipeline.training_hash_ = std::move(training.hash);
    pipeline.training_time_ = std::move(training.time);
    pipeline.summaries_ = std::move(training.summaries);
    pipeline.self_test_ = metadata::read_self_test(text(metadata::kSelfTest), pipeline.features_.size(), graph);
    if (const std::string_view* notes = model.find_metadata(metadata::kLineage)) {
      pipeline.lineage_ = metadata::read_notes(*notes, graph);
    }
    OUTPOST_TRY(graph.status());
    OUTPOST_TRY_ASSIGN(pipeline.preprocessor_, Preprocessor::read_graph(graph, pipeline.features_.size()));
    OUTPOST_TRY_ASSIGN(pipeline.calibration_, Calibration::read_graph(graph));
    pipeline.detector_ = pipeline.info_->make(pipeline.parameters_);
    OUTPOST_TRY(pipeline.detector_->read_graph(graph, pipeline.preprocessor_.output_features()));
    return graph.status();
  }

  static Result<Pipeline> load(std::span<const std::uint8_t> bytes) {
    if (!Pipeline::is_model(bytes)) return not_ours();
    OUTPOST_TRY_ASSIGN(const onnx::ModelView view, onnx::read_model(bytes));
    PipelineFile file{view};
    OUTPOST_TRY(file.check_format());
    if (!onnx::is_sealed(bytes)) {
      return fail(ErrorCode::corrupt_model, "the model file is damaged: its checksum does not fit its content",
                  "Copy the file again, or train the model again.");
    }
    OUTPOST_TRY(file.check_opsets());
    OUTPOST_TRY(onnx::check_runnable(view));
    Pipeline pipeline;
    OUTPOST_TRY(file.read(pipeline));
    // The state is sound; the nodes must be the very ones that belong to it, or another runtime would compute
    // something else than this one.
    const std::vector<std::uint8_t> again = pipeline.serialize();
    if (!std::equal(again.begin(), again.end(), bytes.begin(), bytes.end())) {
      return fail(ErrorCode::corrupt_model, "the model is not made by Outpost: its graph is not the one of its state",
                  "Train the model again.");
    }
    OUTPOST_TRY(run_self_test(pipeline));
    return pipeline;
  }
};

Result<Pipeline> Pipeline::deserialize(std::span<const std::uint8_t> bytes) { return PipelineFile::load(bytes); }

}  // namespace outpost
