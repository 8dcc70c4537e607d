#include <outpost/threads/thread_pool.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <new>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

namespace outpost {
namespace {

TEST_CASE("thread pool: every index is worked on once, whatever the counts", "[threads][property]") {
  for (const std::size_t threads : {1U, 2U, 3U, 8U}) {
    ThreadPool pool(threads);
    CHECK(pool.concurrency() == threads);
    for (const std::size_t count : {0U, 1U, 2U, 7U, 1000U, 20'000U}) {
      std::vector<int> visits(count, 0);  // not atomic: each index has one writer, and the caller reads afterwards
      pool.parallel_for(count, [&visits](std::size_t i) { ++visits[i]; });
      REQUIRE(visits == std::vector<int>(count, 1));
    }
  }
}

TEST_CASE("thread pool: many short calls in a row", "[threads][property]") {
  ThreadPool pool(4);
  std::vector<std::size_t> totals(4, 0);
  for (std::size_t call = 0; call < 20'000; ++call) {
    pool.parallel_for(4, [&totals, call](std::size_t i) { totals[i] += call; });
  }
  CHECK(totals == std::vector<std::size_t>(4, 20'000U * 19'999U / 2));
}

TEST_CASE("thread pool: as many pieces run at once as there are threads, the caller's among them",
          "[threads][property]") {
  constexpr std::size_t kThreads = 3;
  ThreadPool pool(kThreads);
  std::mutex mutex;
  std::condition_variable all_here;
  std::set<std::thread::id> ids;
  // Each piece waits until as many threads as promised have come: this ends only when they do.
  pool.parallel_for(kThreads, [&](std::size_t) {
    std::unique_lock lock(mutex);
    ids.insert(std::this_thread::get_id());
    all_here.notify_all();
    all_here.wait(lock, [&ids] { return ids.size() == kThreads; });
  });
  CHECK(ids.size() == kThreads);
  CHECK(ids.count(std::this_thread::get_id()) == 1);
}

TEST_CASE("thread pool: one thread is the caller's", "[threads][property]") {
  ThreadPool pool(1);
  pool.parallel_for(10, [caller = std::this_thread::get_id()](std::size_t) {
    if (std::this_thread::get_id() != caller) FAIL("a piece ran on another thread");
  });
}

TEST_CASE("thread pool: zero means the hardware's number", "[threads][property]") {
  ThreadPool pool;
  CHECK(pool.concurrency() == std::max(1U, std::thread::hardware_concurrency()));
}

TEST_CASE("thread pool: calls from several threads run one after the other", "[threads][property]") {
  ThreadPool pool(3);
  std::atomic<int> inside{0};
  std::atomic<bool> overlapped{false};
  std::atomic<std::size_t> total{0};
  int owner = 0;  // written by pieces of one call at a time; TSan would see two calls at once
  std::mutex owner_mutex;
  std::vector<std::thread> callers;
  for (int caller = 1; caller <= 3; ++caller) {
    callers.emplace_back([&, caller] {
      for (int call = 0; call < 200; ++call) {
        pool.parallel_for(5, [&, caller](std::size_t i) {
          {
            const std::lock_guard lock(owner_mutex);
            if (inside.load() != 0 && owner != caller) overlapped = true;
            owner = caller;
            ++inside;
          }
          total += i;
          --inside;
        });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK_FALSE(overlapped.load());
  CHECK(total.load() == 3 * 200 * 10);
}

TEST_CASE("thread pool: an exception of a piece reaches the caller, and the pool goes on working", "[threads][error]") {
  for (const std::size_t threads : {1U, 2U, 4U}) {
    ThreadPool pool(threads);
    for (std::size_t thrower = 0; thrower < 40; ++thrower) {
      std::atomic<std::size_t> begun{0};
      CHECK_THROWS_AS(pool.parallel_for(100'000,
                                        [&](std::size_t i) {
                                          ++begun;
                                          if (i == thrower) throw std::bad_alloc();
                                        }),
                      std::bad_alloc);
      CHECK(begun.load() > thrower);
      std::vector<int> visits(50, 0);
      pool.parallel_for(visits.size(), [&visits](std::size_t i) { ++visits[i]; });
      REQUIRE(visits == std::vector<int>(50, 1));
    }
  }
}

TEST_CASE("thread pool: an exception on another thread than the caller's is carried over", "[threads][error]") {
  ThreadPool pool(2);
  const std::thread::id caller = std::this_thread::get_id();
  std::mutex mutex;
  std::condition_variable both_here;
  int here = 0;
  std::string said;
  try {
    // Both threads hold a piece before either goes on, so that one is certainly the pool's own.
    pool.parallel_for(2, [&](std::size_t) {
      {
        std::unique_lock lock(mutex);
        ++here;
        both_here.notify_all();
        both_here.wait(lock, [&here] { return here == 2; });
      }
      if (std::this_thread::get_id() != caller) throw std::runtime_error("from the other thread");
    });
  } catch (const std::runtime_error& error) {
    said = error.what();
  }
  CHECK(said == "from the other thread");
}

TEST_CASE("thread pool: of many exceptions one reaches the caller", "[threads][error]") {
  ThreadPool pool(4);
  for (int call = 0; call < 200; ++call) {
    CHECK_THROWS_AS(pool.parallel_for(64, [](std::size_t) { throw std::bad_alloc(); }), std::bad_alloc);
  }
}

TEST_CASE("thread pool: pools that never worked, or just did, end cleanly", "[threads][property]") {
  for (int i = 0; i < 200; ++i) {
    ThreadPool idle(4);
    ThreadPool used(4);
    std::atomic<int> pieces{0};
    used.parallel_for(3, [&pieces](std::size_t) { ++pieces; });
    CHECK(pieces.load() == 3);
  }
}

}  // namespace
}  // namespace outpost
