/// @file  A RecordReader over cells in memory that serves batches of any size.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <outpost/base/execution.hpp>
#include <outpost/data/record_reader.hpp>

namespace outpost::test {

using Rows = std::vector<std::vector<std::string>>;

class FakeReader final : public RecordReader {
 public:
  FakeReader(std::vector<std::string> names, Rows rows, std::size_t batch_rows = 7, char delimiter = ',')
      : all_names_(std::move(names)), rows_(std::move(rows)), batch_rows_(batch_rows) {
    facts_.delimiter = delimiter;
    names_ = all_names_;
  }

  /// As a JSON reader does: a column is known once a row has had it, and rows may be shorter than the list of names.
  static FakeReader growing(std::vector<std::string> names, Rows rows, std::size_t batch_rows) {
    FakeReader reader(std::move(names), std::move(rows), batch_rows);
    reader.facts_.format = DataFormat::ndjson;
    reader.names_.clear();
    return reader;
  }

  /// One column.
  static FakeReader column(const std::vector<std::string>& cells, std::size_t batch_rows = 7, char delimiter = ',') {
    Rows rows;
    for (const std::string& cell : cells) rows.push_back({cell});
    return FakeReader({"x"}, std::move(rows), batch_rows, delimiter);
  }

  const std::vector<std::string>& names() const override { return names_; }
  Result<bool> next(RecordBatch& batch) override {
    ++next_calls;
    if (next_calls == fail_at) return fail(ErrorCode::io_error, "the disk is gone");
    if (row_ >= rows_.size()) {
      facts_.rows = rows_.size();
      return false;
    }
    const std::size_t count = std::min(batch_rows_, rows_.size() - row_);
    for (std::size_t r = row_; r < row_ + count; ++r) {
      while (names_.size() < rows_[r].size()) names_.push_back(all_names_[names_.size()]);
    }
    batch.rows = count;
    batch.columns = names_.size();
    batch.first_row = row_;
    batch.cells.clear();
    batch.lines.clear();
    for (std::size_t r = row_; r < row_ + count; ++r) {
      for (std::size_t c = 0; c < batch.columns; ++c) {
        batch.cells.push_back(c < rows_[r].size() ? std::string_view(rows_[r][c]) : std::string_view());
      }
      batch.lines.push_back(r + 2);  // a header is line 1
    }
    row_ += count;
    return true;
  }
  Result<void> rewind() override {
    row_ = 0;
    ++rewinds;
    return {};
  }
  const ReadFacts& facts() const override { return facts_; }
  const ByteSource& source() const override { return *source_; }

  ReadFacts& mutable_facts() { return facts_; }

  std::size_t next_calls = 0;
  std::size_t fail_at = 0;  ///< the call of next() that fails; 0 = none
  std::size_t rewinds = 0;

 private:
  std::vector<std::string> all_names_;
  std::vector<std::string> names_;
  Rows rows_;
  std::size_t batch_rows_;
  std::size_t row_ = 0;
  ReadFacts facts_;
  std::unique_ptr<ByteSource> source_ = make_memory_source("", "fake.csv");
};

/// Cancels at once.
class Cancelled final : public Cancellation {
 public:
  bool requested() const override { return true; }
};

}  // namespace outpost::test
