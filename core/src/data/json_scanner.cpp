#include "json_scanner.hpp"

#include <algorithm>
#include <utility>

#include "reader_support.hpp"

namespace outpost {

namespace {

constexpr bool is_white(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
constexpr bool ends_scalar(char c) { return is_white(c) || c == ',' || c == ']' || c == '}' || c == ':'; }

}  // namespace

/// Where the search for the end of a value stands, so that it goes on after a refill.
struct JsonScanner::Scan {
  std::size_t position = 0;  ///< from the value's first byte
  std::size_t depth = 0;
  bool in_string = false;
  bool escaped = false;
  std::uint64_t lines = 0;
  bool too_deep = false;

  /// Goes on over `bytes` (the value from its first byte); true when the value's end is at `position`.
  bool advance(std::string_view bytes, bool one_line) {
    for (; position < bytes.size(); ++position) {
      const char c = bytes[position];
      if (c == '\n') {
        if (one_line) return false;
        ++lines;
      }
      if (in_string) {
        if (escaped) {
          escaped = false;
        } else if (c == '\\') {
          escaped = true;
        } else if (c == '"') {
          in_string = false;
          if (depth == 0) return finished();
        }
      } else if (c == '"') {
        in_string = true;
      } else if (c == '{' || c == '[') {
        if (++depth > kMaxJsonDepth) {
          too_deep = true;
          return false;
        }
      } else if (c == '}' || c == ']') {
        if (depth == 0) return true;  // of whatever this scalar stands in
        if (--depth == 0) return finished();
      } else if (depth == 0 && position > 0 && ends_scalar(c)) {
        return true;
      }
    }
    return false;
  }

 private:
  bool finished() {
    ++position;
    return true;
  }
};

Result<void> JsonScanner::restart() {
  line_ = 1;
  blank_lines_ = 0;
  line_has_value_ = false;
  return input_.restart();
}

Result<void> JsonScanner::refill() {
  OUTPOST_TRY(input_.more());
  return {};
}

Result<int> JsonScanner::peek() {
  for (;;) {
    const char* data = input_.data();
    std::size_t at = input_.begin();
    const std::size_t end = input_.end();
    for (; at < end && is_white(data[at]); ++at) {
      if (data[at] != '\n') continue;
      if (!line_has_value_) ++blank_lines_;
      line_has_value_ = false;
      ++line_;
    }
    input_.consume_to(at);
    if (at < end) {
      line_has_value_ = true;
      return static_cast<unsigned char>(data[at]);
    }
    if (input_.stopped_at_nul()) {
      return error("there is a NUL byte", "this is not plain text: save it as UTF-8 text");
    }
    if (input_.at_end()) return kEnd;
    OUTPOST_TRY(refill());
  }
}

Result<int> JsonScanner::peek_second() {
  std::size_t ahead = 1;
  for (;;) {
    const std::string_view rest(input_.data() + input_.begin(), input_.end() - input_.begin());
    while (ahead < rest.size() && is_white(rest[ahead])) ++ahead;
    if (ahead < rest.size()) return static_cast<unsigned char>(rest[ahead]);
    if (input_.at_end()) return kEnd;
    OUTPOST_TRY(refill());
  }
}

Result<JsonScanner::Value> JsonScanner::value(std::size_t max_bytes, bool one_line) {
  Scan scan;
  for (;;) {
    const std::string_view rest(input_.data() + input_.begin(), input_.end() - input_.begin());
    bool found = scan.advance(rest, one_line);
    if (scan.too_deep) {
      return error("arrays and objects are nested more than " + std::to_string(kMaxJsonDepth) + " deep",
                   "give flat records");
    }
    if (scan.position > max_bytes) {
      return error("a value goes on for more than " + std::to_string(max_bytes) + " bytes",
                   "give an array of records, or one record a line (NDJSON)");
    }
    const bool stopped = !found && one_line && scan.position < rest.size();
    if (stopped && scan.depth + (scan.in_string ? 1 : 0) > 0) {
      return error("the record does not end on its line",
                   "give one whole record a line, or an array of records in [ ]");
    }
    found = found || stopped;
    if (!found && input_.at_end()) {
      if (input_.stopped_at_nul()) {
        return json_error(input_.source(), line_ + scan.lines, input_.offset() + input_.end(), "there is a NUL byte",
                          "this is not plain text: save it as UTF-8 text");
      }
      found = scan.depth == 0 && !scan.in_string;
      if (!found) {
        return error("the input ends inside the value that begins here", "was the file cut short? copy it again");
      }
    }
    if (found) {
      const Value value = {rest.substr(0, scan.position), line_, input_.offset() + input_.begin()};
      input_.consume_to(input_.begin() + scan.position);
      line_ += scan.lines;
      return value;
    }
    OUTPOST_TRY(refill());
  }
}

tl::unexpected<Error> JsonScanner::error(const std::string& what, std::string hint) const {
  return json_error(input_.source(), line_, input_.offset() + input_.begin(), what, std::move(hint));
}

tl::unexpected<Error> json_error(const ByteSource& source, std::uint64_t line, std::uint64_t offset,
                                 const std::string& what, std::string hint) {
  return fail(ErrorCode::invalid_data,
              at_line(source.name(), line) + " (byte " + std::to_string(offset + 1) + "): " + what, std::move(hint));
}

}  // namespace outpost
