/// @file  What a long computation is given by its caller: parallelism, progress, cancellation.
/// The core owns no thread and no clock; `outpost::threads` implements Executor with a pool.
#pragma once

#include <cstddef>
#include <functional>

namespace outpost {

/// Runs independent pieces of work. Implementations may run pieces in any order and at once.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Calls `work(i)` once for each i in [0, count) and returns when all are done.
  /// `work` must not throw and must not call parallel_for again.
  virtual void parallel_for(std::size_t count, const std::function<void(std::size_t)>& work) = 0;
  /// How many pieces run at once; 1 or more.
  virtual std::size_t concurrency() const = 0;
};

/// Runs every piece on the calling thread, in order.
class SerialExecutor final : public Executor {
 public:
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& work) override;
  std::size_t concurrency() const override { return 1; }
};

/// Told how far a computation has come. Called on the thread that started the computation only.
class Progress {
 public:
  virtual ~Progress() = default;
  /// `done` of `total` units; total = 0 where it is not known. May be called often: keep it cheap.
  virtual void report(std::size_t done, std::size_t total) = 0;
};

/// Asked whether to stop. May be called from any thread that runs work.
class Cancellation {
 public:
  virtual ~Cancellation() = default;
  virtual bool requested() const = 0;
};

/// The three together, by reference; the default runs serially, silently and to the end.
class RunContext {
 public:
  RunContext() = default;
  explicit RunContext(Executor& executor, Progress* progress = nullptr, const Cancellation* cancellation = nullptr)
      : executor_(&executor), progress_(progress), cancellation_(cancellation) {}

  Executor& executor() const;
  void report(std::size_t done, std::size_t total) const {
    if (progress_ != nullptr) progress_->report(done, total);
  }
  bool cancelled() const { return cancellation_ != nullptr && cancellation_->requested(); }

 private:
  Executor* executor_ = nullptr;
  Progress* progress_ = nullptr;
  const Cancellation* cancellation_ = nullptr;
};

/// Rows a piece of parallel work holds. Fixed, so that no result depends on the number of threads.
inline constexpr std::size_t kChunkRows = 4096;

/// Calls `work(first_row, row_count)` for consecutive chunks of kChunkRows, in groups between which
/// progress is reported and cancellation is looked at. Returns false when it was cancelled.
bool for_each_chunk(std::size_t rows, const RunContext& context,
                    const std::function<void(std::size_t, std::size_t)>& work);

}  // namespace outpost
