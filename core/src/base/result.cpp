#include <outpost/base/result.hpp>

namespace outpost {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument: return "invalid_argument";
    case ErrorCode::invalid_data: return "invalid_data";
    case ErrorCode::unsupported: return "unsupported";
    case ErrorCode::not_enough_data: return "not_enough_data";
    case ErrorCode::corrupt_model: return "corrupt_model";
    case ErrorCode::schema_mismatch: return "schema_mismatch";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::io_error: return "io_error";
    case ErrorCode::out_of_memory: return "out_of_memory";
    case ErrorCode::cancelled: return "cancelled";
  }
  return "unknown";
}

}  // namespace outpost
