// SPDX-License-Identifier: BSD-3-Clause
#include "harness/language/spelling/names.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "harness/language/case/nickname.h"

namespace shapefuzz {

std::string_view last_part(std::string_view name) {
  const std::size_t separator = name.find_last_of(".:");
  return separator == std::string_view::npos ? name : name.substr(separator + 1);
}

std::string_view before_last_part(std::string_view name) {
  std::string_view before = name.substr(0, name.size() - last_part(name).size());
  while (!before.empty() && (before.back() == '.' || before.back() == ':')) before.remove_suffix(1);
  return before;
}

namespace {

bool is_upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }

struct Abbreviation {
  std::string_view module;
  std::string_view loss;
};

// The modules that are not named after their function.
constexpr std::array<Abbreviation, 3> kModules = {{
    {"bce", "binary_cross_entropy"},
    {"bcewithlogits", "binary_cross_entropy_with_logits"},
    {"nllloss2d", "nll_loss"},
}};

const LossSpec* find_folded(const std::string& name, const LossSpecs& specs) {
  for (const LossSpec* spec : specs) {
    const bool is_operator = spec->name.find(':') != std::string::npos;
    if (!is_operator && folded_loss_name(spec->name) == name) return spec;
  }
  return nullptr;
}

const LossSpec* find_module(std::string_view name, const LossSpecs& specs) {
  const std::string module = folded_loss_name(name);
  for (const Abbreviation& known : kModules) {
    if (module == known.module) return find_folded(folded_loss_name(known.loss), specs);
  }
  return find_folded(module, specs);
}

struct DTypeName {
  std::string_view name;
  DType dtype;
};

constexpr std::array<DTypeName, 27> kDTypes = {{
    {"float16", DType::kF16},  {"half", DType::kF16},      {"kHalf", DType::kF16},
    {"kFloat16", DType::kF16}, {"bfloat16", DType::kBF16}, {"kBFloat16", DType::kBF16},
    {"float32", DType::kF32},  {"float", DType::kF32},     {"kFloat", DType::kF32},
    {"kFloat32", DType::kF32}, {"float64", DType::kF64},   {"double", DType::kF64},
    {"kDouble", DType::kF64},  {"kFloat64", DType::kF64},  {"int32", DType::kI32},
    {"int", DType::kI32},      {"kInt", DType::kI32},      {"kInt32", DType::kI32},
    {"int64", DType::kI64},    {"long", DType::kI64},      {"kLong", DType::kI64},
    {"kInt64", DType::kI64},   {"uint8", DType::kU8},      {"byte", DType::kU8},
    {"kByte", DType::kU8},     {"kUInt8", DType::kU8},     {"kBool", DType::kBool},
}};

constexpr std::array<DTypeName, 6> kTensors = {{
    {"HalfTensor", DType::kF16},
    {"FloatTensor", DType::kF32},
    {"DoubleTensor", DType::kF64},
    {"IntTensor", DType::kI32},
    {"LongTensor", DType::kI64},
    {"ByteTensor", DType::kU8},
}};

}  // namespace

NamedLoss find_named_loss(std::string_view name, const LossSpecs& specs) {
  const std::string_view last = last_part(name);
  if (last.empty()) return {};
  NamedLoss named;
  if (is_upper(last.front())) {
    named = {find_module(last, specs), "module"};
  } else {
    const std::string_view where = last_part(before_last_part(name));
    const bool is_native = where == "at" || where == "aten" || where == "torch" || where == "_C";
    named.entry = is_native ? "aten" : std::string(kDefaultEntry);
    for (const LossSpec* spec : specs) {
      if (spec->name == last) named.spec = spec;
    }
  }
  if (named.spec == nullptr) return {};
  const auto& entries = named.spec->entries;
  if (std::find(entries.begin(), entries.end(), named.entry) == entries.end()) {
    named.entry = entries.front();
  }
  return named;
}

std::optional<DType> find_named_dtype(std::string_view name) {
  const std::string_view last = last_part(name);
  for (const DType dtype : all_dtypes()) {
    if (last == to_string(dtype)) return dtype;
  }
  for (const DTypeName& known : kDTypes) {
    if (last == known.name) return known.dtype;
  }
  for (const DTypeName& known : kTensors) {
    if (last == known.name) return known.dtype;
  }
  return std::nullopt;
}

std::string option_word(std::string_view word) {
  if (word == "True") return "true";
  if (word == "False") return "false";
  const bool is_qualified = last_part(word) != word;
  std::string text(last_part(word));
  if (!is_qualified) return text;
  if (text.size() > 1 && text[0] == 'k' && is_upper(text[1])) text.erase(0, 1);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace shapefuzz
