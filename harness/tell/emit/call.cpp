// SPDX-License-Identifier: BSD-3-Clause
#include "harness/tell/emit/call.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "harness/losses/torch/families.h"

namespace shapefuzz {
namespace {

using Operands = std::array<std::string, kMaxOperands>;

struct ToText {
  const Dialect& dialect;
  bool as_real = false;

  std::string operator()(bool value) const { return dialect.flag(value); }
  std::string operator()(std::int64_t value) const {
    return as_real ? dialect.real(static_cast<double>(value)) : std::to_string(value);
  }
  std::string operator()(double value) const { return dialect.real(value); }
  std::string operator()(const std::string& value) const { return dialect.reduction(value); }
  std::string operator()(const std::vector<std::int64_t>& value) const {
    return dialect.list(value);
  }
  std::string operator()(const std::vector<double>& value) const { return dialect.list(value); }
};

// at::Reduction::Reduction, which every operator takes as a number.
std::string number_of(const std::string& reduction) {
  return reduction == "none" ? "0" : reduction == "mean" ? "1" : "2";
}

class CallText {
 public:
  CallText(const Dialect& dialect, const Loss& loss, const Case& c, const Operands& operands,
           std::string reduction)
      : dialect_(dialect),
        loss_(loss),
        c_(c),
        operands_(operands),
        reduction_(std::move(reduction)) {}

  std::string of(const std::string& entry) const {
    if (loss_.spec.own) {
      const std::string& name = loss_.entry(entry).operator_name;
      return name.empty() ? own(entry) : dialect_.dispatched(name, arguments(name));
    }
    // Such a module has no option `reduction`: its result has both.
    if (loss_.parameters != nullptr) return dialect_.call_module(required(), reduction_ != "none");
    if (entry == "functional") return dialect_.functional(loss_, required(), named());
    if (entry == "module") return dialect_.module(loss_, required(), named());
    const std::string name = operator_name();
    return entry == "aten" ? dialect_.aten(name, arguments(name))
                           : dialect_.dispatched(name, arguments(name));
  }

  std::string module(const std::vector<double>& parameters) const {
    std::vector<std::string> constructor;
    for (const std::string& name : loss_.constructor_options) {
      constructor.push_back(std::visit(ToText{dialect_}, c_.option(loss_.spec, name)));
    }
    std::vector<Dialect::Named> options;
    for (const Dialect::Named& option : named()) {
      if (option.name != "reduction" && !is_for_constructor(option.name)) options.push_back(option);
    }
    const DType dtype = c_.operands.front().dtype;
    const Shape shape = {static_cast<std::int64_t>(parameters.size())};
    return dialect_.make_module(loss_, constructor, options, dtype,
                                literal_text(dialect_, dtype, shape, parameters));
  }

 private:
  std::string own(const std::string& entry) const {
    std::vector<std::string> operands;
    std::vector<Dialect::Named> options;
    // Python has its parameters in any order.
    const bool by_name = loss_.spec.in_python;
    for (std::size_t i = 0; i < patterns().size(); ++i) {
      const bool there = c_.find_operand(patterns()[i].name) != nullptr;
      if (by_name && there) options.push_back({patterns()[i].name, operands_[i]});
      if (!by_name) operands.push_back(there ? operands_[i] : dialect_.missing());
    }
    for (const OptionSpec& option : loss_.spec.options) {
      const OptionValue& value = c_.option(loss_.spec, option.name);
      const auto* const word = std::get_if<std::string>(&value);
      options.push_back({option.name, option.name == "reduction" ? dialect_.word(reduction_)
                                      : word != nullptr          ? dialect_.word(*word)
                                                        : std::visit(ToText{dialect_}, value)});
    }
    return dialect_.own(own_function(loss_, entry), operands, options);
  }

  const std::vector<OperandPattern>& patterns() const { return loss_.spec.contract.operands(); }

  std::vector<std::string> required() const {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < patterns().size(); ++i) {
      if (!patterns()[i].optional) texts.push_back(operands_[i]);
    }
    return texts;
  }

  bool is_for_constructor(const std::string& option) const {
    const auto& demanded = loss_.constructor_options;
    return std::find(demanded.begin(), demanded.end(), option) != demanded.end();
  }

