/// @file  ByteSource over files, pipes and standard input; gzip is recognised by its first bytes.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <outpost/base/execution.hpp>
#include <outpost/base/result.hpp>
#include <outpost/data/byte_source.hpp>

namespace outpost::host {

/// Bytes of a pipe that are kept in memory; what goes beyond is kept in an unlinked file in $TMPDIR (or /tmp).
inline constexpr std::size_t kSpoolMemoryBytes = std::size_t{64} << 20;

/// Opens a file for reading, unpacking gzip (of one or more members). What cannot be rewound (a pipe, a FIFO, a
/// device) is read to its end here and kept, see kSpoolMemoryBytes; `cancellation` is asked whenever a signal
/// interrupts that. Errors: not_found, io_error (a directory, no permission, reading failed), cancelled.
/// Reading from the source: invalid_data for gzip that is damaged or cut short.
Result<std::unique_ptr<ByteSource>> open_file_source(const std::string& path,
                                                     const Cancellation* cancellation = nullptr);

/// The same for standard input, from where it stands; its name is "standard input".
Result<std::unique_ptr<ByteSource>> open_standard_input(const Cancellation* cancellation = nullptr);

}  // namespace outpost::host
