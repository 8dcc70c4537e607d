/// What the WebAssembly build puts in place of library functions: it must know when memory runs out, and it must stay
/// small.
#include <emscripten/emscripten.h>
#include <emscripten/threading.h>

#include <limits>
#include <new>
#include <string_view>
#include <utility>

#include <outpost/data/parse.hpp>

// Reaches onAbort of wasm/package/lib/module.js, and throws through all frames: the instance is dead afterwards.
EM_JS(void, outpost_abort_for_memory, (), { abort("out of memory"); });

namespace {

/// On the calling thread. Several threads may ask; after the first there is no frame left that could be thrown through.
void abort_once() {
  static bool aborted = false;
  if (!std::exchange(aborted, true)) outpost_abort_for_memory();
}

void on_failed_allocation() {
#ifdef __EMSCRIPTEN_PTHREADS__
  if (emscripten_is_main_runtime_thread() == 0) {
    // The calling thread waits for this one and would do so for ever; while it waits it runs what others ask for.
    emscripten_async_run_in_main_runtime_thread(EM_FUNC_SIG_V, abort_once);
    while (true) emscripten_thread_sleep(1000);
  }
#endif
  abort_once();
}

[[maybe_unused]] const std::new_handler before = std::set_new_handler(on_failed_allocation);

}  // namespace

// In place of the C library's strtod (the linker's --wrap): that one is 10 KB with the 128-bit arithmetic it needs. The
// core asks for plain decimal numbers only, ending in NUL, and parses those itself elsewhere.
extern "C" double __wrap_strtod(const char* text, char** end) {
  const std::string_view number(text);
  if (end != nullptr) *end = const_cast<char*>(text + number.size());
  return outpost::parse_number(number).value_or(std::numeric_limits<double>::infinity());
}
