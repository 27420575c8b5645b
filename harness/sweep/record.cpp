#include "harness/sweep/record.h"

#include <nlohmann/json.hpp>

#include "harness/sweep/version.h"

namespace shapefuzz {
namespace {

using Json = nlohmann::ordered_json;

Json sizes(const Shape& shape) {
  Json list = Json::array();
  for (const std::int64_t size : shape) list.push_back(size);
  return list;
}

}  // namespace

std::string to_record(const Case& c, const LossSpec& spec, const Judgement& judgement,
                      const std::vector<std::string>& varied, const std::string& libtorch) {
  Json operands = Json::object();
  for (const Operand& operand : c.operands) operands[operand.name] = sizes(operand.shape);
  Judgement named = judgement;
  if (judgement.verdict == Verdict::kPass) named.misfit = find_misfit(c, spec);
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
  record["result_shape"] = judgement.result_shape ? sizes(*judgement.result_shape) : Json();
  record["expected_shape"] = judgement.expected_shape ? sizes(*judgement.expected_shape) : Json();
  record["verdict"] = to_string(judgement.verdict);
  record["mistake"] = to_string(named.misfit.mistake);
  record["warned"] = judgement.warned;
  record["message"] = judgement.message;
  record["detail"] = judgement.detail;
  record["signature"] = to_string(signature_of(c, named));
  record["libtorch"] = libtorch;
  record["shapefuzz"] = kVersion;
  // A message of LibTorch may hold any bytes; what is no UTF-8 is replaced, not thrown.
  return record.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace shapefuzz
