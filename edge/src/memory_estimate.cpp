#include "memory_estimate.hpp"

#include <charconv>
#include <limits>
#include <string>
#include <string_view>

#include <outpost/detect/registry.hpp>
#include <outpost/host/whole_file.hpp>

#include "job.hpp"
#include "output/number_text.hpp"

namespace outpost::edge {
namespace {

constexpr double kLargeBytes = 1e9;

/// MemAvailable of /proc/meminfo in bytes; infinity where it cannot be read.
double available_memory() {
  const auto bytes = host::read_whole_file("/proc/meminfo", 1 << 16);
  if (!bytes) return std::numeric_limits<double>::infinity();
  const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  constexpr std::string_view kField = "MemAvailable:";
  std::size_t place = text.find(kField);
  if (place == std::string_view::npos) return std::numeric_limits<double>::infinity();
  place = text.find_first_not_of(' ', place + kField.size());
  std::uint64_t kilobytes = 0;
  if (place == std::string_view::npos) return std::numeric_limits<double>::infinity();
  std::from_chars(text.data() + place, text.data() + text.size(), kilobytes);
  return static_cast<double>(kilobytes) * 1024;
}

}  // namespace

Result<void> announce_large_fit(const Options& options, std::size_t rows, std::size_t features, Session& session) {
  const std::string name =
      options.pipeline.detector.empty() ? std::string(detector_registry().front().name) : options.pipeline.detector;
  OUTPOST_TRY_ASSIGN(const DetectorInfo* info, typed_name(find_detector(name)));
  OUTPOST_TRY_ASSIGN(const ParameterValues values, resolve_parameters(*info, options.pipeline.parameters));
  const double matrix = static_cast<double>(rows) * static_cast<double>(features) * sizeof(float);
  const double peak = matrix + static_cast<double>(info->make(values)->fit_memory_bytes(rows, features));
  const double available = available_memory();
  if (peak <= kLargeBytes && peak <= available / 2) return {};
  std::string text = std::string(info->name) + " on " + counted(rows, "row", "rows") + " will take about " +
                     bytes_text(peak) + " of memory";
  if (peak > available) text += ", more than the " + bytes_text(available) + " that are free";
  session.note(text);
  return {};
}

}  // namespace outpost::edge
