// SPDX-License-Identifier: BSD-3-Clause
// The contracts of LibTorch's losses, compiled. Written by shapefuzz from the lines that it
// judges by; a test (ReadyGuards) holds this file against them. Nothing in here is for users.
#pragma once

#include "shapefuzz/detail/shape_program.h"

// clang-format off
namespace shapefuzz::guard_detail::libtorch {

namespace l1_loss {
inline constexpr Place kPlaces[] = {
    {Place::Type::kPack, 0, 0},
    {Place::Type::kPack, 0, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 1, true, false, NameRule::kNone, 0},
    {1, 1, true, false, NameRule::kNone, 0},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 2, 0, 0},
};
inline constexpr ReadyGuard kGuard = {
    "l1_loss",
    "(input: real[*S], target: real[*S]) -> [*S]",
    {kPlaces, kOperands, nullptr, kAlternatives, 1}};
}

namespace mse_loss {
inline constexpr Place kPlaces[] = {
    {Place::Type::kPack, 0, 0},
    {Place::Type::kPack, 0, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 1, true, false, NameRule::kNone, 0},
    {1, 1, true, false, NameRule::kNone, 0},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 2, 0, 0},
};
inline constexpr ReadyGuard kGuard = {
    "mse_loss",
    "(input: real[*S], target: real[*S]) -> [*S]",
    {kPlaces, kOperands, nullptr, kAlternatives, 1}};
}

namespace smooth_l1_loss {
inline constexpr Place kPlaces[] = {
    {Place::Type::kPack, 0, 0},
    {Place::Type::kPack, 0, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 1, true, false, NameRule::kNone, 0},
    {1, 1, true, false, NameRule::kNone, 0},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 2, 0, 0},
};
inline constexpr ReadyGuard kGuard = {
    "smooth_l1_loss",
    "(input: real[*S], target: real[*S]) -> [*S]",
    {kPlaces, kOperands, nullptr, kAlternatives, 1}};
}

namespace huber_loss {
inline constexpr Place kPlaces[] = {
    {Place::Type::kPack, 0, 0},
    {Place::Type::kPack, 0, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 1, true, false, NameRule::kNone, 0},
    {1, 1, true, false, NameRule::kNone, 0},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 2, 0, 0},
};
inline constexpr ReadyGuard kGuard = {
    "huber_loss",
    "(input: real[*S], target: real[*S]) -> [*S]",
    {kPlaces, kOperands, nullptr, kAlternatives, 1}};
}

namespace kl_div {
inline constexpr Place kPlaces[] = {
    {Place::Type::kPack, 1, 0},
    {Place::Type::kPack, 1, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 1, true, false, NameRule::kNone, 0},
    {1, 1, true, false, NameRule::kNone, 0},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 2, 0, 0},
};
inline constexpr ReadyGuard kGuard = {
    "kl_div",
    "(input: logprob[*S], target: prob_or_log(log_target)[*S]) -> [*S]",
    {kPlaces, kOperands, nullptr, kAlternatives, 1}};
}

namespace poisson_nll_loss {
inline constexpr Place kPlaces[] = {
    {Place::Type::kPack, 1, 0},
    {Place::Type::kPack, 1, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 1, true, false, NameRule::kNone, 0},
    {1, 1, true, false, NameRule::kNone, 0},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 2, 0, 0},
};
inline constexpr ReadyGuard kGuard = {
    "poisson_nll_loss",
    "(input: rate(log_input)[*S], target: positive[*S]) -> [*S]",
    {kPlaces, kOperands, nullptr, kAlternatives, 1}};
}

namespace hinge_embedding_loss {
inline constexpr Place kPlaces[] = {
    {Place::Type::kPack, 0, 0},
    {Place::Type::kPack, 0, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 1, true, false, NameRule::kNone, 0},
    {1, 1, true, false, NameRule::kNone, 0},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 2, 0, 0},
};
inline constexpr ReadyGuard kGuard = {
    "hinge_embedding_loss",
    "(input: real[*S], target: sign[*S]) -> [*S]",
    {kPlaces, kOperands, nullptr, kAlternatives, 1}};
}

