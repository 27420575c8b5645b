// SPDX-License-Identifier: BSD-3-Clause
#include "harness/cli/names.h"

#include <fmt/ranges.h>

#include "harness/language/case/nickname.h"
#include "harness/language/spelling/names.h"
#include "harness/language/spelling/spelling.h"
#include "harness/language/text/errors.h"
#include "harness/language/text/parse_error.h"
#include "harness/losses/registry/registry.h"

namespace shapefuzz {

Case read_case(const std::string& text, const std::string& where) {
  std::optional<ParseError> as_line;
  try {
    return parse_case(text, all_specs());
  } catch (const ParseError& error) {
    as_line = error;
  }
  std::string translation;
  try {
    translation = translated(text, all_specs());
  } catch (const ParseError& error) {
    // What was read further is what was meant.
    const bool is_pasted = looks_pasted(text, all_specs()) || error.offset() > as_line->offset();
    throw InputError(where + ": " + explain(is_pasted ? error : *as_line, text));
  }
  try {
    return parse_case(translation, all_specs());
  } catch (const ParseError& error) {
    if (!looks_pasted(text, all_specs())) throw InputError(where + ": " + explain(*as_line, text));
    throw InputError(where + ": it was read as a case line: " + explain(error, translation));
  }
}

const Loss& loss_named(const std::string& name) {
  if (const Loss* const loss = find_loss(name)) return *loss;
  const NamedLoss named = find_named_loss(name, all_specs());
  if (named.spec != nullptr) return *find_loss(named.spec->name);
  std::vector<std::string> names;
  for (const Loss& known : all_losses()) names.push_back(known.spec.name);
  const std::string near = losses_like(name, names);
  throw InputError(fmt::format("LOSS: found '{}', expected {}", printable(name),
                               near.empty() ? fmt::format("a loss: {}", fmt::join(names, ", "))
                                            : "the name of a loss" + near));
}

}  // namespace shapefuzz
