#include <outpost/data/table.hpp>

#include <algorithm>
#include <cmath>

#include <outpost/data/parse.hpp>

#include "category_index.hpp"
#include "cells.hpp"
#include "messages.hpp"
#include "name_index.hpp"
#include "reading.hpp"

namespace outpost {
namespace {

/// Sorted `values` at `percent` %, linear between neighbours; the place is found in whole numbers, without rounding.
double quantile(const std::vector<double>& values, int percent) {
  const std::uint64_t scaled = static_cast<std::uint64_t>(values.size() - 1) * static_cast<std::uint64_t>(percent);
  const auto below = static_cast<std::size_t>(scaled / 100);
  const double share = static_cast<double>(scaled % 100) / 100.0;
  const double low = values[below];
  if (share == 0) return low;
  const double high = values[below + 1];
  const double step = high - low;
  if (std::isfinite(step)) return low + step * share;
  return low * (1 - share) + high * share;
}

void reserve(TableColumn& column, std::size_t rows) {
  switch (column.schema.type) {
    case ColumnType::numeric: column.numbers.reserve(rows); return;
    case ColumnType::boolean: column.booleans.reserve(rows); return;
    case ColumnType::timestamp: column.timestamps.reserve(rows); return;
    case ColumnType::categorical: column.codes.reserve(rows); return;
    case ColumnType::text: return;
  }
}

/// A column of the table and where its cells come from.
struct Source {
  std::size_t column = 0;
  std::vector<std::uint32_t> places;  // categorical only
};

void append(std::string_view cell, const Source& source, TableColumn& column) {
  bool read = true;
  switch (column.schema.type) {
    case ColumnType::numeric: {
      const auto value = parse_number(cell, column.schema.decimal);
      column.numbers.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
      read = value.has_value();
      break;
    }
    case ColumnType::boolean: {
      const auto value = read_boolean(cell);
      column.booleans.push_back(value ? static_cast<std::int8_t>(*value ? 1 : 0) : kMissingBoolean);
      read = value.has_value();
      break;
    }
    case ColumnType::timestamp: {
      const auto value = parse_timestamp(cell);
      column.timestamps.push_back(value.value_or(kMissingTimestamp));
      read = value.has_value();
      break;
    }
    case ColumnType::categorical: {
      const std::int32_t code =
          is_missing(cell) ? kMissingCode : find_category(source.places, column.schema.categories, cell);
      column.codes.push_back(code);
      read = code != kMissingCode;
      break;
    }
    case ColumnType::text: column.texts.push_back(is_missing(cell) ? std::string_view() : cell); break;
  }
  if (!read && !is_missing(cell)) ++column.unreadable;
}

Result<std::vector<Source>> find_sources(RecordReader& reader, const Schema& schema, const RunContext& context) {
  std::vector<Source> sources;
  sources.reserve(schema.columns.size());
  NameIndex index(reader.names());
  for (const ColumnSchema& column : schema.columns) {
    auto place = index.find(column.name);
    if (!place) {
      OUTPOST_TRY(learn_name(reader, column.name, context));
      index = NameIndex(reader.names());
      place = index.find(column.name);
    }
    if (!place) {
      const std::vector<std::string_view> known(reader.names().begin(), reader.names().end());
      return fail(ErrorCode::schema_mismatch, reader.source().name() + " has no column '" + column.name + "'",
                  unknown_name_hint(column.name, known));
    }
    Source source;
    source.column = *place;
    if (column.type == ColumnType::categorical) source.places = index_categories(column.categories);
    sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace

std::size_t Table::memory_bytes() const {
  std::size_t bytes = 0;
  for (const TableColumn& column : columns) {
    bytes += column.numbers.capacity() * sizeof(double) + column.booleans.capacity() +
             column.timestamps.capacity() * sizeof(std::int64_t) + column.codes.capacity() * sizeof(std::int32_t) +
             column.texts.memory_bytes();
  }
  return bytes;
}

Result<Table> read_table(RecordReader& reader, const Schema& schema, const RunContext& context) {
  OUTPOST_TRY(reader.rewind());
  OUTPOST_TRY_ASSIGN(const std::vector<Source> sources, find_sources(reader, schema, context));
  Table table;
  table.columns.resize(schema.columns.size());
  for (std::size_t c = 0; c < schema.columns.size(); ++c) {
    table.columns[c].schema = schema.columns[c];
    reserve(table.columns[c], static_cast<std::size_t>(std::min<std::uint64_t>(reader.facts().rows, 1U << 24)));
  }
  OUTPOST_TRY(for_each_batch(reader, context, [&](const RecordBatch& batch) -> Result<void> {
    for (std::size_t c = 0; c < sources.size(); ++c) {
      const std::size_t from = sources[c].column;
      for (std::size_t r = 0; r < batch.rows; ++r) {
        append(from < batch.columns ? batch.cell(r, from) : std::string_view(), sources[c], table.columns[c]);
      }
    }
    table.rows += batch.rows;
    return {};
  }));
  OUTPOST_TRY(reader.rewind());
  return table;
}

void profile_quantiles(const Table& table, std::vector<ColumnProfile>& profiles) {
  std::vector<double> values;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const TableColumn& column = table.columns[c];
    values.clear();
    for (const double value : column.numbers) {
      if (std::isfinite(value)) values.push_back(value);
    }
    for (const std::int64_t ms : column.timestamps) {
      if (ms != kMissingTimestamp) values.push_back(static_cast<double>(ms));
    }
    profiles[c].quantiles.clear();
    if (values.empty()) continue;
    std::sort(values.begin(), values.end());
    for (const int percent : kQuantilePercents) profiles[c].quantiles.push_back(quantile(values, percent));
  }
}

std::vector<std::pair<std::string, std::uint64_t>> top_values(const TableColumn& column, std::size_t count) {
  std::vector<std::pair<std::string, std::uint64_t>> values;
  if (column.schema.type == ColumnType::boolean) {
    values = {{"false", 0}, {"true", 0}};
    for (const std::int8_t value : column.booleans) {
      if (value != kMissingBoolean) ++values[static_cast<std::size_t>(value)].second;
    }
  } else {
    for (const std::string& category : column.schema.categories) values.emplace_back(category, 0);
    for (const std::int32_t code : column.codes) {
      if (code != kMissingCode) ++values[static_cast<std::size_t>(code)].second;
    }
  }
  std::stable_sort(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  while (!values.empty() && (values.size() > count || values.back().second == 0)) values.pop_back();
  return values;
}

}  // namespace outpost
