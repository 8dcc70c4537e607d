#include <outpost/base/execution.hpp>

#include <algorithm>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

namespace outpost {
namespace {

/// Says that several pieces run at once, and runs them backwards.
class BackwardExecutor final : public Executor {
 public:
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& work) override {
    largest_call = std::max(largest_call, count);
    for (std::size_t i = count; i > 0; --i) work(i - 1);
  }
  std::size_t concurrency() const override { return 3; }
  std::size_t largest_call = 0;
};

class RecordingProgress final : public Progress {
 public:
  void report(std::size_t done, std::size_t total) override { reports.emplace_back(done, total); }
  std::vector<std::pair<std::size_t, std::size_t>> reports;
};

/// Asks to stop from the n-th question on.
class StopAfter final : public Cancellation {
 public:
  explicit StopAfter(int questions) : left_(questions) {}
  bool requested() const override { return left_-- <= 0; }

 private:
  mutable int left_;
};

TEST_CASE("execution: the serial executor runs every piece once, in order", "[base][oracle]") {
  SerialExecutor executor;
  std::vector<std::size_t> seen;
  executor.parallel_for(5, [&](std::size_t i) { seen.push_back(i); });
  CHECK(seen == std::vector<std::size_t>{0, 1, 2, 3, 4});
  executor.parallel_for(0, [&](std::size_t) { FAIL("no piece was asked for"); });
  CHECK(executor.concurrency() == 1);
}

TEST_CASE("execution: chunks cover every row once, whatever the executor", "[base][property]") {
  for (const std::size_t rows :
       {std::size_t{0}, std::size_t{1}, kChunkRows - 1, kChunkRows, kChunkRows + 1, 10 * kChunkRows + 17}) {
    BackwardExecutor executor;
    RecordingProgress progress;
    const RunContext context(executor, &progress);
    std::vector<int> visits(rows, 0);
    CHECK(for_each_chunk(rows, context, [&](std::size_t first, std::size_t count) {
      CHECK(first % kChunkRows == 0);
      CHECK(count <= kChunkRows);
      for (std::size_t r = first; r < first + count; ++r) ++visits.at(r);
    }));
    CHECK(visits == std::vector<int>(rows, 1));
    CHECK(executor.largest_call <= 3);
    std::size_t before = 0;
    for (const auto& [done, total] : progress.reports) {
      CHECK(done > before);
      CHECK(total == rows);
      before = done;
    }
    CHECK(before == rows);
  }
}

TEST_CASE("execution: cancellation stops between groups of chunks", "[base][property]") {
  BackwardExecutor executor;
  const StopAfter stop(2);
  const RunContext context(executor, nullptr, &stop);
  std::size_t chunks = 0;
  CHECK_FALSE(for_each_chunk(20 * kChunkRows, context, [&](std::size_t, std::size_t) { ++chunks; }));
  CHECK(chunks == 6);
}

TEST_CASE("execution: a context without parts runs serially and to the end", "[base][property]") {
  const RunContext context;
  CHECK(context.executor().concurrency() == 1);
  CHECK_FALSE(context.cancelled());
  context.report(1, 2);
}

}  // namespace
}  // namespace outpost
