/// @file  What the fuzz targets share: a check that ends the program, and reading a text in pieces of odd sizes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <outpost/base/random.hpp>
#include <outpost/data/record_reader.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// What must hold for every input.
#define FUZZ_CHECK(condition)                                                             \
  do {                                                                                    \
    if (!(condition)) {                                                                   \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                       \
    }                                                                                     \
  } while (false)

namespace outpost::fuzz {

/// A number from the input, for choices: so that a corpus stays plain text.
inline std::uint64_t digest(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash;
}

/// Gives 1 to `largest` bytes a call, by chance.
class PieceSource final : public ByteSource {
 public:
  PieceSource(std::string_view bytes, std::uint64_t seed, std::size_t largest)
      : bytes_(bytes), seed_(seed), largest_(largest), random_(seed) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t piece = 1 + random_.uniform_index(largest_);
    const std::size_t count = std::min({buffer.size(), piece, bytes_.size() - position_});
    if (count > 0) std::memcpy(buffer.data(), bytes_.data() + position_, count);
    position_ += count;
    return count;
  }
  Result<void> rewind() override {
    position_ = 0;
    random_ = Random(++seed_);  // other pieces in each pass
    return {};
  }
  const std::string& name() const override { return name_; }
  std::uint64_t position() const override { return position_; }
  std::optional<std::uint64_t> size() const override { return bytes_.size(); }

 private:
  std::string_view bytes_;
  std::size_t position_ = 0;
  std::uint64_t seed_;
  std::size_t largest_;
  Random random_;
  std::string name_ = "input";
};

/// Everything a reader gave in one pass.
struct Pass {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> cells;
  std::vector<std::uint64_t> lines;
  std::string error;  ///< empty: read to the end

  bool operator==(const Pass&) const = default;
};

inline Pass read_pass(RecordReader& reader) {
  Pass pass;
  RecordBatch batch;
  for (;;) {
    const auto more = reader.next(batch);
    if (!more) {
      FUZZ_CHECK(!more.error().message.empty());
      pass.error = more.error().message;
      break;
    }
    if (!*more) break;
    FUZZ_CHECK(batch.rows > 0 && batch.cells.size() == batch.rows * batch.columns);
    FUZZ_CHECK(batch.lines.size() == batch.rows && batch.first_row == pass.cells.size());
    FUZZ_CHECK(batch.columns == reader.names().size());
    for (std::size_t r = 0; r < batch.rows; ++r) {
      auto& row = pass.cells.emplace_back();
      for (std::size_t c = 0; c < batch.columns; ++c) row.emplace_back(batch.cell(r, c));
      pass.lines.push_back(batch.lines[r]);
    }
  }
  pass.names = reader.names();
  // Rows before a new JSON column have no cell for it.
  for (auto& row : pass.cells) row.resize(pass.names.size());
  if (pass.error.empty()) FUZZ_CHECK(reader.facts().rows == pass.cells.size());
  return pass;
}

/// Opens and reads; a failure to open is in `error`.
inline Pass read_all(std::unique_ptr<ByteSource> source, const ReaderOptions& options) {
  auto reader = open_records(std::move(source), options);
  if (reader) {
    Pass first = read_pass(**reader);
    FUZZ_CHECK((*reader)->rewind().has_value());
    FUZZ_CHECK(read_pass(**reader) == first);
    return first;
  }
  FUZZ_CHECK(!reader.error().message.empty());
  Pass pass;
  pass.error = reader.error().message;
  return pass;
}

}  // namespace outpost::fuzz
