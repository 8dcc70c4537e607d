#include <outpost/base/execution.hpp>

#include <algorithm>

namespace outpost {

void SerialExecutor::parallel_for(std::size_t count, const std::function<void(std::size_t)>& work) {
  for (std::size_t i = 0; i < count; ++i) work(i);
}

Executor& RunContext::executor() const {
  static SerialExecutor serial;  // stateless, so shared use is safe
  return executor_ != nullptr ? *executor_ : serial;
}

bool for_each_chunk(std::size_t rows, const RunContext& context,
                    const std::function<void(std::size_t, std::size_t)>& work) {
  const std::size_t chunks = (rows + kChunkRows - 1) / kChunkRows;
  const std::size_t group = std::max<std::size_t>(1, context.executor().concurrency());
  for (std::size_t begin = 0; begin < chunks; begin += group) {
    if (context.cancelled()) return false;
    const std::size_t count = std::min(group, chunks - begin);
    context.executor().parallel_for(count, [&](std::size_t i) {
      const std::size_t first = (begin + i) * kChunkRows;
      work(first, std::min(kChunkRows, rows - first));
    });
    context.report(std::min(rows, (begin + count) * kChunkRows), rows);
  }
  return true;
}

}  // namespace outpost