  // Optional operands are options of the frontends.
  std::vector<Dialect::Named> named() const {
    std::vector<Dialect::Named> options;
    for (std::size_t i = 0; i < patterns().size(); ++i) {
      const bool there = patterns()[i].optional && c_.find_operand(patterns()[i].name) != nullptr;
      if (there) options.push_back({patterns()[i].name, operands_[i]});
    }
    for (const OptionSpec& option : loss_.spec.options) {
      if (option.name == "reduction") {
        if (reduction_ == std::get<std::string>(option.standard)) continue;
        options.push_back({option.name, dialect_.reduction(reduction_)});
      } else if (const OptionValue& value = c_.option(loss_.spec, option.name);
                 !same_value(value, option.standard)) {
        options.push_back({option.name, std::visit(ToText{dialect_}, value)});
      }
    }
    return options;
  }

  std::string operator_name() const {
    for (const Entry& entry : loss_.entries) {
      if (!entry.operator_name.empty()) return entry.operator_name;
    }
    throw std::logic_error(loss_.spec.name + " has no operator");
  }

  std::vector<Dialect::Named> arguments(const std::string& name) const {
    std::vector<Dialect::Named> texts;
    for (const OperatorArgument& argument : operator_arguments(name)) {
      texts.push_back({argument.needs_name ? argument.name : "", argument_text(argument)});
    }
    return texts;
  }

  // As Operator's call does it: `self` is the first operand, whatever the loss calls it.
  std::string argument_text(const OperatorArgument& argument) const {
    if (argument.type == OperatorArgument::Type::kTensor) {
      const auto named = std::find_if(patterns().begin(), patterns().end(),
                                      [&](const auto& p) { return p.name == argument.name; });
      const bool found = named != patterns().end();
      if (!found && argument.name != "self") return dialect_.missing();
      const auto i = found ? static_cast<std::size_t>(named - patterns().begin()) : 0;
      return c_.find_operand(patterns()[i].name) == nullptr ? dialect_.missing() : operands_[i];
    }
    if (argument.name == "reduction") {
      return number_of(loss_.spec.reduces ? reduction_
                                          : c_.get<std::string>(loss_.spec, "reduction"));
    }
    const bool real = argument.type == OperatorArgument::Type::kReal;
    return std::visit(ToText{dialect_, real}, c_.option(loss_.spec, argument.name));
  }

  const Dialect& dialect_;
  const Loss& loss_;
  const Case& c_;
  const Operands& operands_;
  std::string reduction_;
};

}  // namespace

std::string call_text(const Dialect& dialect, const Loss& loss, const Case& c,
                      const std::string& entry, const Operands& operands,
                      const std::string& reduction) {
  return CallText(dialect, loss, c, operands, reduction).of(entry);
}

std::string own_function(const Loss& loss, const std::string& entry) {
  // The name behind the last blank of `from losses import dice`.
  const std::string& known = loss.entry(entry).python_import;
  if (!known.empty()) return known.substr(known.rfind(' ') + 1);
  return entry == loss.entries.front().name ? loss.spec.name : loss.spec.name + "_" + entry;
}

std::string module_text(const Dialect& dialect, const Loss& loss, const Case& c,
                        const std::vector<double>& parameters) {
  return CallText(dialect, loss, c, {}, "").module(parameters);
}

std::string literal_text(const Dialect& dialect, DType dtype, const Shape& shape,
                         const std::vector<double>& values) {
  Operand operand;
  operand.dtype = dtype;
  operand.shape = shape;
  return dialect.tensor(operand, values);
}

std::string pascal_case(const std::string& name) {
  std::string pascal;
  std::size_t start = 0;
  while (start <= name.size()) {
    const std::size_t end = std::min(name.find('_', start), name.size());
    std::string word = name.substr(start, end - start);
    if (!word.empty())
      word[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
    pascal += word;
    start = end + 1;
  }
  return pascal;
}

std::string pascal_name(const Loss& loss) {
  return loss.pascal_name.empty() ? pascal_case(loss.spec.name) : loss.pascal_name;
}

std::string module_name(const Loss& loss) {
  if (!loss.module_name.empty()) return loss.module_name;
  const std::string name = pascal_name(loss);
  const bool is_loss = name.size() > 4 && name.compare(name.size() - 4, 4, "Loss") == 0;
  return is_loss ? name : name + "Loss";
}

std::string base_of(const std::string& operator_name) {
  const std::size_t start = operator_name.find("::") + 2;
  return operator_name.substr(start, operator_name.find('.') - start);
}

std::string namespace_of(const std::string& operator_name) {
  return operator_name.substr(0, operator_name.find("::"));
}

std::string overload_of(const std::string& operator_name) {
  const std::size_t dot = operator_name.find('.');
  return dot == std::string::npos ? "" : operator_name.substr(dot + 1);
}

std::string joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace shapefuzz
