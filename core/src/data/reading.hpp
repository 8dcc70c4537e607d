/// @file  What everything that reads all rows has in common: batches, progress, cancellation, names.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include <outpost/base/execution.hpp>
#include <outpost/base/result.hpp>
#include <outpost/data/record_reader.hpp>

namespace outpost {

/// Reports how far `source` has been read.
void report_position(const RunContext& context, const ByteSource& source);

/// Calls `work(batch)` for each batch to the end; `work` returns Result<void>. Errors: those of the reader and of
/// `work`; cancelled.
template <class Work>
Result<void> for_each_batch(RecordReader& reader, const RunContext& context, const Work& work) {
  RecordBatch batch;
  for (;;) {
    if (context.cancelled()) return fail(ErrorCode::cancelled, "Reading " + reader.source().name() + " was cancelled");
    OUTPOST_TRY_ASSIGN(const bool more, reader.next(batch));
    if (!more) return {};
    OUTPOST_TRY(work(batch));
    report_position(context, reader.source());
  }
}

std::optional<std::size_t> find_column(const RecordReader& reader, std::string_view name);

/// Sees to it that a column that a JSON input has somewhere is among the names: reads all rows once if it is not yet
/// (then rewinds). Of no effect for CSV.
Result<void> learn_name(RecordReader& reader, std::string_view name, const RunContext& context);

}  // namespace outpost
