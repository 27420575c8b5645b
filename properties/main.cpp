// SPDX-License-Identifier: BSD-3-Clause
#include "properties/loss_properties.h"

int main(int argc, char** argv) { return shapefuzz::run_properties(argc, argv); }
