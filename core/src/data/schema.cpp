#include <outpost/data/schema.hpp>

#include <array>

namespace outpost {

std::string_view to_string(ColumnType type) {
  switch (type) {
    case ColumnType::numeric: return "numeric";
    case ColumnType::categorical: return "categorical";
    case ColumnType::boolean: return "boolean";
    case ColumnType::timestamp: return "timestamp";
    case ColumnType::text: return "text";
  }
  return "unknown";
}

std::optional<ColumnType> column_type_from(std::string_view name) {
  constexpr std::array kTypes = {ColumnType::numeric, ColumnType::categorical, ColumnType::boolean,
                                 ColumnType::timestamp, ColumnType::text};
  for (const ColumnType type : kTypes) {
    if (to_string(type) == name) return type;
  }
  return std::nullopt;
}

std::optional<std::size_t> Schema::find(std::string_view name) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return i;
  }
  return std::nullopt;
}

}  // namespace outpost
