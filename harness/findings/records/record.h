// SPDX-License-Identifier: BSD-3-Clause
// The result record: one JSON object a line, for scripts and for `shapefuzz diff`.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/oracle/judgement/verdict.h"

namespace shapefuzz {

/// The record of one judged case, without a line break. `varied` names the operands whose shapes
/// the sweep varied; it is empty for a case that somebody wrote. A case that was judged for others
/// too says how many it `stands_for`, itself among them.
std::string to_record(const Case& c, const LossSpec& spec, const Judgement& judgement,
                      const std::vector<std::string>& varied, const std::string& libtorch,
                      std::uint64_t stands_for = 1);

/// What a record says, as far as somebody reads it again.
struct Record {
  std::string text;  ///< the case line
  std::string loss;
  std::string entry;
  std::vector<Shape> shapes;  ///< of the operands, in their order
  std::string zone;
  std::string outcome;
  std::optional<Shape> result_shape;
  std::string result_dtype;  ///< empty where the record is older than the field
  std::string verdict;
  bool warned = false;
  std::string message;
  std::optional<double> digest;
  std::optional<double> gradient_digest;
  std::string signature;
  std::string libtorch;
  std::string cause;               ///< empty: none is known, or the record is older than the field
  std::vector<std::string> after;  ///< of a death: the cases before it, without which it lives
};

/// The fields of a record of any version of shapefuzz; throws FieldError.
Record read_record(const nlohmann::ordered_json& json);

/// Reads a record of any version of shapefuzz; throws ParseError.
Record parse_record(std::string_view line);
/// The same from a cursor to the end of its text; fails where the text is no record.
Record parse_record(Cursor& cursor);

}  // namespace shapefuzz
