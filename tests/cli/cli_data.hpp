/// @file  What the tests of the command line share: the program, and small files with known oddities.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace outpost::test {

/// `outpost` with arguments.
Program cli(std::vector<std::string> arguments);

/// CSV "a,b,label": `rows` rows around (10, 20), the last one at (100, -50) and labelled 1.
std::string odd_one_out(std::size_t rows);
/// CSV "time,load,mode": one row a minute from 2024-03-01 on, `mode` a category, the middle load far out.
std::string timed_rows(std::size_t rows);

/// Lines without their ends.
std::vector<std::string> lines_of(const std::string& text);
std::vector<std::string> fields_of(const std::string& line);
/// Fails the test when `text` is not JSON.
nlohmann::json json_of(const std::string& text);
bool contains(const std::string& text, const std::string& part);

}  // namespace outpost::test
