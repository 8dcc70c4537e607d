/// @file  Engine: what the calls from JavaScript run on.
#pragma once

#include <cstddef>
#include <memory>

#include <outpost/base/execution.hpp>

namespace outpost::wasm {

/// Owns the executor: a pool of threads in the build with threads, else the calling thread alone.
class Engine {
 public:
  /// `threads` 1 or more, the calling one among them.
  explicit Engine(std::size_t threads);
  Executor& executor() { return *executor_; }

 private:
  std::unique_ptr<Executor> executor_;
};

}  // namespace outpost::wasm
