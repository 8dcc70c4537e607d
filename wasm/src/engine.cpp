#include "engine.hpp"

#ifdef __EMSCRIPTEN_PTHREADS__
#include <outpost/threads/thread_pool.hpp>
#endif

namespace outpost::wasm {

#ifdef __EMSCRIPTEN_PTHREADS__
Engine::Engine(std::size_t threads) : executor_(std::make_unique<ThreadPool>(threads)) {}
#else
Engine::Engine(std::size_t /*threads*/) : executor_(std::make_unique<SerialExecutor>()) {}
#endif

}  // namespace outpost::wasm
