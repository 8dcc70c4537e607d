/// @file  JsSource: bytes that JavaScript reads on demand, so that a file is never held whole.
#pragma once

#include <emscripten/val.h>

#include <memory>

#include <outpost/data/byte_source.hpp>

namespace outpost::wasm {

/// `source` is an object {name: string, size: number, read(pointer, offset, length): number} of this package's
/// JavaScript. read() copies bytes to the pointer and returns how many; -1 to cancel; -2 when reading failed (the
/// JavaScript side then knows why). It never throws: no exception may cross WebAssembly frames.
std::unique_ptr<ByteSource> make_js_source(emscripten::val source);

}  // namespace outpost::wasm
