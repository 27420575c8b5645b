// SPDX-License-Identifier: BSD-3-Clause
#include "harness/losses/torch/operators.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "harness/losses/torch/call.h"
#include "harness/losses/torch/families.h"

namespace shapefuzz {
namespace {

constexpr const char* kNamespace = "aten::";

std::string full_name(const c10::OperatorName& name) {
  return name.overload_name.empty() ? name.name : name.name + "." + name.overload_name;
}

// The type behind `?`.
c10::TypePtr bare(const c10::TypePtr& type) {
  const auto optional = type->cast<c10::OptionalType>();
  return optional ? optional->getElementType() : type;
}

bool is_tensor(const c10::Argument& argument) {
  return bare(argument.type())->kind() == c10::TypeKind::TensorType;
}

c10::IValue reduction_value(std::string_view name) {
  if (name == "none") return static_cast<std::int64_t>(at::Reduction::None);
  if (name == "mean") return static_cast<std::int64_t>(at::Reduction::Mean);
  return static_cast<std::int64_t>(at::Reduction::Sum);
}

struct ToIValue {
  c10::TypeKind wanted;

  c10::IValue operator()(bool value) const { return value; }
  c10::IValue operator()(std::int64_t value) const {
    if (wanted == c10::TypeKind::FloatType) return static_cast<double>(value);
    return value;
  }
  c10::IValue operator()(double value) const { return value; }
  c10::IValue operator()(const std::string& value) const { return reduction_value(value); }
  c10::IValue operator()(const std::vector<std::int64_t>& value) const { return value; }
  c10::IValue operator()(const std::vector<double>& value) const { return value; }
};

c10::IValue value_of(const c10::Argument& argument, const Arguments& a) {
  const auto& operands = a.spec->contract.operands();
  if (is_tensor(argument)) {
    const auto named = std::find_if(operands.begin(), operands.end(), [&](const OperandPattern& o) {
      return o.name == argument.name();
    });
    const bool is_output = named == operands.end() && argument.name() == "self";
    const std::size_t index =
        is_output ? 0 : static_cast<std::size_t>(std::distance(operands.begin(), named));
    if (index < operands.size() && a[index].defined()) return a[index];
    return {};
  }
  if (argument.name() == "reduction" && a.spec->reduces) return reduction_value(a.reduction);
  if (a.spec->find_option(argument.name()) != nullptr) {
    return std::visit(ToIValue{bare(argument.type())->kind()},
                      a.c->option(*a.spec, argument.name()));
  }
  if (argument.default_value()) return *argument.default_value();
  throw std::logic_error("no value for the argument " + argument.name());
}

const Loss* find_loss_among(const std::vector<Loss>& losses, const std::string& name) {
  for (const Loss& loss : losses) {
    if (loss.spec.name == name) return &loss;
  }
  throw std::logic_error("no loss " + name);
}

std::optional<c10::OperatorHandle> find_operator(const std::string& name) {
  const std::size_t dot = name.find('.');
  const std::string overload = dot == std::string::npos ? "" : name.substr(dot + 1);
  const auto handle = c10::Dispatcher::singleton().findSchema({name.substr(0, dot), overload});
  if (!handle) return std::nullopt;
  return *handle;
}

// The contracts of the operators that the losses are made of. An operator takes one rank where the
// loss takes many, its reduction is a number (0 none, 1 mean, 2 sum), and the gradient that comes
// in has the shape of the result. What is not listed here is called all the same, without a
// promise.
std::string contract_of(const std::string& name) {
  const auto forward = [](const std::string& operands, const std::string& result,
                          const std::string& also = "") {
    return fmt::format("({0}) -> {1} where reduction = 0{2} | ({0}) -> [] where reduction >= 1{2}",
                       operands, result, also);
  };
  const auto backward = [](const std::string& operands, const std::string& losses,
                           const std::string& result, const std::string& also = "") {
    return fmt::format(
        "({0}, grad_output: real{1}) -> {2} where reduction = 0{3}"
        " | ({0}, grad_output: real[]) -> {2} where reduction >= 1{3}",
        operands, losses, result, also);
  };
  const std::string same = "self: real[*S], target: real[*S]";
  const std::string signs = "self: real[*S], target: sign[*S]";
  const std::string indices =
      "self: logprob[N,C], target: index(C,ignore_index)[N], weight?: weight[C]";
  const std::string maps =
      "self: logprob[N,C,H,W], target: index(C,ignore_index)[N,H,W], weight?: weight[C]";
  const std::string margins = "self: real[N,C], target: index(C)[N], weight?: weight[C]";
  const std::string labels = "self: real[N,C], target: classes(C)[N,C]";
  const std::string some_class = ", C >= 1";
  const std::map<std::string, std::string> contracts = {
      {"_ctc_loss.Tensor",
       "(log_probs: logprob[T,N,C], targets: label(C,blank)[N,S], input_lengths: length(T)[N],"
       " target_lengths: length(S)[N]) -> [N] where T >= 1, C >= 1"
       " | (log_probs: logprob[T,N,C], targets: label(C,blank)[L], input_lengths: length(T)[N],"
       " target_lengths: split(L)[N]) -> [N] where T >= 1, C >= 1"},
      {"mse_loss_backward", backward(same, "[*S]", "[*S]")},
      {"smooth_l1_loss_backward", backward(same, "[*S]", "[*S]")},
      {"huber_loss_backward", backward(same, "[*S]", "[*S]")},
      {"soft_margin_loss_backward", backward(signs, "[*S]", "[*S]")},
      {"nll_loss", forward(indices, "[N]")},
      {"nll_loss_forward", forward(indices, "[N]")},
      {"nll_loss_backward", backward(indices + ", total_weight: positive[]", "[N]", "[N,C]")},
      {"nll_loss2d", forward(maps, "[N,H,W]")},
      {"nll_loss2d_forward", forward(maps, "[N,H,W]")},
      {"nll_loss2d_backward",
       backward(maps + ", total_weight: positive[]", "[N,H,W]", "[N,C,H,W]")},
      {"multi_margin_loss_backward", backward(margins, "[N]", "[N,C]", some_class)},
      {"multilabel_margin_loss_forward", forward(labels, "[N]", some_class)},
      {"multilabel_margin_loss_backward",
       backward(labels + ", is_target: binary[N,C]", "[N]", "[N,C]", some_class)},
  };
  const auto found = contracts.find(name);
  return found == contracts.end() ? "" : found->second;
}

// The loss that is this operator by another name: the one whose entry `op` it is.
const Loss* loss_behind(const std::vector<Loss>& losses, const c10::FunctionSchema& schema) {
  for (const Loss& loss : losses) {
    for (const Entry& entry : loss.entries) {
      const auto* const call = entry.call.target<Operator>();
      if (call != nullptr && call->schema().operator_name() == schema.operator_name()) return &loss;
    }
  }
  return nullptr;
}

// The loss with one entry, its first operand under the schema's name.
Loss as_operator(const Loss& loss, const c10::OperatorHandle& handle) {
  Loss copy = loss;
  copy.spec.name = full_name(handle.operator_name());
  copy.spec.entries = {"op"};
  copy.entries = {{"op", Operator(handle)}};
  for (OptionSpec& option : copy.spec.options) {
    if (option.name == "reduction") option.choices = loss.spec.reductions("op");
  }
  const auto& arguments = handle.schema().arguments();
  const std::string& first = copy.spec.contract.operands().front().name;
  const bool named = std::any_of(arguments.begin(), arguments.end(),
                                 [&](const c10::Argument& a) { return a.name() == first; });
  if (named) return copy;
  for (Alternative& alternative : copy.spec.contract.alternatives) {
    alternative.operands.front().name = "self";
  }
  return copy;
}

// The formula of an operator whose contract says itself what each reduction returns.
template <GoldLoss (*Formula)(const GoldCall&)>
GoldLoss as_reduced(const GoldCall& call) {
  GoldLoss loss = Formula(call);
  loss.losses = reduce(loss, call, call.c->get<std::string>(*call.spec, "reduction"));
  loss.mean.reset();
  return loss;
}

// aten::_ctc_loss has zero_infinity for its backward only.
GoldLoss ctc_loss_with_infinities(const GoldCall& call) {
  Case c = *call.c;
  c.set_option(*call.spec, "zero_infinity", false);
  GoldCall changed = call;
  changed.c = &c;
  return gold::ctc_loss(changed);
}

// The formulas of forward operators, and the losses that backward ones differentiate.
void add_reference(const std::vector<Loss>& losses, const std::string& name, Loss& loss) {
  static const std::map<std::string, GoldFormula> formulas = {
      {"_ctc_loss.Tensor", ctc_loss_with_infinities},
      {"nll_loss", as_reduced<gold::nll_loss>},
      {"nll_loss_forward", as_reduced<gold::nll_loss>},
      {"nll_loss2d", as_reduced<gold::nll_loss>},
      {"nll_loss2d_forward", as_reduced<gold::nll_loss>},
      {"multilabel_margin_loss_forward", as_reduced<gold::multilabel_margin_loss>},
  };
  static const std::map<std::string, std::string> derivatives = {
      {"mse_loss_backward", "mse_loss"},
      {"smooth_l1_loss_backward", "smooth_l1_loss"},
      {"huber_loss_backward", "huber_loss"},
      {"soft_margin_loss_backward", "soft_margin_loss"},
      {"nll_loss_backward", "nll_loss"},
      {"nll_loss2d_backward", "nll_loss"},
      {"multi_margin_loss_backward", "multi_margin_loss"},
  };
  const auto formula = formulas.find(name);
  if (formula != formulas.end()) loss.gold = formula->second;
  const auto derivative = derivatives.find(name);
  if (derivative != derivatives.end()) {
    loss.derivative_of = find_loss_among(losses, derivative->second);
  }
  if (name == "_ctc_loss.Tensor") loss.unchecked = find_loss_among(losses, "ctc_loss")->unchecked;
  // With reduction=none a class index is where they write.
  if (name == "nll_loss_backward" || name == "nll_loss2d_backward") loss.unchecked = {"target"};
}

// What a case line is read by, where nobody knows what the operator promises; `open` says so.
std::string open_contract(const c10::FunctionSchema& schema) {
  std::string operands;
  for (const c10::Argument& argument : schema.arguments()) {
    if (!is_tensor(argument)) continue;
    const bool optional = argument.type()->kind() == c10::TypeKind::OptionalType;
    operands += fmt::format("{}{}{}: real[*S]", operands.empty() ? "" : ", ", argument.name(),
                            optional ? "?" : "");
  }
  return fmt::format("({}) -> [*S]", operands);
}

std::optional<Loss> as_loss(const std::vector<Loss>& losses, const c10::OperatorHandle& handle) {
  const c10::FunctionSchema& schema = handle.schema();
  if (const Loss* const loss = loss_behind(losses, schema)) return as_operator(*loss, handle);
  Loss loss;
  loss.spec.name = full_name(handle.operator_name());
  loss.spec.reduces = false;
  std::vector<std::string> numbers;
  for (const c10::Argument& argument : schema.arguments()) {
    const c10::AliasInfo* const alias = argument.alias_info();
    if (alias != nullptr && alias->isWrite()) loss.written.push_back(argument.name());
    if (is_tensor(argument)) continue;
    const auto option = option_of(argument);
    if (!option) return std::nullopt;
    if (!std::holds_alternative<double>(option->standard) &&
        !std::holds_alternative<std::vector<std::int64_t>>(option->standard)) {
      numbers.push_back(option->name);
    }
    loss.spec.options.push_back(*option);
  }
  const std::string name = loss.spec.name.substr(std::strlen(kNamespace));
  const std::string contract = contract_of(name);
  loss.spec.open = contract.empty();
  loss.spec.contract = parse_contract(loss.spec.open ? open_contract(schema) : contract, numbers);
  loss.spec.entries = {"op"};
  loss.entries = {{"op", Operator(handle), loss.spec.name}};
  // Forward only: an `out` refuses gradients, and a derivative of a derivative has no formula here.
  for (const OperandPattern& operand : loss.spec.contract.operands()) {
    loss.constants.push_back(operand.name);
  }
  add_reference(losses, name, loss);
  return loss;
}

}  // namespace

std::optional<OptionSpec> option_of(const c10::Argument& argument) {
  const c10::TypePtr type = bare(argument.type());
  const auto& standard = argument.default_value();
  const bool given = standard && !standard->isNone();
  if (argument.name() == "reduction") return reduction_option();
  switch (type->kind()) {
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
      return OptionSpec{argument.name(), given ? standard->toInt() : std::int64_t{0}, {}};
    case c10::TypeKind::FloatType:
      return OptionSpec{argument.name(), given ? standard->toDouble() : 1.0, {}};
    case c10::TypeKind::NumberType:
      return OptionSpec{argument.name(), given ? standard->toScalar().toDouble() : 1.0, {}};
    case c10::TypeKind::BoolType:
      return OptionSpec{argument.name(), given && standard->toBool(), {}};
    case c10::TypeKind::ListType:
      switch (type->containedType(0)->kind()) {
        case c10::TypeKind::IntType:
        case c10::TypeKind::SymIntType:
          return OptionSpec{
              argument.name(), given ? standard->toIntVector() : std::vector<std::int64_t>(), {}};
        case c10::TypeKind::FloatType:
          return OptionSpec{
              argument.name(), given ? standard->toDoubleVector() : std::vector<double>(), {}};
        default:
          return std::nullopt;
      }
    default:
      return std::nullopt;
  }
}

OperatorArgument::Type type_of(const c10::Argument& argument) {
  using Type = OperatorArgument::Type;
  switch (bare(argument.type())->kind()) {
    case c10::TypeKind::TensorType:
      return Type::kTensor;
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
      return Type::kWhole;
    case c10::TypeKind::FloatType:
    case c10::TypeKind::NumberType:
      return Type::kReal;
    case c10::TypeKind::BoolType:
      return Type::kFlag;
    case c10::TypeKind::ListType:
      return Type::kList;
    default:
      return Type::kOther;
  }
}

at::Tensor Operator::operator()(const Arguments& a) const {
  torch::jit::Stack stack;
  for (const c10::Argument& argument : schema().arguments()) {
    stack.push_back(value_of(argument, a));
  }
  handle_.callBoxed(stack);
  // An operator that answers a question (`_use_cudnn_ctc_loss`) returns a number.
  const c10::IValue& first = stack.front();
  return first.isTensor() ? first.toTensor() : at::scalar_tensor(first.toScalar());
}

Entry operator_entry(const std::string& name) {
  const auto handle = find_operator(name);
  if (!handle) return {"op", nullptr};
  return {"op", Operator(*handle), name};
}

std::vector<OperatorArgument> operator_arguments(const std::string& operator_name) {
  std::vector<OperatorArgument> arguments;
  const auto handle = find_operator(operator_name);
  if (!handle) return arguments;
  for (const c10::Argument& argument : handle->schema().arguments()) {
    arguments.push_back({argument.name(), type_of(argument), argument.kwarg_only()});
  }
  return arguments;
}

std::vector<Loss> operators_of(const std::vector<Loss>& losses) {
  std::vector<Loss> operators;
  for (const c10::OperatorName& name : c10::Dispatcher::singleton().getAllOpNames()) {
    if (name.name.rfind(kNamespace, 0) != 0) continue;
    if (name.name.find("loss") == std::string::npos) continue;
    const auto handle = c10::Dispatcher::singleton().findSchema(name);
    if (!handle) continue;
    if (auto loss = as_loss(losses, *handle)) operators.push_back(std::move(*loss));
  }
  std::sort(operators.begin(), operators.end(),
            [](const Loss& a, const Loss& b) { return a.spec.name < b.spec.name; });
  return operators;
}

}  // namespace shapefuzz
