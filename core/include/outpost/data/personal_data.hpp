/// @file  Personal data by pattern: hints that a text may be about a person, never proof.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace outpost {

/// Kinds of personal data a text may hold.
enum class PersonalData : std::uint8_t { email, phone, card_number, ip_address, national_id };
inline constexpr std::size_t kPersonalDataKinds = 5;
std::string_view to_string(PersonalData kind);

/// The first kind that `cell` looks like, in the order e-mail, IP address, card number, national id, phone. An
/// e-mail address may stand anywhere in the first 512 bytes; for the others the whole cell counts, spaces around it
/// aside. One pass over most cells; no allocation.
std::optional<PersonalData> find_personal_data(std::string_view cell);

/// Has an address local@domain with a dot in the domain and letters after the last one (a subset of RFC 5321).
bool has_email(std::string_view text);

/// IPv4 (four numbers up to 255 without leading zeros; :port or /prefix may follow) or IPv6 (RFC 4291, 2.2: eight
/// groups of up to four hexadecimal digits, one run of groups as "::", the last two groups as IPv4; %zone or
/// /prefix may follow).
bool is_ip_address(std::string_view text);

/// 13 to 19 digits, single spaces or hyphens between them allowed, that begin as the cards in use do (Visa 4,
/// Mastercard 51-55 and 2221-2720, American Express 34 and 37, Diners 36, 38, 300-305, Discover 6011, 644-649, 65,
/// JCB 3528-3589, UnionPay 62), have that card's length and pass luhn_valid.
bool is_card_number(std::string_view text);

/// ISO/IEC 7812-1, annex B: the check digit of a string of digits. False for anything else and for fewer than 2.
bool luhn_valid(std::string_view digits);

/// +, a country code and 8 to 15 digits in all (E.164); or 9 to 12 digits that begin with 0 and have a separator;
/// or ten digits grouped 3-3-4 with separators, 1 before them allowed. Separators: space - . / ( ).
bool is_phone_number(std::string_view text);

/// Social security number (USA: 3-2-4 with hyphens, without the ranges never given out), national insurance number
/// (UK), DNI and NIE (Spain, with the check letter), codice fiscale (Italy, by shape), CPF (Brazil, with its check
/// digits and punctuation).
bool is_national_id(std::string_view text);

}  // namespace outpost
