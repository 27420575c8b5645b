// SPDX-License-Identifier: BSD-3-Clause
// What shows a finding without shapefuzz: a program, a test, a report. No LibTorch in here.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "harness/oracle/judge/exhibit.h"
#include "harness/tell/emit/call.h"

namespace shapefuzz {

/// Why nothing can be emitted for a case; empty if something can.
std::string why_not_emitted(const Case& c);

/// The parts of a program: a comment on the case, what many programs share, what is this case's.
using ProgramParts = std::array<std::string, 3>;
ProgramParts cpp_parts(const Exhibit& exhibit);
ProgramParts python_parts(const Exhibit& exhibit);

/// A complete C++ program of plain LibTorch that prints what is expected and what is computed.
std::string cpp_program(const Exhibit& exhibit);
/// The same for Python with PyTorch.
std::string python_program(const Exhibit& exhibit);
/// A Python program that calls the loss on the CPU and on that device, and prints what each does.
std::string device_program(const Exhibit& exhibit, Device device);
/// A GoogleTest that fails as long as LibTorch does this.
std::string google_test(const Exhibit& exhibit);

/// A line that a program prints: `expected`, `actual`, `expected gradient of input`, ...
struct PrintedLine {
  std::string name;
  std::string text;
};
/// All that is known of a case, a line a number: a crash has no actual.
std::vector<PrintedLine> printed_lines(const Exhibit& exhibit);

/// A line of a program: one of the printed lines, the one that shows what is wrong, or what is
/// expected of it.
struct ProgramLine {
  std::string name;
  std::string text;        ///< empty where it is not known: of a crash
  bool is_actual = false;  ///< what LibTorch does; otherwise what is expected
  bool in_words = false;   ///< no number is expected
  bool of_gradients = false;
  std::vector<std::size_t> operands = {};  ///< then: by which it differentiates
  bool is_refused = false;                 ///< the program ends there
};
std::vector<ProgramLine> program_lines(const Exhibit& exhibit);

/// What is expected, where that is no number: `an error: target is [2] where [2, 1] is demanded`.
std::string expected_in_words(const Exhibit& exhibit);

/// Whether the gradients are what the finding is about.
bool is_about_gradients(Verdict verdict);

/// What the programs share: each expression in one language.
class Expressions {
 public:
  Expressions(const Dialect& dialect, const Exhibit& exhibit);

  std::string tensors() const;   ///< the statements that make the operands
  std::string actual() const;    ///< the call
  std::string expanded() const;  ///< the call on expanded operands, reduced as documented
  std::string first_entry() const;

 private:
  const Dialect& dialect_;
  const Exhibit& exhibit_;
};

}  // namespace shapefuzz
