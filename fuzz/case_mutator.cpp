// libFuzzer's mutations on case lines: text in, text out, and in between a case.
#include <algorithm>
#include <optional>

#include "fuzz/subjects.h"
#include "harness/case/mutate.h"

// libFuzzer's own mutations; a plain main has none.
extern "C" __attribute__((weak)) std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                                              std::size_t max_size);

namespace shapefuzz {
namespace {

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

std::optional<Case> read(const std::uint8_t* data, std::size_t size) {
  try {
    return parse_case({reinterpret_cast<const char*>(data), size}, specs());
  } catch (const ParseError&) {
    return std::nullopt;
  }
}

// 0 where the line does not fit, so that no half of a case is ever kept.
std::size_t write(const Case& c, std::uint8_t* data, std::size_t max_size) {
  const std::string text = to_string(c);
  if (text.size() > max_size) return 0;
  std::copy(text.begin(), text.end(), data);
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
  const std::optional<Case> c = read(data, size);
  return write(c ? mutator().mutate(*c, seed) : mutator().plainest(), data, max_size);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1, std::size_t size1,
                                                 const std::uint8_t* data2, std::size_t size2,
                                                 std::uint8_t* out, std::size_t max_size,
                                                 unsigned int seed) {
  using namespace shapefuzz;
  const std::optional<Case> a = read(data1, size1);
  const std::optional<Case> b = read(data2, size2);
  return a && b ? write(mutator().cross(*a, *b, seed), out, max_size) : 0;
}
