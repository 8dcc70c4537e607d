#include "column_scanner.hpp"

#include <cmath>

#include <outpost/data/parse.hpp>

#include "cells.hpp"
#include "messages.hpp"

namespace outpost {
namespace {

constexpr std::uint32_t kMaxLongNumbers = 1000;  // looked at for card numbers
constexpr std::size_t kShownBytes = 40;
constexpr std::size_t kAlwaysFew = 20;  // this many different texts are few in a table of any length

/// At least 95 % of `whole`.
bool nearly_all(std::uint64_t part, std::uint64_t whole) { return part >= whole - whole / 20; }

std::string_view words_for(ColumnType type) {
  switch (type) {
    case ColumnType::numeric: return "numbers";
    case ColumnType::boolean: return "true or false";
    case ColumnType::timestamp: return "dates or times";
    case ColumnType::categorical:
    case ColumnType::text: break;
  }
  return "texts";
}

}  // namespace

void ColumnScanner::add(const RecordBatch& batch, std::size_t first, std::size_t count, std::size_t column) {
  const std::string_view* cell = batch.cells.data() + first * batch.columns + column;
  const std::uint64_t* line = batch.lines.data() + first;
  if (mode_ == ScanMode::text || mode_ == ScanMode::boolean) {
    for (std::size_t i = 0; i < count; ++i, cell += batch.columns) {
      if (cell->empty() || is_missing(*cell)) continue;
      const auto truth = mode_ == ScanMode::boolean ? read_boolean(*cell) : std::nullopt;
      if (truth) {
        length_ += count_characters(*cell);
        Others& other = others();
        ++other.booleans[*truth ? 1 : 0];
        if (!other.first_boolean.met) note(other.first_boolean, *cell, line[i]);
      } else {
        length_ += count_characters(*cell);
        add_text(*cell, line[i]);
      }
    }
    return;
  }
  const char decimal = mode_ == ScanMode::decimal_comma ? ',' : '.';
  for (std::size_t i = 0; i < count; ++i, cell += batch.columns) {
    if (cell->empty()) continue;
    if (const auto value = parse_number(*cell, decimal)) {
      add_number(*value, *cell, line[i]);
    } else {
      add_other(*cell, line[i]);
    }
  }
}

void ColumnScanner::add_other(std::string_view cell, std::uint64_t line) {
  if (is_missing(cell)) return;
  length_ += count_characters(cell);
  Others& other = others();
  std::optional<std::int64_t> ms;
  if (other.last_was_time) ms = parse_timestamp(cell);
  if (!ms) {
    if (const auto truth = parse_boolean(cell)) {
      other.last_was_time = false;
      ++other.booleans[*truth ? 1 : 0];
      if (!other.first_boolean.met) note(other.first_boolean, cell, line);
      other.text.add(cell);
      return;
    }
    if (!other.last_was_time) ms = parse_timestamp(cell);
  }
  if (ms) {
    other.last_was_time = true;
    if (!other.times) other.times = std::make_unique<TimeStats>(limits_.max_distinct);
    other.times->add(*ms);
    if (!other.first_time.met) note(other.first_time, cell, line);
    return;
  }
  other.last_was_time = false;
  if (may_use_commas_ && mode_ == ScanMode::automatic && parse_number(cell, ',')) ++other.comma_numbers;
  add_text(cell, line);
}

void ColumnScanner::add_text(std::string_view cell, std::uint64_t line) {
  Others& other = others();
  ++other.texts;
  if (!other.first_text.met) note(other.first_text, cell, line);
  other.text.add_searched(cell);
}

void ColumnScanner::look_for_card(std::string_view cell) {
  if (long_numbers_ == kMaxLongNumbers || !all_digits(cell)) return;
  ++long_numbers_;
  card_numbers_ += is_card_number(cell) ? 1 : 0;
}

ColumnScanner::Others& ColumnScanner::others() {
  if (!others_) others_ = std::make_unique<Others>(limits_);
  return *others_;
}

bool ColumnScanner::all_digits(std::string_view cell) {
  for (const char c : cell) {
    if (c < '0' || c > '9') return false;
  }
  return true;
}

void ColumnScanner::note(FirstCell& first, std::string_view cell, std::uint64_t line) {
  first.met = true;
  first.line = line;
  first.value = cut_text(cell, kShownBytes);
}

bool ColumnScanner::are_codes() const {
  if (padded_ == 0) return false;
  const bool one_width =
      numbers_.integers() && numbers_.infinite() == 0 && numbers_.min() >= 0 && shortest_ == longest_;
  return one_width || padded_ * 20 >= numbers();
}

bool ColumnScanner::few_texts() const {
  if (!others_ || !others_->text.may_be_categories()) return false;
  const std::size_t distinct = others_->text.distinct();
  return distinct <= kAlwaysFew || distinct <= present() / 2;
}

TypeVerdict ColumnScanner::decide(std::optional<ColumnType> given) const {
  const bool commas_may_help = mode_ == ScanMode::automatic && others_ && others_->comma_numbers > 0;
  TypeVerdict verdict;
  if (given) {
    verdict.type = *given;
    verdict.reason = "given";
    if (mode_ == ScanMode::decimal_comma) verdict.decimal = ',';
    if (*given == ColumnType::numeric && commas_may_help && !nearly_all(numbers(), present())) {
      verdict.again = ScanMode::decimal_comma;
    }
    return verdict;
  }
  if (present() == 0) {
    verdict.reason = "every cell is missing";
    return verdict;
  }
  if (mode_ == ScanMode::text) return decide_text();
  if (nearly_all(booleans(), present())) return fitting(ColumnType::boolean, '.');
  if (nearly_all(numbers(), present()) && !are_codes()) {
    return fitting(ColumnType::numeric, mode_ == ScanMode::decimal_comma ? ',' : '.');
  }
  if (commas_may_help && nearly_all(numbers() + others_->comma_numbers, present())) {
    verdict.again = ScanMode::decimal_comma;
    return verdict;
  }
  if (nearly_all(times(), present())) return fitting(ColumnType::timestamp, '.');
  if (numbers() + times() > 0) {
    verdict.again = ScanMode::text;
    return verdict;
  }
  return decide_text();
}

TypeVerdict ColumnScanner::decide_text() const {
  TypeVerdict verdict;
  const std::size_t distinct = others_->text.distinct();
  verdict.type = few_texts() ? ColumnType::categorical : ColumnType::text;
  verdict.reason = others_->text.distinct_exact() ? counted(distinct, "text", "different texts")
                                                  : "more than " + grouped(distinct) + " different texts";
  if (verdict.type == ColumnType::text) verdict.reason += ", too many for categories";
  return verdict;
}

TypeVerdict ColumnScanner::fitting(ColumnType type, char decimal) const {
  TypeVerdict verdict;
  verdict.type = type;
  verdict.decimal = decimal;
  const std::uint64_t fits = fitting_cells(type);
  verdict.reason = percent(fits, present()) + " of cells are ";
  verdict.reason += words_for(type);
  if (decimal == ',') verdict.reason += " with a decimal comma";
  if (fits < present()) {
    const std::uint64_t misfits = present() - fits;
    verdict.reason += "; " + grouped(misfits) + (misfits == 1 ? " other is" : " others are") + " read as missing";
  }
  return verdict;
}

std::uint64_t ColumnScanner::fitting_cells(ColumnType type) const {
  switch (type) {
    case ColumnType::numeric: return numbers();
    case ColumnType::boolean: return booleans();
    case ColumnType::timestamp: return times();
    case ColumnType::categorical:
    case ColumnType::text: break;
  }
  return present();
}

void ColumnScanner::finish(const TypeVerdict& verdict, std::uint64_t rows, ColumnSchema& schema,
                           ColumnProfile& profile) {
  schema.type = verdict.type;
  schema.decimal = verdict.decimal;
  profile.count = rows;
  profile.missing = rows - present();
  if (present() > 0) profile.mean_length = static_cast<double>(length_) / static_cast<double>(present());
  fill_conflicts(verdict.type, profile);
  switch (verdict.type) {
    case ColumnType::numeric:
      numbers_.fill(profile);
      if (card_numbers_ > 0 && card_numbers_ * 2 >= long_numbers_) {
        profile.personal_data.emplace_back(PersonalData::card_number, card_numbers_);
      }
      break;
    case ColumnType::boolean: fill_boolean(profile); break;
    case ColumnType::timestamp:
      if (times() > 0) others_->times->fill(profile);
      break;
    case ColumnType::categorical:
    case ColumnType::text:
      if (others_) {
        others_->text.fill(profile);
        schema.categories = others_->text.categories();
      }
      break;
  }
  if (others_) others_->text.fill_personal_data(profile);
}

void ColumnScanner::fill_boolean(ColumnProfile& profile) const {
  if (booleans() == 0) return;
  const auto [falses, trues] = others_->booleans;
  profile.distinct = (falses > 0 ? 1U : 0U) + (trues > 0 ? 1U : 0U);
  profile.all_differ = falses <= 1 && trues <= 1;
  profile.integers = true;
  profile.min = falses > 0 ? 0 : 1;
  profile.max = trues > 0 ? 1 : 0;
  profile.mean = static_cast<double>(trues) / static_cast<double>(falses + trues);
  profile.standard_deviation = std::sqrt(profile.mean * (1 - profile.mean));
  profile.dominant_count = trues > falses ? trues : falses;
  profile.dominant_value = trues > falses ? "true" : "false";
}

void ColumnScanner::fill_conflicts(ColumnType type, ColumnProfile& profile) const {
  profile.type_conflicts = present() - fitting_cells(type);
  if (profile.type_conflicts == 0) return;
  const FirstCell* earliest = nullptr;
  const auto consider = [&earliest](const FirstCell& cell) {
    if (cell.met && (earliest == nullptr || cell.line < earliest->line)) earliest = &cell;
  };
  if (type != ColumnType::numeric) consider(first_number_);
  if (others_) {
    if (type != ColumnType::boolean) consider(others_->first_boolean);
    if (type != ColumnType::timestamp) consider(others_->first_time);
    consider(others_->first_text);
  }
  if (earliest == nullptr) return;
  profile.first_conflict_line = earliest->line;
  profile.first_conflict_value = earliest->value;
}

}  // namespace outpost