namespace soft_margin_loss {
inline constexpr Place kPlaces[] = {
    {Place::Type::kPack, 0, 0},
    {Place::Type::kPack, 0, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 1, true, false, NameRule::kNone, 0},
    {1, 1, true, false, NameRule::kNone, 0},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 2, 0, 0},
};
inline constexpr ReadyGuard kGuard = {
    "soft_margin_loss",
    "(input: real[*S], target: sign[*S]) -> [*S]",
    {kPlaces, kOperands, nullptr, kAlternatives, 1}};
}

namespace binary_cross_entropy {
inline constexpr Place kPlaces[] = {
    {Place::Type::kPack, 0, 0},
    {Place::Type::kPack, 0, 0},
    {Place::Type::kPack, 0, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 1, true, false, NameRule::kNone, 0},
    {1, 1, true, false, NameRule::kNone, 0},
    {2, 1, true, true, NameRule::kNone, 0},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 3, 0, 0},
};
inline constexpr ReadyGuard kGuard = {
    "binary_cross_entropy",
    "(input: prob[*S], target: prob[*S], weight?: weight[*S]) -> [*S]",
    {kPlaces, kOperands, nullptr, kAlternatives, 1}};
}

namespace binary_cross_entropy_with_logits {
inline constexpr Place kPlaces[] = {
    {Place::Type::kPack, 0, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kPack, 0, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kPack, 0, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kPack, 0, 0},
    {Place::Type::kPack, 0, 0},
    {Place::Type::kPack, 0, 0},
    {Place::Type::kPack, 0, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 2, true, false, NameRule::kNone, 0},
    {2, 2, true, false, NameRule::kNone, 0},
    {4, 2, true, true, NameRule::kNone, 0},
    {6, 1, false, true, NameRule::kNone, 0},
    {7, 1, true, false, NameRule::kNone, 0},
    {8, 1, true, false, NameRule::kNone, 0},
    {9, 1, true, true, NameRule::kNone, 0},
    {10, 1, true, true, NameRule::kNone, 0},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 4, 0, 0},
    {4, 4, 0, 0},
};
inline constexpr ReadyGuard kGuard = {
    "binary_cross_entropy_with_logits",
    "(input: real[*S,C], target: prob[*S,C], weight?: weight[*S,C], pos_weight?: weight[C]) -> [*S,C] | (input: real[*S], target: prob[*S], weight?: weight[*S], pos_weight?: weight[*S]) -> [*S]",
    {kPlaces, kOperands, nullptr, kAlternatives, 2}};
}

namespace nll_loss {
inline constexpr Place kPlaces[] = {
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 2, 0},
    {Place::Type::kPack, 3, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kPack, 3, 0},
    {Place::Type::kName, 2, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 1, false, false, NameRule::kNone, 0},
    {1, 0, false, false, NameRule::kOne, 1},
    {1, 1, false, true, NameRule::kNone, 0},
    {2, 3, true, false, NameRule::kNone, 0},
    {5, 2, true, false, NameRule::kOne, 2},
    {7, 1, false, true, NameRule::kNone, 0},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 3, 0, 0},
    {3, 3, 0, 0},
};
inline constexpr ReadyGuard kGuard = {
    "nll_loss",
    "(input: logprob[C], target: index(C,ignore_index)[], weight?: weight[C]) -> [] | (input: logprob[N,C,*d], target: index(C,ignore_index)[N,*d], weight?: weight[C]) -> [N,*d]",
    {kPlaces, kOperands, nullptr, kAlternatives, 2}};
}

