/// @file  ThreadPool: the Executor on a fixed set of threads.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include <outpost/base/execution.hpp>

namespace outpost {

/// Runs pieces of work on `threads` threads, the calling one among them. Idle threads sleep. parallel_for may be
/// called from several threads: the calls then run one after the other. It must not be called by a piece of work.
class ThreadPool final : public Executor {
 public:
  /// 0 = as many as the hardware runs at once; 1 = the calling thread alone. Where the system refuses a thread the
  /// pool goes on with fewer; concurrency() says how many there are.
  explicit ThreadPool(std::size_t threads = 0);
  /// Waits for the threads. No parallel_for may be running.
  ~ThreadPool() override;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Indices are handed out one at a time, in ascending order, to whichever thread is free. What the pieces wrote is
  /// visible to the caller afterwards. Where a piece throws (memory may run out), no further one begins, and the first
  /// exception reaches the caller once all threads have left the call; the pool stays usable.
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& work) override;
  std::size_t concurrency() const override { return workers_.size() + 1; }

 private:
  void serve();
  void drain(std::size_t count, const std::function<void(std::size_t)>& work) noexcept;

  std::mutex call_mutex_;  ///< held for a whole parallel_for
  std::mutex mutex_;       ///< guards the following, up to next_
  std::condition_variable wake_;
  std::condition_variable finished_;
  const std::function<void(std::size_t)>* work_ = nullptr;
  std::size_t count_ = 0;
  std::size_t tickets_ = 0;  ///< workers that may still join the current call
  std::size_t busy_ = 0;     ///< workers that have joined it and not yet left
  bool stop_ = false;
  std::exception_ptr failure_;  ///< the first of the current call
  std::atomic<std::size_t> next_{0};
  std::vector<std::thread> workers_;
};

}  // namespace outpost
