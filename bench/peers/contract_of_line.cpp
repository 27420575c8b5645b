// SPDX-License-Identifier: BSD-3-Clause
#include "bench/peers/contract_of_line.h"

#include <algorithm>
#include <cctype>
#include <regex>
#include <sstream>

namespace peers {
namespace {

bool is_number(const std::string& part) { return std::isdigit(part.front()) != 0; }
bool is_pack(const std::string& part) { return part.front() == '*'; }

std::vector<std::string> pattern_of(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  return parts;
}

std::vector<std::smatch> matches(const std::string& text, const std::regex& regex) {
  return {std::sregex_iterator(text.begin(), text.end(), regex), std::sregex_iterator()};
}

}  // namespace

std::vector<std::string> Contract::names() const {
  std::vector<std::string> found;
  for (const Operand& operand : operands) {
    for (const std::string& part : operand.pattern) {
      const bool is_new = std::find(found.begin(), found.end(), part) == found.end();
      if (is_new && !is_number(part) && !is_pack(part)) found.push_back(part);
    }
  }
  return found;
}

std::optional<std::vector<Sizes>> Contract::read(const Sizes& first) const {
  Bindings bound;
  if (!bind_shape(operands.front().pattern, first, bound)) return std::nullopt;
  for (const std::string& name : at_least_one) {
    if (bound.count(name) > 0 && bound[name].front() < 1) return std::nullopt;
  }
  std::vector<Sizes> shapes;
  for (const Operand& operand : operands) shapes.push_back(shape_of(operand.pattern, bound));
  return shapes;
}

Contract contract_of_line(const std::string& line) {
  Contract contract;
  const std::regex operand(R"((\w+)(\??): (\w+)(\([^)]*\))?\[([^\]]*)\])");
  for (const std::smatch& match : matches(line, operand)) {
    contract.operands.push_back({match[3], pattern_of(match[5]), match[2].length() > 0});
  }
  const std::vector<std::smatch> results = matches(line, std::regex(R"(-> (mean)?\[([^\]]*)\])"));
  contract.is_mean = results.at(0)[1].matched;
  contract.result = pattern_of(results.at(0)[2]);
  for (const std::smatch& match : matches(line, std::regex(R"((\w+) >= 1)"))) {
    contract.at_least_one.push_back(match[1]);
  }
  return contract;
}

bool bind_shape(const std::vector<std::string>& pattern, const Sizes& shape, Bindings& bound) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const auto at = shape.begin() + static_cast<std::ptrdiff_t>(std::min(i, shape.size()));
    if (is_pack(pattern[i])) {
      bound[pattern[i]] = Sizes(at, shape.end());
      return true;
    }
    if (i >= shape.size()) return false;
    if (is_number(pattern[i]) && shape[i] != std::stol(pattern[i])) return false;
    bound[pattern[i]] = {shape[i]};
  }
  return pattern.size() == shape.size();
}

Sizes shape_of(const std::vector<std::string>& pattern, const Bindings& bound) {
  Sizes shape;
  for (const std::string& part : pattern) {
    const Sizes sizes = is_number(part) ? Sizes{std::stol(part)} : bound.at(part);
    shape.insert(shape.end(), sizes.begin(), sizes.end());
  }
  return shape;
}

}  // namespace peers