namespace cross_entropy {
inline constexpr Place kPlaces[] = {
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 2, 0},
    {Place::Type::kPack, 3, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kPack, 3, 0},
    {Place::Type::kName, 2, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 2, 0},
    {Place::Type::kPack, 3, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 2, 0},
    {Place::Type::kPack, 3, 0},
    {Place::Type::kName, 2, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 1, false, false, NameRule::kNone, 0},
    {1, 0, false, false, NameRule::kOne, 1},
    {1, 1, false, true, NameRule::kNone, 0},
    {2, 3, true, false, NameRule::kNone, 0},
    {5, 2, true, false, NameRule::kOne, 2},
    {7, 1, false, true, NameRule::kNone, 0},
    {8, 1, false, false, NameRule::kNone, 0},
    {9, 1, false, false, NameRule::kNone, 0},
    {10, 1, false, true, NameRule::kNone, 0},
    {11, 3, true, false, NameRule::kNone, 0},
    {14, 3, true, false, NameRule::kNone, 0},
    {17, 1, false, true, NameRule::kNone, 0},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 3, 0, 0},
    {3, 3, 0, 0},
    {6, 3, 0, 0},
    {9, 3, 0, 0},
};
inline constexpr ReadyGuard kGuard = {
    "cross_entropy",
    "(input: real[C], target: index(C,ignore_index)[], weight?: weight[C]) -> [] | (input: real[N,C,*d], target: index(C,ignore_index)[N,*d], weight?: weight[C]) -> [N,*d] | (input: real[C], target: prob[C], weight?: weight[C]) -> [] | (input: real[N,C,*d], target: prob[N,C,*d], weight?: weight[C]) -> [N,*d]",
    {kPlaces, kOperands, nullptr, kAlternatives, 4}};
}

namespace multi_margin_loss {
inline constexpr Place kPlaces[] = {
    {Place::Type::kName, 0, 0},
    {Place::Type::kName, 0, 0},
    {Place::Type::kName, 0, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 0, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kNumber, 0, 1},
    {Place::Type::kName, 0, 0},
    {Place::Type::kName, 0, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 1, false, false, NameRule::kNone, 0},
    {1, 0, false, false, NameRule::kOne, 0},
    {1, 1, false, true, NameRule::kNone, 0},
    {2, 2, false, false, NameRule::kNone, 0},
    {4, 1, false, false, NameRule::kOne, 1},
    {5, 1, false, true, NameRule::kNone, 0},
    {6, 2, false, false, NameRule::kNone, 0},
    {8, 0, false, false, NameRule::kOne, 0},
    {8, 1, false, true, NameRule::kNone, 0},
};
inline constexpr Comparison kComparisons[] = {
    {Comparison::Op::kAtLeast, 0, false, 0, 1},
    {Comparison::Op::kAtLeast, 1, false, 0, 1},
    {Comparison::Op::kAtLeast, 0, false, 0, 1},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 3, 0, 1},
    {3, 3, 1, 1},
    {6, 3, 2, 1},
};
inline constexpr ReadyGuard kGuard = {
    "multi_margin_loss",
    "(input: real[C], target: index(C)[], weight?: weight[C]) -> [] where C >= 1 | (input: real[N,C], target: index(C)[N], weight?: weight[C]) -> [N] where C >= 1 | (input: real[1,C], target: index(C)[], weight?: weight[C]) -> [] where C >= 1",
    {kPlaces, kOperands, kComparisons, kAlternatives, 3}};
}

namespace multilabel_margin_loss {
inline constexpr Place kPlaces[] = {
    {Place::Type::kName, 0, 0},
    {Place::Type::kName, 0, 0},
    {Place::Type::kName, 0, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 0, 0},
    {Place::Type::kName, 1, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 1, false, false, NameRule::kNone, 0},
    {1, 1, false, false, NameRule::kNone, 0},
    {2, 2, false, false, NameRule::kNone, 0},
    {4, 2, false, false, NameRule::kNone, 0},
};
inline constexpr Comparison kComparisons[] = {
    {Comparison::Op::kAtLeast, 0, false, 0, 1},
    {Comparison::Op::kAtLeast, 1, false, 0, 1},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 2, 0, 1},
    {2, 2, 1, 1},
};
inline constexpr ReadyGuard kGuard = {
    "multilabel_margin_loss",
    "(input: real[C], target: classes(C)[C]) -> [] where C >= 1 | (input: real[N,C], target: classes(C)[N,C]) -> [N] where C >= 1",
    {kPlaces, kOperands, kComparisons, kAlternatives, 2}};
}

