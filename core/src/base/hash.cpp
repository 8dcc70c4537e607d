#include "base/hash.hpp"

namespace outpost {
namespace {

std::string hex_of(const XXH128_hash_t& hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  std::string text;
  for (const unsigned char byte : canonical.digest) {
    text.push_back("0123456789abcdef"[byte >> 4]);
    text.push_back("0123456789abcdef"[byte & 15]);
  }
  return text;
}

}  // namespace

struct StreamHash::State {
  XXH3_state_t xxh;
};

std::string hash128_hex(std::span<const std::uint8_t> bytes) {
  return hex_of(XXH3_128bits(bytes.data(), bytes.size()));
}

StreamHash::StreamHash() : state_(std::make_unique<State>()) { XXH3_128bits_reset(&state_->xxh); }
StreamHash::~StreamHash() = default;
void StreamHash::add(const void* data, std::size_t size) { XXH3_128bits_update(&state_->xxh, data, size); }
std::string StreamHash::hex() const { return hex_of(XXH3_128bits_digest(&state_->xxh)); }

}  // namespace outpost
