/// @file  From cells to float32 rows: FeatureEncoder and encode_table.
#include <algorithm>
#include <limits>
#include <utility>

#include <outpost/data/features.hpp>

#include "category_index.hpp"
#include "cells.hpp"
#include "messages.hpp"
#include "name_index.hpp"
#include "reading.hpp"

namespace outpost {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t kBlockRows = 256;  // columns of a block are encoded while its cells are in the cache

std::string lower_case(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

std::optional<bool> parse_label(std::string_view cell) {
  if (cell == "0") return false;
  if (cell == "1") return true;
  if (const auto truth = read_boolean(cell)) return truth;
  const std::string word = lower_case(cell);
  if (word == "normal" || word == "inlier" || word == "benign") return false;
  if (word == "anomaly" || word == "outlier" || word == "malicious") return true;
  return std::nullopt;
}

}  // namespace

Result<FeatureEncoder> FeatureEncoder::create(const FeatureSet& set, const std::vector<std::string>& names) {
  FeatureEncoder encoder;
  encoder.set_ = set;
  std::vector<std::string_view> missing;
  const NameIndex index(names);
  for (const Feature& feature : set.features) {
    const auto found = index.find(feature.column);
    if (!found) {
      if (missing.empty() || missing.back() != feature.column) missing.push_back(feature.column);
      continue;
    }
    Slot slot;
    slot.column = *found;
    if (feature.kind == FeatureKind::category_code) slot.places = index_categories(feature.categories);
    encoder.slots_.push_back(std::move(slot));
  }
  if (!missing.empty()) {
    std::string list;
    constexpr std::size_t kShown = 10;
    for (std::size_t i = 0; i < missing.size() && i < kShown; ++i) {
      list += (i > 0 ? ", '" : "'") + std::string(missing[i]) + "'";
    }
    if (missing.size() > kShown) list += " and " + counted(missing.size() - kShown, "other", "others");
    const std::vector<std::string_view> known(names.begin(), names.end());
    return fail(ErrorCode::schema_mismatch,
                "The data lack " + std::string(missing.size() == 1 ? "column " : "columns ") + list,
                unknown_name_hint(missing.front(), known));
  }
  return encoder;
}

void FeatureEncoder::encode(const RecordBatch& batch, std::vector<float>& out) {
  const std::size_t width = slots_.size();
  const std::size_t start = out.size();
  out.resize(start + batch.rows * width);
  for (std::size_t first = 0; first < batch.rows; first += kBlockRows) {
    const std::size_t count = std::min(kBlockRows, batch.rows - first);
    for (std::size_t f = 0; f < width; ++f) {
      const Slot& slot = slots_[f];
      float* target = out.data() + start + first * width + f;
      if (slot.column >= batch.columns) {
        for (std::size_t i = 0; i < count; ++i) target[i * width] = kNaN;
        continue;
      }
      const std::string_view* cell = batch.cells.data() + first * batch.columns + slot.column;
      encode_column(cell, batch.columns, count, f, target);
    }
  }
}

void FeatureEncoder::encode_column(const std::string_view* cells, std::size_t cell_stride, std::size_t count,
                                   std::size_t feature, float* out) {
  const std::size_t width = slots_.size();
  const Feature& spec = set_.features[feature];
  // A timestamp may give three features: its unreadable cells count once.
  const bool counts = feature == 0 || set_.features[feature - 1].column != spec.column;
  const auto note_unreadable = [&](std::string_view cell) {
    if (counts && !is_missing(cell)) ++unreadable_;
  };
  switch (spec.kind) {
    case FeatureKind::number:
      for (std::size_t i = 0; i < count; ++i, cells += cell_stride, out += width) {
        if (const auto value = parse_number(*cells, spec.decimal)) {
          *out = to_float32(*value);
        } else {
          *out = kNaN;
          note_unreadable(*cells);
        }
      }
      break;
    case FeatureKind::boolean:
      for (std::size_t i = 0; i < count; ++i, cells += cell_stride, out += width) {
        const auto value = read_boolean(*cells);
        *out = value ? (*value ? 1.0F : 0.0F) : kNaN;
        if (!value) note_unreadable(*cells);
      }
      break;
    case FeatureKind::category_code:
      for (std::size_t i = 0; i < count; ++i, cells += cell_stride, out += width) {
        *out = is_missing(*cells) ? kNaN : category_code(*cells, feature);
      }
      break;
    case FeatureKind::hour:
    case FeatureKind::weekday:
    case FeatureKind::gap:
      for (std::size_t i = 0; i < count; ++i, cells += cell_stride, out += width) {
        const auto ms = parse_timestamp(*cells);
        *out = time_part(ms, feature);
        if (!ms) note_unreadable(*cells);
      }
      break;
  }
}

float FeatureEncoder::time_part(std::optional<std::int64_t> ms, std::size_t feature) {
  if (!ms) return kNaN;
  const FeatureKind kind = set_.features[feature].kind;
  if (kind == FeatureKind::hour) return static_cast<float>(static_cast<double>(time_of_day(*ms)) / 3'600'000.0);
  if (kind == FeatureKind::weekday) return static_cast<float>(weekday_of(*ms));
  const std::optional<std::int64_t> previous = std::exchange(slots_[feature].previous_ms, ms);
  return previous ? static_cast<float>(static_cast<double>(*ms - *previous) / 1000.0) : kNaN;
}

float FeatureEncoder::category_code(std::string_view cell, std::size_t feature) {
  const std::int32_t code = find_category(slots_[feature].places, set_.features[feature].categories, cell);
  if (code >= 0) return static_cast<float>(code);
  ++unseen_;
  return kNaN;
}

namespace {

/// An encoder for the columns of `reader`, and the place of the label among them.
Result<FeatureEncoder> open_encoder(RecordReader& reader, const FeatureSet& set,
                                    const std::optional<std::string>& label, std::size_t& label_column,
                                    const RunContext& context) {
  const auto unknown = [known = NameIndex(reader.names())](const Feature& f) { return !known.contains(f.column); };
  const auto first_unknown = std::find_if(set.features.begin(), set.features.end(), unknown);
  if (first_unknown != set.features.end()) OUTPOST_TRY(learn_name(reader, first_unknown->column, context));
  OUTPOST_TRY_ASSIGN(FeatureEncoder encoder, FeatureEncoder::create(set, reader.names()));
  if (label) {
    OUTPOST_TRY(learn_name(reader, *label, context));
    const auto column = find_column(reader, *label);
    if (!column) {
      const std::vector<std::string_view> known(reader.names().begin(), reader.names().end());
      return fail(ErrorCode::not_found, "There is no label column '" + *label + "' in " + reader.source().name(),
                  unknown_name_hint(*label, known));
    }
    label_column = *column;
  }
  return encoder;
}

Result<void> read_labels(const RecordBatch& batch, std::size_t column, const std::string& name,
                         const RecordReader& reader, std::vector<std::uint8_t>& labels) {
  for (std::size_t r = 0; r < batch.rows; ++r) {
    const std::string_view cell = column < batch.columns ? batch.cell(r, column) : std::string_view();
    const auto value = parse_label(cell);
    if (!value) {
      return fail(ErrorCode::invalid_data,
                  reader.source().name() + ", line " + std::to_string(batch.lines[r]) + ": the label '" + name +
                      "' is " + (is_missing(cell) ? "missing" : quoted_cell(cell)),
                  "A label is 1 for an anomaly and 0 for a normal row, or one of true/false, yes/no, "
                  "anomaly/normal, outlier/inlier, malicious/benign.");
    }
    labels.push_back(*value ? 1 : 0);
  }
  return {};
}

/// Rows to reserve memory for: what is expected, unless that is beyond reason.
std::size_t rows_to_reserve(std::uint64_t expected, std::size_t width) {
  constexpr std::uint64_t kMost = sizeof(std::size_t) > 4 ? std::uint64_t{1} << 32 : std::uint64_t{1} << 28;
  const std::uint64_t floats = std::min(expected, kMost) * std::max<std::uint64_t>(1, width);
  return floats <= kMost ? static_cast<std::size_t>(std::min(expected, kMost)) : 0;
}

}  // namespace

Result<EncodedTable> encode_table(RecordReader& reader, const FeatureSet& set, const std::optional<std::string>& label,
                                  std::uint64_t expected_rows, const RunContext& context) {
  OUTPOST_TRY(reader.rewind());
  std::size_t label_column = 0;
  OUTPOST_TRY_ASSIGN(FeatureEncoder encoder, open_encoder(reader, set, label, label_column, context));
  const std::size_t width = set.size();
  EncodedTable table;
  std::vector<float> values;
  const std::size_t reserved = rows_to_reserve(expected_rows, width);
  values.reserve(reserved * width);
  if (label) table.labels.reserve(reserved);

  std::size_t rows = 0;
  const auto append_batch = [&](const RecordBatch& batch) -> Result<void> {
    const std::uint64_t needed = (static_cast<std::uint64_t>(rows) + batch.rows) * std::max<std::uint64_t>(1, width);
    if (needed > values.max_size() / 2) {
      return fail(ErrorCode::out_of_memory,
                  reader.source().name() + " has more than " + counted(rows, "row", "rows") + " of " +
                      counted(width, "feature", "features") + ": too many to hold",
                  "Use fewer rows or columns.");
    }
    encoder.encode(batch, values);
    if (label) OUTPOST_TRY(read_labels(batch, label_column, *label, reader, table.labels));
    rows += batch.rows;
    return {};
  };
  OUTPOST_TRY(for_each_batch(reader, context, append_batch));
  OUTPOST_TRY(reader.rewind());
  table.features = Matrix(std::move(values), rows, width);
  table.unreadable_cells = encoder.unreadable_cells();
  table.unseen_categories = encoder.unseen_categories();
  return table;
}

}  // namespace outpost
