#include "output/top_rows.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "output/describe.hpp"
#include "output/number_text.hpp"
#include "output/table.hpp"

namespace outpost::edge {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kGap = 2;
constexpr std::size_t kReasonIndent = 6;  // of reasons on lines of their own
constexpr std::size_t kDateLength = 10;

/// "2026-11-20T22:08:58Z" and its like.
bool is_time(std::string_view text) {
  constexpr std::string_view kPattern = "0000-00-00T00:00";
  if (text.size() < kPattern.size()) return false;
  for (std::size_t i = 0; i < kPattern.size(); ++i) {
    const bool digit = std::isdigit(static_cast<unsigned char>(text[i])) != 0;
    if (kPattern[i] == '0' ? !digit : kPattern[i] == 'T' ? text[i] != 'T' && text[i] != ' ' : text[i] != kPattern[i]) {
      return false;
    }
  }
  return true;
}

/// Takes the date away from times that share it. Returns it, with "(UTC)" where all said so; else "".
std::string take_common_date(std::vector<TopRow>& rows) {
  const auto all = [&rows](auto holds) { return std::all_of(rows.begin(), rows.end(), holds); };
  if (rows.empty() || !all([](const TopRow& row) { return is_time(row.handle); })) return "";
  const std::string date = rows.front().handle.substr(0, kDateLength);
  if (!all([&date](const TopRow& row) { return row.handle.compare(0, kDateLength, date) == 0; })) return "";
  const bool utc = all([](const TopRow& row) { return row.handle.back() == 'Z'; });
  for (TopRow& row : rows) {
    row.handle.erase(0, kDateLength + 1);
    if (utc) row.handle.pop_back();
  }
  return date + (utc ? " (UTC)" : "");
}

std::string text_of(const Reason& reason) {
  return reason.value.empty() ? reason.name : reason.name + " " + reason.value;
}

/// The first `most` reasons, or as many of them as fit whole.
std::string reasons_text(const std::vector<Reason>& reasons, std::size_t room, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < reasons.size() && i < most; ++i) {
    const std::string next = (i == 0 ? "" : ", ") + text_of(reasons[i]);
    if (display_width(out) + display_width(next) > room) break;
    out += next;
  }
  if (!out.empty() || reasons.empty()) return out;
  const Reason& first = reasons.front();
  const std::size_t taken = display_width(first.value) + 1;
  if (room < taken + 4) return fit_text(text_of(first), room);
  return fit_text(first.name, room - taken) + " " + first.value;
}

std::size_t widest_reasons(const std::vector<TopRow>& rows, std::size_t most) {
  std::size_t widest = 0;
  for (const TopRow& row : rows) widest = std::max(widest, display_width(reasons_text(row.reasons, 10'000, most)));
  return widest;
}

/// Which columns there are.
struct Shape {
  bool rank = true;
  bool probability = true;
};

/// `room` 0 = without the reasons.
TextTable make_table(const std::vector<TopRow>& rows, const std::string& handle_title, const Shape& shape,
                     std::size_t room) {
  std::size_t handle_width = 0;
  for (const TopRow& row : rows) handle_width = std::max(handle_width, display_width(row.handle));
  std::vector<TextTable::Column> columns;
  if (shape.rank) columns.push_back({"rank", Align::right});
  columns.push_back({"row", Align::right});
  if (!handle_title.empty()) columns.push_back({fit_text(handle_title, std::max<std::size_t>(4, handle_width))});
  columns.push_back({"score", Align::right});
  if (shape.probability) columns.push_back({"prob.", Align::right});
  columns.push_back({"severity"});
  if (room != 0) columns.push_back({"stands out"});
  TextTable table(std::move(columns));
  for (std::size_t rank = 0; rank < rows.size(); ++rank) {
    const TopRow& row = rows[rank];
    std::vector<TextTable::Cell> cells;
    if (shape.rank) cells.push_back({std::to_string(rank + 1), Colour::dim});
    cells.push_back({std::to_string(row.row)});
    if (!handle_title.empty()) cells.push_back({row.handle});
    cells.push_back({row.score});
    if (shape.probability) cells.push_back({fixed_number(row.probability, 3)});
    cells.push_back(
        {std::string(row.severity == Severity::none ? "-" : to_string(row.severity)), severity_colour(row.severity)});
    if (room != 0) cells.push_back({reasons_text(row.reasons, room, row.reasons.size())});
    table.add(std::move(cells));
  }
  return table;
}

/// The table's lines, each row's reasons under it.
std::string with_reasons_below(const std::vector<TopRow>& rows, const TextTable& table, const Terminal& terminal) {
  const std::string lines = table.print(terminal, kIndent);
  const std::size_t room = terminal.width - std::min(terminal.width, kReasonIndent);
  std::size_t begin = lines.find('\n') + 1;
  std::string out = lines.substr(0, begin);
  for (const TopRow& row : rows) {
    const std::size_t end = lines.find('\n', begin) + 1;
    out += lines.substr(begin, end - begin) + std::string(kReasonIndent, ' ');
    out += reasons_text(row.reasons, room, row.reasons.size()) + "\n";
    begin = end;
  }
  return out;
}

std::string table_text(const std::vector<TopRow>& rows, const std::string& handle_title, const Terminal& terminal) {
  constexpr std::array<Shape, 3> kShapes = {{{true, true}, {false, true}, {false, false}}};
  // Columns give way until two reasons fit in every row, in the narrowest shape one.
  for (const Shape& shape : kShapes) {
    const bool narrowest = !shape.rank && !shape.probability;
    const std::size_t used = kIndent + make_table(rows, handle_title, shape, 0).width() + kGap;
    if (used + widest_reasons(rows, narrowest ? 1 : 2) > terminal.width) continue;
    return make_table(rows, handle_title, shape, terminal.width - used).print(terminal, kIndent);
  }
  return with_reasons_below(rows, make_table(rows, handle_title, kShapes.back(), 0), terminal);
}

}  // namespace

std::string top_rows_text(std::vector<TopRow> rows, std::string handle_title, const Terminal& terminal) {
  const std::string date = handle_title.empty() ? std::string() : take_common_date(rows);
  if (!date.empty()) handle_title = "time";
  bool deviations = false;
  const std::size_t longest_handle = std::clamp<std::size_t>(terminal.width / 5, 8, 40);
  for (TopRow& row : rows) {
    row.handle = is_time(row.handle) ? printable(row.handle) : fit_text(row.handle, longest_handle);
    for (Reason& reason : row.reasons) {
      reason = {printable(reason.name), printable(reason.value)};
      deviations = deviations || reason.value.find("\u03c3") != std::string::npos;
    }
  }
  std::string out = terminal.paint("Most anomalous rows", Colour::bold) + (date.empty() ? "" : ", times on " + date);
  out += "\n" + table_text(rows, handle_title, terminal);
  if (deviations) {
    const std::string legend = "\u03c3: robust standard deviations from the median";
    out += "  " + terminal.paint(wrap_text(legend, terminal.width - kIndent, kIndent), Colour::dim) + "\n";
  }
  return out;
}

}  // namespace outpost::edge
