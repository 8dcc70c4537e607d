#include "reading.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace outpost {

void report_position(const RunContext& context, const ByteSource& source) {
  std::uint64_t position = source.position();
  std::uint64_t size = source.size().value_or(0);
  // size_t has 32 bits in WebAssembly: halve both until they fit, the share stays the same.
  while (position > std::numeric_limits<std::size_t>::max() || size > std::numeric_limits<std::size_t>::max()) {
    position >>= 1;
    size >>= 1;
  }
  context.report(static_cast<std::size_t>(position), static_cast<std::size_t>(size));
}

std::optional<std::size_t> find_column(const RecordReader& reader, std::string_view name) {
  const auto& names = reader.names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

Result<void> learn_name(RecordReader& reader, std::string_view name, const RunContext& context) {
  if (reader.facts().format == DataFormat::csv || find_column(reader, name)) return {};
  OUTPOST_TRY(for_each_batch(reader, context, [](const RecordBatch&) -> Result<void> { return {}; }));
  return reader.rewind();
}

}  // namespace outpost
