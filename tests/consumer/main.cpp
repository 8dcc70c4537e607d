// Reads a table, finds its anomalies on all cores, and prints the row of the highest score.
#include <algorithm>
#include <cstdio>

#include <outpost/host/file_source.hpp>
#include <outpost/model/pipeline.hpp>
#include <outpost/threads/thread_pool.hpp>

namespace {

outpost::Result<std::size_t> most_anomalous_row(const char* path) {
  OUTPOST_TRY_ASSIGN(auto source, outpost::host::open_file_source(path));
  OUTPOST_TRY_ASSIGN(const auto reader, outpost::open_records(std::move(source)));
  outpost::ThreadPool pool;
  const outpost::RunContext run(pool);
  OUTPOST_TRY_ASSIGN(const outpost::TableScan scan, outpost::scan_table(*reader, {}, run));
  OUTPOST_TRY_ASSIGN(outpost::FeaturePlan plan, outpost::plan_features(scan.schema, scan.profiles, {}));
  OUTPOST_TRY_ASSIGN(outpost::EncodedTable table, outpost::encode_table(*reader, plan.set, {}, scan.rows, run));
  std::vector<float> scores;
  outpost::PipelineOptions options;
  options.detector = "iforest";
  OUTPOST_TRY_ASSIGN(const outpost::Pipeline model,
                     outpost::Pipeline::fit(std::move(table.features), plan.set, options, {42, run}, scores));
  return static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto row = most_anomalous_row(argv[1]);
  if (!row) {
    std::fprintf(stderr, "%s\n%s\n", row.error().message.c_str(), row.error().hint.c_str());
    return 1;
  }
  std::printf("%zu\n", *row);
  return 0;
}
