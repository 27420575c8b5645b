// SPDX-License-Identifier: BSD-3-Clause
#include "harness/findings/records/record.h"

#include <fmt/core.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "harness/findings/records/json_text.h"
#include "harness/findings/records/version.h"
#include "harness/language/text/parse_error.h"

namespace shapefuzz {
namespace {

using Json = nlohmann::ordered_json;

// JSON has no number for what is not finite.
Json number(const std::optional<double>& value) {
  if (!value) return {};
  if (!std::isfinite(*value)) return std::isnan(*value) ? "nan" : *value > 0 ? "inf" : "-inf";
  return *value;
}

std::optional<double> number_in(const Json& record, const char* field) {
  const auto found = record.find(field);
  if (found == record.end() || found->is_null()) return std::nullopt;
  if (found->is_number()) return found->get<double>();
  const double infinity = std::numeric_limits<double>::infinity();
  if (*found == "inf") return infinity;
  if (*found == "-inf") return -infinity;
  if (*found == "nan") return std::nan("");
  throw FieldError(field, *found, "a number");
}

bool flag_in(const Json& record, const char* field) {
  const Json& value = field_of(record, field);
  if (!value.is_boolean()) throw FieldError(field, value, "true or false");
  return value.get<bool>();
}

}  // namespace

Record read_record(const Json& json) {
  Record record;
  record.text = word_in(json, "case");
  record.loss = word_in(json, "loss");
  record.entry = word_in(json, "entry");
  const Json& operands = field_of(json, "operands");
  if (!operands.is_object()) throw FieldError("operands", operands, "names and sizes");
  for (const auto& operand : operands.items()) {
    record.shapes.push_back(shape_in(operand.value(), "operands").value_or(Shape()));
  }
  record.zone = word_in(json, "zone");
  record.outcome = word_in(json, "outcome");
  record.result_shape = shape_in(field_of(json, "result_shape"), "result_shape");
  record.verdict = word_in(json, "verdict");
  record.warned = flag_in(json, "warned");
  record.message = text_in(json, "message");
  record.signature = word_in(json, "signature");
  record.libtorch = word_in(json, "libtorch");
  // Younger than the format.
  if (json.contains("result_dtype")) record.result_dtype = word_in(json, "result_dtype");
  if (json.contains("cause")) record.cause = word_in(json, "cause");
  if (json.contains("after")) record.after = words_in(json, "after");
  record.digest = number_in(json, "digest");
  record.gradient_digest = number_in(json, "gradient_digest");
  return record;
}

std::string to_record(const Case& c, const LossSpec& spec, const Judgement& judgement,
                      const std::vector<std::string>& varied, const std::string& libtorch,
                      std::uint64_t stands_for) {
  Json operands = Json::object();
  for (const Operand& operand : c.operands) operands[operand.name] = to_json(operand.shape);
  Judgement named = judgement;
  if (!is_finding(judgement.verdict)) named.mistake = find_mistake(c, spec);
  Json record;
  record["case"] = to_string(c);
  record["loss"] = c.loss;
  record["entry"] = c.entry;
  record["varied"] = varied;
  record["operands"] = std::move(operands);
  record["reduction"] =
      spec.find_option("reduction") == nullptr ? "none" : c.get<std::string>(spec, "reduction");
  record["zone"] = to_string(judgement.zone);
  record["outcome"] = to_string(judgement.outcome);
  record["result_shape"] = to_json(judgement.result_shape);
  record["result_dtype"] = judgement.result_dtype;
  record["expected_shape"] = to_json(judgement.expected_shape);
  record["verdict"] = to_string(judgement.verdict);
  record["mistake"] = to_string(named.mistake.kind);
  record["warned"] = judgement.warned;
  record["message"] = judgement.message;
  record["detail"] = judgement.detail;
  record["digest"] = number(judgement.digest);
  record["gradient_digest"] = number(judgement.gradient_digest);
  record["kept_bytes"] = judgement.kept_bytes;
  record["device"] = judgement.device;
  record["signature"] = to_string(signature_of(c, named));
  record["libtorch"] = libtorch;
  record["shapefuzz"] = kVersion;
  // Of a pass there is nothing to explain; a finding without a cause says so.
  if (is_finding(judgement.verdict)) record["cause"] = judgement.cause;
  if (!judgement.after.empty()) record["after"] = judgement.after;
  if (stands_for != 1) record["stands_for"] = stands_for;
  // A message of LibTorch may hold any bytes; what is no UTF-8 is replaced, not thrown.
  return record.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Record parse_record(Cursor& cursor) { return read_json(cursor, "a result record", read_record); }

Record parse_record(std::string_view line) {
  return parse_text(line, [](Cursor& cursor) { return parse_record(cursor); });
}

}  // namespace shapefuzz