namespace multilabel_soft_margin_loss {
inline constexpr Place kPlaces[] = {
    {Place::Type::kPack, 0, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kPack, 0, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kPack, 0, 0},
    {Place::Type::kName, 1, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 2, true, false, NameRule::kNone, 0},
    {2, 2, true, false, NameRule::kNone, 0},
    {4, 2, true, true, NameRule::kNone, 0},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 3, 0, 0},
};
inline constexpr ReadyGuard kGuard = {
    "multilabel_soft_margin_loss",
    "(input: real[*S,C], target: binary[*S,C], weight?: weight[*S,C]) -> [*S]",
    {kPlaces, kOperands, nullptr, kAlternatives, 1}};
}

namespace cosine_embedding_loss {
inline constexpr Place kPlaces[] = {
    {Place::Type::kName, 0, 0},
    {Place::Type::kName, 0, 0},
    {Place::Type::kName, 0, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 0, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 0, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 1, false, false, NameRule::kNone, 0},
    {1, 1, false, false, NameRule::kNone, 0},
    {2, 0, false, false, NameRule::kNone, 0},
    {2, 2, false, false, NameRule::kNone, 0},
    {4, 2, false, false, NameRule::kNone, 0},
    {6, 1, false, false, NameRule::kNone, 0},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 3, 0, 0},
    {3, 3, 0, 0},
};
inline constexpr ReadyGuard kGuard = {
    "cosine_embedding_loss",
    "(input1: real[D], input2: real[D], target: sign[]) -> [] | (input1: real[N,D], input2: real[N,D], target: sign[N]) -> [N]",
    {kPlaces, kOperands, nullptr, kAlternatives, 2}};
}

namespace margin_ranking_loss {
inline constexpr Place kPlaces[] = {
    {Place::Type::kPack, 0, 0},
    {Place::Type::kPack, 0, 0},
    {Place::Type::kPack, 0, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 1, true, false, NameRule::kNone, 0},
    {1, 1, true, false, NameRule::kNone, 0},
    {2, 1, true, false, NameRule::kNone, 0},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 3, 0, 0},
};
inline constexpr ReadyGuard kGuard = {
    "margin_ranking_loss",
    "(input1: real[*S], input2: real[*S], target: sign[*S]) -> [*S]",
    {kPlaces, kOperands, nullptr, kAlternatives, 1}};
}

namespace triplet_margin_loss {
inline constexpr Place kPlaces[] = {
    {Place::Type::kName, 0, 0},
    {Place::Type::kName, 0, 0},
    {Place::Type::kName, 0, 0},
    {Place::Type::kName, 0, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 0, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 0, 0},
    {Place::Type::kName, 1, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 1, false, false, NameRule::kNone, 0},
    {1, 1, false, false, NameRule::kNone, 0},
    {2, 1, false, false, NameRule::kNone, 0},
    {3, 2, false, false, NameRule::kNone, 0},
    {5, 2, false, false, NameRule::kNone, 0},
    {7, 2, false, false, NameRule::kNone, 0},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 3, 0, 0},
    {3, 3, 0, 0},
};
inline constexpr ReadyGuard kGuard = {
    "triplet_margin_loss",
    "(anchor: real[D], positive: real[D], negative: real[D]) -> [] | (anchor: real[N,D], positive: real[N,D], negative: real[N,D]) -> [N]",
    {kPlaces, kOperands, nullptr, kAlternatives, 2}};
}

