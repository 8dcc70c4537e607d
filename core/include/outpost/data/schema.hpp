/// @file  Schema: the columns of a table, their types, and the sorted categories.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outpost {

enum class ColumnType : std::uint8_t { numeric, categorical, boolean, timestamp, text };

/// "numeric", "categorical", ...
std::string_view to_string(ColumnType type);
std::optional<ColumnType> column_type_from(std::string_view name);

struct ColumnSchema {
  std::string name;
  ColumnType type = ColumnType::numeric;
  std::vector<std::string> categories;  ///< sorted by bytes; a cell's code is its place here.
                                        ///< Categorical; also text where there are few enough
  char decimal = '.';                   ///< numeric only: '.' or ','
};

struct Schema {
  std::vector<ColumnSchema> columns;
  /// Index of the column of that name.
  std::optional<std::size_t> find(std::string_view name) const;
};

}  // namespace outpost
