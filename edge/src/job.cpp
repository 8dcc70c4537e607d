#include "job.hpp"

#include <chrono>

#include <outpost/host/file_source.hpp>

#include "memory_estimate.hpp"
#include "output/message_text.hpp"

namespace outpost::edge {
namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::string detector_name(const Options& options) {
  return options.pipeline.detector.empty() ? std::string(detector_registry().front().name) : options.pipeline.detector;
}

}  // namespace

Result<void> require_data(const Options& options, const char* command) {
  if (!options.data.empty()) return {};
  return fail(ErrorCode::invalid_argument, std::string(command) + " needs a file",
              "outpost " + std::string(command) + " FILE, or - for standard input; see outpost " + command + " --help");
}

Result<void> check_detector(const Options& options) {
  OUTPOST_TRY_ASSIGN(const DetectorInfo* info, typed_name(find_detector(detector_name(options))));
  OUTPOST_TRY(resolve_parameters(*info, options.pipeline.parameters));
  return {};
}

Result<std::unique_ptr<RecordReader>> open_data(const Options& options, Session& session) {
  const bool standard_input = options.data == "-";
  OUTPOST_TRY_ASSIGN(std::unique_ptr<ByteSource> source,
                     standard_input ? host::open_standard_input(&session.cancellation())
                                    : host::open_file_source(options.data, &session.cancellation()));
  return open_records(std::move(source), options.reader);
}

Result<Data> load_data(const Options& options, Session& session) {
  Data data;
  OUTPOST_TRY_ASSIGN(data.reader, open_data(options, session));
  session.progress().begin_reading("Reading " + data.reader->source().name(), data.reader->source());
  OUTPOST_TRY_ASSIGN(data.scan, typed_name(scan_table(*data.reader, options.scan, session.run())));
  session.progress().clear();
  return data;
}

Result<FeaturePlan> plan(const Data& data, const Options& options) {
  return typed_name(plan_features(data.scan.schema, data.scan.profiles, options.features));
}

Result<EncodedTable> encode(RecordReader& reader, const FeatureSet& set, std::uint64_t expected_rows,
                            const Options& options, Session& session) {
  session.progress().begin_reading("Loading " + reader.source().name(), reader.source());
  auto table = typed_name(encode_table(reader, set, options.features.label, expected_rows, session.run()));
  session.progress().clear();
  if (!table && table.error().code == ErrorCode::schema_mismatch) {
    table.error().message = reader.source().name() + ": " + message_text(table.error().message);
  }
  return table;
}

Result<Fitted> fit(Matrix rows, const FeatureSet& set, const Options& options, Session& session) {
  OUTPOST_TRY(announce_large_fit(options, rows.rows(), rows.cols(), session));
  session.progress().begin("Fitting " + detector_name(options), "rows");
  FitContext context;
  context.seed = options.seed;
  context.run = session.run();
  std::vector<float> scores;
  const auto begin = std::chrono::steady_clock::now();
  OUTPOST_TRY_ASSIGN(Pipeline pipeline,
                     typed_name(Pipeline::fit(std::move(rows), set, options.pipeline, context, scores)));
  const double seconds = seconds_since(begin);
  session.progress().clear();
  return Fitted{std::move(pipeline), std::move(scores), seconds};
}

Result<std::vector<float>> score(const Pipeline& pipeline, MatrixView rows, Session& session) {
  session.progress().begin("Scoring with " + std::string(pipeline.detector().name), "rows");
  std::vector<float> scores(rows.rows());
  OUTPOST_TRY(pipeline.score(rows, scores, session.run()));
  session.progress().clear();
  return scores;
}

Result<void> visit_rows(RecordReader& reader, const FeatureSet& set, Session& session, const RowVisitor& visit) {
  OUTPOST_TRY(reader.rewind());
  OUTPOST_TRY_ASSIGN(FeatureEncoder encoder, FeatureEncoder::create(set, reader.names()));
  session.progress().begin_reading("Explaining", reader.source());
  RecordBatch batch;
  std::vector<float> features;
  bool wanted = true;
  while (wanted) {
    if (session.cancellation().requested()) return fail(ErrorCode::cancelled, "interrupted");
    OUTPOST_TRY_ASSIGN(const bool more, reader.next(batch));
    if (!more) break;
    features.clear();
    encoder.encode(batch, features);
    for (std::size_t r = 0; r < batch.rows && wanted; ++r) {
      wanted = visit(batch.first_row + r, std::span(features).subspan(r * set.size(), set.size()), batch, r);
    }
    session.progress().report(0, 0);
  }
  session.progress().clear();
  return {};
}

}  // namespace outpost::edge
