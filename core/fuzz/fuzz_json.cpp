// JSON and NDJSON: in pieces as in one, a second pass as the first, and nothing is taken that is no JSON.
#include <nlohmann/json.hpp>

#include "fuzz_support.hpp"

namespace outpost::fuzz {
namespace {

/// What nlohmann_json makes of the whole text, against what the reader took.
void against_parser(std::string_view text, const Pass& pass) {
  const nlohmann::json value = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  if (value.is_discarded()) {
    // nlohmann_json takes a NUL byte for the end of the input; the reader takes it for an error.
    FUZZ_CHECK(!pass.error.empty() || text.find('\0') != std::string_view::npos);
    return;
  }
  if (!pass.error.empty() || !value.is_array()) return;
  const bool header = value[0].is_array() && pass.cells.size() + 1 == value.size();
  FUZZ_CHECK(header || pass.cells.size() == value.size());
  for (std::size_t r = 0; r < pass.cells.size(); ++r) {
    const nlohmann::json& record = value[r + (header ? 1 : 0)];
    if (!record.is_object()) continue;
    for (std::size_t c = 0; c < pass.names.size(); ++c) {
      const auto member = record.find(pass.names[c]);
      if (member == record.end() || pass.names[c].find('.') != std::string::npos) continue;
      if (member->is_string()) FUZZ_CHECK(pass.cells[r][c] == member->get<std::string>());
      if (member->is_number_float())
        FUZZ_CHECK(std::strtod(pass.cells[r][c].c_str(), nullptr) == member->get<double>());
      if (member->is_array()) FUZZ_CHECK(nlohmann::json::parse(pass.cells[r][c], nullptr, false) == *member);
    }
  }
}

}  // namespace
}  // namespace outpost::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace outpost;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::uint64_t seed = fuzz::digest(text);
  for (const DataFormat format : {DataFormat::json, DataFormat::ndjson}) {
    ReaderOptions options;
    options.format = format;
    if ((seed >> 40U & 1U) != 0) options.ragged = RaggedRows::fill;
    if ((seed >> 41U & 7U) == 0) options.max_columns = 4;
    const fuzz::Pass whole = fuzz::read_all(make_memory_source(text), options);
    const fuzz::Pass pieces = fuzz::read_all(std::make_unique<fuzz::PieceSource>(text, seed, 1 + seed % 40), options);
    FUZZ_CHECK(pieces == whole);
    if (format == DataFormat::json) fuzz::against_parser(text, whole);
  }
  return 0;
}
