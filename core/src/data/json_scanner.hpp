/// @file  JsonScanner: cuts a JSON input into its values without reading what is in them, so that a long array is
/// read one element at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <outpost/base/result.hpp>

#include "input_buffer.hpp"

namespace outpost {

/// Deepest nesting of arrays and objects that is accepted.
inline constexpr std::size_t kMaxJsonDepth = 32;

class JsonScanner {
 public:
  static constexpr int kEnd = -1;

  /// The bytes of one value; valid until the next call of the scanner.
  struct Value {
    std::string_view bytes;
    std::uint64_t line = 0;    ///< on which it starts
    std::uint64_t offset = 0;  ///< in the input
  };

  explicit JsonScanner(std::unique_ptr<ByteSource> source) : input_(std::move(source)) {}

  Result<void> restart();
  /// The next byte that is not white space, without taking it; kEnd at the end.
  Result<int> peek();
  /// Takes the byte peek() has seen.
  void take() { input_.consume_to(input_.begin() + 1); }
  /// The byte after the one peek() has seen that is not white space; kEnd at the end. Takes nothing.
  Result<int> peek_second();
  /// Takes a whole value; peek() has seen its first byte. With `one_line`, it must end on its line.
  Result<Value> value(std::size_t max_bytes, bool one_line);

  std::uint64_t line() const { return line_; }
  std::uint64_t blank_lines() const { return blank_lines_; }
  const InputBuffer& input() const { return input_; }
  /// An error at the place where the scanner stands.
  tl::unexpected<Error> error(const std::string& what, std::string hint) const;

 private:
  struct Scan;
  Result<void> refill();

  InputBuffer input_;
  std::uint64_t line_ = 1;
  std::uint64_t blank_lines_ = 0;
  bool line_has_value_ = false;
};

/// "data.json, line 3 (byte 120): what"
tl::unexpected<Error> json_error(const ByteSource& source, std::uint64_t line, std::uint64_t offset,
                                 const std::string& what, std::string hint);

}  // namespace outpost
