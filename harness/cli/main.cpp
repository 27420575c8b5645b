// SPDX-License-Identifier: BSD-3-Clause
// The `shapefuzz` command, over LibTorch's losses or an operator that --load names.
#include "harness/cli/command.h"

int main(int argc, char** argv) { return shapefuzz::run_command(argc, argv); }
