/// @file  Hashes of bytes (XXH3): 64 bits for tables in memory, 128 bits for what is kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace outpost {

/// Inlined, so that short cells cost a few nanoseconds.
inline std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

/// 128 bits as 32 hexadecimal digits (canonical, most significant first). Tells accidents apart, not attackers.
std::string hash128_hex(std::span<const std::uint8_t> bytes);

/// The same over pieces.
class StreamHash {
 public:
  StreamHash();
  ~StreamHash();
  StreamHash(const StreamHash&) = delete;
  StreamHash& operator=(const StreamHash&) = delete;
  void add(const void* data, std::size_t size);
  std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace outpost
