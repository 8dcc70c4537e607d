#include <outpost/host/whole_file.hpp>

#include <algorithm>

#include "posix.hpp"

namespace outpost::host {

Result<std::vector<std::uint8_t>> read_whole_file(const std::string& path, std::size_t max_bytes) {
  OUTPOST_TRY_ASSIGN(const Descriptor descriptor, open_for_reading(path));
  std::vector<std::uint8_t> bytes;
  std::size_t used = 0;
  for (;;) {
    // One byte beyond the limit is asked for, so that a file of exactly max_bytes is seen to end.
    if (used == bytes.size()) bytes.resize(std::min(max_bytes, std::max<std::size_t>(bytes.size() * 2, 64 << 10)) + 1);
    const std::span<char> free(reinterpret_cast<char*>(bytes.data()) + used, bytes.size() - used);
    OUTPOST_TRY_ASSIGN(const std::size_t count, read_some(descriptor.get(), free, path));
    if (count == 0) break;
    used += count;
    if (used > max_bytes) {
      return fail(ErrorCode::out_of_memory, path + " has more than " + std::to_string(max_bytes) + " bytes",
                  "check that this is the file you meant");
    }
  }
  bytes.resize(used);
  return bytes;
}

}  // namespace outpost::host
