/// @file  A small file, read whole: models, configuration.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <outpost/base/result.hpp>

namespace outpost::host {

/// Every byte of the file (gzip is not unpacked). Errors: not_found, io_error (a directory, no permission),
/// out_of_memory when there are more than `max_bytes`.
Result<std::vector<std::uint8_t>> read_whole_file(const std::string& path, std::size_t max_bytes);

}  // namespace outpost::host
