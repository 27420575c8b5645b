// SPDX-License-Identifier: BSD-3-Clause
// For a test: the programs of every n-th finding of the baseline, and what they must print.
//
//   write_programs DIRECTORY STEP
//
// Writes programs.cpp (one file, since each compilation costs 20 s), NUMBER.py and expected.txt:
// `== NUMBER VERDICT CASE`, and behind it the lines that the programs print.
#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <regex>

#include "harness/losses/registry/registry.h"
#include "harness/oracle/judge/exhibit.h"
#include "harness/oracle/judge/judge.h"
#include "harness/search/isolate/exhibits.h"
#include "harness/tell/emit/program.h"
#include "harness/testing/faces.h"

namespace shapefuzz {
namespace {

// The parts of a program, between lines that no program holds.
constexpr const char* kCut = "\n@@@@@@@@\n";

std::string all_texts(const Exhibit& exhibit) {
  std::string lines;
  for (const ProgramLine& line : program_lines(exhibit)) {
    const bool is_printed = !line.in_words && !line.text.empty();
    if (is_printed) lines += line.name + " " + line.text + "\n";
  }
  std::string head(to_string(exhibit.judgement.verdict));
  head += " " + to_string(exhibit.c);
  return head + kCut + lines + kCut + cpp_program(exhibit) + kCut + python_program(exhibit) + kCut +
         google_test(exhibit);
}

std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts;
  const std::string cut = kCut;
  std::size_t start = 0;
  for (std::size_t end = text.find(cut); end != std::string::npos; end = text.find(cut, start)) {
    parts.push_back(text.substr(start, end - start));
    start = end + cut.size();
  }
  parts.push_back(text.substr(start));
  return parts;
}

// The program as a function of a namespace, its includes left out.
std::string in_namespace(const std::string& program, std::size_t number) {
  static const std::regex include("(^|\n)#include [^\n]*");
  std::string text = std::regex_replace(program, include, "$1");
  const std::size_t main = text.find("int main()");
  if (main != std::string::npos) text.replace(main, 10, "void run()");
  return fmt::format("namespace program_{} {{\n{}}}\n", number, text);
}

int write(const std::filesystem::path& directory, std::size_t step) {
  std::vector<Case> cases;
  std::size_t index = 0;
  for (const Case& c : faces()) {
    if (index++ % step == 0 && why_not_emitted(c).empty()) cases.push_back(c);
  }
  // Backward operators are in no baseline, and this one takes lists.
  cases.push_back(parse_case(
      "_ctc_loss_backward(grad=f64[1], log_probs=f64[2,1,2], targets=i64[1,1]{1}, "
      "neg_log_likelihood=f64[1], log_alpha=f64[1,2,3], input_lengths=[2], target_lengths=[1])",
      all_specs()));
  std::filesystem::create_directories(directory);
  std::ofstream expected(directory / "expected.txt");
  std::ofstream cpp(directory / "programs.cpp");
  cpp << "#include <ATen/core/dispatch/Dispatcher.h>\n#include <gtest/gtest.h>\n"
         "#include <sys/wait.h>\n#include <torch/torch.h>\n#include <unistd.h>\n"
         "#include <cmath>\n#include <functional>\n#include <iostream>\n#include <sstream>\n"
         "#include <string>\n";
  std::size_t number = 0;
  exhibit_all(cases, {}, all_texts, [&](const std::string& text) {
    const std::vector<std::string> parts = parts_of(text);
    expected << "== " << number << " " << parts[0] << "\n" << parts[1];
    cpp << in_namespace(parts[2], number);
    cpp << fmt::format("namespace test_{} {{\n", number) << in_namespace(parts[4], number) << "}\n";
    std::ofstream(directory / fmt::format("{}.py", number)) << parts[3];
    ++number;
  });
  cpp << "int main() {\n";
  for (std::size_t i = 0; i < number; ++i) {
    cpp << fmt::format(
        "  std::cout << \"== {0}\" << std::endl;\n"
        "  if (fork() == 0) {{ program_{0}::run(); _exit(0); }}\n  wait(nullptr);\n",
        i);
  }
  cpp << "}\n";
  std::cerr << number << " programs\n";
  return 0;
}

}  // namespace
}  // namespace shapefuzz

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: write_programs DIRECTORY STEP\n";
    return 2;
  }
  return shapefuzz::write(argv[1], static_cast<std::size_t>(std::atoi(argv[2])));
}
