// SPDX-License-Identifier: BSD-3-Clause
// A tensor as an expression of LibTorch or PyTorch: the same words with other punctuation.
#pragma once

#include <string>
#include <vector>

#include "harness/tell/emit/call.h"

namespace shapefuzz {

/// What differs between C++ and Python in the expression for a tensor.
struct Words {
  const char* torch;        ///< `torch::`
  const char* open_sizes;   ///< of a shape as an argument
  const char* close_sizes;  ///< of the same
};

/// The elements and the shape of a tensor from which a view has the operand's layout and elements
/// (harness/oracle/libtorch/tensors.cpp), and how it is viewed.
struct Stored {
  Shape shape;
  std::vector<double> values;
  std::string view;
};

/// `2, 3`.
std::string sizes_text(const Shape& shape);
/// A real number with a point, or an exponent.
std::string decimal(double value);
/// What has to be stored for the operand to have its layout.
Stored stored_as(const Words& words, const Operand& operand, const std::vector<double>& values);
/// The expression; `elements` is the list of a tensor that has some and a dimension.
std::string viewed(const Words& words, const Stored& stored, const std::string& elements,
                   const std::string& dtype);
/// The elements, as the dialect writes numbers of that dtype.
std::vector<std::string> numbers_of(const Dialect& dialect, DType dtype,
                                    const std::vector<double>& values);
/// The operand, expanded from one shape to another.
std::string expansion(const Words& words, const std::string& operand, const Shape& from,
                      const Shape& to);

}  // namespace shapefuzz
