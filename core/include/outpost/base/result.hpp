/// @file  Result and Error: how every fallible call of the core answers. The core throws nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace outpost {

/// What kind of thing went wrong. Closed: a new kind is a new line here and in each border's switch.
enum class ErrorCode : std::uint8_t {
  invalid_argument,  ///< an option or parameter is unknown, of the wrong type or out of range
  invalid_data,      ///< input bytes are not what they should be (CSV, JSON, numbers, labels)
  unsupported,       ///< well-formed, but outside what this build can do
  not_enough_data,   ///< too few rows or usable features for what was asked
  corrupt_model,     ///< a model file is damaged, hostile or of another format
  schema_mismatch,   ///< data do not fit the model's features
  not_found,         ///< a file, column, detector or model does not exist
  io_error,          ///< reading or writing failed (disk full, permission, closed pipe)
  out_of_memory,     ///< a stated limit or an allocation was exceeded
  cancelled,         ///< the caller asked to stop
};

/// Stable lower-case name of a code, for JSON and logs ("invalid_argument").
std::string_view to_string(ErrorCode code);

/// One failure: `message` names the field and the value, `hint` says what to do (may be empty).
struct Error {
  ErrorCode code = ErrorCode::invalid_argument;
  std::string message;
  std::string hint;
};

template <class T>
using Result = tl::expected<T, Error>;

/// Shorthand for `return fail(ErrorCode::x, "what", "what to do");`.
inline tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string hint = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(hint)});
}

}  // namespace outpost

/// Evaluates `expression` (a Result) and returns its error from the enclosing function, if any.
#define OUTPOST_TRY(expression)                                                         \
  do {                                                                                  \
    if (auto outpost_try_result = (expression); !outpost_try_result) {                  \
      return ::tl::unexpected<::outpost::Error>(std::move(outpost_try_result).error()); \
    }                                                                                   \
  } while (false)

/// `OUTPOST_TRY_ASSIGN(auto x, f());` binds the value of `f()` or returns its error.
#define OUTPOST_TRY_ASSIGN(declaration, expression) \
  OUTPOST_TRY_ASSIGN_NAMED(declaration, expression, OUTPOST_TRY_CONCAT(outpost_try_, __LINE__))
#define OUTPOST_TRY_CONCAT(a, b) OUTPOST_TRY_CONCAT_INNER(a, b)
#define OUTPOST_TRY_CONCAT_INNER(a, b) a##b
#define OUTPOST_TRY_ASSIGN_NAMED(declaration, expression, name)                  \
  auto name = (expression);                                                      \
  if (!name) return ::tl::unexpected<::outpost::Error>(std::move(name).error()); \
  declaration = std::move(*name)
