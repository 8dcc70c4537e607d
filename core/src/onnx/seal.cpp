#include <algorithm>

#include <outpost/onnx/graph_writer.hpp>

#include "base/hash.hpp"
#include "onnx/fields.hpp"
#include "onnx/wire.hpp"

namespace outpost::onnx {
namespace {

std::string checksum_entry(std::span<const std::uint8_t> file) {
  std::string entry, field;
  append_text(entry, field::entry::key, "outpost.checksum");
  append_text(entry, field::entry::value, hash128_hex(file));
  append_text(field, field::model::metadata_props, entry);
  return field;
}

}  // namespace

void seal(std::vector<std::uint8_t>& file) {
  const std::string entry = checksum_entry(file);
  file.insert(file.end(), entry.begin(), entry.end());
}

bool is_sealed(std::span<const std::uint8_t> file) {
  static const std::size_t entry_bytes = checksum_entry({}).size();
  if (file.size() < entry_bytes) return false;
  const std::string entry = checksum_entry(file.first(file.size() - entry_bytes));
  return std::equal(entry.begin(), entry.end(), file.end() - static_cast<std::ptrdiff_t>(entry_bytes),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

}  // namespace outpost::onnx
