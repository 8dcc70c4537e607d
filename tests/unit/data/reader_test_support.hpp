/// @file  Reads a whole text through open_records, in pieces of a chosen size.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <outpost/data/record_reader.hpp>

namespace outpost::test {

/// Gives at most `piece` bytes a call.
class PieceSource final : public ByteSource {
 public:
  PieceSource(std::string bytes, std::size_t piece, std::string name)
      : bytes_(std::move(bytes)), piece_(piece), name_(std::move(name)) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t count = std::min({buffer.size(), piece_, bytes_.size() - position_});
    if (count > 0) std::memcpy(buffer.data(), bytes_.data() + position_, count);
    position_ += count;
    return count;
  }
  Result<void> rewind() override {
    position_ = 0;
    return {};
  }
  const std::string& name() const override { return name_; }
  std::uint64_t position() const override { return position_; }
  std::optional<std::uint64_t> size() const override { return bytes_.size(); }

 private:
  std::string bytes_;
  std::size_t piece_;
  std::size_t position_ = 0;
  std::string name_;
};

/// Everything a reader gave.
struct Rows {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> cells;  ///< rows of earlier, narrower batches are filled up with ""
  std::vector<std::uint64_t> lines;
  ReadFacts facts;
  std::string error;  ///< message; empty = none
  std::string hint;
  ErrorCode code = ErrorCode::invalid_argument;

  void take_error(const Error& failure) {
    error = failure.message;
    hint = failure.hint;
    code = failure.code;
  }
};

inline Rows read_pass(RecordReader& reader) {
  Rows rows;
  RecordBatch batch;
  for (;;) {
    const auto more = reader.next(batch);
    if (!more) {
      rows.take_error(more.error());
      break;
    }
    if (!*more) break;
    if (batch.first_row != rows.cells.size()) rows.error = "first_row is wrong";
    for (std::size_t r = 0; r < batch.rows; ++r) {
      std::vector<std::string>& row = rows.cells.emplace_back();
      for (std::size_t c = 0; c < batch.columns; ++c) row.emplace_back(batch.cell(r, c));
      rows.lines.push_back(batch.lines[r]);
    }
  }
  rows.names = reader.names();
  for (auto& row : rows.cells) row.resize(rows.names.size());
  rows.facts = reader.facts();
  return rows;
}

inline Rows read_all(std::string text, const ReaderOptions& options = {}, std::size_t piece = 1 << 20,
                     std::string name = "input") {
  auto reader = open_records(std::make_unique<PieceSource>(std::move(text), piece, std::move(name)), options);
  if (!reader) {
    Rows rows;
    rows.take_error(reader.error());
    return rows;
  }
  return read_pass(**reader);
}

using Cells = std::vector<std::vector<std::string>>;
using Names = std::vector<std::string>;

}  // namespace outpost::test
