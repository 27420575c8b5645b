# SPDX-License-Identifier: BSD-3-Clause
# The tests of the rooms, which stand beside what they test. Those without LibTorch build and start
# at once.
function(shapefuzz_tests name)
  cmake_parse_arguments(TESTS "" "" "SOURCES;USES" ${ARGN})
  add_executable(${name} ${TESTS_SOURCES})
  list(TRANSFORM TESTS_USES REPLACE "/" "_")
  list(TRANSFORM TESTS_USES PREPEND "shapefuzz_")
  target_link_libraries(${name} PRIVATE ${TESTS_USES} GTest::gtest_main rapidcheck)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 120)
endfunction()

shapefuzz_tests(
  shapefuzz_unit_tests
  SOURCES
    language/text/cursor_test.cpp
    language/text/parse_error_test.cpp
    language/shape/shape_test.cpp
    language/contract/contract_test.cpp
    language/contract/contract_error_test.cpp
    language/contract/unify_test.cpp
    language/contract/unify_model_test.cpp
    language/contract/unify_readings_test.cpp
    language/case/case_test.cpp
    language/case/case_error_test.cpp
    language/case/case_roundtrip_test.cpp
    language/case/option_test.cpp
    language/case/values_test.cpp
    language/case/mistake_test.cpp
    language/case/twin_test.cpp
    language/case/zone_test.cpp
    language/repair/repair_test.cpp
    language/spelling/spelling_test.cpp
    oracle/memory/arena_test.cpp
    oracle/memory/limit_test.cpp
    oracle/judgement/verdict_test.cpp
    findings/baseline/baseline_test.cpp
    findings/files/file_test.cpp
    findings/files/line_file_test.cpp
    findings/files/opened_test.cpp
    findings/files/places_test.cpp
    findings/records/json_text_test.cpp
    search/generate/mutate_test.cpp
    testing/docs_test.cpp
  USES language/case language/repair language/spelling oracle/memory oracle/judgement oracle/causes findings/baseline findings/corpus findings/records search/generate)

shapefuzz_tests(
  shapefuzz_oracle_tests
  SOURCES
    oracle/libtorch/edit_libtorch_test.cpp
    oracle/libtorch/shape_libtorch_test.cpp
    oracle/libtorch/tensors_test.cpp
    oracle/judge/device_test.cpp
    oracle/judge/formula_test.cpp
    losses/registry/losses_test.cpp
    oracle/judge/judge_test.cpp
    oracle/judge/operators_test.cpp
    oracle/judge/tolerance_test.cpp
    oracle/judge/trace_test.cpp
    oracle/memory/shortage_test.cpp
    testing/mutants_test.cpp
    testing/planted_test.cpp
    losses/own/own_test.cpp
    oracle/infer/infer_test.cpp
  USES losses/own oracle/infer search/sweep search/generate search/isolate mutants)

shapefuzz_tests(
  shapefuzz_search_tests
  SOURCES
    findings/diff/diff_test.cpp
    search/isolate/causes_test.cpp
    search/isolate/corpus_test.cpp
    search/isolate/death_test.cpp
    search/isolate/field_cases_test.cpp
    search/isolate/repairs_test.cpp
    search/isolate/sequence_test.cpp
    search/process/stall_clock_test.cpp
    search/shrink/shrink_test.cpp
    search/sweep/deviations_test.cpp
    search/sweep/journal_test.cpp
    search/sweep/plan_test.cpp
    search/sweep/stand_in_test.cpp
    search/sweep/sweep_test.cpp
    tell/explain/exhibit_test.cpp
    tell/guard/batches_test.cpp
    tell/guard/guard_test.cpp
    tell/guard/ready_test.cpp
    tell/shapes/alignment_test.cpp
    tell/explain/explain_test.cpp
    tell/explain/picture_test.cpp
    tell/explain/remarks_test.cpp
    tell/report/report_test.cpp
  USES findings/diff findings/baseline language/spelling search/generate search/isolate search/shrink search/sweep tell/guard tell/narrate tell/report
       mutants)

# It counts every allocation of its program.
shapefuzz_tests(
  shapefuzz_allocation_tests
  SOURCES tell/guard/allocation_test.cpp
  USES tell/guard)

# What `run` says of large cases rests on this.
shapefuzz_tests(
  shapefuzz_twin_proof
  SOURCES search/sweep/twin_proof_test.cpp
  USES search/sweep findings/baseline)

# What a sweep leaves out rests on this.
shapefuzz_tests(
  shapefuzz_sweep_proof
  SOURCES search/sweep/sweep_proof_test.cpp
  USES search/sweep findings/baseline)

shapefuzz_tests(
  shapefuzz_campaign_tests
  SOURCES
    search/campaign/campaign_test.cpp
    search/campaign/directory_test.cpp search/campaign/shards_test.cpp
    search/campaign/mutation_test.cpp
    search/campaign/planted_test.cpp
    search/campaign/shared_test.cpp
  USES search/campaign faults mutants)

# The arrows between the rooms.
add_test(NAME arrows COMMAND ${PROJECT_SOURCE_DIR}/scripts/arrows)
