/// @file  Which columns a detector sees, and how: the one place where that is decided.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <outpost/base/execution.hpp>
#include <outpost/base/matrix.hpp>
#include <outpost/base/result.hpp>
#include <outpost/data/record_reader.hpp>
#include <outpost/data/scan.hpp>
#include <outpost/data/schema.hpp>

namespace outpost {

/// How a column's cell becomes a float.
enum class FeatureKind : std::uint8_t {
  number,         ///< the number; NaN when missing
  boolean,        ///< 0 or 1
  category_code,  ///< place in the schema's sorted categories; unseen = NaN. Encoded inside the pipeline
  hour,           ///< 0..24, of a timestamp, fraction of the hour kept
  weekday,        ///< 0 = Monday .. 6
  gap,            ///< seconds since the row before; NaN for the first row
};
std::string_view to_string(FeatureKind kind);

struct Feature {
  std::string name;    ///< column name, with .hour, .weekday or .gap for parts of a timestamp
  std::string column;  ///< where it comes from
  FeatureKind kind = FeatureKind::number;
  std::vector<std::string> categories;  ///< category_code only
  char decimal = '.';
};

/// The features of a model, in order. The index of a feature is its column in every MatrixView.
struct FeatureSet {
  std::vector<Feature> features;
  std::size_t size() const { return features.size(); }
};

struct LeftOutColumn {
  std::string column;
  std::string reason;  ///< "constant", "identifier: all values differ", "free text", "excluded", ...
};

struct FeaturePlan {
  FeatureSet set;
  std::vector<LeftOutColumn> left_out;
};

struct FeatureOptions {
  std::vector<std::string> include;  ///< only these columns (empty = all); overrides the rules below
  std::vector<std::string> exclude;
  std::optional<std::string> label;  ///< never a feature
};

/// Rules. The label is never a feature, an excluded column neither. Left out, each with its reason, are columns
/// - all missing, or constant (also: constant once clipped to +-1e18 and rounded to float32);
/// - of text: all different and short = identifier, else free text;
/// - that are identifiers, looked for in tables of 20 rows and more: categories that all differ; whole numbers that
///   all differ and (a) ascend at steady steps: at least three quarters of the steps are from half to twice the
///   median step (row numbers, epoch times; not counters whose steps vary a lot), or (b) have a name that says so
///   (id, uuid, guid, key, index, idx, seq, serial, row, or one of these as its last word); numbers that never
///   decrease under a name that says time (time, timestamp, epoch, ts, date, datetime as last word). Numbers with
///   fractions are never identifiers, only times by name.
/// Nearly constant columns stay. A timestamp gives hour where the time of day varies and the rows span an hour or
/// more, weekday where it varies and they span two days or more, gap where rows are in time order and steps vary.
/// A column named in `include` passes these rules: text becomes a category code if the schema has its categories.
/// Errors: not_found for a name that does not exist (the nearest name is suggested); invalid_argument for included
/// text without categories; not_enough_data when no feature is left.
Result<FeaturePlan> plan_features(const Schema& schema, const std::vector<ColumnProfile>& profiles,
                                  const FeatureOptions& options);

/// Turns batches into rows of float32. Keeps the previous timestamp for gaps: feed batches in order. Numbers beyond
/// float32, infinity included, become its largest value with their sign; what cannot be read is NaN.
class FeatureEncoder {
 public:
  /// Finds each feature's column among `names`. Errors: schema_mismatch naming the missing columns.
  static Result<FeatureEncoder> create(const FeatureSet& set, const std::vector<std::string>& names);

  /// Appends batch.rows x set.size() values to `out`. A column that the batch does not have yet is missing.
  void encode(const RecordBatch& batch, std::vector<float>& out);
  std::uint64_t unreadable_cells() const { return unreadable_; }  ///< not missing, not of the type: read as NaN
  std::uint64_t unseen_categories() const { return unseen_; }

 private:
  FeatureEncoder() = default;
  struct Slot {
    std::size_t column = 0;
    std::vector<std::uint32_t> places;  ///< category_code: hash table of code + 1, 0 = empty
    std::optional<std::int64_t> previous_ms;
  };
  // One feature of `count` rows: cells are `cell_stride` apart, floats as many as there are features.
  void encode_column(const std::string_view* cells, std::size_t cell_stride, std::size_t count, std::size_t feature,
                     float* out);
  float time_part(std::optional<std::int64_t> ms, std::size_t feature);
  float category_code(std::string_view cell, std::size_t feature);

  FeatureSet set_;
  std::vector<Slot> slots_;
  std::uint64_t unreadable_ = 0;
  std::uint64_t unseen_ = 0;
};

/// Every row as one matrix, and the labels.
struct EncodedTable {
  Matrix features;
  std::vector<std::uint8_t> labels;  ///< empty without `label`
  std::uint64_t unreadable_cells = 0;
  std::uint64_t unseen_categories = 0;
};

/// Reads every row into one matrix; rewinds before and after. With `label`, also reads that column as 0/1
/// (0/1, true/false, yes/no, normal/anomaly, inlier/outlier, benign/malicious, in any case). `expected_rows` is what
/// memory is reserved for, so that it is taken once. Errors: those of the reader; schema_mismatch for missing columns;
/// not_found for a missing label column (with the nearest name); invalid_data for a label that is missing or another
/// word, with its line; out_of_memory for more cells than the address space holds; cancelled.
Result<EncodedTable> encode_table(RecordReader& reader, const FeatureSet& set, const std::optional<std::string>& label,
                                  std::uint64_t expected_rows, const RunContext& context);

}  // namespace outpost
