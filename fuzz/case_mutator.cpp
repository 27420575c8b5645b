// SPDX-License-Identifier: BSD-3-Clause
// libFuzzer's mutations on case lines: text in, text out, and in between a case.
#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>

#include "fuzz/last_case.h"
#include "fuzz/subjects.h"
#include "harness/search/generate/mutate.h"

// libFuzzer's own mutations; a plain main has none.
extern "C" __attribute__((weak)) std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                                              std::size_t max_size);

namespace shapefuzz {
namespace {

constexpr std::size_t kMostRemembered = 4096;

const Mutator& mutator() {
  static const Mutator m(fuzz_subjects());
  return m;
}

const LossSpecs& specs() {
  static const LossSpecs all = [] {
    LossSpecs list;
    for (const Subject& subject : mutator().subjects()) list.push_back(subject.spec);
    return list;
  }();
  return all;
}

// Null where the text is no case; as long as nothing else is read or written.
const Case* read(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const Case* last = last_case().of(text)) return last;
  // libFuzzer comes back to the inputs of its corpus.
  static std::unordered_map<std::string, std::optional<Case>> cases;
  auto known = cases.find(text);
  if (known == cases.end()) {
    if (cases.size() == kMostRemembered) cases.clear();
    Cursor cursor(text);
    Case c = parse_case(cursor, specs());
    known = cases.emplace(text, cursor.failed() ? std::nullopt : std::optional(std::move(c))).first;
  }
  return known->second ? &*known->second : nullptr;
}

// 0 where the line does not fit, so that no half of a case is ever kept.
std::size_t write(Case c, std::uint8_t* data, std::size_t max_size) {
  const std::string text = to_string(c);
  if (text.size() > max_size) return 0;
  std::copy(text.begin(), text.end(), data);
  last_case().set(text, std::move(c));
  return text.size();
}

}  // namespace
}  // namespace shapefuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned int seed) {
  using namespace shapefuzz;
  if (mutates_bytes() && seed % 2 == 0 && LLVMFuzzerMutate != nullptr) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  const Case* const c = read(data, size);
  return write(c != nullptr ? mutator().mutate(*c, seed) : mutator().plainest(), data, max_size);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1, std::size_t size1,
                                                 const std::uint8_t* data2, std::size_t size2,
                                                 std::uint8_t* out, std::size_t max_size,
                                                 unsigned int seed) {
  using namespace shapefuzz;
  const Case* const first = read(data1, size1);
  if (first == nullptr) return 0;
  const Case a = *first;
  const Case* const b = read(data2, size2);
  return b != nullptr ? write(mutator().cross(a, *b, seed), out, max_size) : 0;
}
