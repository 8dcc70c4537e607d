#include <outpost/threads/thread_pool.hpp>

#include <algorithm>
#include <system_error>
#include <utility>

namespace outpost {

ThreadPool::ThreadPool(std::size_t threads) {
  if (threads == 0) threads = std::max<std::size_t>(1, std::thread::hardware_concurrency());
  workers_.reserve(threads - 1);
  try {
    while (workers_.size() + 1 < threads) workers_.emplace_back([this] { serve(); });
  } catch (const std::system_error&) {
    // The system's limit of threads: the work gets done by those there are.
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::parallel_for(std::size_t count, const std::function<void(std::size_t)>& work) {
  if (count == 0) return;
  const std::lock_guard call(call_mutex_);
  const std::size_t helpers = std::min(workers_.size(), count - 1);
  if (helpers == 0) {
    for (std::size_t i = 0; i < count; ++i) work(i);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    work_ = &work;
    count_ = count;
    tickets_ = helpers;
    next_.store(0, std::memory_order_relaxed);
  }
  if (helpers == 1) {
    wake_.notify_one();
  } else {
    wake_.notify_all();
  }
  drain(count, work);
  std::unique_lock lock(mutex_);
  tickets_ = 0;  // a worker that wakes only now finds nothing to join
  finished_.wait(lock, [this] { return busy_ == 0; });
  if (std::exception_ptr failure = std::exchange(failure_, nullptr)) {
    lock.unlock();
    std::rethrow_exception(std::move(failure));
  }
}

void ThreadPool::serve() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stop_ || tickets_ > 0; });
    if (stop_) return;
    --tickets_;
    ++busy_;
    const auto* work = work_;
    const std::size_t count = count_;
    lock.unlock();
    drain(count, *work);
    lock.lock();
    if (--busy_ == 0) finished_.notify_one();
  }
}

void ThreadPool::drain(std::size_t count, const std::function<void(std::size_t)>& work) noexcept {
  // Relaxed: the counter only hands out indices; the mutex orders what the pieces read and wrote.
  try {
    for (std::size_t i = next_.fetch_add(1, std::memory_order_relaxed); i < count;
         i = next_.fetch_add(1, std::memory_order_relaxed)) {
      work(i);
    }
  } catch (...) {
    next_.store(count, std::memory_order_relaxed);  // nobody begins another piece
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
  }
}

}  // namespace outpost
