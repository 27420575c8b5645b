# SPDX-License-Identifier: BSD-3-Clause
# Makes one C++ file of the programs of findings.md: awk -f findings.awk findings.md >findings.cpp
#
# The n-th ```cpp block becomes finding_n(); `findings n` runs it, `findings version` prints the
# version of LibTorch. A compile error names the line of findings.md. A refusal that ends a program
# is printed, as `refused: message`.
BEGIN {
  print "#include <torch/torch.h>"
  print "#include <iostream>\n#include <string>"
}
/^```cpp$/ {
  inside = 1
  ++programs
  printf "#line %d \"findings.md\"\n", FNR + 1
  next
}
/^```$/ { inside = 0 }
inside {
  if ($0 ~ /^#include/) $0 = ""
  sub(/^int main\(\)/, "static void finding_" programs "()")
  print
}
END {
  print "static void run(void (*program)()) {"
  print "  try {"
  print "    program();"
  print "  } catch (const c10::Error& error) {"
  print "    std::cout << \"refused: \" << error.what_without_backtrace() << '\\n';"
  print "  }"
  print "}"
  print "int main(int argc, char** argv) {"
  print "  const std::string wanted = argc == 2 ? argv[1] : \"\";"
  print "  if (wanted == \"version\") {"
  print "    std::cout << TORCH_VERSION << '\\n';"
  print "    return 0;"
  print "  }"
  for (i = 1; i <= programs; ++i) {
    printf "  if (wanted == \"%d\") {\n    run(finding_%d);\n    return 0;\n  }\n", i, i
  }
  print "  std::cerr << \"usage: findings NUMBER|version\\n\";"
  print "  return 2;"
  print "}"
}