namespace triplet_margin_with_distance_loss {
inline constexpr Place kPlaces[] = {
    {Place::Type::kPack, 0, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kPack, 0, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kPack, 0, 0},
    {Place::Type::kName, 1, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 2, true, false, NameRule::kNone, 0},
    {2, 2, true, false, NameRule::kNone, 0},
    {4, 2, true, false, NameRule::kNone, 0},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 3, 0, 0},
};
inline constexpr ReadyGuard kGuard = {
    "triplet_margin_with_distance_loss",
    "(anchor: real[*S,D], positive: real[*S,D], negative: real[*S,D]) -> [*S]",
    {kPlaces, kOperands, nullptr, kAlternatives, 1}};
}

namespace ctc_loss {
inline constexpr Place kPlaces[] = {
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 2, 0},
    {Place::Type::kName, 3, 0},
    {Place::Type::kName, 2, 0},
    {Place::Type::kName, 4, 0},
    {Place::Type::kName, 2, 0},
    {Place::Type::kName, 2, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 2, 0},
    {Place::Type::kName, 3, 0},
    {Place::Type::kName, 4, 0},
    {Place::Type::kName, 2, 0},
    {Place::Type::kName, 2, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 2, 0},
    {Place::Type::kName, 3, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 3, false, false, NameRule::kNone, 0},
    {3, 2, false, false, NameRule::kTwo, 3},
    {5, 1, false, false, NameRule::kNone, 0},
    {6, 1, false, false, NameRule::kNone, 0},
    {7, 3, false, false, NameRule::kNone, 0},
    {10, 1, false, false, NameRule::kTwo, 3},
    {11, 1, false, false, NameRule::kNone, 0},
    {12, 1, false, false, NameRule::kNothing, 4},
    {13, 2, false, false, NameRule::kNone, 0},
    {15, 1, false, false, NameRule::kTwo, 2},
    {16, 0, false, false, NameRule::kNone, 0},
    {16, 0, false, false, NameRule::kNothing, 3},
};
inline constexpr Comparison kComparisons[] = {
    {Comparison::Op::kAtLeast, 1, false, 0, 1},
    {Comparison::Op::kAtLeast, 3, false, 0, 1},
    {Comparison::Op::kAtLeast, 1, false, 0, 1},
    {Comparison::Op::kAtLeast, 3, false, 0, 1},
    {Comparison::Op::kAtLeast, 1, false, 0, 1},
    {Comparison::Op::kAtLeast, 2, false, 0, 1},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 4, 0, 2},
    {4, 4, 2, 2},
    {8, 4, 4, 2},
};
inline constexpr ReadyGuard kGuard = {
    "ctc_loss",
    "(log_probs: logprob[T,N,C], targets: label(C,blank)[N,S], input_lengths: length(T)[N], target_lengths: length(S)[N]) -> [N] where T >= 1, C >= 1 | (log_probs: logprob[T,N,C], targets: label(C,blank)[L], input_lengths: length(T)[N], target_lengths: split(L)[N]) -> [N] where T >= 1, C >= 1 | (log_probs: logprob[T,C], targets: label(C,blank)[S], input_lengths: length(T)[], target_lengths: split(S)[]) -> [] where T >= 1, C >= 1",
    {kPlaces, kOperands, kComparisons, kAlternatives, 3}};
}

namespace adaptive_log_softmax_with_loss {
inline constexpr Place kPlaces[] = {
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 1, 0},
    {Place::Type::kName, 2, 0},
    {Place::Type::kName, 1, 0},
};
inline constexpr PatternProgram kOperands[] = {
    {0, 1, false, false, NameRule::kNone, 0},
    {1, 0, false, false, NameRule::kNone, 0},
    {1, 2, false, false, NameRule::kNone, 0},
    {3, 1, false, false, NameRule::kNone, 0},
};
inline constexpr AlternativeProgram kAlternatives[] = {
    {0, 2, 0, 0},
    {2, 2, 0, 0},
};
inline constexpr ReadyGuard kGuard = {
    "adaptive_log_softmax_with_loss",
    "(input: real[in_features], target: index(n_classes)[]) -> [] | (input: real[N,in_features], target: index(n_classes)[N]) -> [N]",
    {kPlaces, kOperands, nullptr, kAlternatives, 2}};
}

}  // namespace shapefuzz::guard_detail::libtorch
