#include "json_record.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "reader_support.hpp"

namespace outpost {

namespace {

/// A flattened name longer than this is an error: deep prefixes would otherwise multiply.
constexpr std::size_t kMaxNameBytes = 1024;

using Json = nlohmann::json;

/// Receives nlohmann's events. Returning false from one stops the parser.
class RecordSax {
 public:
  RecordSax(const JsonLimits& limits, JsonCells& cells) : limits_(limits), cells_(cells) {}

  bool null() { return text_depth_ > 0 ? append("null") : emit({}, false); }
  bool boolean(bool value) { return plain(value ? "true" : "false"); }
  bool number_integer(Json::number_integer_t value) { return plain(std::to_string(value)); }
  bool number_unsigned(Json::number_unsigned_t value) { return plain(std::to_string(value)); }
  bool number_float(Json::number_float_t, const std::string& written) { return plain(written); }
  bool string(const std::string& value) { return text_depth_ > 0 ? append_string(value) : emit(value, true); }
  bool binary(Json::binary_t&) { return false; }

  bool start_object(std::size_t) {
    if (prefixes_.empty() && !in_array_) {
      prefixes_.push_back(0);
      return true;
    }
    if (text_depth_ == 0 && !in_array_) {
      prefixes_.push_back(path_.size());
      return true;
    }
    return open_text('{');
  }
  bool end_object() {
    if (text_depth_ > 0) return close_text('}');
    path_.resize(prefixes_.back());
    prefixes_.pop_back();
    return true;
  }
  bool start_array(std::size_t) {
    if (prefixes_.empty() && !in_array_) {
      in_array_ = true;
      return true;
    }
    return open_text('[');
  }
  bool end_array() { return text_depth_ > 0 ? close_text(']') : true; }

  bool key(const std::string& name) {
    if (text_depth_ > 0) {
      if (!append_string(name)) return false;
      text_.push_back(':');
      return true;
    }
    path_.resize(prefixes_.back());
    if (prefixes_.size() > 1) path_.push_back('.');
    path_ += name;
    if (path_.size() <= kMaxNameBytes) return true;
    return refuse("the name " + quoted_text(path_) + " has more than " + std::to_string(kMaxNameBytes) + " bytes",
                  "shorten the keys");
  }

  template <class Exception>
  bool parse_error(std::size_t position, const std::string&, const Exception& exception) {
    position_ = position;
    std::string_view reason = exception.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 9: syntax error while ...": the place is ours.
    if (const std::size_t at = reason.find("] "); at != std::string_view::npos) reason.remove_prefix(at + 2);
    if (reason.substr(0, 11) == "parse error") {
      if (const std::size_t at = reason.find(": "); at != std::string_view::npos) reason.remove_prefix(at + 2);
    }
    constexpr std::size_t kMaxReason = 160;
    std::string shown;
    for (const char c : reason.substr(0, kMaxReason)) shown.push_back(c >= 0x20 && c < 0x7F ? c : '?');
    const bool overflow = reason.find("overflow") != std::string_view::npos;
    return refuse(shown, overflow ? "give numbers within +-1.8e308, or null"
                                  : "mend the JSON there; missing values are null, not NaN");
  }

  JsonShape shape() const {
    if (in_array_) return JsonShape::array;
    return was_object_ ? JsonShape::object : JsonShape::scalar;
  }
  void set_object() { was_object_ = true; }
  std::size_t position() const { return position_; }
  const std::string& what() const { return what_; }
  const std::string& hint() const { return hint_; }

 private:
  bool refuse(std::string what, std::string hint) {
    what_ = std::move(what);
    hint_ = std::move(hint);
    return false;
  }
  bool plain(std::string_view text) { return text_depth_ > 0 ? append(text) : emit(text, false); }

  bool emit(std::string_view text, bool is_string) {
    if (text.size() > limits_.max_field_bytes) {
      return refuse(
          "a value of " + quoted_text(path_) + " has more than " + std::to_string(limits_.max_field_bytes) + " bytes",
          "leave that field out");
    }
    return in_array_ ? cells_.cell({}, index_++, text, is_string) : cells_.cell(path_, 0, text, is_string);
  }

  // JSON text of nested arrays. A comma is due unless the text so far ends with one of "[{:" - which, outside
  // strings, it does only where a value begins.
  void separate() {
    const char last = text_.empty() ? '[' : text_.back();
    if (last != '[' && last != '{' && last != ':') text_.push_back(',');
  }
  bool append(std::string_view token) {
    separate();
    text_ += token;
    return true;
  }
  bool append_string(std::string_view value) {
    constexpr char kHex[] = "0123456789abcdef";
    separate();
    text_.push_back('"');
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        text_.push_back('\\');
        text_.push_back(c);
      } else if (byte < 0x20) {
        text_ += "\\u00";
        text_.push_back(kHex[byte >> 4U]);
        text_.push_back(kHex[byte & 15U]);
      } else {
        text_.push_back(c);
      }
    }
    text_.push_back('"');
    return true;
  }
  bool open_text(char bracket) {
    separate();
    text_.push_back(bracket);
    ++text_depth_;
    return true;
  }
  bool close_text(char bracket) {
    text_.push_back(bracket);
    if (--text_depth_ > 0) return true;
    const std::string text = std::exchange(text_, {});
    return emit(text, false);
  }

  const JsonLimits& limits_;
  JsonCells& cells_;
  std::string path_;
  std::vector<std::size_t> prefixes_;  ///< length of the path in front of each open object's keys
  bool in_array_ = false;              ///< the record itself is an array
  bool was_object_ = false;
  std::size_t index_ = 0;
  std::string text_;
  std::size_t text_depth_ = 0;
  std::size_t position_ = 0;
  std::string what_;
  std::string hint_;
};

}  // namespace

Result<JsonShape> read_json_record(const ByteSource& source, const JsonScanner::Value& value, const JsonLimits& limits,
                                   JsonCells& cells) {
  RecordSax sax(limits, cells);
  if (!value.bytes.empty() && value.bytes.front() == '{') sax.set_object();
  const char* const first = value.bytes.data();
  if (!Json::sax_parse(first, first + value.bytes.size(), &sax)) {
    const std::size_t position = std::min(sax.position(), value.bytes.size());
    // The position is that of the byte that did not fit, counted from 1.
    const std::size_t before = position > 0 ? position - 1 : 0;
    const auto lines = static_cast<std::uint64_t>(std::count(first, first + before, '\n'));
    return json_error(source, value.line + lines, value.offset + before, sax.what(), sax.hint());
  }
  return sax.shape();
}

}  // namespace outpost
