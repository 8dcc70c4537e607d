// CSV: in pieces as in one, a second pass as the first, and as a plain parser of RFC 4180 reads it.
#include "fuzz_support.hpp"
#include "reference_csv.hpp"

namespace outpost::fuzz {
namespace {

/// `delimiter` 0 = sniffed: then a table may be refused that is well formed with commas, as no guess is always right.
void against_reference(std::string_view text, char delimiter) {
  ReaderOptions options;
  options.delimiter = delimiter;
  options.format = DataFormat::csv;
  options.header = false;
  auto reader = open_records(make_memory_source(text), options);
  if (!reader) {
    if (delimiter == 0) return;
    const auto rows = reference_csv(text, delimiter);
    // A well-formed table is refused only for being empty or for starting like another kind of file.
    FUZZ_CHECK(!rows || rows->empty() || text.substr(0, 2) == "PK" || text.substr(0, 4) == "PAR1");
    return;
  }
  const auto rows = reference_csv(text, (*reader)->facts().delimiter);
  if (!rows) return;
  const Pass pass = read_pass(**reader);
  FUZZ_CHECK(pass.error.empty());
  FUZZ_CHECK(pass.cells == *rows);
}

void pieces_against_whole(std::string_view text, const ReaderOptions& options) {
  const std::uint64_t seed = digest(text);
  const Pass whole = read_all(make_memory_source(text), options);
  const Pass pieces = read_all(std::make_unique<PieceSource>(text, seed, 1 + seed % 40), options);
  FUZZ_CHECK(pieces == whole);
}

}  // namespace
}  // namespace outpost::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace outpost;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char delimiter : {'\0', ',', ';'}) fuzz::against_reference(text, delimiter);
  ReaderOptions options;
  options.format = DataFormat::csv;
  const std::uint64_t choice = fuzz::digest(text) >> 32U;
  if ((choice & 1U) != 0) options.ragged = RaggedRows::fill;
  if ((choice & 2U) != 0) options.max_field_bytes = 20;
  if ((choice & 4U) != 0) options.max_columns = 5;
  fuzz::pieces_against_whole(text, options);
  return 0;
}
