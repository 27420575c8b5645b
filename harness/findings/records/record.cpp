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

std::optional<double> number_in(const Json& value) {
  if (value.is_null()) return std::nullopt;
  if (value.is_number()) return value.get<double>();
  const auto& text = value.get_ref<const std::string&>();
  const double infinity = std::numeric_limits<double>::infinity();
  return text == "inf" ? infinity : text == "-inf" ? -infinity : std::nan("");
}

Record read_fields(const Json& json) {
  Record record;
  record.text = json.at("case");
  record.loss = json.at("loss");
  record.entry = json.at("entry");
  for (const auto& operand : json.at("operands").items()) {
    record.shapes.push_back(shape_in(operand.value()).value_or(Shape()));
  }
  record.zone = json.at("zone");
  record.outcome = json.at("outcome");
  record.result_shape = shape_in(json.at("result_shape"));
  record.verdict = json.at("verdict");
  record.warned = json.at("warned");
  record.message = json.at("message");
  record.signature = json.at("signature");
  record.libtorch = json.at("libtorch");
  // Younger than the format.
  record.result_dtype = json.value("result_dtype", "");
  record.digest = number_in(json.value("digest", Json()));
  record.gradient_digest = number_in(json.value("gradient_digest", Json()));
  return record;
}

}  // namespace

std::string to_record(const Case& c, const LossSpec& spec, const Judgement& judgement,
                      const std::vector<std::string>& varied, const std::string& libtorch) {
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
  // A message of LibTorch may hold any bytes; what is no UTF-8 is replaced, not thrown.
  return record.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Record parse_record(Cursor& cursor) {
  const std::size_t start = cursor.offset();
  const Json json = parse_json(cursor, "a result record");
  if (cursor.failed()) return {};
  try {
    return read_fields(json);
  } catch (const Json::exception& error) {
    cursor.fail_with({start, fmt::format("a record with an error ({})", plain_text(error)),
                      "the fields of a result record"});
  } catch (const std::length_error&) {
    cursor.fail_with(
        {start, "a shape of too many dimensions", fmt::format("at most {} dimensions", kMaxRank)});
  }
  return {};
}

Record parse_record(std::string_view line) {
  return parse_text(line, [](Cursor& cursor) { return parse_record(cursor); });
}

}  // namespace shapefuzz
