/// @file  One JSON record to cells: nested objects flattened as a.b, nested arrays kept as their JSON text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <outpost/base/result.hpp>

#include "json_scanner.hpp"

namespace outpost {

enum class JsonShape : std::uint8_t { object, array, scalar };

/// Gets the cells of one value, in order. `key` is the flattened name within an object, the place (as `index`, with
/// an empty key) in an array. False stops the reading.
class JsonCells {
 public:
  virtual ~JsonCells() = default;
  virtual bool cell(std::string_view key, std::size_t index, std::string_view text, bool is_string) = 0;
};

struct JsonLimits {
  std::size_t max_field_bytes = 0;  ///< longer cells are an error
};

/// Reads `value` whole. null is an empty cell, true and false those words; numbers keep the digits they were written
/// with, or enough to be the same number. Errors: invalid_data with line and byte.
Result<JsonShape> read_json_record(const ByteSource& source, const JsonScanner::Value& value, const JsonLimits& limits,
                                   JsonCells& cells);

}  // namespace outpost
